/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-failures.h"

#include <gio/gio.h>
#include <string.h>

/* Addresses kept at most; beyond it those whose window has passed are dropped, then all. Who has
 * that many addresses is not kept out by counting per address. */
#define MAX_ADDRESSES 10000

typedef struct
{
  int64_t start_unix_us; /* the first failure of the window */
  unsigned int count;
} Window;

struct _MpFailures
{
  MpClock *clock;
  GMutex lock;
  GHashTable *windows; /* (element-type utf8 Window) */
};

static gboolean
has_passed (const Window *window, int64_t now_unix_us)
{
  int64_t age_us = now_unix_us - window->start_unix_us;

  /* A clock set back must not keep anybody waiting for long. */
  return age_us < 0 || age_us >= MP_FAILURES_WINDOW_S * G_USEC_PER_SEC;
}

static gboolean
is_stale (void *address, void *window, void *now_unix_us)
{
  return has_passed (window, *(int64_t *) now_unix_us);
}

static void
make_room (MpFailures *self, int64_t now_unix_us)
{
  if (g_hash_table_size (self->windows) < MAX_ADDRESSES)
    return;
  g_hash_table_foreach_remove (self->windows, is_stale, &now_unix_us);
  if (g_hash_table_size (self->windows) >= MAX_ADDRESSES)
    g_hash_table_remove_all (self->windows);
}

/* What counts as one client: an IPv4 address; of IPv6 the network of 64 bits that a single customer
 * has, all of it. */
static char *
dup_client (const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);
  g_autoptr (GInetAddress) network = NULL;
  uint8_t bytes[16] = { 0 };

  if (parsed == NULL || g_inet_address_get_family (parsed) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (address);
  memcpy (bytes, g_inet_address_to_bytes (parsed), sizeof bytes / 2);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

MpFailures *
mp_failures_new (MpClock *clock)
{
  MpFailures *self = g_new0 (MpFailures, 1);

  self->clock = g_object_ref (clock);
  g_mutex_init (&self->lock);
  self->windows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mp_failures_free (MpFailures *self)
{
  g_hash_table_unref (self->windows);
  g_mutex_clear (&self->lock);
  g_object_unref (self->clock);
  g_free (self);
}

unsigned int
mp_failures_get_wait_s (MpFailures *self, const char *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  int64_t now_unix_us = mp_clock_get_now_unix_us (self->clock);
  g_autofree char *client = dup_client (address);
  const Window *window = g_hash_table_lookup (self->windows, client);

  if (window == NULL || window->count < MP_FAILURES_MAX || has_passed (window, now_unix_us))
    return 0;
  return MP_FAILURES_WINDOW_S -
         (unsigned int) ((now_unix_us - window->start_unix_us) / G_USEC_PER_SEC);
}

void
mp_failures_add (MpFailures *self, const char *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  int64_t now_unix_us = mp_clock_get_now_unix_us (self->clock);
  g_autofree char *client = dup_client (address);
  Window *window = g_hash_table_lookup (self->windows, client);

  if (window == NULL)
    {
      make_room (self, now_unix_us);
      window = g_new0 (Window, 1);
      g_hash_table_insert (self->windows, g_steal_pointer (&client), window);
    }
  if (window->count == 0 || has_passed (window, now_unix_us))
    *window = (Window){ .start_unix_us = now_unix_us };
  window->count++;
}
