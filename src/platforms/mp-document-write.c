/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

#include <string.h>

#include "mp-json.h"

/* Letters of a time's form, and what may stand between them. */
#define TIME_FORM "\\A(?:YYYY|MM|DD|HH|mm|ss|SSS|T|Z|[-/:. ])+\\z"
#define PLACE_FORM "\\A(?:[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*)?\\z"

static char *
parse_place (MpDocumentReader *reader, JsonObject *object, const char *name)
{
  const char *place = mp_document_reader_get_string (reader, object, "/write", name, FALSE);

  if (place != NULL &&
      !g_regex_match_simple (PLACE_FORM, place, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT))
    mp_document_reader_add_fault (reader, "/write", name,
                                  "names with dots between them are expected, such as "
                                  "“data.fields”, or nothing for the body itself");
  return g_strdup (place);
}

/* @letters: (array zero-terminated=1): what the form must have */
static char *
parse_time (MpDocumentReader *reader,
            JsonObject *object,
            const char *name,
            const char *const *letters)
{
  const char *form = mp_document_reader_get_string (reader, object, "/write", name, FALSE);
  gboolean is_right;

  if (form == NULL || g_str_equal (form, "epoch") || g_str_equal (form, "epoch_ms"))
    return g_strdup (form);
  is_right = g_regex_match_simple (TIME_FORM, form, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT);
  for (unsigned int i = 0; letters[i] != NULL; i++)
    is_right = is_right && strstr (form, letters[i]) != NULL;
  if (!is_right)
    mp_document_reader_add_fault (reader, "/write", name,
                                  "“epoch”, “epoch_ms” or a form of YYYY, MM, DD, HH, mm, ss, SSS, "
                                  "T and Z is expected, such as YYYY-MM-DDTHH:mm:ssZ");
  return g_strdup (form);
}

static void
parse_entries (MpDocumentReader *reader, MpWriteSpec *write, JsonObject *owner)
{
  static const char *const members[] = { "name", "value", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, owner, "/write", "entries", FALSE);

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, "/write/entries", members);
  write->entry_name =
      g_strdup (mp_document_reader_get_string (reader, object, "/write/entries", "name", TRUE));
  write->entry_value =
      g_strdup (mp_document_reader_get_string (reader, object, "/write/entries", "value", TRUE));
}

static void
parse_boolean (MpDocumentReader *reader, MpWriteSpec *write, JsonObject *object)
{
  JsonArray *array = mp_document_reader_get_array (reader, object, "/write", "boolean", FALSE);

  if (array == NULL)
    return;
  if (json_array_get_length (array) == 2)
    {
      write->true_text = g_strdup (mp_json_array_get_string (array, 0));
      write->false_text = g_strdup (mp_json_array_get_string (array, 1));
    }
  if (write->true_text == NULL || write->false_text == NULL ||
      g_str_equal (write->true_text, write->false_text))
    mp_document_reader_add_fault (reader, "/write", "boolean",
                                  "two texts are expected, the one for true first");
}

/* How a record's values are written; NULL: not said. */
MpWriteSpec *
mp_document_parse_write (MpDocumentReader *reader, JsonObject *document, gboolean has_fields)
{
  static const char *const members[] = { "place",    "custom_place", "entries", "multiple", "date",
                                         "datetime", "zone",         "boolean", NULL };
  static const char *const of_date[] = { "YYYY", "MM", "DD", NULL };
  static const char *const of_datetime[] = { "YYYY", "MM", "DD", "HH", "mm", NULL };
  static const char *const zones[] = { "UTC", "account", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "write", FALSE);
  MpWriteSpec *write;

  if (object == NULL)
    return NULL;
  if (!has_fields)
    mp_document_reader_add_fault (reader, "", "write", "only what has “fields” is written to");
  write = g_new0 (MpWriteSpec, 1);
  mp_document_reader_check_members (reader, object, "/write", members);
  write->place = parse_place (reader, object, "place");
  if (write->place == NULL)
    write->place = g_strdup ("");
  write->custom_place = parse_place (reader, object, "custom_place");
  parse_entries (reader, write, object);
  write->multiple =
      g_strdup (mp_document_reader_get_string (reader, object, "/write", "multiple", FALSE));
  if (g_strcmp0 (write->multiple, "") == 0)
    mp_document_reader_add_fault (reader, "/write", "multiple",
                                  "“array” or what parts the values is expected, such as “;”");
  write->date = parse_time (reader, object, "date", of_date);
  write->datetime = parse_time (reader, object, "datetime", of_datetime);
  write->zone = g_strdup (mp_document_reader_get_string (reader, object, "/write", "zone", FALSE));
  if (write->zone != NULL && !g_strv_contains (zones, write->zone))
    mp_document_reader_add_fault (reader, "/write", "zone", "“UTC” or “account” is expected");
  parse_boolean (reader, write, object);
  return write;
}
