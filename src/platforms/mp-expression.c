/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-expression.h"

#include <string.h>

#include "mp-error.h"
#include "mp-json.h"

/* Documents come from outside too: what they can make us do is bounded. */
#define MAX_LENGTH 1000
#define MAX_DEPTH 20

typedef enum
{
  NODE_CONSTANT = 1,
  NODE_PATH,
  NODE_LIST,
  NODE_NOT,
  NODE_AND,
  NODE_OR,
  NODE_EQUAL,
  NODE_UNEQUAL,
  NODE_LESS,
  NODE_LESS_EQUAL,
  NODE_GREATER,
  NODE_GREATER_EQUAL,
  NODE_IN,
  NODE_CHOICE,
  NODE_MATCHES,
} NodeKind;

/* One step of a path: a name, or what an expression says. */
typedef struct
{
  char *text;          /* (owned) (nullable) */
  MpExpression *index; /* (owned) (nullable): its value is the name */
  MpExpression *fits;  /* (owned) (nullable): the first element for which it is true */
} Segment;

struct _MpExpression
{
  NodeKind kind;
  MpValue value;           /* of a constant */
  char *text;              /* (owned) (nullable): a constant's text */
  GPtrArray *segments;     /* (owned) (nullable) (element-type Segment): a path's */
  gboolean is_special;     /* the first segment is @item, @key or @NAME */
  GPtrArray *items;        /* (owned) (nullable) (element-type MpExpression): a list's constants */
  MpExpression *left;      /* (owned) (nullable) */
  MpExpression *right;     /* (owned) (nullable) */
  MpExpression *condition; /* (owned) (nullable): of a choice: left or else right */
  GRegex *pattern;         /* (owned) (nullable): what the left side is to match */
};

typedef struct
{
  const char *text;
  const char *at;
  unsigned int depth;
} Parser;

static const struct
{
  const char *text;
  NodeKind kind;
} comparisons[] = {
  { "==", NODE_EQUAL },         { "!=", NODE_UNEQUAL }, { "<=", NODE_LESS_EQUAL },
  { ">=", NODE_GREATER_EQUAL }, { "<", NODE_LESS },     { ">", NODE_GREATER },
};

static MpExpression *parse_choice (Parser *parser, GError **error);

static MpExpression *
new_node (NodeKind kind)
{
  MpExpression *self = g_new0 (MpExpression, 1);

  self->kind = kind;
  self->value.kind = MP_VALUE_NULL;
  return self;
}

static MpExpression *
new_binary (NodeKind kind, MpExpression *left, MpExpression *right)
{
  MpExpression *self = new_node (kind);

  self->left = left;
  self->right = right;
  return self;
}

static MpExpression *
new_string (char *text)
{
  MpExpression *self = new_node (NODE_CONSTANT);

  self->text = text;
  self->value.kind = MP_VALUE_STRING;
  self->value.string = text;
  return self;
}

static gpointer
fail (Parser *parser, GError **error, const char *expected)
{
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s”: %s expected at character %ld",
               parser->text, expected, g_utf8_pointer_to_offset (parser->text, parser->at) + 1);
  return NULL;
}

static void
skip_blanks (Parser *parser)
{
  while (g_ascii_isspace (*parser->at))
    parser->at++;
}

static gboolean
take (Parser *parser, const char *token)
{
  skip_blanks (parser);
  if (!g_str_has_prefix (parser->at, token))
    return FALSE;
  parser->at += strlen (token);
  return TRUE;
}

static gboolean
is_name_start (char c)
{
  return g_ascii_isalpha (c) || c == '_' || c == '@' || c == '$';
}

static gboolean
is_name_part (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '@' || c == '$' || c == '-';
}

static char *
take_name (Parser *parser)
{
  const char *start = parser->at;

  while (is_name_part (*parser->at))
    parser->at++;
  return g_strndup (start, (size_t) (parser->at - start));
}

/* (nullable): the word @word as a whole, not as the beginning of a name */
static gboolean
take_word (Parser *parser, const char *word)
{
  size_t length = strlen (word);

  skip_blanks (parser);
  if (strncmp (parser->at, word, length) != 0 || is_name_part (parser->at[length]) ||
      parser->at[length] == '.')
    return FALSE;
  parser->at += length;
  return TRUE;
}

