/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz-driver.h"

#include <string.h>

#include "mp-http-private.h"
#include "mp-json.h"
#include "mp-platform-answer.h"
#include "mp-platform-decode.h"
#include "mp-platform-listing.h"
#include "mp-platform-paging.h"
#include "mp-platform-private.h"
#include "mp-platform-sign-in.h"
#include "mp-platform-test.h"
#include "mp-platform-validator.h"
#include "mp-platforms.h"
#include "mp-sample-record.h"

#define KEY "5ecret0f/the+key"
#define MOST_ITEMS 100
#define PAGES 3
#define OPTIONS 3

static const char *const sample_fields[] = { "email", "name", "cf_level", NULL };

/* What this is about beside the shipped documents: all of the language in one. */
static const char document_text[] =
    "{\"id\": \"own\", \"version\": 1, \"kind\": \"crm\", \"label\": \"Own\","
    " \"credential\": [{\"id\": \"key\", \"label\": \"Key\"}],"
    " \"hosts\": [\"api.example.org\"], \"base\": \"https://api.example.org\","
    " \"auth\": {\"kind\": \"bearer\", \"token\": \"{key}\"},"
    " \"test\": {\"request\": {\"path\": \"/me\"}, \"account\": [\"{name|upper} ({id})\", "
    "\"{name}\"],"
    " \"account_id\": \"id\", \"details\": [\"{plan}\", \"{@item.email}\"],"
    " \"test_mode\": \"livemode == false\", \"live_mode\": \"livemode\"},"
    " \"objects\": {\"static\": [{\"name\": \"a\"}], \"request\": {\"path\": \"/o\"},"
    " \"conditional\": true,"
    " \"entries\": \"@item\", \"name\": \"@key\", \"label\": \"label\"},"
    " \"sample\": {\"request\": {\"path\": \"/s\", \"query\": {\"f\": \"{fields}\"}},"
    " \"items\": [\"results\", \"data.items\"],"
    " \"value\": [\"custom[?key == @name].value\", \"@item[@name]\"]},"
    " \"limits\": {\"remaining\": {\"header\": \"left\"}, \"limit\": {\"header\": \"most\", "
    "\"pattern\": \"([0-9]+)\"},"
    " \"reset\": {\"header\": \"wait\", \"unit\": \"epoch\"}},"
    " \"types\": {\"string\": {\"textarea\": \"longtext\", \"*\": \"text\"}, \"*\": \"other\"},"
    " \"fields\": {\"request\": {\"path\": \"/f\"}, \"items\": [\"results\", \"fields\", "
    "\"@required.more\"],"
    " \"joins\": {\"required\": {\"request\": {\"path\": \"/r\"}}},"
    " \"paging\": {\"kind\": \"cursor_body\", \"next\": \"paging.next\", \"query\": \"after\"},"
    " \"empty\": [404, {\"status\": 200, \"when\": \"nothing\"}],"
    " \"keep\": \"!hidden && (archived == false || archived == null)\","
    " \"name\": [\"name\", \"id\"], \"prefix\": \"x.\", \"label\": [\"labels[@key]\", "
    "\"labels.0\", \"label\"],"
    " \"type\": \"several ? 'list' : type\", \"subtype\": \"fieldType\","
    " \"required\": \"name in @required.required || type in [a, 'b', 3]\","
    " \"read_only\": \"length > 3 && length <= 80 || name ~ '^sys_'\", \"custom\": \"custom != "
    "true\","
    " \"max_length\": \"length\","
    " \"options\": [{\"when\": \"type == 'lookup'\", \"request\": {\"path\": \"/c/{field}\"},"
    " \"items\": \"results[?name == @name].options\", \"value\": \"@item\"},"
    " {\"items\": \"options\", \"keep\": \"!hidden\", \"value\": [\"value\", \"@key\"],"
    " \"label\": [\"label\", \"@item\"]}]},"
    " \"errors\": {\"bad_key\": [401, {\"status\": 400, \"when\": \"code == 'key'\"}], "
    "\"limited\": [403],"
    " \"throttled\": [429, {\"status\": 200, \"when\": \"code in [4, 'slow']\"}],"
    " \"failed\": [{\"status\": 200, \"when\": \"ok == false\"}],"
    " \"hints\": [{\"status\": 404, \"web_page\": true, \"say\": \"Name the database.\"},"
    " {\"status\": 200, \"when\": \"error.code in [1, 'two']\", \"say\": \"Look.\"}],"
    " \"message\": [\"errors.0.message\", \"message\", \"header:x-error\", \"text\"],"
    " \"permission\": {\"from\": [\"scopes\", \"message\"], \"pattern\": \"'([a-z_]+)'\"}}}";

