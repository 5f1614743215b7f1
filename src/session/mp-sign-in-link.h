/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-secret.h"

G_BEGIN_DECLS

#define MP_SIGN_IN_LINK_SCHEME "mp-integrations"

/**
 * MpSignInLink:
 * @server: address of the tenant server
 * @tenant: the tenant's short name
 * @token: (nullable): the token, where the link brings one
 *
 * What an operator sends to a new administrator: `mp-integrations://HOST[:PORT]/TENANT[#TOKEN]`.
 */
typedef struct
{
  char *server;
  char *tenant;
  MpSecret *token;
} MpSignInLink;

gboolean mp_sign_in_link_is (const char *text);
MpSignInLink *mp_sign_in_link_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_sign_in_link_free (MpSignInLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpSignInLink, mp_sign_in_link_free)

G_END_DECLS
