/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mp-document-parse-private.h"

#include "mp-error.h"
#include "mp-json.h"

static void
mode_rule_free (gpointer data)
{
  MpModeRule *rule = data;

  g_free (rule->part);
  g_free (rule->setting);
  g_clear_pointer (&rule->pattern, g_regex_unref);
  g_free (rule);
}

static void
parse_test (MpDocumentReader *reader,
            const MpDocumentNames *names,
            gboolean signs_in,
            MpTestSpec *test,
            JsonObject *document)
{
  static const char *const members[] = { "request",   "accepted",   "joins",
                                         "account",   "account_id", "details",
                                         "test_mode", "live_mode",  NULL };
  JsonObject *object = mp_document_reader_get_object (reader, document, "", "test", TRUE);

  if (object == NULL)
    return;
  mp_document_reader_check_members (reader, object, "/test", members);
  test->request = mp_document_parse_request (reader, names, object, "/test", !signs_in);
  test->accepted = mp_document_parse_conditions (reader, object, "/test", "accepted", 0);
  test->joins = mp_document_parse_joins (reader, names, object, "/test");
  test->account = mp_document_reader_get_texts (reader, object, "/test", "account");
  test->account_id =
      mp_document_reader_get_attribute (reader, object, "/test", "account_id", FALSE);
  test->details = mp_document_reader_get_texts (reader, object, "/test", "details");
  test->test_mode = mp_document_reader_get_attribute (reader, object, "/test", "test_mode", FALSE);
  test->live_mode = mp_document_reader_get_attribute (reader, object, "/test", "live_mode", FALSE);
}

static gboolean
has_part (MpPlatformSpec *spec, const char *id)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      if (g_str_equal (mp_platform_spec_get_part (spec, i)->id, id))
        return TRUE;
    }
  return FALSE;
}

static void
parse_mode_rule (MpDocumentReader *reader,
                 MpPlatformDocument *self,
                 JsonObject *object,
                 const char *pointer)
{
  static const char *const members[] = { "part", "setting", "pattern", "mode", NULL };
  const char *setting = mp_document_reader_get_string (reader, object, pointer, "setting", FALSE);
  const char *part =
      mp_document_reader_get_string (reader, object, pointer, "part", setting == NULL);
  const char *pattern = mp_document_reader_get_string (reader, object, pointer, "pattern", TRUE);
  const char *mode = mp_document_reader_get_string (reader, object, pointer, "mode", TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *anchored = NULL;
  MpModeRule *rule;

  mp_document_reader_check_members (reader, object, pointer, members);
  if ((part == NULL && setting == NULL) || pattern == NULL || mode == NULL)
    return;
  if (part != NULL && setting != NULL)
    mp_document_reader_add_fault (reader, pointer, "setting",
                                  "a rule has either “part” or “setting”");
  if (setting != NULL && mp_platform_spec_find_setting (self->spec, setting) == NULL)
    mp_document_reader_add_fault (reader, pointer, "setting", "the connection has no setting “%s”",
                                  setting);
  if (part != NULL && !has_part (self->spec, part))
    mp_document_reader_add_fault (reader, pointer, "part", "the credential has no part “%s”", part);
  if (!g_str_equal (mode, "test") && !g_str_equal (mode, "live"))
    mp_document_reader_add_fault (reader, pointer, "mode", "“test” or “live” is expected");
  rule = g_new0 (MpModeRule, 1);
  rule->part = g_strdup (part);
  rule->setting = g_strdup (setting);
  rule->mode = g_str_equal (mode, "test") ? MP_MODE_TEST : MP_MODE_LIVE;
  anchored = g_strdup_printf ("\\A(?:%s)\\z", pattern);
  rule->pattern = g_regex_new (anchored, G_REGEX_OPTIMIZE, G_REGEX_MATCH_DEFAULT, &error);
  if (rule->pattern == NULL)
    mp_document_reader_add_fault (reader, pointer, "pattern", "%s", error->message);
  g_ptr_array_add (self->mode_rules, rule);
}

static void
parse_mode (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  JsonArray *array = mp_document_reader_get_array (reader, document, "", "mode", FALSE);

  self->mode_rules = g_ptr_array_new_with_free_func (mode_rule_free);
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer ("", "mode", i);
      JsonObject *object = mp_document_reader_get_element (reader, array, i, at);

      if (object != NULL)
        parse_mode_rule (reader, self, object, at);
    }
}

