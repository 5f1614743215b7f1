/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-suggestions.h"

#include "mp-json.h"
#include "mp-match-list.h"

struct _MpMappingSuggestions
{
  GObject parent_instance;

  MpPage *page;               /* (nullable): a weak pointer: these are a part of it */
  const MpFieldSpec *mapping; /* (unowned): of the registry */
  GHashTable *found;          /* (owned) (element-type utf8 MpMappingSuggestion) */
  GListModel *fields;         /* (owned) (nullable): of the CRM, for which they were asked */
  char *rules;                /* (owned) (nullable): likewise */
  unsigned int n_asked;       /* how often it was asked: only the last answer counts */
};

G_DEFINE_FINAL_TYPE (MpMappingSuggestions, mp_mapping_suggestions, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static unsigned int signals[N_SIGNALS];

/* All that the other thread works on; nobody else has it. */
typedef struct
{
  MpMatchList *sources;
  MpMatchList *targets;
  MpMatchRules *rules;
  char *platform;
  char *object;
  char *path;
  unsigned int number;
} Question;

static void
question_free (Question *question)
{
  mp_match_list_free (question->sources);
  mp_match_list_free (question->targets);
  mp_match_rules_free (question->rules);
  g_free (question->platform);
  g_free (question->object);
  g_free (question->path);
  g_free (question);
}

static void
suggestion_free (gpointer data)
{
  MpMappingSuggestion *suggestion = data;

  g_free (suggestion->target);
  g_free (suggestion->label);
  g_free (suggestion->reasons);
  g_free (suggestion);
}

/* "A, B or C": what it could be, where none of them is sure. */
static char *
join_candidates (const MpSuggestion *suggestion, const MpMatchInput *targets)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (unsigned int i = 0; i < suggestion->n_candidates; i++)
    {
      const MpMatchInput *target = &targets[suggestion->candidates[i].target];

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "",
                              target->label != NULL ? target->label : target->name);
    }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static MpMappingSuggestion *
describe (const MpSuggestion *suggestion, const MpMatchInput *source, const MpMatchInput *targets)
{
  const MpMatchCandidate *best = &suggestion->candidates[0];
  const MpMatchInput *target = &targets[best->target];
  g_auto (GStrv) reasons = mp_match_evidence_describe (best->evidence, source, target);
  MpMappingSuggestion *described = g_new0 (MpMappingSuggestion, 1);

  described->target = g_strdup (target->name);
  described->is_sure = suggestion->is_chosen;
  described->accepted = (best->evidence & MP_MATCH_ACCEPTED) != 0;
  /* The strongest two: a row has not room for all. */
  described->reasons = g_strv_length (reasons) > 1 ? g_strjoin (", ", reasons[0], reasons[1], NULL)
                                                   : g_strjoinv (", ", reasons);
  described->label = suggestion->is_chosen
                         ? g_strdup (target->label != NULL ? target->label : target->name)
                         : join_candidates (suggestion, targets);
  return described;
}

static void
find_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Question *question = data;
  const MpMatchQuestion asked = { .rules = question->rules,
                                  .platform = question->platform,
                                  .object = question->object,
                                  .path = question->path };
  g_autofree MpSuggestion *suggestions =
      mp_match_list_find_suggestions (question->sources, question->targets, &asked);
  const MpMatchInput *sources = mp_match_list_get_inputs (question->sources);
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, suggestion_free);

  for (unsigned int i = 0; i < mp_match_list_get_size (question->sources); i++)
    {
      if (suggestions[i].n_candidates > 0)
        g_hash_table_insert (
            found, g_strdup (sources[i].name),
            describe (&suggestions[i], &sources[i], mp_match_list_get_inputs (question->targets)));
    }
  g_task_return_pointer (task, found, (GDestroyNotify) g_hash_table_unref);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpMappingSuggestions) self = user_data;
  Question *question = g_task_get_task_data (G_TASK (result));
  g_autoptr (GHashTable) found = g_task_propagate_pointer (G_TASK (result), NULL);

  /* The page was left, or others were asked for meanwhile. */
  if (found == NULL || question->number != self->n_asked)
    return;
  g_hash_table_unref (self->found);
  self->found = g_steal_pointer (&found);
  g_signal_emit (self, signals[CHANGED], 0);
}

static const char *
get_string (MpMappingSuggestions *self, const char *path)
{
  MpRecordModel *model = self->page != NULL ? mp_page_get_record (self->page) : NULL;

  return model != NULL ? mp_record_get_string (mp_record_model_get_record (model), path) : NULL;
}

static GListModel *
get_fields (MpMappingSuggestions *self)
{
  MpRecordModel *model = self->page != NULL ? mp_page_get_record (self->page) : NULL;
  const char *object = get_string (self, self->mapping->object_path);

  return model != NULL && object != NULL
             ? mp_crm_metadata_get_fields (mp_record_model_get_metadata (model), object)
             : NULL;
}

static const char *
get_rules (MpMappingSuggestions *self)
{
  MpSession *session = self->page != NULL ? mp_page_get_session (self->page) : NULL;

  return session != NULL ? mp_session_get_kept (session, MP_KEPT_MAPPING_RULES) : NULL;
}