static char *
take_string (Parser *parser, GError **error)
{
  char quote = *parser->at;
  const char *end = strchr (parser->at + 1, quote);
  char *text;

  if (end == NULL)
    return fail (parser, error, "the closing quotation mark");
  text = g_strndup (parser->at + 1, (size_t) (end - parser->at - 1));
  parser->at = end + 1;
  return text;
}

static MpExpression *
parse_number (Parser *parser, GError **error)
{
  MpExpression *self;
  char *end = NULL;
  double number = g_ascii_strtod (parser->at, &end);

  if (end == parser->at || is_name_part (*end))
    return fail (parser, error, "a number");
  self = new_node (NODE_CONSTANT);
  self->text = g_strndup (parser->at, (size_t) (end - parser->at));
  self->value.kind = MP_VALUE_NUMBER;
  self->value.number = number;
  self->value.string = self->text;
  parser->at = end;
  return self;
}

static void
segment_free (gpointer data)
{
  Segment *segment = data;

  g_free (segment->text);
  mp_expression_free (segment->index);
  mp_expression_free (segment->fits);
  g_free (segment);
}

static void
add_name (GPtrArray *segments, char *text /* (transfer full) */)
{
  Segment *segment = g_new0 (Segment, 1);

  segment->text = text;
  g_ptr_array_add (segments, segment);
}

/* After its opening bracket. */
static gboolean
take_computed_segment (Parser *parser, GPtrArray *segments, GError **error)
{
  gboolean is_filter = take (parser, "?");
  MpExpression *inner = parse_choice (parser, error);
  Segment *segment;

  if (inner == NULL)
    return FALSE;
  segment = g_new0 (Segment, 1);
  *(is_filter ? &segment->fits : &segment->index) = inner;
  g_ptr_array_add (segments, segment);
  return take (parser, "]") || fail (parser, error, "“]”") != NULL;
}

static gboolean
take_segment (Parser *parser, GPtrArray *segments, GError **error)
{
  if (*parser->at == '[' && (parser->at[1] == '"' || parser->at[1] == '\''))
    {
      char *text;

      parser->at++;
      text = take_string (parser, error);
      if (text == NULL)
        return FALSE;
      add_name (segments, text);
      return take (parser, "]") || fail (parser, error, "“]”") != NULL;
    }
  if (*parser->at == '[' && segments->len > 0)
    {
      parser->at++;
      return take_computed_segment (parser, segments, error);
    }
  if (!is_name_part (*parser->at))
    return fail (parser, error, "a name") != NULL;
  add_name (segments, take_name (parser));
  return TRUE;
}

static MpExpression *
parse_path (Parser *parser, GError **error)
{
  g_autoptr (MpExpression) self = new_node (NODE_PATH);

  self->segments = g_ptr_array_new_with_free_func (segment_free);
  self->is_special = *parser->at == '@';
  do
    {
      if (!take_segment (parser, self->segments, error))
        return NULL;
      if (*parser->at == '.')
        parser->at++;
      else if (*parser->at != '[')
        break;
    }
  while (TRUE);
  return g_steal_pointer (&self);
}

/* One element of a list: a bare word is a text there. */
static MpExpression *
parse_element (Parser *parser, GError **error)
{
  skip_blanks (parser);
  if (*parser->at == '"' || *parser->at == '\'')
    {
      char *text = take_string (parser, error);

      return text != NULL ? new_string (text) : NULL;
    }
  if (is_name_start (*parser->at))
    return new_string (take_name (parser));
  return parse_number (parser, error);
}

static MpExpression *
parse_list (Parser *parser, GError **error)
{
  g_autoptr (MpExpression) self = new_node (NODE_LIST);

  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) mp_expression_free);
  if (take (parser, "]"))
    return g_steal_pointer (&self);
  do
    {
      MpExpression *item = parse_element (parser, error);

      if (item == NULL)
        return NULL;
      g_ptr_array_add (self->items, item);
    }
  while (take (parser, ","));
  if (!take (parser, "]"))
    return fail (parser, error, "“,” or “]”");
  return g_steal_pointer (&self);
}

static MpExpression *
new_boolean (gboolean boolean)
{
  MpExpression *self = new_node (NODE_CONSTANT);

  self->value.kind = MP_VALUE_BOOLEAN;
  self->value.boolean = boolean;
  return self;
}

static gboolean
is_path_from_number (const char *at)
{
  while (g_ascii_isdigit (*at))
    at++;
  return at[0] == '.' && is_name_start (at[1]);
}

