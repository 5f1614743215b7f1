/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-key-file.h"

#include "mp-error.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

typedef int Descriptor;

static void
close_descriptor (Descriptor *file)
{
  if (*file >= 0)
    close (*file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Descriptor, close_descriptor)

static gboolean
fail (const char *path, int code, const char *attempt, int saved_errno, GError **error)
{
  g_set_error (error, MP_ERROR, code, "%s %s: %s", attempt, path, g_strerror (saved_errno));
  return FALSE;
}

/* A new file is on the disk only when its folder is. */
static gboolean
sync_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (Descriptor) file = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (file < 0 || fsync (file) < 0)
    return fail (folder, MP_ERROR_STORAGE, "Writing", errno, error);
  return TRUE;
}

static gboolean
write_all (int file, const MpKeyBytes *bytes, size_t size)
{
  size_t done = 0;

  while (done < size)
    {
      ssize_t written = write (file, bytes + done, size - done);

      if (written < 0 && errno != EINTR)
        return FALSE;
      done += written > 0 ? (size_t) written : 0;
    }
  return fsync (file) == 0;
}

static size_t
read_all (int file, MpKeyBytes *bytes, size_t size)
{
  size_t done = 0;

  while (done < size)
    {
      ssize_t got = read (file, bytes + done, size - done);

      if (got == 0 || (got < 0 && errno != EINTR))
        break;
      done += got > 0 ? (size_t) got : 0;
    }
  return done;
}

/* systemd gives a service its credentials in a folder that it alone may enter; the files' group
 * bits there are those of an access control list's mask. */
static gboolean
is_private (const char *path, const struct stat *status)
{
  const char *credentials = mp_key_file_get_credentials_directory ();

  if ((status->st_mode & (S_IRWXG | S_IRWXO)) == 0)
    return TRUE;
  return credentials != NULL && g_str_has_prefix (path, credentials) &&
         (status->st_mode & (S_IWGRP | S_IRWXO)) == 0;
}

/**
 * mp_key_bytes_new:
 * @size: how many
 *
 * Returns: (transfer full): memory that is not swapped out and is wiped when freed
 */
MpKeyBytes *
mp_key_bytes_new (size_t size)
{
  MpKeyBytes *bytes = NULL;

  /* Whoever uses libsodium here has a key, so this starts it for all. It cannot fail on a system
   * with random numbers. */
  if (sodium_init () >= 0)
    bytes = sodium_malloc (size);
  g_assert (bytes != NULL);
  return bytes;
}

/**
 * mp_key_bytes_free:
 * @bytes: (transfer full) (nullable): memory of mp_key_bytes_new ()
 */
void
mp_key_bytes_free (MpKeyBytes *bytes)
{
  sodium_free (bytes);
}

/**
 * mp_key_file_create:
 * @path: where; it must not exist
 * @error: return location
 *
 * Makes a key of random bytes, mode 0600, on the disk when this returns.
 *
 * Fails with %MP_ERROR_CONFLICT when the file exists, with %MP_ERROR_STORAGE when it cannot be
 * written; then nothing is left behind.
 *
 * Returns: whether it was made
 */
gboolean
mp_key_file_create (const char *path, GError **error)
{
  g_autoptr (MpKeyBytes) key = mp_key_bytes_new (MP_KEY_FILE_SIZE);
  g_auto (Descriptor) file = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (file < 0)
    return fail (path, errno == EEXIST ? MP_ERROR_CONFLICT : MP_ERROR_STORAGE, "Making", errno,
                 error);
  randombytes_buf (key, MP_KEY_FILE_SIZE);
  if (!write_all (file, key, MP_KEY_FILE_SIZE))
    {
      fail (path, MP_ERROR_STORAGE, "Writing", errno, error);
      unlink (path);
      return FALSE;
    }
  return sync_folder_of (path, error);
}

/**
 * mp_key_file_read:
 * @path: a key file
 * @error: return location
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is none, with %MP_ERROR_INVALID when it is not
 * %MP_KEY_FILE_SIZE bytes or others than its owner may read it.
 *
 * Returns: (transfer full): the key
 */
MpKeyBytes *
mp_key_file_read (const char *path, GError **error)
{
  g_autoptr (MpKeyBytes) key = mp_key_bytes_new (MP_KEY_FILE_SIZE);
  g_auto (Descriptor) file = open (path, O_RDONLY | O_CLOEXEC);
  struct stat status;

  if (file < 0 || fstat (file, &status) < 0)
    {
      fail (path, errno == ENOENT ? MP_ERROR_NOT_FOUND : MP_ERROR_STORAGE, "Opening", errno, error);
      return NULL;
    }
  if (!is_private (path, &status))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "The key file %s may be read by others than its owner (chmod 600)", path);
      return NULL;
    }
  if (status.st_size != MP_KEY_FILE_SIZE ||
      read_all (file, key, MP_KEY_FILE_SIZE) != MP_KEY_FILE_SIZE)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The key file %s is not %d bytes", path,
                   MP_KEY_FILE_SIZE);
      return NULL;
    }
  return g_steal_pointer (&key);
}

/**
 * mp_key_file_get_credentials_directory:
 *
 * Returns: (nullable): where systemd put the service's credentials (systemd.exec(5),
 *   LoadCredential=)
 */
const char *
mp_key_file_get_credentials_directory (void)
{
  return g_getenv ("CREDENTIALS_DIRECTORY");
}
