/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-answer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-answer-words.h"
#include "mp-data-text.h"
#include "mp-error.h"
#include "mp-json.h"

/* What one answer is judged by. */
typedef struct
{
  const MpPlatformDocument *document;
  MpHttpResponse *response;
  const MpRedaction *redaction;
  gboolean is_token;
  gboolean is_of_key;
  const MpListSpec *list; /* (nullable) */
  const MpTestSpec *test; /* (nullable) */
  char *said;             /* (owned) (nullable) */
  char *missing;          /* (owned) (nullable) */
  char *account;          /* (owned) (nullable) */
  unsigned int status;
  const char *text; /* not NUL-terminated */
  size_t length;
  JsonNode *root; /* (nullable): it is no JSON */
  GError *parse_error;
} Answer;

static const char *
get_label (const Answer *answer)
{
  return mp_platform_spec_get_label (answer->document->spec);
}

static gboolean
is_web_page (const Answer *answer)
{
  const char *type = mp_http_response_get_content_type (answer->response);
  g_autofree char *start = NULL;

  if (type != NULL && (g_ascii_strcasecmp (type, "text/html") == 0 ||
                       g_ascii_strcasecmp (type, "application/xhtml+xml") == 0))
    return TRUE;
  start = g_strndup (answer->text, MIN (answer->length, 200));
  g_strchug (start);
  return g_ascii_strncasecmp (start, "<!doctype", 9) == 0 ||
         g_ascii_strncasecmp (start, "<html", 5) == 0;
}

static char *
find_message_part (const Answer *answer, const char *source)
{
  MpScope scope = { .item = answer->root };
  g_autoptr (MpExpression) expression = NULL;
  MpValue value;

  if (g_str_has_prefix (source, "header:"))
    return g_strdup (mp_http_response_get_header (answer->response, source + strlen ("header:")));
  if (g_str_equal (source, "text"))
    return answer->root == NULL && !is_web_page (answer) ? g_strndup (answer->text, answer->length)
                                                         : NULL;
  if (answer->root == NULL)
    return NULL;
  expression = mp_expression_parse (source, NULL);
  if (expression == NULL || !mp_expression_evaluate (expression, &scope, &value, NULL))
    return NULL;
  return mp_value_dup_text (&value);
}

/* All texts at a source: several when an array of them stands there. */
static GPtrArray *
find_texts (const Answer *answer, const char *source)
{
  MpScope scope = { .item = answer->root };
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *one = find_message_part (answer, source);
  g_autoptr (MpExpression) expression = NULL;
  MpValue value;
  JsonArray *array;

  if (one != NULL)
    {
      g_ptr_array_add (texts, g_steal_pointer (&one));
      return texts;
    }
  expression = answer->root != NULL ? mp_expression_parse (source, NULL) : NULL;
  if (expression == NULL || !mp_expression_evaluate (expression, &scope, &value, NULL) ||
      value.kind != MP_VALUE_NODE || !JSON_NODE_HOLDS_ARRAY (value.node))
    return texts;
  array = json_node_get_array (value.node);
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      const char *text = mp_json_array_get_string (array, i);

      if (text != NULL)
        g_ptr_array_add (texts, g_strdup (text));
    }
  return texts;
}

static void
add_name (GString *names, const char *name)
{
  if (names->len > 0)
    g_string_append (names, ", ");
  g_string_append (names, name);
}

/* @pattern: (nullable): the text is the name */
static void
add_names (GString *names, GRegex *pattern, const char *text)
{
  g_autoptr (GMatchInfo) match = NULL;

  if (pattern == NULL)
    {
      add_name (names, text);
      return;
    }
  g_regex_match (pattern, text, G_REGEX_MATCH_DEFAULT, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *group = g_match_info_fetch (match, 1);

      if (group != NULL && *group != '\0')
        add_name (names, group);
    }
}

/* (nullable): what the platform says of its refusal */
static char *
find_message (const Answer *answer)
{
  for (unsigned int i = 0; i < answer->document->messages->len; i++)
    {
      g_autofree char *raw =
          find_message_part (answer, g_ptr_array_index (answer->document->messages, i));
      char *clean =
          raw != NULL ? mp_answer_words_clean (raw, strlen (raw), answer->redaction) : NULL;

      if (clean != NULL)
        return clean;
    }
  return is_web_page (answer)
             ? mp_answer_words_find_title (answer->text, answer->length, answer->redaction)
             : NULL;
}