static void
parse_hosts (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  JsonArray *array = mp_document_reader_get_array (reader, document, "", "hosts", TRUE);

  self->hosts = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_template_free);
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *text = mp_json_array_get_string (array, i);
      g_autofree char *at = mp_document_dup_element_pointer ("", "hosts", i);
      MpTemplate *host = NULL;

      if (text == NULL || *text == '\0' || g_str_equal (text, "*"))
        mp_document_reader_add_fault (reader, at, NULL,
                                      "a host such as “api.example.org” or “*.example.org” is "
                                      "expected");
      else
        host = mp_document_reader_parse_template (reader, text, at);
      if (host != NULL)
        g_ptr_array_add (self->hosts, host);
    }
  if (array != NULL && json_array_get_length (array) == 0)
    mp_document_reader_add_fault (reader, "/hosts", NULL,
                                  "the hosts that a key may be sent to are expected");
}

/* An address for each value of a setting: {"setting": "environment", "values": {"live": …}}. */
static void
parse_bases (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *object)
{
  static const char *const members[] = { "setting", "values", NULL };
  JsonObject *values = mp_document_reader_get_object (reader, object, "/base", "values", TRUE);
  const MpSettingSpec *setting = NULL;

  mp_document_reader_check_members (reader, object, "/base", members);
  self->bases =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mp_template_free);
  self->base_setting =
      g_strdup (mp_document_reader_get_string (reader, object, "/base", "setting", TRUE));
  if (self->base_setting != NULL)
    setting = mp_platform_spec_find_setting (self->spec, self->base_setting);
  if (setting == NULL || setting->choices == NULL || setting->fallback == NULL)
    {
      mp_document_reader_add_fault (reader, "/base", "setting",
                                    "a setting that has “choices” and a “default” is expected");
      return;
    }
  for (unsigned int i = 0; values != NULL && setting->choices[i] != NULL; i++)
    {
      MpTemplate *base = mp_document_reader_get_template (reader, values, "/base/values",
                                                          setting->choices[i], TRUE);

      if (base != NULL)
        g_hash_table_replace (self->bases, g_strdup (setting->choices[i]), base);
    }
}

static void
parse_base (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  JsonObject *object = mp_json_get_object (document, "base");

  if (object != NULL)
    parse_bases (reader, self, object);
  else
    self->base = mp_document_reader_get_template (reader, document, "", "base", TRUE);
}

static void
check_entries (MpDocumentReader *reader,
               JsonObject *document,
               const char *name,
               const char *const *members)
{
  JsonArray *array = mp_document_reader_get_array (reader, document, "", name, FALSE);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer ("", name, i);
      JsonObject *object = mp_document_reader_get_element (reader, array, i, at);

      if (object != NULL)
        mp_document_reader_check_members (reader, object, at, members);
    }
}

/* core reads these members; here they are only looked at for what it would not see. */
static void
check_head (MpDocumentReader *reader, JsonObject *document)
{
  static const char *const members[] = {
    "$schema",  "id",         "version",     "kind",     "label",      "key_help",   "key_address",
    "verified", "unverified", "unavailable", "replaces", "connection", "credential", "hosts",
    "base",     "headers",    "auth",        "prepare",  "mode",       "test",       "objects",
    "fields",   "types",      "write",       "errors",   "limits",     "sample",     NULL
  };
  static const char *const settings[] = { "id",      "label",   "help",     "pattern", "example",
                                          "default", "choices", "required", NULL };
  static const char *const parts[] = { "id",      "label",  "help",   "pattern",
                                       "example", "secret", "refuse", NULL };

  mp_document_reader_check_members (reader, document, "", members);
  check_entries (reader, document, "connection", settings);
  check_entries (reader, document, "credential", parts);
}

static void
check_name (MpDocumentReader *reader, gboolean has_token, const char *pointer, const char *id)
{
  if (mp_document_is_reserved_name (id) || (has_token && g_str_equal (id, "token")))
    mp_document_reader_add_fault (reader, pointer, NULL, "“%s” has two meanings", id);
}

static void
check_names (MpDocumentReader *reader, MpPlatformSpec *spec, gboolean has_token)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_settings (spec); i++)
    {
      const char *id = mp_platform_spec_get_setting (spec, i)->id;

      if (has_part (spec, id))
        mp_document_reader_add_fault (reader, "/connection", NULL, "“%s” has two meanings", id);
      check_name (reader, has_token, "/connection", id);
    }
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    check_name (reader, has_token, "/credential", mp_platform_spec_get_part (spec, i)->id);
}

/* Facts that nobody has seen are said to be so, and why; a document that says neither is verified.
 */
static void
parse_unverified (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  gboolean is_said = json_object_has_member (document, "verified");

  self->unverified =
      g_strdup (mp_document_reader_get_string (reader, document, "", "unverified", is_said));
  if (mp_document_reader_get_boolean (reader, document, "", "verified"))
    mp_document_reader_add_fault (reader, "", "verified",
                                  "false is expected: a document whose facts are verified has "
                                  "neither “verified” nor “unverified”");
  if (self->unverified != NULL && !is_said)
    mp_document_reader_add_fault (reader, "", "verified",
                                  "“verified”: false is expected beside “unverified”");
}

