/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-access.h"

#include <string.h>

#include "mp-json.h"
#include "mp-secret.h"

#define MASK "••••"

typedef struct
{
  char *text;     /* wiped */
  JsonNode *node; /* (nullable): a number or a boolean */
} Value;

struct _MpAccess
{
  int reference_count;
  char *token;            /* (nullable): wiped */
  char *base;             /* (nullable) */
  GHashTable *values;     /* (element-type utf8 Value) */
  JsonNode *token_answer; /* (nullable): wiped */
  JsonNode *prepare_answers;
};

static void
value_free (gpointer data)
{
  Value *value = data;

  mp_secret_wipe_text (value->text);
  g_clear_pointer (&value->node, json_node_unref);
  g_free (value);
}

/* Overwrites the texts of a tree that nobody else has. */
static void
wipe_node (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_values (json_node_get_object (node));

      for (GList *member = members; member != NULL; member = member->next)
        wipe_node (member->data);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (unsigned int i = 0; i < json_array_get_length (array); i++)
        wipe_node (json_array_get_element (array, i));
    }
  else if (mp_json_node_get_string (node) != NULL)
    {
      char *text = (char *) mp_json_node_get_string (node);

      explicit_bzero (text, strlen (text));
    }
}

/* A document can show what is in the answer, but never the token. */
static void
mask_text (JsonNode *node, const char *text)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_values (json_node_get_object (node));

      for (GList *member = members; member != NULL; member = member->next)
        mask_text (member->data, text);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (unsigned int i = 0; i < json_array_get_length (array); i++)
        mask_text (json_array_get_element (array, i), text);
    }
  else if (g_strcmp0 (mp_json_node_get_string (node), text) == 0)
    {
      wipe_node (node);
      json_node_set_string (node, MASK);
    }
}

MpAccess *
mp_access_new (void)
{
  MpAccess *self = g_new0 (MpAccess, 1);
  JsonArray *answers = json_array_new ();

  self->reference_count = 1;
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, value_free);
  self->prepare_answers = json_node_new (JSON_NODE_ARRAY);
  json_node_take_array (self->prepare_answers, answers);
  return self;
}

MpAccess *
mp_access_ref (MpAccess *self)
{
  self->reference_count++;
  return self;
}

void
mp_access_unref (MpAccess *self)
{
  if (--self->reference_count > 0)
    return;
  mp_secret_wipe_text (self->token);
  g_free (self->base);
  g_hash_table_unref (self->values);
  if (self->token_answer != NULL)
    {
      wipe_node (self->token_answer);
      json_node_unref (self->token_answer);
    }
  wipe_node (self->prepare_answers);
  json_node_unref (self->prepare_answers);
  g_free (self);
}

void
mp_access_set_token (MpAccess *self, const char *token, const char *base)
{
  mp_secret_wipe_text (self->token);
  self->token = g_strdup (token);
  g_free (self->base);
  self->base = g_strdup (base);
}

const char *
mp_access_get_token (MpAccess *self)
{
  return self->token;
}

const char *
mp_access_get_base (MpAccess *self)
{
  return self->base;
}

gboolean
mp_access_add_value (MpAccess *self, const char *name, const MpValue *value)
{
  g_autofree char *text = mp_value_dup_text (value);
  Value *kept;

  if (text == NULL)
    return FALSE;
  kept = g_new0 (Value, 1);
  if (value->kind == MP_VALUE_BOOLEAN)
    {
      kept->node = json_node_new (JSON_NODE_VALUE);
      json_node_set_boolean (kept->node, value->boolean);
    }
  else if (value->kind == MP_VALUE_NUMBER && value->node != NULL)
    kept->node = mp_json_node_copy (value->node);
  kept->text = g_steal_pointer (&text);
  g_hash_table_replace (self->values, g_strdup (name), kept);
  return TRUE;
}

const char *
mp_access_find_text (MpAccess *self, const char *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL ? value->text : NULL;
}

JsonNode *
mp_access_find_node (MpAccess *self, const char *name)
{
  const Value *value = g_hash_table_lookup (self->values, name);

  return value != NULL ? value->node : NULL;
}

void
mp_access_take_token_answer (MpAccess *self, JsonNode *root)
{
  g_clear_pointer (&self->token_answer, json_node_unref);
  self->token_answer = root;
  mask_text (root, self->token);
}

void
mp_access_take_prepare_answer (MpAccess *self, JsonNode *root)
{
  json_array_add_element (json_node_get_array (self->prepare_answers), root);
}

JsonNode *
mp_access_get_token_answer (MpAccess *self)
{
  return self->token_answer;
}

JsonNode *
mp_access_get_prepare_answers (MpAccess *self)
{
  return self->prepare_answers;
}

void
mp_access_foreach_value (MpAccess *self,
                         void (*function) (const char *text, gpointer user_data),
                         gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    function (((const Value *) value)->text, user_data);
}
