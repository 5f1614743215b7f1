/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-role.h"

static void
test_names (void)
{
  for (MpRole role = MP_ROLE_CLIENT_USER; role <= MP_ROLE_PLATFORM_ADMIN; role++)
    {
      MpRole read;

      g_assert_true (mp_role_from_string (mp_role_to_string (role), &read));
      g_assert_cmpint (read, ==, role);
      g_assert_cmpstr (mp_role_get_label (role), !=, "");
    }
}

static void
test_unknown (void)
{
  MpRole role = MP_ROLE_AUDITOR;

  g_assert_false (mp_role_from_string (NULL, &role));
  g_assert_false (mp_role_from_string ("", &role));
  g_assert_false (mp_role_from_string ("root", &role));
  g_assert_false (mp_role_from_string ("Auditor", &role));
  g_assert_cmpint (role, ==, MP_ROLE_AUDITOR);
}

static void
test_permissions (void)
{
  static const struct
  {
    MpRole role;
    MpPermission may;
  } cases[] = {
    { MP_ROLE_CLIENT_USER, MP_PERMISSION_READ | MP_PERMISSION_EXPORT },
    { MP_ROLE_CLIENT_ADMIN, MP_PERMISSION_READ | MP_PERMISSION_EDIT | MP_PERMISSION_CREDENTIALS |
                                MP_PERMISSION_AUDIT | MP_PERMISSION_EXPORT },
    { MP_ROLE_AUDITOR, MP_PERMISSION_READ | MP_PERMISSION_AUDIT },
    { MP_ROLE_PLATFORM_ADMIN, MP_PERMISSION_TENANTS },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpint (mp_role_get_permissions (cases[i].role), ==, cases[i].may);
      for (unsigned int bit = MP_PERMISSION_READ; bit <= MP_PERMISSION_TENANTS; bit <<= 1)
        g_assert_cmpint (mp_role_can (cases[i].role, bit), ==, (cases[i].may & bit) != 0);
    }
}

static void
test_all_of_several (void)
{
  g_assert_true (mp_role_can (MP_ROLE_CLIENT_ADMIN, MP_PERMISSION_READ | MP_PERMISSION_EDIT));
  g_assert_false (mp_role_can (MP_ROLE_CLIENT_USER, MP_PERMISSION_READ | MP_PERMISSION_EDIT));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/role/names", test_names);
  g_test_add_func ("/core/role/unknown", test_unknown);
  g_test_add_func ("/core/role/permissions", test_permissions);
  g_test_add_func ("/core/role/all-of-several", test_all_of_several);
  return g_test_run ();
}
