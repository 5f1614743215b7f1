/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-profile-private.h"

#include "mp-error.h"
#include "mp-http-client.h"
#include "mp-json.h"

#include <errno.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

/*
 * Each tenant signed in to has a folder DATA_DIR/tenants/NAME with its store and this file, which
 * says whose it is. There is no list of them that two programs could write at the same time.
 */
#define TENANTS_FOLDER "tenants"
#define PROFILE_FILE "profile.json"
#define NAME_LENGTH 16

/* A profile with what its file says beside. */
typedef struct
{
  MpProfile *profile; /* (owned) */
  int64_t used_unix_us;
} ReadProfile;

static void
read_profile_free (ReadProfile *item)
{
  g_clear_pointer (&item->profile, mp_profile_free);
  g_free (item);
}

/* The same server written differently is the same: no slash at the end, host in lower case. */
static char *
dup_normalized (const char *server)
{
  g_autoptr (GUri) uri = g_uri_parse (server, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  g_autofree char *text = uri != NULL ? g_uri_to_string (uri) : g_strdup (server);
  size_t length = strlen (text);

  while (length > 0 && text[length - 1] == '/')
    text[--length] = '\0';

  return g_steal_pointer (&text);
}

static gboolean
tenant_is_valid (const char *tenant)
{
  size_t length = strlen (tenant);

  return length >= 1 && length <= 64 &&
         strspn (tenant, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
             length &&
         strspn (tenant, ".") != length;
}

static char *
dup_directory (const char *data_dir, const char *server, const char *tenant)
{
  g_autofree char *text = g_strdup_printf ("%s\n%s", server, tenant);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  digest[NAME_LENGTH] = '\0';
  return g_build_filename (data_dir, TENANTS_FOLDER, digest, NULL);
}

/* (nullable): a folder without a readable profile file is none. */
static ReadProfile *
read_profile (const char *directory)
{
  g_autofree char *path = g_build_filename (directory, PROFILE_FILE, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;
  size_t length;
  const char *server;
  const char *tenant;
  ReadProfile *item;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;

  object = mp_json_parse_object (text, (gssize) length, &error);
  server = object != NULL ? mp_json_require_string (object, "server", &error) : NULL;
  tenant = server != NULL ? mp_json_require_string (object, "tenant", &error) : NULL;
  if (tenant == NULL)
    {
      g_message ("%s: %s", path, error->message);
      return NULL;
    }

  item = g_new0 (ReadProfile, 1);
  item->profile = g_new0 (MpProfile, 1);
  item->profile->server = g_strdup (server);
  item->profile->tenant = g_strdup (tenant);
  item->profile->actor = g_strdup (mp_json_get_string (object, "actor", NULL));
  item->profile->directory = g_strdup (directory);
  item->used_unix_us = mp_json_get_int (object, "used_unix_us", 0);

  return item;
}

static int
compare_by_use (gconstpointer a, gconstpointer b)
{
  const ReadProfile *first = *(const ReadProfile *const *) a;
  const ReadProfile *second = *(const ReadProfile *const *) b;

  if (first->used_unix_us != second->used_unix_us)
    return first->used_unix_us > second->used_unix_us ? -1 : 1;

  return g_strcmp0 (first->profile->directory, second->profile->directory);
}

static gboolean
remove_path (const char *path, GError **error)
{
  g_autoptr (GDir) folder =
                 g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  int saved_errno;

  for (const char *name = folder != NULL ? g_dir_read_name (folder) : NULL; name != NULL;
       name = g_dir_read_name (folder))
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      if (!remove_path (inner, error))
        return FALSE;
    }

  if (g_remove (path) == 0 || errno == ENOENT)
    return TRUE;

  saved_errno = errno;
  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
               _ ("%s can't be removed: %s"), path, g_strerror (saved_errno));
  return FALSE;
}

/**
 * mp_profile_free:
 * @profile: (transfer full): a profile
 */
void
mp_profile_free (MpProfile *profile)
{
  g_return_if_fail (profile != NULL);

  g_free (profile->server);
  g_free (profile->tenant);
  g_free (profile->actor);
  g_free (profile->directory);
  g_free (profile);
}

/**
 * mp_profile_list:
 * @data_dir: the program's data folder
 * @error: return location
 *
 * Lists the tenants this computer signed in to, last used first. Reads files, a small one each.
 *
 * Fails with %MP_ERROR_STORAGE when the folder is there but cannot be read.
 *
 * Returns: (transfer full) (element-type MpProfile): the profiles
 */
GPtrArray *
mp_profile_list (const char *data_dir, GError **error)
{
  g_autofree char *path = NULL;
  g_autoptr (GDir) folder = NULL;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify) read_profile_free);
  GPtrArray *profiles;

  g_return_val_if_fail (data_dir != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  path = g_build_filename (data_dir, TENANTS_FOLDER, NULL);
  folder = g_dir_open (path, 0, &cause);
  if (folder == NULL && !g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_STORAGE, cause->message);
      return NULL;
    }

  for (const char *name = folder != NULL ? g_dir_read_name (folder) : NULL; name != NULL;
       name = g_dir_read_name (folder))
    {
      g_autofree char *directory = g_build_filename (path, name, NULL);
      ReadProfile *item = read_profile (directory);

      if (item != NULL)
        g_ptr_array_add (items, item);
    }
  g_ptr_array_sort (items, compare_by_use);

  profiles = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_profile_free);
  for (unsigned int i = 0; i < items->len; i++)
    {
      ReadProfile *item = g_ptr_array_index (items, i);

      g_ptr_array_add (profiles, g_steal_pointer (&item->profile));
    }

  return profiles;
}

