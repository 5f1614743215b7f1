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

/* The end of the string that begins at @text, which is a quotation mark; %NULL without one. */
static const char *
find_string_end (const char *text)
{
  for (text++; *text != '"' && *text != '\0'; text++)
    {
      if (text[0] == '\\' && text[1] != '\0')
        text++;
    }
  return *text == '"' ? text : NULL;
}

/* The value of the outermost object's member, as far as it is a string; %NULL without. */
static const char *
find_string_member (const char *json, const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\":\"", name);
  size_t length = strlen (key);
  int depth = 0;

  for (const char *at = json; *at != '\0'; at++)
    {
      if (*at == '{' || *at == '[')
        depth++;
      else if (*at == '}' || *at == ']')
        depth--;
      else if (*at == '"' && depth == 1 && strncmp (at, key, length) == 0)
        return at + length - 1;
      else if (*at == '"' && (at = find_string_end (at)) == NULL)
        return NULL;
    }
  return NULL;
}

/**
 * mp_api_stored_dup_member:
 * @json: a stored text
 * @name: a member's name
 *
 * Reads the text once, and makes nothing of it but the value.
 *
 * Returns: (transfer full) (nullable): the member's value; %NULL when it is not there, is no
 *   string, or has anything escaped in it
 */
char *
mp_api_stored_dup_member (const char *json, const char *name)
{
  const char *start;
  const char *end;

  g_return_val_if_fail (json != NULL && name != NULL, NULL);

  start = find_string_member (json, name);
  end = start == NULL ? NULL : find_string_end (start);
  if (end == NULL || memchr (start, '\\', (size_t) (end - start)) != NULL)
    return NULL;
  return g_strndup (start + 1, (size_t) (end - start - 1));
}

/**
 * mp_api_stored_read_record:
 * @json: a stored record
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the record
 */
MpRecord *
mp_api_stored_read_record (const char *json, GError **error)
{
  g_autoptr (GError) damage = NULL;
  MpRecord *record = mp_record_new_from_text (json, &damage);

  if (record == NULL)
    set_damage (error, damage);
  return record;
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

  return row != NULL ? mp_api_stored_read_record (row->json, error) : NULL;
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
