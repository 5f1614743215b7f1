/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* The tenant's audit trail as the server has it, and whether it is intact. */
#define MP_TYPE_ACTIVITY_PAGE (mp_activity_page_get_type ())
G_DECLARE_FINAL_TYPE (MpActivityPage, mp_activity_page, MP, ACTIVITY_PAGE, MpPage)

G_END_DECLS
