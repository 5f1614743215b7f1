/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-clock.h"
#include "mp-http-client.h"
#include "mp-platforms.h"
#include "mp-registry.h"
#include "mp-secret-store.h"

G_BEGIN_DECLS

/* What every part of a program shares, made once in its main and handed on; a test makes its own.
 * Immutable. */
#define MP_TYPE_SERVICES (mp_services_get_type ())
G_DECLARE_FINAL_TYPE (MpServices, mp_services, MP, SERVICES, GObject)
MpServices *mp_services_new (const char *data_dir,
                             MpClock *clock,
                             MpSecretStore *secrets,
                             MpHttpClient *http,
                             MpPlatforms *platforms) G_GNUC_WARN_UNUSED_RESULT;
/* @data_dir: (nullable): XDG's; the keyring, shipped documents and those of @data_dir/platforms */
MpServices *mp_services_new_default (const char *data_dir,
                                     const char *const *base_addresses,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_services_get_data_dir (MpServices *self);
MpClock *mp_services_get_clock (MpServices *self);
MpSecretStore *mp_services_get_secrets (MpServices *self);
MpHttpClient *mp_services_get_http (MpServices *self);
MpPlatforms *mp_services_get_platforms (MpServices *self);
MpRegistry *mp_services_get_registry (MpServices *self);

G_END_DECLS
