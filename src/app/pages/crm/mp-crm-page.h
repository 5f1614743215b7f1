/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* The CRM section: platform and key, then what the CRM's own lists are needed for. */
#define MP_TYPE_CRM_PAGE (mp_crm_page_get_type ())
G_DECLARE_FINAL_TYPE (MpCrmPage, mp_crm_page, MP, CRM_PAGE, MpPage)

G_END_DECLS