static gboolean
meets (const Answer *answer, const MpCondition *condition)
{
  MpScope scope = { .item = answer->root };
  MpValue value;

  return condition->status == answer->status &&
         (condition->when == NULL ||
          (answer->root != NULL && mp_expression_evaluate (condition->when, &scope, &value, NULL) &&
           mp_value_is_true (&value)));
}

static gboolean
is_met (const Answer *answer, GPtrArray *conditions)
{
  for (unsigned int i = 0; i < conditions->len; i++)
    {
      if (meets (answer, g_ptr_array_index (conditions, i)))
        return TRUE;
    }
  return FALSE;
}

/* (nullable): what the document says about such an answer */
static const char *
find_hint (const Answer *answer)
{
  for (unsigned int i = 0; i < answer->document->hints->len; i++)
    {
      const MpHint *hint = g_ptr_array_index (answer->document->hints, i);

      if (meets (answer, &hint->condition) && (!hint->is_web_page || is_web_page (answer)))
        return mp_data_text_translate (hint->say);
    }
  return NULL;
}

/* Is this how the platform says that a list has no items? */
static gboolean
is_empty (const Answer *answer)
{
  return answer->list != NULL && is_met (answer, answer->list->empty);
}

/* Does it say that the key is right, though there is nothing to see? A web page says nothing. */
static gboolean
is_accepted (const Answer *answer)
{
  return answer->test != NULL && is_met (answer, answer->test->accepted) && !is_web_page (answer);
}

/* RFC 6749, section 5.2: a refused client is a 400 or a 401 with one of these. Zoho says it with a
 * 200. */
static gboolean
is_refused_client (const Answer *answer)
{
  static const char *const codes[] = { "invalid_client", "invalid_client_id", "invalid_grant",
                                       "unauthorized_client", NULL };
  const char *code;

  if (!answer->is_token || (answer->status != 400 && answer->status != 200) ||
      answer->root == NULL || !JSON_NODE_HOLDS_OBJECT (answer->root))
    return FALSE;
  code = mp_json_get_string (json_node_get_object (answer->root), "error", "");
  return g_strv_contains (codes, code);
}

/* -1: not said */
static int64_t
read_number (MpHttpResponse *response, const MpHeaderNumber *number)
{
  const char *text =
      number->header != NULL ? mp_http_response_get_header (response, number->header) : NULL;
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *found = NULL;
  guint64 value;

  if (text == NULL)
    return -1;
  if (number->pattern != NULL)
    {
      if (!g_regex_match (number->pattern, text, G_REGEX_MATCH_DEFAULT, &match))
        return -1;
      found = g_match_info_fetch (match, 1);
      text = found != NULL ? found : "";
    }
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL) ? (int64_t) value : -1;
}

/* How long until more may be asked; -1: not said */
static int64_t
find_wait_seconds (const MpPlatformDocument *document, MpHttpResponse *response)
{
  int64_t seconds = mp_http_response_get_retry_after_seconds (response);
  int64_t reset = read_number (response, &document->limits.reset);

  if (seconds >= 0 || reset < 0)
    return seconds;
  switch (document->limits.reset_unit)
    {
    case MP_RESET_MILLISECONDS:
      return reset / 1000 + (reset % 1000 > 0 ? 1 : 0);
    case MP_RESET_EPOCH:
      return MAX (0, reset - g_get_real_time () / G_USEC_PER_SEC);
    case MP_RESET_SECONDS:
    default:
      return reset;
    }
}

int64_t
mp_platform_answer_find_pause (const MpPlatformDocument *document, MpHttpResponse *response)
{
  if (read_number (response, &document->limits.remaining) != 0)
    return 0;
  return MAX (0, find_wait_seconds (document, response));
}

/* One sentence, with what is missing, what the document knows of it, and the other side's own
 * words. */
