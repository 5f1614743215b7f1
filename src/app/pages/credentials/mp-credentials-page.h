/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* All keys of the tenant: what may be known of each, and what can be done with it. */
#define MP_TYPE_CREDENTIALS_PAGE (mp_credentials_page_get_type ())
G_DECLARE_FINAL_TYPE (MpCredentialsPage, mp_credentials_page, MP, CREDENTIALS_PAGE, MpPage)

G_END_DECLS
