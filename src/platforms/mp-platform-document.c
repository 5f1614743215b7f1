/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-document.h"

#include <glib/gi18n-lib.h>

#include "mp-document-reader.h"
#include "mp-error.h"

static void
token_spec_free (MpTokenSpec *self)
{
  if (self == NULL)
    return;
  mp_request_spec_free (self->request);
  mp_template_free (self->user);
  mp_template_free (self->password);
  mp_attribute_free (self->token);
  mp_attribute_free (self->expires_in);
  mp_attribute_free (self->refused);
  mp_attribute_free (self->base_from);
  g_free (self);
}

static void
auth_clear (MpAuthSpec *auth)
{
  g_clear_pointer (&auth->headers, g_ptr_array_unref);
  g_clear_pointer (&auth->parameters, g_ptr_array_unref);
  mp_template_free (auth->token);
  mp_template_free (auth->user);
  mp_template_free (auth->password);
  g_free (auth->scheme);
  token_spec_free (auth->exchange);
}

static void
header_number_clear (MpHeaderNumber *number)
{
  g_free (number->header);
  g_clear_pointer (&number->pattern, g_regex_unref);
}

static void
test_clear (MpTestSpec *test)
{
  mp_request_spec_free (test->request);
  g_clear_pointer (&test->accepted, g_ptr_array_unref);
  g_clear_pointer (&test->joins, g_ptr_array_unref);
  mp_texts_free (test->account);
  mp_attribute_free (test->account_id);
  mp_texts_free (test->details);
  mp_attribute_free (test->test_mode);
  mp_attribute_free (test->live_mode);
}

void
mp_options_spec_free (MpOptionsSpec *self)
{
  if (self == NULL)
    return;
  g_free (self->pointer);
  mp_attribute_free (self->when);
  mp_request_spec_free (self->request);
  mp_attribute_free (self->items);
  mp_attribute_free (self->keep);
  mp_attribute_free (self->value);
  mp_attribute_free (self->label);
  g_free (self);
}

void
mp_request_spec_free (MpRequestSpec *self)
{
  if (self == NULL)
    return;
  g_free (self->pointer);
  g_free (self->method);
  mp_template_free (self->path);
  mp_template_free (self->address);
  g_clear_pointer (&self->query, g_ptr_array_unref);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_pointer (&self->form, g_ptr_array_unref);
  g_clear_pointer (&self->json, json_node_unref);
  g_free (self);
}

void
mp_list_spec_free (MpListSpec *self)
{
  if (self == NULL)
    return;
  g_free (self->pointer);
  mp_attribute_free (self->when);
  mp_request_spec_free (self->request);
  g_clear_pointer (&self->empty, g_ptr_array_unref);
  g_clear_pointer (&self->joins, g_ptr_array_unref);
  mp_attribute_free (self->paging.next);
  mp_attribute_free (self->paging.more);
  g_free (self->paging.query);
  g_free (self->paging.size_query);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  mp_attribute_free (self->keep);
  mp_attribute_free (self->name);
  g_free (self->prefix);
  mp_attribute_free (self->label);
  mp_attribute_free (self->type);
  mp_attribute_free (self->subtype);
  mp_attribute_free (self->required);
  mp_attribute_free (self->read_only);
  mp_attribute_free (self->custom);
  mp_attribute_free (self->restricted);
  mp_attribute_free (self->max_length);
  mp_attribute_free (self->value);
  g_clear_pointer (&self->options, g_ptr_array_unref);
  g_clear_pointer (&self->static_items, g_ptr_array_unref);
  g_strfreev (self->first);
  g_strfreev (self->without);
  g_free (self);
}

void
mp_write_spec_free (MpWriteSpec *self)
{
  if (self == NULL)
    return;
  g_free (self->place);
  g_free (self->custom_place);
  g_free (self->entry_name);
  g_free (self->entry_value);
  g_free (self->multiple);
  g_free (self->date);
  g_free (self->datetime);
  g_free (self->zone);
  g_free (self->true_text);
  g_free (self->false_text);
  g_free (self);
}

MpPlatformDocument *
mp_platform_document_ref (MpPlatformDocument *self)
{
  g_atomic_int_inc (&self->reference_count);
  return self;
}