static void
set_error (const Answer *answer, GError **error, MpError code, char *sentence /* (transfer full) */)
{
  g_autofree char *first = sentence;
  g_autofree char *with_missing = NULL;
  g_autofree char *with_hint = NULL;
  g_autofree char *whole = NULL;
  const char *hint = find_hint (answer);

  if (code == MP_ERROR_FORBIDDEN && answer->missing != NULL)
    /* Translators: a sentence, then the names of permissions. */
    with_missing = g_strdup_printf (_ ("%s Missing: %s."), first, answer->missing);
  else
    with_missing = g_steal_pointer (&first);
  with_hint =
      hint != NULL ? g_strconcat (with_missing, " ", hint, NULL) : g_steal_pointer (&with_missing);
  if (answer->said != NULL)
    /* Translators: a sentence, then the other side's own words */
    whole = g_strdup_printf (_ ("%s It says: %s"), with_hint, answer->said);
  else
    whole = g_steal_pointer (&with_hint);
  g_set_error_literal (error, MP_ERROR, (int) code, whole);
}

/* When to ask again, as far as the answer tells. */
static char *
dup_throttled_text (const Answer *answer)
{
  int64_t seconds =
      MIN (find_wait_seconds (answer->document, answer->response), (int64_t) G_MAXINT);

  if (seconds <= 0)
    return g_strdup_printf (_ ("%s answers no more for now: too many requests. Try again later."),
                               get_label (answer));
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE,
                   "%s answers no more for now: too many requests. Try again in %d second.",
                   "%s answers no more for now: too many requests. Try again in %d seconds.",
                   (unsigned long) seconds),
      get_label (answer), (int) seconds);
}

static void
set_throttled_error (const Answer *answer, GError **error)
{
  int64_t limit = read_number (answer->response, &answer->document->limits.limit);
  g_autofree char *text = dup_throttled_text (answer);

  if (limit > 0)
    /* Translators: a sentence, then how many requests are let through. */
    set_error (answer, error, MP_ERROR_RATE_LIMITED,
               g_strdup_printf (_ ("%s (The limit is %d.)"), text, (int) MIN (limit, G_MAXINT)));
  else
    set_error (answer, error, MP_ERROR_RATE_LIMITED, g_steal_pointer (&text));
}

static void
set_unreadable_error (const Answer *answer, GError **error)
{
  const char *end = answer->text + answer->length;

  if (is_web_page (answer))
    {
      set_error (
          answer, error, MP_ERROR_INVALID,
          g_strdup_printf (find_hint (answer) != NULL
                           ? _ ("%s answered a web page instead of data.")
                           : _ ("%s answered a web page instead of data: is the address right?"),
                                get_label (answer)));
      return;
    }
  while (end > answer->text && g_ascii_isspace (end[-1]))
    end--;
  if (end == answer->text)
    set_error (answer, error, MP_ERROR_INVALID,
               g_strdup_printf (_ ("%s answered nothing."), get_label (answer)));
  else if ((*answer->text == '{' || *answer->text == '[') && end[-1] != '}' && end[-1] != ']')
    set_error (answer, error, MP_ERROR_INVALID,
               g_strdup_printf (_ ("The answer of %s is cut off. Try again."), get_label (answer)));
  else
    {
      /* The fault can quote the answer. */
      g_autofree char *fault = mp_redaction_apply (answer->redaction, answer->parse_error->message);

      set_error (
          answer, error, MP_ERROR_INVALID,
          g_strdup_printf (_ ("The answer of %s cannot be read: %s"), get_label (answer), fault));
    }
}

static void
set_status_error (const Answer *answer, GError **error)
{
  const char *label = get_label (answer);

  /* 501: it has no such thing, now or later. */
  if (answer->status >= 500 && answer->status != 501)
    set_error (answer, error, MP_ERROR_UNAVAILABLE,
               g_strdup_printf (_ ("%s has a problem of its own (status %u). Try again later."),
                                   label, answer->status));
  else if (is_web_page (answer))
    set_unreadable_error (answer, error);
  else if (answer->status == 404)
    set_error (answer, error, MP_ERROR_NOT_FOUND,
               g_strdup_printf (_ ("%s does not know what was asked for (status 404)."), label));
  else
    set_error (answer, error, MP_ERROR_INVALID,
               g_strdup_printf (_ ("%s refused the request (status %u)."), label, answer->status));
}

