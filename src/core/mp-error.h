/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MpError:
 * @MP_ERROR_FAILED: something that no caller does anything about
 * @MP_ERROR_INVALID: data that cannot be read or breaks its format
 * @MP_ERROR_NOT_FOUND: the thing asked for does not exist (or belongs to somebody else)
 * @MP_ERROR_UNAUTHORIZED: the key or token was refused
 * @MP_ERROR_FORBIDDEN: the key or token is right but may not do this
 * @MP_ERROR_CONFLICT: the other side has a newer state
 * @MP_ERROR_REFUSED: the request breaks business rules; see the field errors
 * @MP_ERROR_RATE_LIMITED: too many requests
 * @MP_ERROR_UNAVAILABLE: the other side answered that it cannot work now (5xx)
 * @MP_ERROR_OFFLINE: the other side could not be reached or did not answer in time
 * @MP_ERROR_TOO_LARGE: an answer or a file over its limit
 * @MP_ERROR_WRONG_HOST: a request or redirect to a host that is not allowed
 * @MP_ERROR_KEYRING_LOCKED: the keyring is locked and was not unlocked
 * @MP_ERROR_KEYRING_MISSING: no keyring service answers
 * @MP_ERROR_NEWER: a file or message from a newer version of this program
 * @MP_ERROR_STORAGE: the disk is full, read-only or failed
 * @MP_ERROR_DAMAGED: a file is no longer what was written
 * @MP_ERROR_UNCHANGED: the other side says that what is known here still holds
 *
 * The one error domain of the project. Each code is something a caller does differently.
 */
typedef enum
{
  MP_ERROR_FAILED,
  MP_ERROR_INVALID,
  MP_ERROR_NOT_FOUND,
  MP_ERROR_UNAUTHORIZED,
  MP_ERROR_FORBIDDEN,
  MP_ERROR_CONFLICT,
  MP_ERROR_REFUSED,
  MP_ERROR_RATE_LIMITED,
  MP_ERROR_UNAVAILABLE,
  MP_ERROR_OFFLINE,
  MP_ERROR_TOO_LARGE,
  MP_ERROR_WRONG_HOST,
  MP_ERROR_KEYRING_LOCKED,
  MP_ERROR_KEYRING_MISSING,
  MP_ERROR_NEWER,
  MP_ERROR_STORAGE,
  MP_ERROR_DAMAGED,
  MP_ERROR_UNCHANGED,
} MpError;

#define MP_ERROR (mp_error_quark ())
GQuark mp_error_quark (void);

gboolean mp_error_is_cancelled (const GError *error);
gboolean mp_error_is_offline (const GError *error);
gboolean mp_error_is_keyring (const GError *error);
gboolean mp_error_is_retryable (const GError *error);
const char *mp_error_get_code_name (const GError *error);

G_END_DECLS
