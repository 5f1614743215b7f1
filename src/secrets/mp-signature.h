/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether an Ed25519 signature over @text is that key's. Signature and key are base64, perhaps from
 * outside. */
gboolean mp_signature_is_valid (const char *text, const char *signature, const char *key);

G_END_DECLS
