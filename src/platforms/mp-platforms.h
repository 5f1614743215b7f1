/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform.h"
#include "mp-field-errors.h"

G_BEGIN_DECLS

/* A document in the user's data folder that could not be used. */
typedef struct
{
  char *file;
  char *message; /* names the JSON Pointer and what is expected */
} MpPlatformProblem;

/* All platforms known here: those shipped in the program, then those of the user's folder. A
 * GListModel of MpPlatform, by label. */
#define MP_TYPE_PLATFORMS (mp_platforms_get_type ())
G_DECLARE_FINAL_TYPE (MpPlatforms, mp_platforms, MP, PLATFORMS, GObject)

/* @user_dir: (nullable): folder of the user's own documents, ID.json each; reads files, so call it
 * before the main loop or in a thread. */
MpPlatforms *mp_platforms_new (MpHttpClient *http, const char *user_dir) G_GNUC_WARN_UNUSED_RESULT;
MpPlatform *mp_platforms_find (MpPlatforms *self, const char *id);
MpPlatformSpec *mp_platforms_find_spec (MpPlatforms *self, const char *id);
/* Those that are only listed, with the reason; the list model has the others. */
unsigned int mp_platforms_get_n_unavailable (MpPlatforms *self);
MpPlatformSpec *mp_platforms_get_unavailable (MpPlatforms *self, unsigned int index);
unsigned int mp_platforms_get_n_problems (MpPlatforms *self);
const MpPlatformProblem *mp_platforms_get_problem (MpPlatforms *self, unsigned int index);

/* Sends all calls of a platform to a test server instead: "hubspot=http://127.0.0.1:8080". Loopback
 * only (MP_ERROR_WRONG_HOST). Before first use. */
gboolean mp_platforms_set_base_address (MpPlatforms *self, const char *assignment, GError **error);

/* Faults of a document, as pointer and text; empty: it may be used. */
MpFieldErrors *mp_platform_check_document (const char *text,
                                           gssize length,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
