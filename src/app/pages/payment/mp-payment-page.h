/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/* The payment gateway section: the platform, and one of the tenant's keys for it. */
#define MP_TYPE_PAYMENT_PAGE (mp_payment_page_get_type ())
G_DECLARE_FINAL_TYPE (MpPaymentPage, mp_payment_page, MP, PAYMENT_PAGE, MpPage)

G_END_DECLS
