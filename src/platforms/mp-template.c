/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-template.h"

#include <string.h>

#include "mp-error.h"
#include "mp-secret.h"

/* Either a piece of text or a place. */
typedef struct
{
  char *text; /* the piece, or the name of the place */
  gboolean is_place;
  MpExpression *expression; /* (nullable): only in a template for answers */
  gboolean upper;
} Segment;

struct _MpTemplate
{
  GPtrArray *segments; /* (element-type Segment) */
};

static void
segment_free (gpointer data)
{
  Segment *segment = data;

  g_free (segment->text);
  mp_expression_free (segment->expression);
  g_free (segment);
}

static void
add_piece (MpTemplate *self, const char *start, const char *end)
{
  Segment *segment;

  if (start == end)
    return;
  segment = g_new0 (Segment, 1);
  segment->text = g_strndup (start, (size_t) (end - start));
  g_ptr_array_add (self->segments, segment);
}

static gboolean
add_place (
    MpTemplate *self, const char *start, const char *end, MpTemplateKind kind, GError **error)
{
  Segment *segment = g_new0 (Segment, 1);

  g_ptr_array_add (self->segments, segment);
  segment->is_place = TRUE;
  segment->text = g_strndup (start, (size_t) (end - start));
  if (kind == MP_TEMPLATE_REQUEST)
    return TRUE;
  if (g_str_has_suffix (segment->text, "|upper"))
    {
      segment->upper = TRUE;
      segment->text[strlen (segment->text) - strlen ("|upper")] = '\0';
    }
  segment->expression = mp_expression_parse (segment->text, error);
  return segment->expression != NULL;
}

/* A template, or NULL with MP_ERROR_INVALID. */
MpTemplate *
mp_template_parse (const char *text, MpTemplateKind kind, GError **error)
{
  g_autoptr (MpTemplate) self = g_new0 (MpTemplate, 1);
  const char *at = text;
  const char *open;

  self->segments = g_ptr_array_new_with_free_func (segment_free);
  while ((open = strpbrk (at, "{}")) != NULL)
    {
      const char *end = strchr (open, '}');

      if (open[1] == open[0])
        {
          add_piece (self, at, open + 1);
          at = open + 2;
          continue;
        }
      if (end == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s”: a “{” without its “}”", text);
          return NULL;
        }
      if (*open == '}')
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s”: a “}” without its “{”", text);
          return NULL;
        }
      add_piece (self, at, open);
      if (!add_place (self, open + 1, end, kind, error))
        return NULL;
      at = end + 1;
    }
  add_piece (self, at, at + strlen (at));
  return g_steal_pointer (&self);
}

void
mp_template_free (MpTemplate *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->segments);
  g_free (self);
}

/* (nullable): the first name in it that is not one of @known */
const char *
mp_template_find_unknown (const MpTemplate *self, const char *const *known)
{
  for (unsigned int i = 0; i < self->segments->len; i++)
    {
      const Segment *segment = g_ptr_array_index (self->segments, i);

      if (segment->is_place && !g_strv_contains (known, segment->text))
        return segment->text;
    }
  return NULL;
}

const char *
mp_template_get_only_place (const MpTemplate *self)
{
  const Segment *only = self->segments->len == 1 ? g_ptr_array_index (self->segments, 0) : NULL;

  return only != NULL && only->is_place ? only->text : NULL;
}

/* Has each of its names a value? */
gboolean
mp_template_has_values (const MpTemplate *self, MpTemplateLookup lookup, gpointer user_data)
{
  for (unsigned int i = 0; i < self->segments->len; i++)
    {
      const Segment *segment = g_ptr_array_index (self->segments, i);

      if (segment->is_place && lookup (segment->text, user_data) == NULL)
        return FALSE;
    }
  return TRUE;
}

/* The text with its names replaced; with @escape each percent-encoded. It may hold a secret: free
 * it with mp_secret_wipe_text (). MP_ERROR_INVALID when a name has no value. */
char *
mp_template_expand (const MpTemplate *self,
                    gboolean escape,
                    MpTemplateLookup lookup,
                    gpointer user_data,
                    GError **error)
{
  g_autoptr (GString) text = g_string_sized_new (256);

  for (unsigned int i = 0; i < self->segments->len; i++)
    {
      const Segment *segment = g_ptr_array_index (self->segments, i);
      const char *value = segment->is_place ? lookup (segment->text, user_data) : segment->text;

      if (value == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is not set", segment->text);
          explicit_bzero (text->str, text->len);
          return NULL;
        }
      if (escape && segment->is_place)
        g_string_append_uri_escaped (text, value, NULL, FALSE);
      else
        g_string_append (text, value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* @text: (out) (nullable): NULL when one of the places has no value in the answer. */
gboolean
mp_template_fill (const MpTemplate *self, const MpScope *scope, char **text, GError **error)
{
  g_autoptr (GString) filled = g_string_new (NULL);

  *text = NULL;
  for (unsigned int i = 0; i < self->segments->len; i++)
    {
      const Segment *segment = g_ptr_array_index (self->segments, i);
      g_autofree char *value = NULL;
      MpValue result;

      if (!segment->is_place)
        {
          g_string_append (filled, segment->text);
          continue;
        }
      if (!mp_expression_evaluate (segment->expression, scope, &result, error))
        return FALSE;
      value = mp_value_dup_text (&result);
      if (value == NULL)
        return TRUE;
      if (segment->upper)
        {
          g_autofree char *upper = g_utf8_strup (value, -1);

          g_string_append (filled, upper);
        }
      else
        g_string_append (filled, value);
    }
  *text = g_string_free (g_steal_pointer (&filled), FALSE);
  return TRUE;
}
