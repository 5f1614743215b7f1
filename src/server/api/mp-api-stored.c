/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-stored.h"

#include "mp-error.h"
#include "mp-json.h"

static void
set_damage (GError **error, const GError *damage)
{
  g_set_error (error, MP_ERROR, MP_ERROR_STORAGE, "What is stored cannot be read: %s",
               damage->message);
}

/**
 * mp_api_stored_parse:
 * @json: a stored text
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the object
 */
JsonObject *
mp_api_stored_parse (const char *json, GError **error)
{
  g_autoptr (GError) damage = NULL;
  JsonObject *object = mp_json_parse_object (json, -1, &damage);

  if (object == NULL)
    set_damage (error, damage);
  return object;
}

/**
 * mp_api_stored_get_record:
 * @db: the database
 * @tenant: a tenant
 * @id: a record's id
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record
 */
MpRecord *
mp_api_stored_get_record (MpDb *db, const char *tenant, const char *id, GError **error)
{
  g_autoptr (MpDbRecord) row = mp_db_get_record (db, tenant, id, error);
  g_autoptr (JsonObject) object = row != NULL ? mp_api_stored_parse (row->json, error) : NULL;
  g_autoptr (GError) damage = NULL;
  MpRecord *record;

  if (object == NULL)
    return NULL;
  record = mp_record_new_from_json (object, &damage);
  if (record == NULL)
    set_damage (error, damage);
  return record;
}

/**
 * mp_api_stored_get_credential:
 * @db: the database
 * @tenant: a tenant
 * @id: a credential's id
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the credential
 */
MpCredential *
mp_api_stored_get_credential (MpDb *db, const char *tenant, const char *id, GError **error)
{
  g_autoptr (MpDbCredential) row = mp_db_get_credential (db, tenant, id, error);
  g_autoptr (JsonObject) object = row != NULL ? mp_api_stored_parse (row->json, error) : NULL;
  g_autoptr (GError) damage = NULL;
  MpCredential *credential;

  if (object == NULL)
    return NULL;
  credential = mp_credential_new_from_json (object, &damage);
  if (credential == NULL)
    set_damage (error, damage);
  return credential;
}
