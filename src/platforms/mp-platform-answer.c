/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-answer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-answer-words.h"
#include "mp-error.h"
#include "mp-json.h"

/* What one answer is judged by. */
typedef struct
{
  const MpPlatformDocument *document;
  MpHttpResponse *response;
  const MpRedaction *redaction;
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
is_met (const Answer *answer, GPtrArray *conditions)
{
  MpScope scope = { .item = answer->root };

  for (unsigned int i = 0; i < conditions->len; i++)
    {
      const MpCondition *condition = g_ptr_array_index (conditions, i);
      MpValue value;

      if (condition->status != answer->status)
        continue;
      if (condition->when == NULL)
        return TRUE;
      if (answer->root != NULL && mp_expression_evaluate (condition->when, &scope, &value, NULL) &&
          mp_value_is_true (&value))
        return TRUE;
    }
  return FALSE;
}

/* RFC 6749, section 5.2: a refused client is a 400 or a 401 with one of these. Zoho says it with a
 * 200. */
static gboolean
is_refused_client (const Answer *answer)
{
  static const char *const codes[] = { "invalid_client", "invalid_client_id", "invalid_grant",
                                       "unauthorized_client", NULL };
  const char *code;

  if ((answer->status != 400 && answer->status != 200) || answer->root == NULL ||
      !JSON_NODE_HOLDS_OBJECT (answer->root))
    return FALSE;
  code = mp_json_get_string (json_node_get_object (answer->root), "error", "");
  return g_strv_contains (codes, code);
}

/* -1: not said */
static int64_t
find_wait_seconds (const Answer *answer)
{
  int64_t seconds = mp_http_response_get_retry_after_seconds (answer->response);
  const char *text;
  guint64 reset;

  if (seconds >= 0 || answer->document->reset_header == NULL)
    return seconds;
  text = mp_http_response_get_header (answer->response, answer->document->reset_header);
  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &reset, NULL))
    return -1;
  switch (answer->document->reset_unit)
    {
    case MP_RESET_MILLISECONDS:
      return (int64_t) (reset + 999) / 1000;
    case MP_RESET_EPOCH:
      return MAX (0, (int64_t) reset - g_get_real_time () / G_USEC_PER_SEC);
    case MP_RESET_SECONDS:
    default:
      return (int64_t) reset;
    }
}

static char *
join_message (const char *sentence, const char *said)
{
  /* Translators: a sentence, then the other side's own words */
  return said != NULL ? g_strdup_printf (_ ("%s It says: %s"), sentence, said)
                      : g_strdup (sentence);
}

static void
set_error (GError **error, MpError code, const char *said, char *sentence /* (transfer full) */)
{
  g_autofree char *message = join_message (sentence, said);

  g_set_error_literal (error, MP_ERROR, code, message);
  g_free (sentence);
}

static void
set_throttled_error (const Answer *answer, const char *said, GError **error)
{
  int64_t seconds = find_wait_seconds (answer);

  if (seconds <= 0)
    {
      set_error (error, MP_ERROR_RATE_LIMITED, said,
                 g_strdup_printf (_ ("%s answers no more for now: too many requests. Try again "
                                     "later."),
                                     get_label (answer)));
      return;
    }
  seconds = MIN (seconds, G_MAXINT);
  set_error (error, MP_ERROR_RATE_LIMITED, said,
             g_strdup_printf (
                 g_dngettext (GETTEXT_PACKAGE,
                              "%s answers no more for now: too many requests. Try again in %d "
                              "second.",
                              "%s answers no more for now: too many requests. Try again in %d "
                              "seconds.",
                              (unsigned long) seconds),
                 get_label (answer), (int) seconds));
}

