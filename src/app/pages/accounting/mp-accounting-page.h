/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* The accounting section: platform and key. */
#define MP_TYPE_ACCOUNTING_PAGE (mp_accounting_page_get_type ())
G_DECLARE_FINAL_TYPE (MpAccountingPage, mp_accounting_page, MP, ACCOUNTING_PAGE, MpPage)

G_END_DECLS