/* Also an answer with a good status can say that something is wrong. */
static gboolean
is_failure (const Answer *answer)
{
  const MpPlatformDocument *document = answer->document;

  return answer->status >= 400 || is_met (answer, document->bad_key) ||
         is_met (answer, document->limited) || is_met (answer, document->throttled) ||
         is_met (answer, document->not_found) || is_met (answer, document->failed) ||
         is_refused_client (answer);
}

/* A server that is none of the platform's forbids too, in a web page: nothing is known of the key
 * then. */
static gboolean
is_limited (const Answer *answer)
{
  return is_met (answer, answer->document->limited) && !(answer->is_of_key && is_web_page (answer));
}

static gboolean
judge (const Answer *answer, GError **error)
{
  const char *label = get_label (answer);

  if (is_met (answer, answer->document->throttled))
    set_throttled_error (answer, error);
  else if (is_met (answer, answer->document->bad_key) || is_refused_client (answer))
    set_error (answer, error, MP_ERROR_UNAUTHORIZED,
               g_strdup_printf (_ ("%s did not accept the key."), label));
  else if (is_limited (answer))
    set_error (answer, error, MP_ERROR_FORBIDDEN,
               g_strdup_printf (_ ("The key is right, but %s does not let it do this."), label));
  else if (is_met (answer, answer->document->not_found))
    set_error (answer, error, MP_ERROR_NOT_FOUND,
               g_strdup_printf (_ ("%s does not know what was asked for."), label));
  else if (is_met (answer, answer->document->failed))
    set_error (answer, error, MP_ERROR_INVALID,
               g_strdup_printf (_ ("%s could not do what was asked."), label));
  else if (is_empty (answer) || is_accepted (answer))
    return TRUE;
  else if (answer->status < 200 || answer->status > 299)
    set_status_error (answer, error);
  else if (answer->root == NULL)
    set_unreadable_error (answer, error);
  else
    return TRUE;
  return FALSE;
}

/* (nullable): what the answer names, joined by commas */
static char *
find_words (const Answer *answer, const MpWordsSpec *words)
{
  for (unsigned int i = 0; words->sources != NULL && i < words->sources->len; i++)
    {
      g_autoptr (GPtrArray) texts = find_texts (answer, g_ptr_array_index (words->sources, i));
      g_autoptr (GString) names = g_string_new (NULL);

      for (unsigned int j = 0; j < texts->len; j++)
        add_names (names, words->pattern, g_ptr_array_index (texts, j));
      if (names->len > 0)
        return mp_answer_words_clean (names->str, names->len, answer->redaction);
    }
  return NULL;
}

gboolean
mp_platform_answer_read (const MpPlatformAnswerSource *source,
                         MpPlatformAnswer *read,
                         GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) parse_error = NULL;
  Answer answer = {
    .document = source->document,
    .response = source->response,
    .redaction = source->redaction,
    .is_token = source->is_token,
    .is_of_key = source->is_of_key,
    .list = source->list,
    .test = source->test,
    .status = mp_http_response_get_status (source->response),
  };
  gboolean is_good;

  answer.text = g_bytes_get_data (mp_http_response_get_body (source->response), &answer.length);
  if (answer.text == NULL)
    answer.text = "";
  root = mp_json_parse (answer.text, (gssize) answer.length, &parse_error);
  answer.root = root;
  answer.parse_error = parse_error;
  if (is_failure (&answer) || is_web_page (&answer))
    answer.said = find_message (&answer);
  if (is_limited (&answer))
    {
      answer.missing = find_words (&answer, &answer.document->permission);
      answer.account = find_words (&answer, &answer.document->refused_account);
    }

  *read = (MpPlatformAnswer){ .said = answer.said,
                              .missing = answer.missing,
                              .account = answer.account };
  is_good = judge (&answer, error);
  read->is_empty = is_good && is_empty (&answer);
  if (is_good)
    read->root = g_steal_pointer (&root);
  return is_good;
}

void
mp_platform_answer_clear (MpPlatformAnswer *self)
{
  g_clear_pointer (&self->root, json_node_unref);
  g_clear_pointer (&self->said, g_free);
  g_clear_pointer (&self->missing, g_free);
  g_clear_pointer (&self->account, g_free);
}
