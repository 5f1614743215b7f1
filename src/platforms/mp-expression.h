/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * The small language of a platform document's attributes, over one item of an answer:
 *
 *   paths        name   labels.singular   results.0.id   ["@odata.type"].x
 *   found        labels[type]   the member that the value of another expression names
 *                tables[?id == @object].fields   the first element for which that is true
 *   of the item  @item (itself)   @key (its name in a map)   @NAME (the answer of the join NAME)
 *   around it    @page (the answer it stands in)   @object (whose fields are read)
 *                @field and @name (of an option: the field that it belongs to)
 *   constants    'text'   "text"   12   1.5   true   false   null
 *   lists        type in [text, 'long text', 3]   name in @schema.requiredProperties
 *   operators    !  ==  !=  <  <=  >  >=  in  &&  ||  ( )
 *   matching     name ~ '^x_'   of a text only; a regular expression (PCRE)
 *   choice       serialize ? 'several' : data_type
 *
 * What a path does not find is null. False are null, false, 0, "", "0", "false" and what is empty.
 */
typedef struct _MpExpression MpExpression;

typedef enum
{
  MP_VALUE_NULL = 1,
  MP_VALUE_BOOLEAN,
  MP_VALUE_NUMBER,
  MP_VALUE_STRING,
  MP_VALUE_NODE, /* an array or an object */
} MpValueKind;

/* Borrowed from the expression or from what it was evaluated over. */
typedef struct
{
  MpValueKind kind;
  gboolean boolean;
  double number;
  const char *string;
  JsonNode *node; /* (nullable): also of a number, for its exact text */
} MpValue;

/* What an expression is evaluated over. */
typedef struct
{
  JsonNode *item;     /* (nullable) */
  const char *key;    /* (nullable): the item's name in a map */
  GHashTable *joins;  /* (nullable) (element-type utf8 JsonNode) */
  JsonNode *page;     /* (nullable) */
  JsonNode *field;    /* (nullable) */
  const char *name;   /* (nullable): of @field */
  const char *object; /* (nullable) */
} MpScope;

MpExpression *mp_expression_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_expression_free (MpExpression *self);
gboolean mp_expression_evaluate (const MpExpression *self,
                                 const MpScope *scope,
                                 MpValue *value,
                                 GError **error);

gboolean mp_value_is_true (const MpValue *value);
char *mp_value_dup_text (const MpValue *value) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpExpression, mp_expression_free)

G_END_DECLS
