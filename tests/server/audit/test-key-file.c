/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-error.h"
#include "mp-key-file.h"
#include "mp-test-folder.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *folder;
  char *path;
} KeyFixture;

static void
set_up (KeyFixture *fixture, const void *data)
{
  fixture->folder = mp_test_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "a.key", NULL);
}

static void
tear_down (KeyFixture *fixture, const void *data)
{
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  mp_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
test_create (KeyFixture *fixture, const void *data)
{
  g_autofree char *other_path = g_build_filename (fixture->folder, "b.key", NULL);
  g_autoptr (MpKeyBytes) key = NULL;
  g_autoptr (MpKeyBytes) again = NULL;
  g_autoptr (MpKeyBytes) other = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf status;

  g_assert_true (mp_key_file_create (fixture->path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_true (mp_key_file_create (other_path, &error));

  key = mp_key_file_read (fixture->path, &error);
  again = mp_key_file_read (fixture->path, &error);
  other = mp_key_file_read (other_path, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (key, MP_KEY_FILE_SIZE, again, MP_KEY_FILE_SIZE);
  g_assert_cmpint (memcmp (key, other, MP_KEY_FILE_SIZE), !=, 0);
}

/* A key that exists is never overwritten. */
static void
test_exists (KeyFixture *fixture, const void *data)
{
  g_autofree char *nowhere = g_build_filename (fixture->folder, "missing", "a.key", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_key_file_create (fixture->path, NULL));
  g_assert_false (mp_key_file_create (fixture->path, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (mp_key_file_create (nowhere, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_STORAGE);
}

static void
test_refusals (KeyFixture *fixture, const void *data)
{
  static const struct
  {
    size_t size;
    int mode;
    MpError code;
  } cases[] = {
    { 32, 0640, MP_ERROR_INVALID }, { 32, 0604, MP_ERROR_INVALID }, { 31, 0600, MP_ERROR_INVALID },
    { 33, 0600, MP_ERROR_INVALID }, { 0, 0600, MP_ERROR_INVALID },
  };
  g_autoptr (GError) error = NULL;
  static const char bytes[] = "0123456789abcdef0123456789abcdefX";

  g_assert_null (mp_key_file_read (fixture->path, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_NOT_FOUND);
  g_clear_error (&error);
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%zu bytes, %o", cases[i].size, (unsigned int) cases[i].mode);
      g_assert_true (g_file_set_contents (fixture->path, bytes, (gssize) cases[i].size, NULL));
      g_assert_cmpint (g_chmod (fixture->path, cases[i].mode), ==, 0);
      g_assert_null (mp_key_file_read (fixture->path, &error));
      g_assert_error (error, MP_ERROR, (int) cases[i].code);
      g_assert_null (strstr (error->message, "0123"));
      g_clear_error (&error);
    }
}

/* systemd's files may show a group's bits, which are those of their access control list. */
static void
test_credentials_directory (KeyFixture *fixture, const void *data)
{
  g_autoptr (MpKeyBytes) key = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mp_key_file_create (fixture->path, NULL));
  g_assert_cmpint (g_chmod (fixture->path, 0440), ==, 0);
  g_assert_true (g_setenv ("CREDENTIALS_DIRECTORY", fixture->folder, TRUE));
  key = mp_key_file_read (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (key);
  g_assert_cmpint (g_chmod (fixture->path, 0444), ==, 0);
  g_assert_null (mp_key_file_read (fixture->path, &error));
  g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
}

#define ADD(name, function)                                                                        \
  g_test_add ("/server/key-file/" name, KeyFixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("new-key-is-private-and-random", test_create);
  ADD ("existing-key-is-kept", test_exists);
  ADD ("others-must-not-read-it", test_refusals);
  ADD ("systemd-credentials-are-read", test_credentials_directory);
  return g_test_run ();
}
