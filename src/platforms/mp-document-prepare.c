/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-document-parse-private.h"

#include "mp-json.h"

static void
prepared_free (gpointer data)
{
  MpPreparedSpec *prepared = data;

  g_free (prepared->name);
  mp_attribute_free (prepared->value);
  g_free (prepared);
}

static void
prepare_free (gpointer data)
{
  MpPrepareSpec *self = data;

  g_free (self->pointer);
  mp_request_spec_free (self->request);
  g_ptr_array_unref (self->values);
  mp_attribute_free (self->refused);
  g_free (self);
}

static gboolean
check_name (MpDocumentReader *reader,
            const MpDocumentNames *names,
            const char *pointer,
            const char *name)
{
  if (!g_regex_match_simple ("\\A[a-z][a-z0-9_]{0,63}\\z", name, G_REGEX_DEFAULT,
                             G_REGEX_MATCH_DEFAULT))
    mp_document_reader_add_fault (reader, pointer, name,
                                  "a name of small letters, digits and _ is expected");
  else if (mp_document_names_contain (names, name) || mp_document_is_reserved_name (name))
    mp_document_reader_add_fault (reader, pointer, name, "“%s” has two meanings", name);
  else
    return TRUE;
  return FALSE;
}

/* Each is a name for the requests after this one, also for their addresses. */
static void
parse_values (MpDocumentReader *reader,
              MpDocumentNames *names,
              MpPrepareSpec *self,
              JsonObject *owner)
{
  JsonObject *object =
      mp_document_reader_get_object (reader, owner, self->pointer, "values", FALSE);
  g_autofree char *pointer = mp_pointer_append (self->pointer, "values");
  g_autoptr (GList) members = object != NULL ? json_object_get_members (object) : NULL;

  for (GList *member = members; member != NULL; member = member->next)
    {
      MpAttribute *value =
          mp_document_reader_get_attribute (reader, object, pointer, member->data, TRUE);
      MpPreparedSpec *prepared = g_new0 (MpPreparedSpec, 1);

      prepared->name = g_strdup (member->data);
      prepared->value = value;
      g_ptr_array_add (self->values, prepared);
      if (check_name (reader, names, pointer, member->data))
        mp_document_names_add (names, member->data, TRUE);
    }
}

static MpPrepareSpec *
parse_step (MpDocumentReader *reader,
            MpDocumentNames *names,
            JsonObject *object,
            const char *pointer)
{
  static const char *const members[] = { "request", "values", "refused", NULL };
  MpPrepareSpec *self = g_new0 (MpPrepareSpec, 1);

  self->pointer = g_strdup (pointer);
  self->values = g_ptr_array_new_with_free_func (prepared_free);
  mp_document_reader_check_members (reader, object, pointer, members);
  self->request = mp_document_parse_request (reader, names, object, pointer, TRUE);
  self->refused = mp_document_reader_get_attribute (reader, object, pointer, "refused", FALSE);
  parse_values (reader, names, self, object);
  return self;
}

/* @names: the values of each step are added */
GPtrArray *
mp_document_parse_prepare (MpDocumentReader *reader, MpDocumentNames *names, JsonObject *document)
{
  JsonArray *array = mp_document_reader_get_array (reader, document, "", "prepare", FALSE);
  GPtrArray *steps = g_ptr_array_new_with_free_func (prepare_free);

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *at = mp_document_dup_element_pointer ("", "prepare", i);
      JsonObject *object = mp_document_reader_get_element (reader, array, i, at);

      if (object != NULL)
        g_ptr_array_add (steps, parse_step (reader, names, object, at));
    }
  return steps;
}
