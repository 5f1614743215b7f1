/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-list.h"

#include <math.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-match-dictionary.h"

#define MAX_FIELDS 20000

struct _MpMatchList
{
  GArray *inputs;      /* (element-type MpMatchInput) */
  GStringChunk *texts; /* what the inputs point to */
  GPtrArray *options;  /* (element-type GStrv): likewise */
};

static MpMatchList *
new_list (void)
{
  MpMatchList *self = g_new0 (MpMatchList, 1);

  self->inputs = g_array_new (FALSE, TRUE, sizeof (MpMatchInput));
  self->texts = g_string_chunk_new (4096);
  self->options = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  return self;
}

static const char *
keep_text (MpMatchList *self, const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (self->texts, text) : NULL;
}

static const char *const *
keep_options (MpMatchList *self, GStrv options /* (transfer full) (nullable) */)
{
  if (options != NULL)
    g_ptr_array_add (self->options, options);
  return (const char *const *) options;
}

/* Texts, or objects with a label and a value. */
static GStrv
read_options (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);
      const char *text =
          object == NULL
              ? mp_json_array_get_string (array, i)
              : mp_json_get_string (object, "label", mp_json_get_string (object, "value", NULL));

      if (text != NULL)
        g_strv_builder_add (builder, text);
    }
  return g_strv_builder_end (builder);
}

static gboolean
add_object (MpMatchList *self, JsonObject *object, GError **error)
{
  const char *name = mp_json_require_string (object, "name", error);
  JsonArray *options = mp_json_get_array (object, "options");
  MpMatchInput input = { .name = keep_text (self, name) };

  if (name == NULL)
    return FALSE;
  input.label = keep_text (self, mp_json_get_string (object, "label", NULL));
  input.type = mp_match_dictionary_find_type (mp_match_dictionary_get (),
                                              mp_json_get_string (object, "type", ""));
  input.required = mp_json_get_boolean (object, "required", FALSE);
  input.read_only = !mp_json_get_boolean (object, "writable", TRUE);
  if (options != NULL)
    input.options = keep_options (self, read_options (options));
  g_array_append_val (self->inputs, input);
  return TRUE;
}

/**
 * mp_match_list_new_from_json:
 * @array: objects with "name", and where known "label", "type", "required", "writable", "options"
 * @error: return location
 *
 * A type may be ours or another system's word for one; one that is not known says nothing.
 *
 * Fails with %MP_ERROR_INVALID, which names the element, and %MP_ERROR_TOO_LARGE for more than
 * 20,000 fields.
 *
 * Returns: (transfer full): the fields
 */
MpMatchList *
mp_match_list_new_from_json (JsonArray *array, GError **error)
{
  g_autoptr (MpMatchList) self = new_list ();

  if (json_array_get_length (array) > MAX_FIELDS)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_TOO_LARGE, "more than %d fields", MAX_FIELDS);
      return NULL;
    }
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);

      if (object == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "/%u: an object is expected", i);
          return NULL;
        }
      if (!add_object (self, object, error))
        {
          g_prefix_error (error, "/%u: ", i);
          return NULL;
        }
    }
  return g_steal_pointer (&self);
}

/**
 * mp_match_list_new_from_catalogue:
 * @catalogue: Member Pulse's own fields
 *
 * Returns: (transfer full): the fields
 */
MpMatchList *
mp_match_list_new_from_catalogue (MpCatalogue *catalogue)
{
  MpMatchList *self = new_list ();

  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      MpCatalogueField *field = mp_catalogue_get_field (catalogue, i);
      const char *const *options = mp_catalogue_field_get_options (field);
      MpMatchInput input = {
        .name = keep_text (self, mp_catalogue_field_get_name (field)),
        .label = keep_text (self, mp_catalogue_field_get_plain_label (field)),
        .type = mp_catalogue_field_get_field_type (field),
        .required = mp_catalogue_field_get_required (field),
      };

      if (options != NULL)
        input.options = keep_options (self, g_strdupv ((GStrv) options));
      g_array_append_val (self->inputs, input);
    }
  return self;
}

