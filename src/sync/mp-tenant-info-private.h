/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-tenant-client.h"

G_BEGIN_DECLS

MpTenantInfo *mp_tenant_info_new_from_json (JsonObject *object,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

MpTenantInfo *mp_tenant_info_new_from_meta (GHashTable *meta) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
