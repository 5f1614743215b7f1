/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MP_CORE_DATA_REGISTRY "registry/integration-settings.json"
#define MP_CORE_DATA_MEMBER "catalogue/member.json"
#define MP_CORE_DATA_ORDER "catalogue/order.json"

GBytes *mp_core_data_lookup (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