static GStrv
dup_option_labels (MpCrmField *field)
{
  unsigned int n = mp_crm_field_get_n_options (field);
  GStrv labels = g_new0 (char *, n + 1);

  for (unsigned int i = 0; i < n; i++)
    labels[i] = g_strdup (mp_crm_field_get_option (field, i)->label);
  return labels;
}

/**
 * mp_match_list_new_from_fields:
 * @fields: a list of #MpCrmField
 *
 * Returns: (transfer full): the fields
 */
MpMatchList *
mp_match_list_new_from_fields (GListModel *fields)
{
  MpMatchList *self = new_list ();

  for (unsigned int i = 0; i < g_list_model_get_n_items (fields); i++)
    {
      g_autoptr (MpCrmField) field = g_list_model_get_item (fields, i);
      MpMatchInput input = {
        .name = keep_text (self, mp_crm_field_get_name (field)),
        .label = keep_text (self, mp_crm_field_get_label (field)),
        .type = mp_crm_field_get_field_type (field),
        .required = mp_crm_field_get_required (field),
        .read_only = mp_crm_field_get_read_only (field),
      };

      if (mp_crm_field_get_n_options (field) > 0)
        input.options = keep_options (self, dup_option_labels (field));
      g_array_append_val (self->inputs, input);
    }
  return self;
}

/**
 * mp_match_list_free:
 * @self: a list
 *
 * Frees it.
 */
void
mp_match_list_free (MpMatchList *self)
{
  g_array_unref (self->inputs);
  g_string_chunk_free (self->texts);
  g_ptr_array_unref (self->options);
  g_free (self);
}

/**
 * mp_match_list_get_size:
 * @self: a list
 *
 * Returns: how many fields it has
 */
unsigned int
mp_match_list_get_size (const MpMatchList *self)
{
  return self->inputs->len;
}

/**
 * mp_match_list_get_inputs:
 * @self: a list
 *
 * Returns: (transfer none) (array): its fields, for as long as the list lives
 */
const MpMatchInput *
mp_match_list_get_inputs (const MpMatchList *self)
{
  return (const MpMatchInput *) (gpointer) self->inputs->data;
}

/* More digits would claim more than is known, and take most of the time that writing takes. */
static double
round_score (double score)
{
  return round (score * 1000) / 1000;
}

static JsonObject *
candidate_to_json (const MpMatchCandidate *candidate,
                   const MpMatchInput *source,
                   const MpMatchInput *target)
{
  JsonObject *object = json_object_new ();
  g_auto (GStrv) reasons = mp_match_evidence_describe (candidate->evidence, source, target);
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; reasons[i] != NULL; i++)
    json_array_add_string_element (array, reasons[i]);
  json_object_set_string_member (object, "target", target->name);
  json_object_set_double_member (object, "score", round_score (candidate->score));
  json_object_set_array_member (object, "reasons", array);
  return object;
}

static JsonObject *
suggestion_to_json (const MpSuggestion *suggestion,
                    const MpMatchInput *source,
                    const MpMatchInput *targets)
{
  unsigned int first = suggestion->is_chosen ? 1 : 0;
  JsonArray *alternatives = json_array_new ();
  JsonObject *object;

  if (suggestion->is_chosen)
    object = candidate_to_json (&suggestion->candidates[0], source,
                                &targets[suggestion->candidates[0].target]);
  else
    {
      object = json_object_new ();
      json_object_set_null_member (object, "target");
      json_object_set_double_member (
          object, "score",
          suggestion->n_candidates > 0 ? round_score (suggestion->candidates[0].score) : 0);
      json_object_set_array_member (object, "reasons", json_array_new ());
    }
  json_object_set_string_member (object, "source", source->name);
  for (unsigned int i = first; i < suggestion->n_candidates; i++)
    json_array_add_object_element (alternatives,
                                   candidate_to_json (&suggestion->candidates[i], source,
                                                      &targets[suggestion->candidates[i].target]));
  json_object_set_array_member (object, "alternatives", alternatives);
  return object;
}

