/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-test-records.h"

#include <stdarg.h>

static MpChanges *
read_pairs (const char *path, va_list pairs)
{
  MpChanges *changes = mp_changes_new ();

  for (; path != NULL; path = va_arg (pairs, const char *))
    mp_changes_set_string (changes, path, va_arg (pairs, const char *));
  return changes;
}

MpRecord *
mp_test_record (const char *id, int64_t sequence, ...)
{
  g_autoptr (MpRecord) empty = mp_record_new (id, (MpStamp){ 1000000, "anna" });
  g_autoptr (MpRecord) record = NULL;
  g_autoptr (MpChanges) changes = NULL;
  g_autofree char *revision = NULL;
  va_list pairs;

  va_start (pairs, sequence);
  changes = read_pairs (va_arg (pairs, const char *), pairs);
  va_end (pairs);

  record = mp_record_with_changes (empty, changes);
  if (sequence == 0)
    return g_steal_pointer (&record);
  revision = g_strdup_printf (MP_TEST_EPOCH ".%" G_GINT64_FORMAT, sequence);
  return mp_record_with_revision (record, revision, (MpStamp){ 2000000, "ben" });
}

MpChanges *
mp_test_changes (const char *path, ...)
{
  MpChanges *changes;
  va_list pairs;

  va_start (pairs, path);
  changes = read_pairs (path, pairs);
  va_end (pairs);
  return changes;
}

static MpPushResult *
read_result (JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  MpPushResult *result = mp_push_result_new_from_json (object, &error);

  g_assert_no_error (error);
  return result;
}

MpPushResult *
mp_test_result (const char *op, const char *status, MpRecord *record, const char *conflicts)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_auto (GStrv) pointers = conflicts != NULL ? g_strsplit (conflicts, " ", -1) : NULL;
  JsonArray *array = json_array_new ();

  json_object_set_string_member (object, "op", op);
  json_object_set_string_member (object, "status", status);
  if (record != NULL)
    json_object_set_object_member (object, "record", mp_record_to_json (record));
  for (unsigned int i = 0; pointers != NULL && pointers[i] != NULL; i++)
    {
      JsonObject *conflict = json_object_new ();

      json_object_set_string_member (conflict, "pointer", pointers[i]);
      json_array_add_object_element (array, conflict);
    }
  json_object_set_array_member (object, "conflicts", array);
  return read_result (object);
}

MpPushResult *
mp_test_invalid (const char *op, const char *pointer, const char *code)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = json_array_new ();
  JsonObject *error = json_object_new ();

  json_object_set_string_member (error, "pointer", pointer);
  json_object_set_string_member (error, "code", code);
  json_object_set_string_member (error, "severity", "error");
  json_array_add_object_element (array, error);
  json_object_set_string_member (object, "op", op);
  json_object_set_string_member (object, "status", "invalid");
  json_object_set_array_member (object, "errors", array);
  return read_result (object);
}