/* What one input is about. */
typedef struct
{
  MpPlatformDocument *document;
  MpHttpResponse *response;
  MpRedaction *redaction;
  GHashTable *joins; /* (element-type utf8 JsonNode) */
} Fixture;

static MpPlatformDocument *
get_own_document (void)
{
  static MpPlatformDocument *document;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (MpFieldErrors) faults = mp_field_errors_new ();

  if (document != NULL)
    return document;
  object = mp_json_parse_object (document_text, -1, NULL);
  document = mp_platform_document_new (object, faults);
  for (unsigned int i = 0; i < mp_field_errors_get_size (faults); i++)
    {
      g_autofree char *text = mp_field_error_dup_text (mp_field_errors_get (faults, i));

      g_printerr ("%s: %s\n", mp_field_errors_get (faults, i)->pointer, text);
    }
  g_assert_nonnull (document);
  return document;
}

static MpPlatformDocument *
find_document (const char *id)
{
  static MpPlatforms *platforms;
  MpPlatform *platform;

  if (platforms == NULL)
    {
      g_autoptr (MpHttpClient) http = mp_http_client_new ();

      platforms = mp_platforms_new (http, NULL);
    }
  platform = mp_platforms_find (platforms, id);
  return platform != NULL ? mp_platform_get_document (platform) : get_own_document ();
}

/* Short, one line, and without the key. */
static void
check_message (const char *message)
{
  g_assert_true (g_utf8_validate (message, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (message, -1), <, 1000);
  g_assert_null (strstr (message, KEY));
  g_assert_null (strchr (message, '\n'));
}

static gboolean
judge (Fixture *fixture, const MpListSpec *list, gboolean is_token, MpPlatformAnswer *answer)
{
  const MpPlatformAnswerSource source = {
    .document = fixture->document,
    .response = fixture->response,
    .redaction = fixture->redaction,
    .is_token = is_token,
    .list = list,
  };
  g_autoptr (GError) error = NULL;
  gboolean is_read = mp_platform_answer_read (&source, answer, &error);

  g_assert_true (is_read == (error == NULL));
  if (error != NULL)
    check_message (error->message);
  if (answer->said != NULL)
    check_message (answer->said);
  if (answer->missing != NULL)
    check_message (answer->missing);
  return is_read;
}

static void
decode_options (MpPlatformDecoder *decoder, JsonNode *root)
{
  const unsigned int n_items = decoder->items->len;

  for (unsigned int i = 0; i < MIN (decoder->pending->len, OPTIONS); i++)
    {
      const MpPendingOptions *pending = g_ptr_array_index (decoder->pending, i);
      g_autoptr (GError) error = NULL;
      gboolean is_decoded = mp_platform_decode_options (decoder, pending, root, &error);

      g_assert_true (is_decoded == (error == NULL));
    }
  g_assert_cmpuint (decoder->items->len, ==, n_items);
}

/* FALSE: there is no next page */
static gboolean
turn_page (Fixture *fixture, MpPaging *paging, JsonNode *root, unsigned int count)
{
  MpScope scope = { .item = root, .joins = fixture->joins, .page = root, .object = "contacts" };
  g_auto (MpPageQuery) query = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean has_next;

  mp_paging_make_query (paging, &query);
  if (!mp_paging_advance (paging, &scope, fixture->response, count, &has_next, &error))
    {
      g_assert_nonnull (error);
      return FALSE;
    }
  g_assert_no_error (error);
  return has_next;
}

/* What the answer says of its own state is asked by, in one line, and only of this document. */
static void
keep_validator (Fixture *fixture, const MpListSpec *list)
{
  g_autofree char *validator =
      mp_platform_dup_validator (fixture->document, list, fixture->response);
  g_autoptr (MpHttpRequest) request = mp_http_request_new ("GET", "https://api.example.org/o");

  if (validator != NULL)
    g_assert_true (mp_platform_set_condition (fixture->document, list, validator, request));
}

/* The list as it is shown, with what the document adds. */
static void
make_listing (const MpPlatformDecoder *decoder, GType item_type)
{
  g_autoptr (GListModel) listing = mp_platform_make_listing (decoder->list, item_type,
                                                             decoder->items, decoder->names);

  for (unsigned int i = 0; i < g_list_model_get_n_items (listing); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (listing, i);

      g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (item, item_type));
      if (MP_IS_SAMPLE_RECORD (item))
        {
          for (unsigned int j = 0; sample_fields[j] != NULL; j++)
            mp_sample_record_get_value (MP_SAMPLE_RECORD (item), sample_fields[j]);
          g_assert_null (mp_sample_record_get_value (MP_SAMPLE_RECORD (item), "not asked for"));
        }
    }
}

