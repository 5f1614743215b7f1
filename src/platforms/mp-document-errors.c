/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

#include "mp-error.h"
#include "mp-json.h"

static const struct
{
  const char *name;
  MpResetUnit unit;
} reset_units[] = {
  { "seconds", MP_RESET_SECONDS },
  { "milliseconds", MP_RESET_MILLISECONDS },
  { "epoch", MP_RESET_EPOCH },
};

/* Of a credential's answer when the document does not say: RFC 9457, OAuth 2 and common habits. */
static const char *const default_messages[] = {
  "message", "error.message", "error_description", "detail", "title", "error", "text",
};

static void
condition_free (gpointer data)
{
  MpCondition *condition = data;

  mp_expression_free (condition->when);
  g_free (condition);
}

/* A status, or an object with a status and an expression over the answer. */
static void
parse_condition (MpDocumentReader *reader,
                 GPtrArray *conditions,
                 JsonNode *node,
                 const char *pointer)
{
  static const char *const members[] = { "status", "when", NULL };
  MpCondition *condition = g_new0 (MpCondition, 1);

  g_ptr_array_add (conditions, condition);
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64)
    condition->status = (unsigned int) CLAMP (json_node_get_int (node), 0, 999);
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);

      mp_document_reader_check_members (reader, object, pointer, members);
      condition->status = mp_document_reader_get_number (reader, object, pointer, "status", 599, 0);
      condition->when = mp_document_reader_get_expression (reader, object, pointer, "when");
    }
  if (condition->status < 200 || condition->status > 599)
    mp_document_reader_add_fault (reader, pointer, NULL,
                                  "an HTTP status, or an object with a “status”, is expected");
}

static GPtrArray *
parse_conditions (MpDocumentReader *reader,
                  JsonObject *object,
                  const char *name,
                  unsigned int fallback)
{
  JsonArray *array =
      object != NULL ? mp_document_reader_get_array (reader, object, "/errors", name, FALSE) : NULL;
  GPtrArray *conditions = g_ptr_array_new_with_free_func (condition_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer ("/errors", name, i);

      parse_condition (reader, conditions, json_array_get_element (array, i), at);
    }
  if (array == NULL && fallback != 0)
    {
      MpCondition *condition = g_new0 (MpCondition, 1);

      condition->status = fallback;
      g_ptr_array_add (conditions, condition);
    }
  return conditions;
}

static GPtrArray *
parse_messages (MpDocumentReader *reader, JsonObject *object)
{
  JsonArray *array =
      object != NULL ? mp_document_reader_get_array (reader, object, "/errors", "message", FALSE)
                     : NULL;
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *text = mp_json_array_get_string (array, i);
      g_autofree char *at = mp_document_dup_element_pointer ("/errors", "message", i);
      g_autoptr (GError) error = NULL;

      if (text == NULL)
        {
          mp_document_reader_add_fault (reader, at, NULL, "a text is expected");
          continue;
        }
      if (!g_str_has_prefix (text, "header:"))
        mp_expression_free (mp_expression_parse (text, &error));
      if (error != NULL)
        mp_document_reader_add_fault (reader, at, NULL, "%s", error->message);
      g_ptr_array_add (messages, g_strdup (text));
    }
  for (size_t i = 0; array == NULL && i < G_N_ELEMENTS (default_messages); i++)
    g_ptr_array_add (messages, g_strdup (default_messages[i]));
  return messages;
}

void
mp_document_parse_errors (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  static const char *const members[] = { "bad_key", "limited", "throttled",
                                         "failed",  "message", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "errors", FALSE);

  if (object != NULL)
    mp_document_reader_check_members (reader, object, "/errors", members);
  self->bad_key = parse_conditions (reader, object, "bad_key", 401);
  self->limited = parse_conditions (reader, object, "limited", 403);
  self->throttled = parse_conditions (reader, object, "throttled", 429);
  self->failed = parse_conditions (reader, object, "failed", 0);
  self->messages = parse_messages (reader, object);
}

void
mp_document_parse_limits (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  static const char *const members[] = { "reset_header", "reset_unit", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "limits", FALSE);
  const char *unit;

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, "/limits", members);
  self->reset_header =
      g_strdup (mp_document_reader_get_string (reader, object, "/limits", "reset_header", TRUE));
  unit = mp_document_reader_get_string (reader, object, "/limits", "reset_unit", TRUE);
  for (size_t i = 0; unit != NULL && i < G_N_ELEMENTS (reset_units); i++)
    {
      if (g_str_equal (unit, reset_units[i].name))
        self->reset_unit = reset_units[i].unit;
    }
  if (unit != NULL && self->reset_unit == 0)
    mp_document_reader_add_fault (reader, "/limits", "reset_unit",
                                  "seconds, milliseconds or epoch is expected");
}