static GHashTable *
index_names (const MpMatchList *self)
{
  GHashTable *places = g_hash_table_new (g_str_hash, g_str_equal);

  for (unsigned int i = 0; i < self->inputs->len; i++)
    g_hash_table_insert (places, (gpointer) g_array_index (self->inputs, MpMatchInput, i).name,
                         GUINT_TO_POINTER (i));
  return places;
}

/* The rules that speak of fields of both lists. */
static GArray *
find_verdicts (const MpMatchList *sources,
               const MpMatchList *targets,
               const MpMatchQuestion *question)
{
  GArray *verdicts = g_array_new (FALSE, FALSE, sizeof (MpMatchVerdict));
  g_autoptr (GHashTable) source_places = index_names (sources);
  g_autoptr (GHashTable) target_places = index_names (targets);

  for (unsigned int i = 0; i < mp_match_rules_get_size (question->rules); i++)
    {
      const MpMatchRule *rule = mp_match_rules_get (question->rules, i);
      g_autofree char *field = mp_pointer_dup_last (rule->path);
      g_autofree char *path = mp_pointer_append (question->path, field);
      gpointer source;
      gpointer target;

      if (g_strcmp0 (rule->platform, question->platform) == 0 &&
          g_strcmp0 (rule->object, question->object) == 0 && g_str_equal (rule->path, path) &&
          g_hash_table_lookup_extended (source_places, field, NULL, &source) &&
          g_hash_table_lookup_extended (target_places, rule->target, NULL, &target))
        {
          MpMatchVerdict verdict = { GPOINTER_TO_UINT (source), GPOINTER_TO_UINT (target),
                                     rule->accepted };

          g_array_append_val (verdicts, verdict);
        }
    }
  return verdicts;
}

/**
 * mp_match_list_find_suggestions:
 * @sources: fields that want a counterpart
 * @targets: fields of the other side
 * @question: (nullable): what people said, and what is left out
 *
 * mp_matcher_suggest() for the lists. Any thread.
 *
 * Returns: (transfer full): a suggestion for each source; free with g_free()
 */
MpSuggestion *
mp_match_list_find_suggestions (const MpMatchList *sources,
                                const MpMatchList *targets,
                                const MpMatchQuestion *question)
{
  g_autoptr (GArray) verdicts = question != NULL && question->rules != NULL
                                    ? find_verdicts (sources, targets, question)
                                    : NULL;
  MpMatchOptions options = { 0 };

  if (question != NULL)
    options.left_out = question->left_out;
  if (verdicts != NULL)
    {
      options.verdicts = (const MpMatchVerdict *) (gpointer) verdicts->data;
      options.n_verdicts = verdicts->len;
    }
  return mp_matcher_suggest (mp_match_list_get_inputs (sources), mp_match_list_get_size (sources),
                             mp_match_list_get_inputs (targets), mp_match_list_get_size (targets),
                             &options);
}

/**
 * mp_match_list_suggest:
 * @sources: fields that want a counterpart
 * @targets: fields of the other side
 * @question: (nullable): what people said, and what is left out
 *
 * mp_match_list_find_suggestions() with its answer in words.
 *
 * Returns: (transfer full): for each source an object with "source", "target" (null: none is sure
 *   enough), "score", "reasons" and the next "alternatives"
 */
JsonArray *
mp_match_list_suggest (const MpMatchList *sources,
                       const MpMatchList *targets,
                       const MpMatchQuestion *question)
{
  const MpMatchInput *source_inputs = mp_match_list_get_inputs (sources);
  g_autofree MpSuggestion *suggestions =
      mp_match_list_find_suggestions (sources, targets, question);
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < mp_match_list_get_size (sources); i++)
    json_array_add_object_element (array, suggestion_to_json (&suggestions[i], &source_inputs[i],
                                                              mp_match_list_get_inputs (targets)));
  return array;
}
