/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * Asks for server, tenant and token, or opens a tenant that this computer already has. Signals:
 * "signed-in" (MpSession) when the server accepted, "open-requested" (server, tenant), "left".
 */
#define MP_TYPE_SIGN_IN_PAGE (mp_sign_in_page_get_type ())
G_DECLARE_FINAL_TYPE (MpSignInPage, mp_sign_in_page, MP, SIGN_IN_PAGE, AdwBin)

void mp_sign_in_page_set_context (MpSignInPage *self, MpContext *context);
/* @server, @tenant: (nullable): what to begin with. @may_leave: there is a tenant to go back to. */
void mp_sign_in_page_start (MpSignInPage *self,
                            const char *server,
                            const char *tenant,
                            gboolean may_leave);

G_END_DECLS
