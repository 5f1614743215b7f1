/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-services.h"

#include "config.h"

#include "mp-keyring.h"

struct _MpServices
{
  GObject parent_instance;

  char *data_dir;         /* (owned) */
  MpClock *clock;         /* (owned) */
  MpSecretStore *secrets; /* (owned) */
  MpHttpClient *http;     /* (owned) */
  MpPlatforms *platforms; /* (owned) */
};

G_DEFINE_FINAL_TYPE (MpServices, mp_services, G_TYPE_OBJECT)

static void
mp_services_dispose (GObject *object)
{
  MpServices *self = MP_SERVICES (object);

  g_clear_object (&self->clock);
  g_clear_object (&self->secrets);
  g_clear_object (&self->platforms);
  g_clear_object (&self->http);

  G_OBJECT_CLASS (mp_services_parent_class)->dispose (object);
}

static void
mp_services_finalize (GObject *object)
{
  MpServices *self = MP_SERVICES (object);

  g_free (self->data_dir);

  G_OBJECT_CLASS (mp_services_parent_class)->finalize (object);
}

static void
mp_services_class_init (MpServicesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mp_services_dispose;
  object_class->finalize = mp_services_finalize;
}

static void
mp_services_init (MpServices *self)
{
}

/**
 * mp_services_new:
 * @data_dir: the folder in which the program keeps its data
 * @clock: the clock
 * @secrets: where secrets are kept
 * @http: the HTTP client
 * @platforms: the known platforms
 *
 * Returns: (transfer full): new services
 */
MpServices *
mp_services_new (const char *data_dir,
                 MpClock *clock,
                 MpSecretStore *secrets,
                 MpHttpClient *http,
                 MpPlatforms *platforms)
{
  MpServices *self;

  g_return_val_if_fail (data_dir != NULL, NULL);
  g_return_val_if_fail (MP_IS_CLOCK (clock) && MP_IS_SECRET_STORE (secrets), NULL);
  g_return_val_if_fail (MP_IS_HTTP_CLIENT (http) && MP_IS_PLATFORMS (platforms), NULL);

  self = g_object_new (MP_TYPE_SERVICES, NULL);
  self->data_dir = g_strdup (data_dir);
  self->clock = g_object_ref (clock);
  self->secrets = g_object_ref (secrets);
  self->http = g_object_ref (http);
  self->platforms = g_object_ref (platforms);

  return self;
}

/**
 * mp_services_new_default:
 * @data_dir: (nullable): the program's data folder; %NULL: the usual one
 * @base_addresses: (nullable): assignments for mp_platforms_set_base_address()
 * @error: return location
 *
 * The services of a running program. Reads the platform documents, so call it before the main loop.
 *
 * Fails with %MP_ERROR_WRONG_HOST or %MP_ERROR_NOT_FOUND for a bad base address.
 *
 * Returns: (transfer full): new services
 */
MpServices *
mp_services_new_default (const char *data_dir, const char *const *base_addresses, GError **error)
{
  g_autofree char *folder = data_dir != NULL
                                ? g_canonicalize_filename (data_dir, NULL)
                                : g_build_filename (g_get_user_data_dir (), MP_DATA_NAME, NULL);
  g_autofree char *documents = g_build_filename (folder, "platforms", NULL);
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (MpSecretStore) secrets = mp_keyring_new ();
  g_autoptr (MpHttpClient) http = mp_http_client_new ();
  g_autoptr (MpPlatforms) platforms = mp_platforms_new (http, documents);

  for (size_t i = 0; base_addresses != NULL && base_addresses[i] != NULL; i++)
    if (!mp_platforms_set_base_address (platforms, base_addresses[i], error))
      return NULL;

  return mp_services_new (folder, clock, secrets, http, platforms);
}

/**
 * mp_services_get_data_dir:
 * @self: the services
 *
 * Returns: the program's data folder
 */
const char *
mp_services_get_data_dir (MpServices *self)
{
  g_return_val_if_fail (MP_IS_SERVICES (self), NULL);

  return self->data_dir;
}

/**
 * mp_services_get_clock:
 * @self: the services
 *
 * Returns: (transfer none): the clock
 */
MpClock *
mp_services_get_clock (MpServices *self)
{
  g_return_val_if_fail (MP_IS_SERVICES (self), NULL);

  return self->clock;
}

/**
 * mp_services_get_secrets:
 * @self: the services
 *
 * Returns: (transfer none): where secrets are kept
 */
MpSecretStore *
mp_services_get_secrets (MpServices *self)
{
  g_return_val_if_fail (MP_IS_SERVICES (self), NULL);

  return self->secrets;
}

/**
 * mp_services_get_http:
 * @self: the services
 *
 * Returns: (transfer none): the HTTP client
 */
MpHttpClient *
mp_services_get_http (MpServices *self)
{
  g_return_val_if_fail (MP_IS_SERVICES (self), NULL);

  return self->http;
}

/**
 * mp_services_get_platforms:
 * @self: the services
 *
 * Returns: (transfer none): the known platforms
 */
MpPlatforms *
mp_services_get_platforms (MpServices *self)
{
  g_return_val_if_fail (MP_IS_SERVICES (self), NULL);

  return self->platforms;
}

/**
 * mp_services_get_registry:
 * @self: the services
 *
 * Returns: (transfer none): what a record is
 */
MpRegistry *
mp_services_get_registry (MpServices *self)
{
  g_return_val_if_fail (MP_IS_SERVICES (self), NULL);

  return mp_registry_get_default ();
}