/* A platform that is only listed, with the reason, has nothing to be connected by. */
static void
check_unavailable (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document)
{
  static const char *const members[] = { "$schema",     "id",       "version",     "kind", "label",
                                         "key_address", "replaces", "unavailable", NULL };

  mp_document_reader_check_members (reader, document, "", members);
  if (*mp_platform_spec_get_unavailable (self->spec) == '\0')
    mp_document_reader_add_fault (reader, "", "unavailable", "the reason is expected");
  self->replaces = mp_document_reader_get_boolean (reader, document, "", "replaces");
}

/* The fields of an answer have types of the vendor. */
static gboolean
has_live_list (GPtrArray *lists)
{
  for (unsigned int i = 0; lists != NULL && i < lists->len; i++)
    {
      if (((const MpListSpec *) g_ptr_array_index (lists, i))->request != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_conditional_list (GPtrArray *lists)
{
  for (unsigned int i = 0; lists != NULL && i < lists->len; i++)
    {
      if (((const MpListSpec *) g_ptr_array_index (lists, i))->is_conditional)
        return TRUE;
    }
  return FALSE;
}

/* What another document, or another version of this program, made of an answer may be made
 * differently now. */
static char *
make_digest (JsonObject *document)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), document);
  g_autofree char *own = mp_json_digest (node);

  return g_strconcat (MP_VERSION, "-", own, NULL);
}

/* A compiled document; NULL, and faults in @faults, when it cannot be used. */
MpPlatformDocument *
mp_platform_document_new (JsonObject *object, MpFieldErrors *faults)
{
  g_autoptr (MpPlatformDocument) self = g_new0 (MpPlatformDocument, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpDocumentNames) names = NULL;
  g_autoptr (MpDocumentNames) signed_names = NULL;
  g_autoptr (MpDocumentNames) object_names = NULL;
  MpDocumentReader reader = { .faults = faults };
  gboolean has_token;
  gboolean is_crm;

  self->reference_count = 1;
  check_head (&reader, object);
  self->spec = mp_platform_spec_new_from_json (object, &error);
  if (self->spec == NULL)
    {
      mp_document_reader_add_fault (&reader, "", NULL, "%s", error->message);
      return NULL;
    }
  is_crm = g_str_equal (mp_platform_spec_get_kind (self->spec), "crm");
  if (mp_platform_spec_get_unavailable (self->spec) != NULL)
    {
      check_unavailable (&reader, self, object);
      return mp_field_errors_get_size (faults) == 0 ? g_steal_pointer (&self) : NULL;
    }
  has_token = mp_document_wants_token (object);
  check_names (&reader, self->spec, has_token);
  parse_unverified (&reader, self, object);
  self->replaces = mp_document_reader_get_boolean (&reader, object, "", "replaces");

  names = mp_document_names_new (self->spec);
  mp_document_reader_use_address_names (&reader, names, names->settings);
  parse_hosts (&reader, self, object);
  parse_base (&reader, self, object);
  /* From here on each knows what the steps before it give. */
  signed_names = mp_document_names_copy (names, NULL);
  if (has_token)
    mp_document_names_add (signed_names, "token", FALSE);
  self->prepare = mp_document_parse_prepare (&reader, signed_names, object);
  mp_document_parse_auth (&reader, names, signed_names, &self->auth, object);
  mp_document_reader_use_names (&reader, signed_names->all);
  self->headers = mp_document_reader_get_pairs (&reader, object, "", "headers");
  parse_mode (&reader, self, object);
  parse_test (&reader, signed_names, has_token || self->prepare->len > 0, &self->test, object);
  self->objects = mp_document_parse_lists (&reader, signed_names, object, "objects", is_crm);
  object_names = mp_document_names_copy (signed_names, "object");
  self->fields = mp_document_parse_lists (&reader, object_names, object, "fields", is_crm);
  mp_document_names_add (object_names, "fields", TRUE);
  mp_document_names_add (object_names, "fields_json", TRUE);
  self->samples = mp_document_parse_lists (&reader, object_names, object, "sample", FALSE);
  self->write = mp_document_parse_write (&reader, object, self->fields != NULL);
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  mp_document_parse_types (&reader, self->types, object, has_live_list (self->fields));
  mp_document_parse_errors (&reader, self, object);
  mp_document_parse_limits (&reader, self, object);

  if (has_conditional_list (self->objects) || has_conditional_list (self->fields))
    self->digest = make_digest (object);
  return mp_field_errors_get_size (faults) == 0 ? g_steal_pointer (&self) : NULL;
}
