/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-store-sql-private.h"

G_BEGIN_DECLS

/* A store's file as one process has it open. */
typedef struct
{
  sqlite3 *db;
  int lock;        /* a descriptor: whoever moves the file away needs it alone */
  char *set_aside; /* (nullable): the name of the damaged file in whose place this one is */
} MpStoreFile;

gboolean mp_store_file_open (const char *directory, MpStoreFile *file, GError **error);
void mp_store_file_close (MpStoreFile *file);

/* The newest version of the file's scripts. */
int64_t mp_store_file_get_newest_version (void);
/* Runs the scripts that move it there. */
gboolean mp_store_file_migrate (sqlite3 *db, GError **error);
/* Makes a file of one's own from nothing, or opens one that was made so. */
sqlite3 *mp_store_file_connect (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* mp-store-salvage.c: puts a new file with what can be read of the damaged one in its place.
 * @set_aside: (out): the damaged one's name from now on */
gboolean mp_store_salvage (const char *directory, char **set_aside, GError **error);

G_END_DECLS
