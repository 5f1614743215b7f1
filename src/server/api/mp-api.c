/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api.h"

struct _MpApi
{
  GObject parent_instance;

  MpApiServices services; /* its objects are (owned) */
  MpApiMetrics *metrics;  /* (owned) */
  MpRate *rate;           /* (owned) */

  GMutex lock;
  GHashTable *held_keys; /* (owned) (element-type utf8), under the lock */
};

G_DEFINE_FINAL_TYPE (MpApi, mp_api, G_TYPE_OBJECT)

static void
mp_api_dispose (GObject *object)
{
  MpApi *self = MP_API (object);

  g_clear_object (&self->services.outbound);
  g_clear_object (&self->services.auth);
  g_clear_object (&self->services.vault);
  g_clear_object (&self->services.audit);
  g_clear_object (&self->services.db);
  g_clear_object (&self->services.clock);

  G_OBJECT_CLASS (mp_api_parent_class)->dispose (object);
}

static void
mp_api_finalize (GObject *object)
{
  mp_api_metrics_free (MP_API (object)->metrics);
  g_clear_pointer (&MP_API (object)->rate, mp_rate_free);
  g_hash_table_unref (MP_API (object)->held_keys);
  g_mutex_clear (&MP_API (object)->lock);

  G_OBJECT_CLASS (mp_api_parent_class)->finalize (object);
}

static void
mp_api_class_init (MpApiClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mp_api_dispose;
  G_OBJECT_CLASS (klass)->finalize = mp_api_finalize;
}

static void
mp_api_init (MpApi *self)
{
  self->metrics = mp_api_metrics_new ();
  g_mutex_init (&self->lock);
  self->held_keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * mp_api_new:
 * @services: what the API stands on; its `find_platform` and the data of it live longer than the
 * API
 *
 * Returns: (transfer full): the API
 */
MpApi *
mp_api_new (const MpApiServices *services)
{
  MpApi *self;

  g_return_val_if_fail (services != NULL && services->find_platform != NULL, NULL);

  self = g_object_new (MP_TYPE_API, NULL);
  self->services = *services;
  self->rate = mp_rate_new (services->clock);
  g_object_ref (self->services.db);
  g_object_ref (self->services.audit);
  g_object_ref (self->services.vault);
  g_object_ref (self->services.auth);
  g_object_ref (self->services.clock);
  g_object_ref (self->services.outbound);
  return self;
}

/**
 * mp_api_get_services:
 * @self: an API
 *
 * Returns: (transfer none): what it stands on
 */
const MpApiServices *
mp_api_get_services (MpApi *self)
{
  g_return_val_if_fail (MP_IS_API (self), NULL);

  return &self->services;
}

/**
 * mp_api_get_metrics:
 * @self: an API
 *
 * Returns: (transfer none): what was answered so far
 */
MpApiMetrics *
mp_api_get_metrics (MpApi *self)
{
  g_return_val_if_fail (MP_IS_API (self), NULL);

  return self->metrics;
}

/**
 * mp_api_get_rate:
 * @self: an API
 *
 * Returns: (transfer none): what each token may still ask; without a limit at first
 */
MpRate *
mp_api_get_rate (MpApi *self)
{
  g_return_val_if_fail (MP_IS_API (self), NULL);

  return self->rate;
}

/**
 * mp_api_hold_key:
 * @self: an API
 * @tenant: a tenant
 * @key: the Idempotency-Key of a request, as it came
 *
 * Returns: (transfer full) (nullable): for mp_api_release_key () when the request has its answer;
 *   %NULL: another request holds the key
 */
char *
mp_api_hold_key (MpApi *self, const char *tenant, const char *key)
{
  g_autofree char *name = NULL;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MP_IS_API (self) && tenant != NULL && key != NULL, NULL);

  name = g_strconcat (tenant, "\n", key, NULL);
  locker = g_mutex_locker_new (&self->lock);
  if (g_hash_table_contains (self->held_keys, name))
    return NULL;
  g_hash_table_add (self->held_keys, g_strdup (name));
  return g_steal_pointer (&name);
}

/**
 * mp_api_release_key:
 * @self: an API
 * @held: (transfer full): what mp_api_hold_key () answered
 */
void
mp_api_release_key (MpApi *self, char *held)
{
  g_autofree char *name = held;
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (MP_IS_API (self) && held != NULL);

  locker = g_mutex_locker_new (&self->lock);
  g_hash_table_remove (self->held_keys, name);
}