/*
 * mp_profile_new:
 *
 * The profile of a tenant, whether it was ever signed in to or not. Fails with MP_ERROR_INVALID or
 * MP_ERROR_WRONG_HOST for an address or a name that cannot be one.
 */
MpProfile *
mp_profile_new (const char *data_dir, const char *server, const char *tenant, GError **error)
{
  g_autofree char *address = dup_normalized (server);
  MpProfile *profile;

  if (!mp_http_address_check (address, error))
    return NULL;

  if (!tenant_is_valid (tenant))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   _ ("“%s” is not the name of a tenant: it has 1 to 64 letters, digits, dots, "
                      "hyphens and underscores."),
                      tenant);
      return NULL;
    }

  profile = g_new0 (MpProfile, 1);
  profile->directory = dup_directory (data_dir, address, tenant);
  profile->server = g_steal_pointer (&address);
  profile->tenant = g_strdup (tenant);

  return profile;
}

/* Was this tenant signed in to? */
gboolean
mp_profile_exists (MpProfile *profile)
{
  g_autofree char *path = g_build_filename (profile->directory, PROFILE_FILE, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Writes the profile's file whole or not at all; makes its folder. */
gboolean
mp_profile_write (MpProfile *profile, const char *actor, int64_t used_unix_us, GError **error)
{
  g_autofree char *path = g_build_filename (profile->directory, PROFILE_FILE, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = mp_json_node_take_object (json_object_new ());
  g_autoptr (GError) cause = NULL;
  JsonObject *object = json_node_get_object (node);

  json_object_set_string_member (object, "server", profile->server);
  json_object_set_string_member (object, "tenant", profile->tenant);
  if (actor != NULL)
    json_object_set_string_member (object, "actor", actor);
  json_object_set_int_member (object, "used_unix_us", used_unix_us);
  text = mp_json_to_pretty_text (node);

  if (g_mkdir_with_parents (profile->directory, 0700) == 0 &&
      g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &cause))
    return TRUE;

  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE,
               _ ("The sign-in can't be remembered in %s: %s"), profile->directory,
                  cause != NULL ? cause->message : g_strerror (errno));
  return FALSE;
}

/* Writes anew when it was used last. Reads the file, so that the actor stays. */
gboolean
mp_profile_touch (MpProfile *profile, int64_t used_unix_us, GError **error)
{
  ReadProfile *item = read_profile (profile->directory);
  gboolean is_written =
      mp_profile_write (profile, item != NULL ? item->profile->actor : NULL, used_unix_us, error);

  g_clear_pointer (&item, read_profile_free);
  return is_written;
}

/* Removes the folder with all it holds; its store must be closed. */
gboolean
mp_profile_delete (MpProfile *profile, GError **error)
{
  return remove_path (profile->directory, error);
}