static MpExpression *
parse_primary (Parser *parser, GError **error)
{
  skip_blanks (parser);
  if (*parser->at == '"' || *parser->at == '\'')
    return parse_element (parser, error);
  if (take_word (parser, "true"))
    return new_boolean (TRUE);
  if (take_word (parser, "false"))
    return new_boolean (FALSE);
  if (take_word (parser, "null"))
    return new_node (NODE_CONSTANT);
  if (is_name_start (*parser->at) || *parser->at == '[' || is_path_from_number (parser->at))
    return parse_path (parser, error);
  if (g_ascii_isdigit (*parser->at) || *parser->at == '-')
    return parse_number (parser, error);
  return fail (parser, error, "a path, a text or a number");
}

static MpExpression *
parse_unary (Parser *parser, GError **error)
{
  g_autoptr (MpExpression) inner = NULL;

  if (++parser->depth > MAX_DEPTH)
    return fail (parser, error, "less nesting");
  skip_blanks (parser);
  if (*parser->at == '!' && parser->at[1] != '=')
    {
      parser->at++;
      inner = parse_unary (parser, error);
      if (inner != NULL)
        inner = new_binary (NODE_NOT, g_steal_pointer (&inner), NULL);
    }
  else if (take (parser, "("))
    {
      inner = parse_choice (parser, error);
      if (inner != NULL && !take (parser, ")"))
        return fail (parser, error, "“)”");
    }
  else
    inner = parse_primary (parser, error);
  parser->depth--;
  return g_steal_pointer (&inner);
}

/* After its operator: a text, so that a fault in it is found when the document is read. */
static MpExpression *
parse_pattern (Parser *parser, MpExpression *left /* (transfer full) */, GError **error)
{
  g_autoptr (MpExpression) self = new_binary (NODE_MATCHES, left, NULL);
  g_autofree char *text = NULL;
  const char *start;

  skip_blanks (parser);
  start = parser->at;
  if (*parser->at != '"' && *parser->at != '\'')
    return fail (parser, error, "a pattern in quotation marks");
  text = take_string (parser, error);
  if (text == NULL)
    return NULL;
  self->pattern = g_regex_new (text, G_REGEX_OPTIMIZE, G_REGEX_MATCH_DEFAULT, NULL);
  if (self->pattern != NULL)
    return g_steal_pointer (&self);
  parser->at = start;
  return fail (parser, error, "a regular expression");
}

static MpExpression *
parse_comparison (Parser *parser, GError **error)
{
  g_autoptr (MpExpression) left = parse_unary (parser, error);
  MpExpression *right;

  if (left == NULL)
    return NULL;
  if (take_word (parser, "in"))
    {
      right = take (parser, "[") ? parse_list (parser, error) : parse_unary (parser, error);
      return right != NULL ? new_binary (NODE_IN, g_steal_pointer (&left), right) : NULL;
    }
  if (take (parser, "~"))
    return parse_pattern (parser, g_steal_pointer (&left), error);
  for (size_t i = 0; i < G_N_ELEMENTS (comparisons); i++)
    {
      if (!take (parser, comparisons[i].text))
        continue;
      right = parse_unary (parser, error);
      return right != NULL ? new_binary (comparisons[i].kind, g_steal_pointer (&left), right)
                           : NULL;
    }
  return g_steal_pointer (&left);
}

static MpExpression *
parse_and (Parser *parser, GError **error)
{
  g_autoptr (MpExpression) left = parse_comparison (parser, error);

  while (left != NULL && take (parser, "&&"))
    {
      MpExpression *right = parse_comparison (parser, error);

      if (right == NULL)
        return NULL;
      left = new_binary (NODE_AND, g_steal_pointer (&left), right);
    }
  return g_steal_pointer (&left);
}

static MpExpression *
parse_or (Parser *parser, GError **error)
{
  g_autoptr (MpExpression) left = parse_and (parser, error);

  while (left != NULL && take (parser, "||"))
    {
      MpExpression *right = parse_and (parser, error);

      if (right == NULL)
        return NULL;
      left = new_binary (NODE_OR, g_steal_pointer (&left), right);
    }
  return g_steal_pointer (&left);
}

