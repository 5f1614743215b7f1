/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MP_ROLE_CLIENT_USER = 1,
  MP_ROLE_CLIENT_ADMIN,
  MP_ROLE_AUDITOR,
  MP_ROLE_PLATFORM_ADMIN,
} MpRole;

typedef enum
{
  MP_PERMISSION_READ = 1 << 0,        /* settings, credential metadata */
  MP_PERMISSION_EDIT = 1 << 1,        /* settings: create, change, archive, restore */
  MP_PERMISSION_CREDENTIALS = 1 << 2, /* add, replace, revoke, use */
  MP_PERMISSION_AUDIT = 1 << 3,       /* read the audit trail */
  MP_PERMISSION_EXPORT = 1 << 4,
  MP_PERMISSION_TENANTS = 1 << 5, /* manage tenants and tokens */
} MpPermission;

const char *mp_role_to_string (MpRole role);
gboolean mp_role_from_string (const char *text, MpRole *role);
const char *mp_role_get_label (MpRole role); /* translated */
MpPermission mp_role_get_permissions (MpRole role);
gboolean mp_role_can (MpRole role, MpPermission permission);

G_END_DECLS
