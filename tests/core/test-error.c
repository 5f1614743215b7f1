/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"

#include <gio/gio.h>

static void
test_predicates (void)
{
  static const struct
  {
    GQuark (*domain) (void);
    int code;
    gboolean cancelled;
    gboolean offline;
    gboolean keyring;
    gboolean retryable;
    const char *name;
  } cases[] = {
    { g_io_error_quark, G_IO_ERROR_CANCELLED, TRUE, FALSE, FALSE, FALSE, "cancelled" },
    { g_io_error_quark, G_IO_ERROR_TIMED_OUT, FALSE, TRUE, FALSE, TRUE, "offline" },
    { g_io_error_quark, G_IO_ERROR_CONNECTION_REFUSED, FALSE, TRUE, FALSE, TRUE, "offline" },
    { g_io_error_quark, G_IO_ERROR_NO_SPACE, FALSE, FALSE, FALSE, FALSE, "failed" },
    { g_resolver_error_quark, G_RESOLVER_ERROR_NOT_FOUND, FALSE, TRUE, FALSE, TRUE, "offline" },
    { mp_error_quark, MP_ERROR_OFFLINE, FALSE, TRUE, FALSE, TRUE, "offline" },
    { mp_error_quark, MP_ERROR_RATE_LIMITED, FALSE, FALSE, FALSE, TRUE, "rate-limited" },
    { mp_error_quark, MP_ERROR_UNAVAILABLE, FALSE, FALSE, FALSE, TRUE, "unavailable" },
    { mp_error_quark, MP_ERROR_UNAUTHORIZED, FALSE, FALSE, FALSE, FALSE, "unauthorized" },
    { mp_error_quark, MP_ERROR_KEYRING_LOCKED, FALSE, FALSE, TRUE, FALSE, "keyring-locked" },
    { mp_error_quark, MP_ERROR_KEYRING_MISSING, FALSE, FALSE, TRUE, FALSE, "keyring-missing" },
    { mp_error_quark, MP_ERROR_STORAGE, FALSE, FALSE, FALSE, FALSE, "storage" },
    { mp_error_quark, 1000, FALSE, FALSE, FALSE, FALSE, "failed" },
    { mp_error_quark, -1, FALSE, FALSE, FALSE, FALSE, "failed" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = g_error_new_literal (cases[i].domain (), cases[i].code, "x");

      g_assert_cmpint (mp_error_is_cancelled (error), ==, cases[i].cancelled);
      g_assert_cmpint (mp_error_is_offline (error), ==, cases[i].offline);
      g_assert_cmpint (mp_error_is_keyring (error), ==, cases[i].keyring);
      g_assert_cmpint (mp_error_is_retryable (error), ==, cases[i].retryable);
      g_assert_cmpstr (mp_error_get_code_name (error), ==, cases[i].name);
    }
}

static void
test_no_error (void)
{
  g_assert_false (mp_error_is_cancelled (NULL));
  g_assert_false (mp_error_is_offline (NULL));
  g_assert_false (mp_error_is_keyring (NULL));
  g_assert_false (mp_error_is_retryable (NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/error/predicates-know-all-domains", test_predicates);
  g_test_add_func ("/core/error/no-error-is-nothing", test_no_error);
  return g_test_run ();
}