void
mp_platform_document_unref (MpPlatformDocument *self)
{
  if (!g_atomic_int_dec_and_test (&self->reference_count))
    return;
  g_clear_object (&self->spec);
  g_free (self->unverified);
  g_free (self->digest);
  g_clear_pointer (&self->hosts, g_ptr_array_unref);
  mp_template_free (self->base);
  g_free (self->base_setting);
  g_clear_pointer (&self->bases, g_hash_table_unref);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  auth_clear (&self->auth);
  g_clear_pointer (&self->prepare, g_ptr_array_unref);
  g_clear_pointer (&self->mode_rules, g_ptr_array_unref);
  test_clear (&self->test);
  g_clear_pointer (&self->objects, g_ptr_array_unref);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_clear_pointer (&self->samples, g_ptr_array_unref);
  mp_write_spec_free (self->write);
  g_clear_pointer (&self->types, g_hash_table_unref);
  g_clear_pointer (&self->bad_key, g_ptr_array_unref);
  g_clear_pointer (&self->limited, g_ptr_array_unref);
  g_clear_pointer (&self->throttled, g_ptr_array_unref);
  g_clear_pointer (&self->not_found, g_ptr_array_unref);
  g_clear_pointer (&self->failed, g_ptr_array_unref);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_pointer (&self->hints, g_ptr_array_unref);
  g_clear_pointer (&self->permission.sources, g_ptr_array_unref);
  g_clear_pointer (&self->permission.pattern, g_regex_unref);
  g_clear_pointer (&self->refused_account.sources, g_ptr_array_unref);
  g_clear_pointer (&self->refused_account.pattern, g_regex_unref);
  header_number_clear (&self->limits.limit);
  header_number_clear (&self->limits.remaining);
  header_number_clear (&self->limits.reset);
  g_free (self);
}

const char *
mp_platform_document_get_id (const MpPlatformDocument *self)
{
  return mp_platform_spec_get_id (self->spec);
}

/* The type that the document's table gives; what it does not list is "other". */
MpFieldType
mp_platform_document_find_type (const MpPlatformDocument *self,
                                const char *type,
                                const char *subtype)
{
  g_autofree char *exact = g_strdup_printf ("%s\n%s", type, subtype != NULL ? subtype : "*");
  g_autofree char *any = g_strdup_printf ("%s\n*", type);
  const char *const keys[] = { exact, any, type, "*" };

  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gpointer found = g_hash_table_lookup (self->types, keys[i]);

      if (found != NULL)
        return GPOINTER_TO_INT (found);
    }
  return MP_FIELD_TYPE_OTHER;
}

const MpListSpec *
mp_platform_document_choose_list (const MpPlatformDocument *self,
                                  GPtrArray *lists,
                                  const MpScope *scope,
                                  GError **error)
{
  for (unsigned int i = 0; i < lists->len; i++)
    {
      const MpListSpec *list = g_ptr_array_index (lists, i);
      gboolean fits;

      if (!mp_attribute_get_boolean (list->when, mp_platform_document_get_id (self), scope, TRUE,
                                     &fits, error))
        return NULL;
      if (fits)
        return list;
    }
  g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
               /* Translators: the name of a platform, then that of an object (record type) */
               _ ("What is known of %s does not say how the fields of “%s” are read."),
                  mp_platform_spec_get_label (self->spec),
                  scope->object != NULL ? scope->object : "");
  return NULL;
}

/* The value of the first alternative that has one. The error names document and pointer. */
gboolean
mp_attribute_evaluate (const MpAttribute *self,
                       const char *document_id,
                       const MpScope *scope,
                       MpValue *value,
                       GError **error)
{
  value->kind = MP_VALUE_NULL;
  for (unsigned int i = 0; i < self->alternatives->len; i++)
    {
      if (!mp_expression_evaluate (g_ptr_array_index (self->alternatives, i), scope, value, error))
        {
          g_prefix_error (error, "%s %s: ", document_id, self->pointer);
          return FALSE;
        }
      if (value->kind != MP_VALUE_NULL &&
          (value->kind != MP_VALUE_STRING || *value->string != '\0'))
        return TRUE;
    }
  return TRUE;
}

/* @text: (out) (nullable): NULL when there is no value; also for an attribute that is NULL */
gboolean
mp_attribute_get_text (const MpAttribute *self,
                       const char *document_id,
                       const MpScope *scope,
                       char **text,
                       GError **error)
{
  MpValue value;

  *text = NULL;
  if (self == NULL)
    return TRUE;
  if (!mp_attribute_evaluate (self, document_id, scope, &value, error))
    return FALSE;
  *text = mp_value_dup_text (&value);
  return TRUE;
}

/* For an attribute that is NULL: @fallback */
gboolean
mp_attribute_get_boolean (const MpAttribute *self,
                          const char *document_id,
                          const MpScope *scope,
                          gboolean fallback,
                          gboolean *boolean,
                          GError **error)
{
  MpValue value;

  *boolean = fallback;
  if (self == NULL)
    return TRUE;
  if (!mp_attribute_evaluate (self, document_id, scope, &value, error))
    return FALSE;
  *boolean = mp_value_is_true (&value);
  return TRUE;
}