/* What is chosen may be another choice: a ? b : c ? d : e */
static MpExpression *
parse_choice (Parser *parser, GError **error)
{
  g_autoptr (MpExpression) condition = parse_or (parser, error);
  g_autoptr (MpExpression) self = NULL;

  if (condition == NULL || !take (parser, "?"))
    return g_steal_pointer (&condition);
  if (++parser->depth > MAX_DEPTH)
    return fail (parser, error, "less nesting");
  self = new_node (NODE_CHOICE);
  self->condition = g_steal_pointer (&condition);
  self->left = parse_choice (parser, error);
  if (self->left == NULL)
    return NULL;
  if (!take (parser, ":"))
    return fail (parser, error, "“:”");
  self->right = parse_choice (parser, error);
  if (self->right == NULL)
    return NULL;
  parser->depth--;
  return g_steal_pointer (&self);
}

static MpValue
make_boolean (gboolean boolean)
{
  return (MpValue){ .kind = MP_VALUE_BOOLEAN, .boolean = boolean };
}

static MpValue
make_value (JsonNode *node)
{
  GType type;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return (MpValue){ .kind = MP_VALUE_NULL };
  if (!JSON_NODE_HOLDS_VALUE (node))
    return (MpValue){ .kind = MP_VALUE_NODE, .node = node };
  type = json_node_get_value_type (node);
  if (type == G_TYPE_BOOLEAN)
    return make_boolean (json_node_get_boolean (node));
  if (type == G_TYPE_STRING)
    return (MpValue){ .kind = MP_VALUE_STRING, .string = json_node_get_string (node) };
  return (MpValue){ .kind = MP_VALUE_NUMBER, .number = json_node_get_double (node), .node = node };
}

static JsonNode *
get_element (JsonArray *array, const char *segment)
{
  guint64 index;

  if (!g_ascii_string_to_unsigned (segment, 10, 0, G_MAXUINT, &index, NULL) ||
      index >= json_array_get_length (array))
    return NULL;
  return json_array_get_element (array, (unsigned int) index);
}

static JsonNode *
get_member (JsonNode *node, const char *name)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_member (json_node_get_object (node), name);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return get_element (json_node_get_array (node), name);
  return NULL;
}

/* @found: (out) (nullable): the first element for which @fits is true */
static gboolean
find_element (const MpExpression *fits,
              const MpScope *scope,
              JsonNode *node,
              JsonNode **found,
              GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  MpScope element_scope = *scope;
  MpValue value;

  *found = NULL;
  element_scope.key = NULL;
  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      element_scope.item = json_array_get_element (array, i);
      if (!mp_expression_evaluate (fits, &element_scope, &value, error))
        return FALSE;
      if (mp_value_is_true (&value))
        {
          *found = element_scope.item;
          return TRUE;
        }
    }
  return TRUE;
}

/* @node: (inout) (nullable) */
static gboolean
follow (const Segment *segment, const MpScope *scope, JsonNode **node, GError **error)
{
  g_autofree char *name = NULL;
  MpValue value;

  if (segment->fits != NULL)
    return find_element (segment->fits, scope, *node, node, error);
  if (segment->index == NULL)
    {
      *node = get_member (*node, segment->text);
      return TRUE;
    }
  if (!mp_expression_evaluate (segment->index, scope, &value, error))
    return FALSE;
  name = mp_value_dup_text (&value);
  *node = name != NULL ? get_member (*node, name) : NULL;
  return TRUE;
}

static MpValue
make_text (const char *text)
{
  return text != NULL ? (MpValue){ .kind = MP_VALUE_STRING, .string = text }
                      : (MpValue){ .kind = MP_VALUE_NULL };
}

static gboolean
evaluate_path (const MpExpression *self, const MpScope *scope, MpValue *value, GError **error)
{
  const Segment *first = g_ptr_array_index (self->segments, 0);
  JsonNode *node = scope->item;

  if (self->is_special)
    {
      if (g_str_equal (first->text, "@key") || g_str_equal (first->text, "@name") ||
          g_str_equal (first->text, "@object"))
        {
          *value = make_text (g_str_equal (first->text, "@key")    ? scope->key
                              : g_str_equal (first->text, "@name") ? scope->name
                                                                   : scope->object);
          return TRUE;
        }
      if (g_str_equal (first->text, "@page"))
        node = scope->page;
      else if (g_str_equal (first->text, "@field"))
        node = scope->field;
      else if (!g_str_equal (first->text, "@item"))
        node = scope->joins != NULL ? g_hash_table_lookup (scope->joins, first->text + 1) : NULL;
    }
  for (unsigned int i = self->is_special ? 1 : 0; i < self->segments->len && node != NULL; i++)
    {
      if (!follow (g_ptr_array_index (self->segments, i), scope, &node, error))
        return FALSE;
    }
  *value = make_value (node);
  return TRUE;
}

