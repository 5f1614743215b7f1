/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-credential.h"
#include "mp-db.h"
#include "mp-record.h"

G_BEGIN_DECLS

/* What the database keeps, as objects. Stored text that cannot be read is the server's own fault:
 * MP_ERROR_STORAGE. */
JsonObject *mp_api_stored_parse (const char *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The plain string that a stored object has as a member, or %NULL when there is none that could be
 * read off. */
char *mp_api_stored_dup_member (const char *json, const char *name) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_api_stored_read_record (const char *json, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* MP_ERROR_NOT_FOUND */
MpRecord *mp_api_stored_get_record (MpDb *db, const char *tenant, const char *id, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* MP_ERROR_NOT_FOUND */
MpCredential *mp_api_stored_get_credential (MpDb *db,
                                            const char *tenant,
                                            const char *id,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