/* The thread may let go of its task last: it must not be what ends the suggestions. */
static void
ask (MpMappingSuggestions *self)
{
  Question *question = g_new0 (Question, 1);
  g_autoptr (GTask) task = g_task_new (NULL, mp_page_get_cancellable (self->page), found_cb,
                                       g_object_ref (self));

  question->sources =
      mp_match_list_new_from_catalogue (mp_catalogue_get (self->mapping->catalogue));
  question->targets = mp_match_list_new_from_fields (self->fields);
  question->rules = mp_match_rules_new (self->rules);
  question->platform = g_strdup (get_string (self, "/crm/platform"));
  question->object = g_strdup (get_string (self, self->mapping->object_path));
  question->path = g_strdup (self->mapping->path);
  question->number = self->n_asked;
  g_task_set_source_tag (task, ask);
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  g_task_run_in_thread (task, find_in_thread);
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MpMappingSuggestions) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!mp_session_keep_finish (MP_SESSION (source), result, &error))
    g_message ("The answer to a suggestion is not kept: %s", error->message);
  else if (self->page != NULL)
    mp_mapping_suggestions_update (self);
}

static void
mp_mapping_suggestions_finalize (GObject *object)
{
  MpMappingSuggestions *self = MP_MAPPING_SUGGESTIONS (object);

  g_clear_weak_pointer (&self->page);
  g_hash_table_unref (self->found);
  g_clear_object (&self->fields);
  g_free (self->rules);
  G_OBJECT_CLASS (mp_mapping_suggestions_parent_class)->finalize (object);
}

static void
mp_mapping_suggestions_class_init (MpMappingSuggestionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_mapping_suggestions_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
mp_mapping_suggestions_init (MpMappingSuggestions *self)
{
  self->found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, suggestion_free);
}

/**
 * mp_mapping_suggestions_new:
 * @page: the page that shows them
 * @mapping: the registry's row of the mapping
 *
 * Returns: (transfer full): none yet
 */
MpMappingSuggestions *
mp_mapping_suggestions_new (MpPage *page, const MpFieldSpec *mapping)
{
  MpMappingSuggestions *self = g_object_new (MP_TYPE_MAPPING_SUGGESTIONS, NULL);

  g_set_weak_pointer (&self->page, page);
  self->mapping = mapping;
  return self;
}

/**
 * mp_mapping_suggestions_update:
 * @self: the suggestions of a mapping
 *
 * Asks for others when the CRM's fields or people's answers are no longer those they were made
 * from.
 */
void
mp_mapping_suggestions_update (MpMappingSuggestions *self)
{
  GListModel *fields;
  const char *rules;

  g_return_if_fail (MP_IS_MAPPING_SUGGESTIONS (self));

  fields = get_fields (self);
  rules = get_rules (self);
  if (fields == self->fields && g_strcmp0 (rules, self->rules) == 0)
    return;
  if (fields != self->fields)
    g_hash_table_remove_all (self->found);
  g_set_object (&self->fields, fields);
  g_free (self->rules);
  self->rules = g_strdup (rules);
  self->n_asked++;
  if (self->fields != NULL)
    ask (self);
}

/**
 * mp_mapping_suggestions_find:
 * @self: the suggestions of a mapping
 * @field: a Member Pulse field
 *
 * Returns: (transfer none) (nullable): what is suggested for it, until "changed"
 */
const MpMappingSuggestion *
mp_mapping_suggestions_find (MpMappingSuggestions *self, const char *field)
{
  g_return_val_if_fail (MP_IS_MAPPING_SUGGESTIONS (self), NULL);

  return g_hash_table_lookup (self->found, field);
}

/**
 * mp_mapping_suggestions_answer:
 * @self: the suggestions of a mapping
 * @fields: (element-type utf8): Member Pulse fields
 * @targets: (element-type utf8): what was suggested for each
 * @accepted: whether it is right
 *
 * Remembers the answers as rules, which the next suggestions heed.
 */
void
mp_mapping_suggestions_answer (MpMappingSuggestions *self,
                               GPtrArray *fields,
                               GPtrArray *targets,
                               gboolean accepted)
{
  g_autoptr (MpMatchRules) rules = NULL;
  g_autofree char *text = NULL;

  g_return_if_fail (MP_IS_MAPPING_SUGGESTIONS (self));
  g_return_if_fail (fields->len == targets->len);

  if (self->page == NULL || mp_page_get_session (self->page) == NULL)
    return;
  rules = mp_match_rules_new (get_rules (self));
  for (unsigned int i = 0; i < fields->len; i++)
    {
      g_autofree char *path =
          mp_pointer_append (self->mapping->path, g_ptr_array_index (fields, i));
      const MpMatchRule rule = { (char *) get_string (self, "/crm/platform"),
                                 (char *) get_string (self, self->mapping->object_path), path,
                                 g_ptr_array_index (targets, i), accepted };

      if (rule.platform != NULL && rule.object != NULL)
        mp_match_rules_set (rules, &rule);
    }
  text = mp_match_rules_to_text (rules);
  mp_session_keep_async (mp_page_get_session (self->page), MP_KEPT_MAPPING_RULES, text, kept_cb,
                         g_object_ref (self));
}