/* The same answer as every page of the list, as the answer of its joins and as that of its
 * options. */
static void
read_list (Fixture *fixture, const MpListSpec *list, GType item_type)
{
  g_auto (MpPlatformAnswer) answer = { 0 };
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) pending =
                 g_ptr_array_new_with_free_func ((GDestroyNotify) mp_pending_options_free);
  MpPlatformDecoder decoder = {
    .document = fixture->document,
    .list = list,
    .of_fields = item_type == MP_TYPE_CRM_FIELD,
    .fields = item_type == MP_TYPE_SAMPLE_RECORD ? sample_fields : NULL,
    .joins = fixture->joins,
    .items = items,
    .names = names,
    .most = MOST_ITEMS,
    .object = "contacts",
    .pending = pending,
  };
  g_auto (MpPaging) paging = { .document = fixture->document, .list = list };
  unsigned int count;

  if (!judge (fixture, list, FALSE, &answer) || answer.is_empty || answer.root == NULL)
    return;
  keep_validator (fixture, list);
  for (unsigned int i = 0; i < list->joins->len; i++)
    {
      const MpJoin *join = g_ptr_array_index (list->joins, i);

      g_hash_table_insert (fixture->joins, join->name, answer.root);
    }
  for (unsigned int page = 0; page < PAGES; page++)
    {
      g_autoptr (GError) error = NULL;
      gboolean is_decoded = mp_platform_decode_page (&decoder, answer.root, &count, &error);

      g_assert_true (is_decoded == (error == NULL));
      if (item_type != MP_TYPE_SAMPLE_RECORD)
        g_assert_cmpuint (items->len, ==, g_hash_table_size (names));
      g_assert_cmpuint (items->len, <=, MOST_ITEMS);
      if (!is_decoded || !turn_page (fixture, &paging, answer.root, count))
        break;
    }
  decode_options (&decoder, answer.root);
  make_listing (&decoder, item_type);
  g_hash_table_remove_all (fixture->joins);
}

static void
read_lists (Fixture *fixture, GPtrArray *lists, GType item_type)
{
  for (unsigned int i = 0; lists != NULL && i < lists->len; i++)
    {
      const MpListSpec *list = g_ptr_array_index (lists, i);

      if (list->request != NULL)
        read_list (fixture, list, item_type);
    }
}

static void
read_test (Fixture *fixture)
{
  g_auto (MpPlatformAnswer) answer = { 0 };
  MpScope scope = { .joins = fixture->joins };
  gboolean is_read = judge (fixture, NULL, FALSE, &answer);
  MpTestResultInit known;
  g_autoptr (MpTestResult) result = NULL;
  g_autoptr (GError) error = NULL;

  scope.item = answer.root;
  for (unsigned int i = 0; is_read && i < fixture->document->test.joins->len; i++)
    {
      const MpJoin *join = g_ptr_array_index (fixture->document->test.joins, i);

      if (answer.root != NULL)
        g_hash_table_insert (fixture->joins, join->name, answer.root);
    }
  known = (MpTestResultInit){
    .outcome = is_read ? MP_TEST_CONNECTED : MP_TEST_LIMITED,
    .mode = MP_MODE_UNKNOWN,
    .message = answer.said,
    .missing = answer.missing,
    .account = answer.account,
  };
  result = mp_platform_make_test_result (fixture->document, &known, &scope, &error);
  g_assert_true ((result == NULL) == (error != NULL));
  g_hash_table_remove_all (fixture->joins);
}

