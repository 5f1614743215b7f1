/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"

#include <gio/gio.h>

/* clang-format off */
G_DEFINE_QUARK (mp-error-quark, mp_error)
/* clang-format on */

static const char *const code_names[] = {
  [MP_ERROR_FAILED] = "failed",
  [MP_ERROR_INVALID] = "invalid",
  [MP_ERROR_NOT_FOUND] = "not-found",
  [MP_ERROR_UNAUTHORIZED] = "unauthorized",
  [MP_ERROR_FORBIDDEN] = "forbidden",
  [MP_ERROR_CONFLICT] = "conflict",
  [MP_ERROR_REFUSED] = "refused",
  [MP_ERROR_RATE_LIMITED] = "rate-limited",
  [MP_ERROR_UNAVAILABLE] = "unavailable",
  [MP_ERROR_OFFLINE] = "offline",
  [MP_ERROR_TOO_LARGE] = "too-large",
  [MP_ERROR_WRONG_HOST] = "wrong-host",
  [MP_ERROR_KEYRING_LOCKED] = "keyring-locked",
  [MP_ERROR_KEYRING_MISSING] = "keyring-missing",
  [MP_ERROR_NEWER] = "newer",
  [MP_ERROR_STORAGE] = "storage",
  [MP_ERROR_DAMAGED] = "damaged",
  [MP_ERROR_UNCHANGED] = "unchanged",
};

static gboolean
is_one_of (const GError *error, GQuark domain, const int *codes, size_t n_codes)
{
  if (error == NULL || error->domain != domain)
    return FALSE;

  for (size_t i = 0; i < n_codes; i++)
    {
      if (error->code == codes[i])
        return TRUE;
    }
  return FALSE;
}

/**
 * mp_error_is_cancelled:
 * @error: (nullable): an error, or %NULL for none
 *
 * Was the work stopped because its caller asked for it? Such an error is never shown.
 *
 * Returns: whether @error says so; %FALSE without an error
 */
gboolean
mp_error_is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/**
 * mp_error_is_offline:
 * @error: (nullable): an error, or %NULL for none
 *
 * Could the other side not be reached? The fact has several domains: ours, GIO's, the resolver's.
 *
 * Returns: whether @error says so; %FALSE without an error
 */
gboolean
mp_error_is_offline (const GError *error)
{
  static const int io_codes[] = {
    G_IO_ERROR_HOST_NOT_FOUND,     G_IO_ERROR_HOST_UNREACHABLE,  G_IO_ERROR_NETWORK_UNREACHABLE,
    G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_CONNECTION_CLOSED, G_IO_ERROR_NOT_CONNECTED,
    G_IO_ERROR_PROXY_FAILED,       G_IO_ERROR_TIMED_OUT,
  };

  if (error == NULL)
    return FALSE;
  return g_error_matches (error, MP_ERROR, MP_ERROR_OFFLINE) ||
         is_one_of (error, G_IO_ERROR, io_codes, G_N_ELEMENTS (io_codes)) ||
         error->domain == G_RESOLVER_ERROR;
}

/**
 * mp_error_is_keyring:
 * @error: (nullable): an error, or %NULL for none
 *
 * Is the keyring locked or missing? Then a page says what to do about it.
 *
 * Returns: whether @error says so; %FALSE without an error
 */
gboolean
mp_error_is_keyring (const GError *error)
{
  static const int codes[] = { MP_ERROR_KEYRING_LOCKED, MP_ERROR_KEYRING_MISSING };

  return is_one_of (error, MP_ERROR, codes, G_N_ELEMENTS (codes));
}

/**
 * mp_error_is_retryable:
 * @error: (nullable): an error, or %NULL for none
 *
 * May the same request succeed later without anybody changing anything?
 *
 * Returns: whether @error says so; %FALSE without an error
 */
gboolean
mp_error_is_retryable (const GError *error)
{
  static const int codes[] = { MP_ERROR_RATE_LIMITED, MP_ERROR_UNAVAILABLE };

  return mp_error_is_offline (error) || is_one_of (error, MP_ERROR, codes, G_N_ELEMENTS (codes));
}

/**
 * mp_error_get_code_name:
 * @error: an error of any domain
 *
 * The error's kind in one word, for `--json` output and logs: `invalid`, `offline`, `cancelled`.
 * What no caller distinguishes is `failed`.
 *
 * Returns: (transfer none): the name
 */
const char *
mp_error_get_code_name (const GError *error)
{
  g_return_val_if_fail (error != NULL, "failed");

  if (mp_error_is_cancelled (error))
    return "cancelled";
  if (mp_error_is_offline (error))
    return "offline";
  if (error->domain == MP_ERROR && error->code >= 0 &&
      error->code < (int) G_N_ELEMENTS (code_names))
    return code_names[error->code];
  return "failed";
}