static void
set_unreadable_error (const Answer *answer, const char *said, GError **error)
{
  const char *end = answer->text + answer->length;

  if (is_web_page (answer))
    {
      set_error (
          error, MP_ERROR_INVALID, said,
          g_strdup_printf (_ ("%s answered a web page instead of data: is the address right?"),
                              get_label (answer)));
      return;
    }
  while (end > answer->text && g_ascii_isspace (end[-1]))
    end--;
  if (end == answer->text)
    set_error (error, MP_ERROR_INVALID, NULL,
               g_strdup_printf (_ ("%s answered nothing."), get_label (answer)));
  else if ((*answer->text == '{' || *answer->text == '[') && end[-1] != '}' && end[-1] != ']')
    set_error (error, MP_ERROR_INVALID, NULL,
               g_strdup_printf (_ ("The answer of %s is cut off. Try again."), get_label (answer)));
  else
    set_error (error, MP_ERROR_INVALID, NULL,
               g_strdup_printf (_ ("The answer of %s cannot be read: %s"), get_label (answer),
                                   answer->parse_error->message));
}

static void
set_status_error (const Answer *answer, const char *said, GError **error)
{
  const char *label = get_label (answer);

  if (answer->status >= 500)
    set_error (error, MP_ERROR_UNAVAILABLE, said,
               g_strdup_printf (_ ("%s has a problem of its own (status %u). Try again later."),
                                   label, answer->status));
  else if (is_web_page (answer))
    set_unreadable_error (answer, said, error);
  else if (answer->status == 404)
    set_error (error, MP_ERROR_NOT_FOUND, said,
               g_strdup_printf (_ ("%s does not know what was asked for (status 404)."), label));
  else
    set_error (error, MP_ERROR_INVALID, said,
               g_strdup_printf (_ ("%s refused the request (status %u)."), label, answer->status));
}

/* Also an answer with a good status can say that something is wrong. */
static gboolean
is_failure (const Answer *answer)
{
  const MpPlatformDocument *document = answer->document;

  return answer->status >= 400 || is_met (answer, document->bad_key) ||
         is_met (answer, document->limited) || is_met (answer, document->throttled) ||
         is_met (answer, document->failed);
}

static gboolean
judge (const Answer *answer, gboolean is_token, const char *said, GError **error)
{
  const char *label = get_label (answer);

  if (is_met (answer, answer->document->throttled))
    set_throttled_error (answer, said, error);
  else if (is_met (answer, answer->document->bad_key) || (is_token && is_refused_client (answer)))
    set_error (error, MP_ERROR_UNAUTHORIZED, said,
               g_strdup_printf (_ ("%s did not accept the key."), label));
  else if (is_met (answer, answer->document->limited))
    set_error (error, MP_ERROR_FORBIDDEN, said,
               g_strdup_printf (_ ("The key is right, but %s does not let it do this."), label));
  else if (is_met (answer, answer->document->failed))
    set_error (error, MP_ERROR_INVALID, said,
               g_strdup_printf (_ ("%s could not do what was asked."), label));
  else if (answer->status < 200 || answer->status > 299)
    set_status_error (answer, said, error);
  else if (answer->root == NULL)
    set_unreadable_error (answer, said, error);
  else
    return TRUE;
  return FALSE;
}

JsonNode *
mp_platform_answer_read (const MpPlatformDocument *document,
                         MpHttpResponse *response,
                         const MpRedaction *redaction,
                         gboolean is_token,
                         char **said,
                         GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) parse_error = NULL;
  Answer answer = {
    .document = document,
    .response = response,
    .redaction = redaction,
    .status = mp_http_response_get_status (response),
  };

  answer.text = g_bytes_get_data (mp_http_response_get_body (response), &answer.length);
  if (answer.text == NULL)
    answer.text = "";
  root = mp_json_parse (answer.text, (gssize) answer.length, &parse_error);
  answer.root = root;
  answer.parse_error = parse_error;
  *said = is_failure (&answer) || is_web_page (&answer) || (is_token && is_refused_client (&answer))
              ? find_message (&answer)
              : NULL;

  return judge (&answer, is_token, *said, error) ? g_steal_pointer (&root) : NULL;
}
