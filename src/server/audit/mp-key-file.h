/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Key files: raw bytes, for their owner alone. */
#define MP_KEY_FILE_SIZE 32

/* Memory for a key: locked, guarded, wiped when it is freed. */
typedef unsigned char MpKeyBytes;
MpKeyBytes *mp_key_bytes_new (size_t size) G_GNUC_WARN_UNUSED_RESULT;
void mp_key_bytes_free (MpKeyBytes *bytes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpKeyBytes, mp_key_bytes_free)

/* Makes the file (0600) with MP_KEY_FILE_SIZE random bytes, durable on return. MP_ERROR_CONFLICT:
 * it exists. */
gboolean mp_key_file_create (const char *path, GError **error);
/* MP_ERROR_NOT_FOUND: no such file; MP_ERROR_INVALID: another size, or others may read it. */
MpKeyBytes *mp_key_file_read (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The credentials that systemd hands to the service, or NULL. */
const char *mp_key_file_get_credentials_directory (void);

G_END_DECLS
