/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* A section in the sidebar: icon, name, and how many things are to be done there. */
#define MP_TYPE_SECTION_LIST_ROW (mp_section_list_row_get_type ())
G_DECLARE_FINAL_TYPE (MpSectionListRow, mp_section_list_row, MP, SECTION_LIST_ROW, GtkListBoxRow)

GtkWidget *mp_section_list_row_new (const char *name, MpPage *page) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_section_list_row_get_name (MpSectionListRow *self);
MpPage *mp_section_list_row_get_page (MpSectionListRow *self);
void mp_section_list_row_set_counts (MpSectionListRow *self,
                                     unsigned int n_errors,
                                     unsigned int n_conflicts);

G_END_DECLS
