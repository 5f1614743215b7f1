/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/*
 * A dialog: the values of a Member Pulse field beside what is sent to the CRM's field for each, and
 * for any other one. Each choice is saved at once. It closes itself when the field is mapped to
 * something else.
 */
#define MP_TYPE_MAPPING_VALUES (mp_mapping_values_get_type ())
G_DECLARE_FINAL_TYPE (MpMappingValues, mp_mapping_values, MP, MAPPING_VALUES, AdwWindow)

GtkWidget *mp_mapping_values_new (MpPage *page,
                                  const char *path,
                                  MpCatalogueField *field,
                                  MpCrmField *target) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_mapping_values_are_few (MpCatalogueField *field, MpCrmField *target);

G_END_DECLS
