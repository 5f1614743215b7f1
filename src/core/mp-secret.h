/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * MpSecret:
 *
 * The parts of a credential by part id ("key", or "client_id" and "client_secret"), in the order
 * they were set. Its memory is wiped when the last reference goes. Never log it, never put it in an
 * error. Reference counted (atomically).
 */
typedef struct _MpSecret MpSecret;

#define MP_TYPE_SECRET (mp_secret_get_type ())
GType mp_secret_get_type (void);

MpSecret *mp_secret_new (void) G_GNUC_WARN_UNUSED_RESULT;
MpSecret *mp_secret_ref (MpSecret *self);
void mp_secret_unref (MpSecret *self);
void mp_secret_set (MpSecret *self,
                    const char *part,
                    const char *value); /* trimmed of blanks and line ends */
const char *mp_secret_get (MpSecret *self, const char *part);
unsigned int mp_secret_get_size (MpSecret *self);
const char *mp_secret_get_part (MpSecret *self, unsigned int index);

/* One line of JSON, for the keyring and for sealing: free with mp_secret_wipe_text (). */
char *mp_secret_to_text (MpSecret *self) G_GNUC_WARN_UNUSED_RESULT;
MpSecret *mp_secret_new_from_text (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_secret_wipe_text (char *text);

/* Called first in every program that handles secrets. */
void mp_secret_refuse_core_dumps (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpSecret, mp_secret_unref)

G_END_DECLS
