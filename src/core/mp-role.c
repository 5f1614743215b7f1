/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-role.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *name; /* as Member Pulse writes it */
  const char *label;
  MpPermission permissions;
} RoleSpec;

static const RoleSpec roles[] = {
  [MP_ROLE_CLIENT_USER] = { "client_user", N_ ("Client user"),
                            MP_PERMISSION_READ | MP_PERMISSION_EXPORT },
  [MP_ROLE_CLIENT_ADMIN] = { "client_admin", N_ ("Client administrator"),
                             MP_PERMISSION_READ | MP_PERMISSION_EDIT | MP_PERMISSION_CREDENTIALS |
                                 MP_PERMISSION_AUDIT | MP_PERMISSION_EXPORT },
  [MP_ROLE_AUDITOR] = { "auditor", N_ ("Auditor"), MP_PERMISSION_READ | MP_PERMISSION_AUDIT },
  [MP_ROLE_PLATFORM_ADMIN] = { "platform_admin", N_ ("Platform administrator"),
                               MP_PERMISSION_TENANTS },
};

static const RoleSpec *
get_spec (MpRole role)
{
  g_return_val_if_fail (role >= MP_ROLE_CLIENT_USER && role <= MP_ROLE_PLATFORM_ADMIN, NULL);

  return &roles[role];
}

/**
 * mp_role_to_string:
 * @role: a role
 *
 * Returns: (transfer none): its name on the wire
 */
const char *
mp_role_to_string (MpRole role)
{
  const RoleSpec *spec = get_spec (role);

  return spec != NULL ? spec->name : NULL;
}

/**
 * mp_role_from_string:
 * @text: (nullable): a name, perhaps from outside
 * @role: (out): the role
 *
 * Returns: whether there is a role of that name
 */
gboolean
mp_role_from_string (const char *text, MpRole *role)
{
  for (size_t i = MP_ROLE_CLIENT_USER; i < G_N_ELEMENTS (roles); i++)
    {
      if (g_strcmp0 (roles[i].name, text) == 0)
        {
          *role = (MpRole) i;
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * mp_role_get_label:
 * @role: a role
 *
 * Returns: (transfer none): its name for people, translated
 */
const char *
mp_role_get_label (MpRole role)
{
  const RoleSpec *spec = get_spec (role);

  return spec != NULL ? _ (spec->label) : NULL;
}

/**
 * mp_role_get_permissions:
 * @role: a role
 *
 * Returns: everything that somebody of that role may do
 */
MpPermission
mp_role_get_permissions (MpRole role)
{
  const RoleSpec *spec = get_spec (role);

  return spec != NULL ? spec->permissions : 0;
}

/**
 * mp_role_can:
 * @role: a role
 * @permission: one permission, or several at once
 *
 * Returns: whether somebody of that role may do all of it
 */
gboolean
mp_role_can (MpRole role, MpPermission permission)
{
  return (mp_role_get_permissions (role) & permission) == permission;
}