static gboolean
is_equal (const MpValue *a, const MpValue *b)
{
  if (a->kind != b->kind)
    return FALSE;
  switch (a->kind)
    {
    case MP_VALUE_NULL:
      return TRUE;
    case MP_VALUE_BOOLEAN:
      return a->boolean == b->boolean;
    case MP_VALUE_NUMBER:
      return !(a->number < b->number) && !(a->number > b->number);
    case MP_VALUE_STRING:
      return g_str_equal (a->string, b->string);
    case MP_VALUE_NODE:
    default:
      return mp_json_node_equal (a->node, b->node);
    }
}

static gboolean
evaluate_in (const MpExpression *self,
             const MpScope *scope,
             const MpValue *left,
             MpValue *value,
             GError **error)
{
  MpValue right;
  JsonArray *array;

  *value = make_boolean (FALSE);
  if (self->right->kind == NODE_LIST)
    {
      for (unsigned int i = 0; i < self->right->items->len && !value->boolean; i++)
        {
          const MpExpression *item = g_ptr_array_index (self->right->items, i);

          value->boolean = is_equal (left, &item->value);
        }
      return TRUE;
    }
  if (!mp_expression_evaluate (self->right, scope, &right, error))
    return FALSE;
  if (right.kind == MP_VALUE_NULL)
    return TRUE;
  if (right.kind != MP_VALUE_NODE || !JSON_NODE_HOLDS_ARRAY (right.node))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "what stands right of “in” is no list in the answer");
      return FALSE;
    }
  array = json_node_get_array (right.node);
  for (unsigned int i = 0; i < json_array_get_length (array) && !value->boolean; i++)
    {
      MpValue item = make_value (json_array_get_element (array, i));

      value->boolean = is_equal (left, &item);
    }
  return TRUE;
}

static gboolean
evaluate_order (
    NodeKind kind, const MpValue *left, const MpValue *right, MpValue *value, GError **error)
{
  int order;

  *value = make_boolean (FALSE);
  if (left->kind == MP_VALUE_NULL || right->kind == MP_VALUE_NULL)
    return TRUE;
  if (left->kind == MP_VALUE_NUMBER && right->kind == MP_VALUE_NUMBER)
    order = left->number < right->number ? -1 : left->number > right->number;
  else if (left->kind == MP_VALUE_STRING && right->kind == MP_VALUE_STRING)
    order = strcmp (left->string, right->string);
  else
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "values of different types cannot be compared by size");
      return FALSE;
    }
  value->boolean = (kind == NODE_LESS && order < 0) || (kind == NODE_LESS_EQUAL && order <= 0) ||
                   (kind == NODE_GREATER && order > 0) ||
                   (kind == NODE_GREATER_EQUAL && order >= 0);
  return TRUE;
}

static gboolean
evaluate_binary (const MpExpression *self, const MpScope *scope, MpValue *value, GError **error)
{
  MpValue left;
  MpValue right;

  if (!mp_expression_evaluate (self->left, scope, &left, error))
    return FALSE;
  if (self->kind == NODE_IN)
    return evaluate_in (self, scope, &left, value, error);
  if ((self->kind == NODE_AND && !mp_value_is_true (&left)) ||
      (self->kind == NODE_OR && mp_value_is_true (&left)))
    {
      *value = make_boolean (self->kind == NODE_OR);
      return TRUE;
    }
  if (!mp_expression_evaluate (self->right, scope, &right, error))
    return FALSE;
  if (self->kind == NODE_AND || self->kind == NODE_OR)
    *value = make_boolean (mp_value_is_true (&right));
  else if (self->kind == NODE_EQUAL || self->kind == NODE_UNEQUAL)
    *value = make_boolean (is_equal (&left, &right) == (self->kind == NODE_EQUAL));
  else
    return evaluate_order (self->kind, &left, &right, value, error);
  return TRUE;
}

