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

GPtrArray *
mp_document_parse_conditions (MpDocumentReader *reader,
                              JsonObject *owner,
                              const char *pointer,
                              const char *name,
                              unsigned int fallback)
{
  JsonArray *array = mp_document_reader_get_array (reader, owner, pointer, name, FALSE);
  GPtrArray *conditions = g_ptr_array_new_with_free_func (condition_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer (pointer, name, i);

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

static void
hint_free (gpointer data)
{
  MpHint *hint = data;

  mp_expression_free (hint->condition.when);
  g_free (hint->say);
  g_free (hint);
}

static MpHint *
parse_hint (MpDocumentReader *reader, JsonObject *object, const char *pointer)
{
  static const char *const members[] = { "status", "when", "web_page", "say", NULL };
  MpHint *hint = g_new0 (MpHint, 1);

  mp_document_reader_check_members (reader, object, pointer, members);
  hint->condition.status =
      mp_document_reader_get_number (reader, object, pointer, "status", 599, 0);
  hint->condition.when = mp_document_reader_get_expression (reader, object, pointer, "when");
  hint->is_web_page = mp_document_reader_get_boolean (reader, object, pointer, "web_page");
  hint->say = g_strdup (mp_document_reader_get_string (reader, object, pointer, "say", TRUE));
  if (hint->condition.status < 200)
    mp_document_reader_add_fault (reader, pointer, "status", "an HTTP status is expected");
  return hint;
}

static GPtrArray *
parse_hints (MpDocumentReader *reader, JsonObject *errors)
{
  JsonArray *array = mp_document_reader_get_array (reader, errors, "/errors", "hints", FALSE);
  GPtrArray *hints = g_ptr_array_new_with_free_func (hint_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer ("/errors", "hints", i);
      JsonObject *object = mp_document_reader_get_element (reader, array, i, at);

      if (object != NULL)
        g_ptr_array_add (hints, parse_hint (reader, object, at));
    }
  return hints;
}

/* Where a text of an answer is: "header:NAME", "text" or an expression. */
static GPtrArray *
parse_sources (MpDocumentReader *reader, JsonArray *array, const char *pointer, const char *name)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func (g_free);

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      const char *text = mp_json_array_get_string (array, i);
      g_autofree char *at = mp_document_dup_element_pointer (pointer, name, i);
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
      g_ptr_array_add (sources, g_strdup (text));
    }
  return sources;
}

static GPtrArray *
parse_messages (MpDocumentReader *reader, JsonObject *object)
{
  JsonArray *array = mp_document_reader_get_array (reader, object, "/errors", "message", FALSE);
  GPtrArray *messages;

  if (array != NULL)
    return parse_sources (reader, array, "/errors", "message");
  messages = g_ptr_array_new_with_free_func (g_free);
  for (size_t i = 0; i < G_N_ELEMENTS (default_messages); i++)
    g_ptr_array_add (messages, g_strdup (default_messages[i]));
  return messages;
}

/* (nullable): not there, or no regular expression */
static GRegex *
parse_pattern (MpDocumentReader *reader, JsonObject *owner, const char *pointer)
{
  const char *text = mp_document_reader_get_string (reader, owner, pointer, "pattern", FALSE);
  g_autoptr (GError) error = NULL;
  GRegex *pattern =
      text != NULL ? g_regex_new (text, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, &error) : NULL;

  if (error != NULL)
    mp_document_reader_add_fault (reader, pointer, "pattern", "%s", error->message);
  return pattern;
}

static void
parse_words (MpDocumentReader *reader, MpWordsSpec *words, JsonObject *errors, const char *name)
{
  static const char *const members[] = { "from", "pattern", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, errors, "/errors", name, FALSE);
  g_autofree char *pointer = mp_pointer_append ("/errors", name);
  JsonArray *from;

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, pointer, members);
  from = mp_document_reader_get_array (reader, object, pointer, "from", TRUE);
  if (from != NULL)
    words->sources = parse_sources (reader, from, pointer, "from");
  words->pattern = parse_pattern (reader, object, pointer);
}

void
mp_document_parse_errors (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  static const char *const members[] = { "bad_key", "limited", "throttled",  "not_found",
                                         "failed",  "message", "permission", "account",
                                         "hints",   NULL };
  JsonObject *given = mp_document_reader_get_object (reader, document, "", "errors", FALSE);
  g_autoptr (JsonObject) object = given != NULL ? json_object_ref (given) : json_object_new ();

  mp_document_reader_check_members (reader, object, "/errors", members);
  self->bad_key = mp_document_parse_conditions (reader, object, "/errors", "bad_key", 401);
  self->limited = mp_document_parse_conditions (reader, object, "/errors", "limited", 403);
  self->throttled = mp_document_parse_conditions (reader, object, "/errors", "throttled", 429);
  self->not_found = mp_document_parse_conditions (reader, object, "/errors", "not_found", 0);
  self->failed = mp_document_parse_conditions (reader, object, "/errors", "failed", 0);
  self->messages = parse_messages (reader, object);
  self->hints = parse_hints (reader, object);
  parse_words (reader, &self->permission, object, "permission");
  parse_words (reader, &self->refused_account, object, "account");
}

static void
parse_header_number (MpDocumentReader *reader,
                     MpHeaderNumber *number,
                     JsonObject *limits,
                     const char *name,
                     const char *const *members)
{
  JsonObject *object = mp_document_reader_get_object (reader, limits, "/limits", name, FALSE);
  g_autofree char *pointer = mp_pointer_append ("/limits", name);

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, pointer, members);
  number->header =
      g_strdup (mp_document_reader_get_string (reader, object, pointer, "header", TRUE));
  number->pattern = parse_pattern (reader, object, pointer);
}

static void
parse_reset_unit (MpDocumentReader *reader, MpLimitsSpec *limits, JsonObject *object)
{
  const char *unit = mp_document_reader_get_string (reader, object, "/limits/reset", "unit", TRUE);

  for (size_t i = 0; unit != NULL && i < G_N_ELEMENTS (reset_units); i++)
    {
      if (g_str_equal (unit, reset_units[i].name))
        limits->reset_unit = reset_units[i].unit;
    }
  if (unit != NULL && limits->reset_unit == 0)
    mp_document_reader_add_fault (reader, "/limits/reset", "unit",
                                  "seconds, milliseconds or epoch is expected");
}

void
mp_document_parse_limits (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  static const char *const members[] = { "limit", "remaining", "reset", NULL };
  static const char *const number_members[] = { "header", "pattern", NULL };
  static const char *const reset_members[] = { "header", "pattern", "unit", NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "limits", FALSE);
  JsonObject *reset = object != NULL ? mp_json_get_object (object, "reset") : NULL;

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, "/limits", members);
  parse_header_number (reader, &self->limits.limit, object, "limit", number_members);
  parse_header_number (reader, &self->limits.remaining, object, "remaining", number_members);
  parse_header_number (reader, &self->limits.reset, object, "reset", reset_members);
  if (reset != NULL)
    parse_reset_unit (reader, &self->limits, reset);
}