static void
read_token (Fixture *fixture)
{
  g_auto (MpPlatformAnswer) answer = { 0 };
  g_autoptr (MpAccess) access = mp_access_new ();
  g_autoptr (GError) error = NULL;
  unsigned int lifetime_s;

  if (fixture->document->auth.exchange == NULL || !judge (fixture, NULL, TRUE, &answer) ||
      answer.root == NULL)
    return;
  if (mp_platform_read_token (fixture->document, g_steal_pointer (&answer.root), access,
                              &lifetime_s, &error))
    g_assert_nonnull (mp_access_get_token (access));
  else
    g_assert_nonnull (error);
}

static void
read_prepared (Fixture *fixture)
{
  g_autoptr (MpAccess) access = mp_access_new ();

  for (unsigned int i = 0; i < fixture->document->prepare->len; i++)
    {
      g_auto (MpPlatformAnswer) answer = { 0 };
      g_autoptr (GError) error = NULL;

      if (!judge (fixture, NULL, FALSE, &answer) || answer.root == NULL)
        return;
      if (!mp_platform_read_prepared (fixture->document,
                                      g_ptr_array_index (fixture->document->prepare, i),
                                      g_steal_pointer (&answer.root), access, &error))
        g_assert_nonnull (error);
    }
  mp_platform_join_access (access, fixture->joins);
  g_hash_table_remove_all (fixture->joins);
}

static void
add_header (SoupMessageHeaders *headers, const char *line)
{
  g_auto (GStrv) sides = g_strsplit (line, ": ", 2);

  if (g_strv_length (sides) == 2 && *sides[0] != '\0' && strpbrk (sides[0], " \t\r:") == NULL &&
      strchr (sides[1], '\r') == NULL && g_utf8_validate (line, -1, NULL))
    soup_message_headers_append (headers, sides[0], sides[1]);
}

/*
 * The first line is the id of a platform (an unknown one: the document above) and a status; headers
 * follow, an empty line, then the body. Whatever a platform answers to whatever call: a result, or
 * an error whose message is fit to be shown.
 */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *body = size > 0 ? memmem (data, size, "\n\n", 2) : NULL;
  const size_t head_size = body != NULL ? (size_t) (body - (const char *) data) : size;
  const size_t body_size = body != NULL ? size - head_size - 2 : 0;
  g_autofree char *head = g_strndup (size > 0 ? (const char *) data : "", head_size);
  g_auto (GStrv) lines = g_strsplit (head, "\n", 10);
  g_auto (GStrv) words = g_strsplit (lines[0] != NULL ? lines[0] : "", " ", 2);
  SoupMessageHeaders *headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  g_autoptr (GBytes) bytes = g_bytes_new (body_size > 0 ? body + 2 : "", body_size);
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (MpRedaction) redaction = mp_redaction_new ();
  g_autoptr (GHashTable) joins = g_hash_table_new (g_str_hash, g_str_equal);
  guint64 status = 200;
  Fixture fixture;

  if (words[0] != NULL && words[1] != NULL)
    g_ascii_string_to_unsigned (words[1], 10, 200, 599, &status, NULL);
  for (unsigned int i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    add_header (headers, lines[i]);
  response = mp_http_response_new ((unsigned int) status, headers, bytes);
  soup_message_headers_unref (headers);
  mp_redaction_add (redaction, KEY, TRUE);
  fixture =
      (Fixture){ find_document (words[0] != NULL ? words[0] : ""), response, redaction, joins };

  read_token (&fixture);
  read_prepared (&fixture);
  read_test (&fixture);
  read_lists (&fixture, fixture.document->objects, MP_TYPE_CRM_OBJECT);
  read_lists (&fixture, fixture.document->fields, MP_TYPE_CRM_FIELD);
  read_lists (&fixture, fixture.document->samples, MP_TYPE_SAMPLE_RECORD);
  g_assert_cmpint (mp_platform_answer_find_pause (fixture.document, response), >=, 0);
  return 0;
}
