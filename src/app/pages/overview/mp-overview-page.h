/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* The record chosen at a glance: its name, how it stands, what each section lacks, its keys. */
#define MP_TYPE_OVERVIEW_PAGE (mp_overview_page_get_type ())
G_DECLARE_FINAL_TYPE (MpOverviewPage, mp_overview_page, MP, OVERVIEW_PAGE, MpPage)

G_END_DECLS