static gboolean
evaluate_matches (const MpExpression *self, const MpScope *scope, MpValue *value, GError **error)
{
  g_autoptr (GError) match_error = NULL;
  gboolean matches;
  MpValue left;

  if (!mp_expression_evaluate (self->left, scope, &left, error))
    return FALSE;
  matches = left.kind == MP_VALUE_STRING &&
            g_regex_match_full (self->pattern, left.string, -1, 0, G_REGEX_MATCH_DEFAULT, NULL,
                                &match_error);
  /* PCRE gives up after ten million steps. */
  if (match_error != NULL)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                           "the pattern takes too long for a value of the answer");
      return FALSE;
    }
  *value = make_boolean (matches);
  return TRUE;
}

static gboolean
evaluate_choice (const MpExpression *self, const MpScope *scope, MpValue *value, GError **error)
{
  MpValue condition;

  return mp_expression_evaluate (self->condition, scope, &condition, error) &&
         mp_expression_evaluate (mp_value_is_true (&condition) ? self->left : self->right, scope,
                                 value, error);
}

/* An expression, or NULL with MP_ERROR_INVALID, which says where what is expected. */
MpExpression *
mp_expression_parse (const char *text, GError **error)
{
  Parser parser = { .text = text, .at = text };
  g_autoptr (MpExpression) self = NULL;

  if (strlen (text) > MAX_LENGTH)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "longer than %d characters", MAX_LENGTH);
      return NULL;
    }
  self = parse_choice (&parser, error);
  if (self == NULL)
    return NULL;
  skip_blanks (&parser);
  if (*parser.at != '\0')
    return fail (&parser, error, "an operator or the end");
  return g_steal_pointer (&self);
}

void
mp_expression_free (MpExpression *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_clear_pointer (&self->segments, g_ptr_array_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  mp_expression_free (self->condition);
  g_clear_pointer (&self->pattern, g_regex_unref);
  mp_expression_free (self->left);
  mp_expression_free (self->right);
  g_free (self);
}

/* FALSE with MP_ERROR_INVALID when the answer has values that the expression cannot work on. */
gboolean
mp_expression_evaluate (const MpExpression *self,
                        const MpScope *scope,
                        MpValue *value,
                        GError **error)
{
  switch (self->kind)
    {
    case NODE_CONSTANT:
      *value = self->value;
      return TRUE;
    case NODE_PATH:
      return evaluate_path (self, scope, value, error);
    case NODE_NOT:
      if (!mp_expression_evaluate (self->left, scope, value, error))
        return FALSE;
      *value = make_boolean (!mp_value_is_true (value));
      return TRUE;
    case NODE_AND:
    case NODE_OR:
    case NODE_EQUAL:
    case NODE_UNEQUAL:
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_GREATER:
    case NODE_GREATER_EQUAL:
    case NODE_IN:
      return evaluate_binary (self, scope, value, error);
    case NODE_MATCHES:
      return evaluate_matches (self, scope, value, error);
    case NODE_CHOICE:
      return evaluate_choice (self, scope, value, error);
    case NODE_LIST: /* stands only right of "in" */
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
mp_value_is_true (const MpValue *value)
{
  switch (value->kind)
    {
    case MP_VALUE_BOOLEAN:
      return value->boolean;
    case MP_VALUE_NUMBER:
      return value->number < 0 || value->number > 0;
    case MP_VALUE_STRING:
      /* ActiveCampaign and Dolibarr answer booleans as text. */
      return *value->string != '\0' && !g_str_equal (value->string, "0") &&
             !g_str_equal (value->string, "false");
    case MP_VALUE_NODE:
      return !mp_json_node_is_empty (value->node);
    case MP_VALUE_NULL:
    default:
      return FALSE;
    }
}

/* (nullable): the value as text; NULL for null, arrays, objects and the empty text */
char *
mp_value_dup_text (const MpValue *value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  switch (value->kind)
    {
    case MP_VALUE_BOOLEAN:
      return g_strdup (value->boolean ? "true" : "false");
    case MP_VALUE_NUMBER:
      if (value->node == NULL)
        return g_strdup (value->string);
      if (json_node_get_value_type (value->node) == G_TYPE_INT64)
        return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (value->node));
      return g_strdup (g_ascii_dtostr (buffer, sizeof buffer, value->number));
    case MP_VALUE_STRING:
      return *value->string != '\0' ? g_strdup (value->string) : NULL;
    case MP_VALUE_NODE:
    case MP_VALUE_NULL:
    default:
      return NULL;
    }
}
