/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-match-rules.h"

#include "mp-json.h"

/* The oldest are forgotten beyond these: nobody answers more suggestions. */
#define MAX_RULES 5000

struct _MpMatchRules
{
  GPtrArray *rules; /* (element-type MpMatchRule) */
};

static void
rule_free (gpointer data)
{
  MpMatchRule *rule = data;

  g_free (rule->platform);
  g_free (rule->object);
  g_free (rule->path);
  g_free (rule->target);
  g_free (rule);
}

static MpMatchRule *
copy_rule (const MpMatchRule *rule)
{
  MpMatchRule *copy = g_new0 (MpMatchRule, 1);

  copy->platform = g_strdup (rule->platform);
  copy->object = g_strdup (rule->object);
  copy->path = g_strdup (rule->path);
  copy->target = g_strdup (rule->target);
  copy->accepted = rule->accepted;
  return copy;
}

static JsonObject *
rule_to_json (const MpMatchRule *rule)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "platform", rule->platform);
  json_object_set_string_member (object, "object", rule->object);
  json_object_set_string_member (object, "path", rule->path);
  json_object_set_string_member (object, "target", rule->target);
  json_object_set_boolean_member (object, "accepted", rule->accepted);
  return object;
}

static void
add_from_json (MpMatchRules *self, JsonObject *object)
{
  MpMatchRule rule = {
    .platform = (char *) mp_json_get_string (object, "platform", NULL),
    .object = (char *) mp_json_get_string (object, "object", NULL),
    .path = (char *) mp_json_get_string (object, "path", NULL),
    .target = (char *) mp_json_get_string (object, "target", NULL),
    .accepted = mp_json_get_boolean (object, "accepted", FALSE),
  };

  if (rule.platform != NULL && rule.object != NULL && rule.path != NULL && rule.target != NULL)
    mp_match_rules_set (self, &rule);
}

/* Do both speak of the same pair of fields? */
static gboolean
is_of_same_pair (const MpMatchRule *a, const MpMatchRule *b)
{
  return g_str_equal (a->platform, b->platform) && g_str_equal (a->object, b->object) &&
         g_str_equal (a->path, b->path) && g_str_equal (a->target, b->target);
}

/**
 * mp_match_rules_new:
 * @text: (nullable): what mp_match_rules_to_text() made; anything else in it is left out
 *
 * Returns: (transfer full): the rules
 */
MpMatchRules *
mp_match_rules_new (const char *text)
{
  MpMatchRules *self = g_new0 (MpMatchRules, 1);
  g_autoptr (JsonNode) node = text != NULL ? mp_json_parse (text, -1, NULL) : NULL;
  JsonArray *array =
      node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  self->rules = g_ptr_array_new_with_free_func (rule_free);
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);

      if (object != NULL)
        add_from_json (self, object);
    }
  return self;
}

/**
 * mp_match_rules_free:
 * @self: rules
 *
 * Frees them.
 */
void
mp_match_rules_free (MpMatchRules *self)
{
  g_ptr_array_unref (self->rules);
  g_free (self);
}

/**
 * mp_match_rules_to_json:
 * @self: rules
 *
 * Returns: (transfer full): an object for each rule
 */
JsonArray *
mp_match_rules_to_json (const MpMatchRules *self)
{
  JsonArray *array = json_array_new ();

  for (unsigned int i = 0; i < self->rules->len; i++)
    json_array_add_object_element (array, rule_to_json (g_ptr_array_index (self->rules, i)));
  return array;
}

/**
 * mp_match_rules_to_text:
 * @self: rules
 *
 * Returns: (transfer full): text for mp_match_rules_new()
 */
char *
mp_match_rules_to_text (const MpMatchRules *self)
{
  g_autoptr (JsonArray) array = mp_match_rules_to_json (self);
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);

  return mp_json_to_text (node);
}

/**
 * mp_match_rules_get_size:
 * @self: rules
 *
 * Returns: how many there are
 */
unsigned int
mp_match_rules_get_size (const MpMatchRules *self)
{
  return self->rules->len;
}

/**
 * mp_match_rules_get:
 * @self: rules
 * @index: a place among them
 *
 * Returns: (transfer none) (nullable): the rule there
 */
const MpMatchRule *
mp_match_rules_get (const MpMatchRules *self, unsigned int index)
{
  return index < self->rules->len ? g_ptr_array_index (self->rules, index) : NULL;
}

/**
 * mp_match_rules_set:
 * @self: rules
 * @rule: an answer to a suggestion; copied
 *
 * Adds the rule. It replaces what was said of the same pair of fields before; one that accepts
 * also replaces what was accepted for the same field.
 */
void
mp_match_rules_set (MpMatchRules *self, const MpMatchRule *rule)
{
  for (unsigned int i = self->rules->len; i > 0; i--)
    {
      const MpMatchRule *old = g_ptr_array_index (self->rules, i - 1);
      gboolean is_of_same_field = g_str_equal (old->platform, rule->platform) &&
                                  g_str_equal (old->object, rule->object) &&
                                  g_str_equal (old->path, rule->path);

      if (is_of_same_pair (old, rule) || (is_of_same_field && old->accepted && rule->accepted))
        g_ptr_array_remove_index (self->rules, i - 1);
    }
  if (self->rules->len >= MAX_RULES)
    g_ptr_array_remove_index (self->rules, 0);
  g_ptr_array_add (self->rules, copy_rule (rule));
}

/**
 * mp_match_rules_remove:
 * @self: rules
 * @index: a place among them
 *
 * Forgets the rule there: the next suggestions are made without it.
 */
void
mp_match_rules_remove (MpMatchRules *self, unsigned int index)
{
  g_return_if_fail (index < self->rules->len);

  g_ptr_array_remove_index (self->rules, index);
}
