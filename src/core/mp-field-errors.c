/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-field-errors.h"

#include <glib/gi18n-lib.h>
#include <stdarg.h>

#include "mp-catalogue.h"
#include "mp-error.h"
#include "mp-json.h"
#include "mp-registry.h"

struct _MpFieldErrors
{
  gatomicrefcount references;
  GPtrArray *items; /* (owned) (element-type MpFieldError) */
};

G_DEFINE_BOXED_TYPE (MpFieldErrors, mp_field_errors, mp_field_errors_ref, mp_field_errors_unref)

/*
 * What each code says. {label} is the field the error is on, unless there is an argument of
 * that name (a connection setting's label, a key's); any other name in braces is an
 * argument: {other} a Member Pulse field, {from} and {to} types, {needs} another field, {expected}
 * what a value should be. A text is left out when an argument that it names is missing, and the
 * next of the same code is taken.
 */
static const struct
{
  const char *code;
  const char *text;
} texts[] = {
  /* Translators: words in {braces} are replaced, please keep them as they are */
  { MP_FIELD_REQUIRED, N_ ("{label} is required. Enter or choose a value.") },
  { MP_FIELD_WRONG_TYPE, N_ ("{label} should be {expected}. Enter it again.") },
  { MP_FIELD_TOO_LONG,
    N_ ("{label} is {length} characters long, and at most {limit} are allowed. Shorten it.") },
  { MP_FIELD_UNKNOWN_MEMBER,
    N_ ("There is no setting “{name}” here. Check its spelling or remove it.") },
  { MP_FIELD_UNKNOWN_PLATFORM,
    N_ ("The platform “{platform}” is not known here. Choose another one, or add its document.") },
  { MP_FIELD_UNAVAILABLE_PLATFORM,
    N_ ("{platform} cannot be connected yet. {reason} Choose another one.") },
  { MP_FIELD_WRONG_KIND,
    N_ ("“{platform}” is not a platform for this section. Choose another one.") },
  { MP_FIELD_BAD_FORMAT, N_ ("{label} should be one of {choices}. Choose one.") },
  { MP_FIELD_BAD_FORMAT,
    N_ ("{label} does not have the right form, for example {example}. Correct it.") },
  { MP_FIELD_BAD_FORMAT, N_ ("{label} does not have the right form. Correct it.") },
  { MP_FIELD_NOT_APPLICABLE,
    N_ ("{label} is not used as long as {needs} is empty. Its value is kept.") },
  { MP_FIELD_UNKNOWN_CREDENTIAL,
    N_ ("The key chosen here no longer exists. Choose or enter another one.") },
  { MP_FIELD_CREDENTIAL_REVOKED,
    N_ ("The key “{label}” was revoked. Choose or enter another one.") },
  { MP_FIELD_CREDENTIAL_PLATFORM,
    N_ ("The key “{label}” is for {platform}, not for the platform chosen here. Choose or enter "
        "another one.") },
  { MP_FIELD_CREDENTIAL_PRIVATE,
    N_ ("The key “{label}” belongs to another record. Choose or enter another one.") },
  { MP_FIELD_UNMAPPED,
    N_ ("{label} is required, but nothing is chosen for it. Choose a field of the CRM, or “Not "
        "sent” with a reason.") },
  { MP_FIELD_NO_REASON, N_ ("{label} is not sent, but is required. Say why it is not sent.") },
  { MP_FIELD_MAPPED_TWICE,
    N_ ("“{target}” already takes {other}. Choose another field of the CRM for one of them.") },
  { MP_FIELD_MISSING_AT_CRM,
    N_ ("The CRM does not have “{name}” (any more). Choose another one.") },
  { MP_FIELD_READ_ONLY_AT_CRM,
    N_ ("“{name}” cannot be written in the CRM. Choose another field.") },
  { MP_FIELD_TYPE_IMPOSSIBLE,
    N_ ("A field of type “{to}” cannot hold {label}, which is of type “{from}”. Choose another "
        "field.") },
  { MP_FIELD_TYPE_LOSSY,
    N_ ("A field of type “{to}” may shorten or refuse {label}, which is of type “{from}”. Check "
        "that this is meant.") },
  { MP_FIELD_CHOICE_GONE,
    N_ ("“{value}” is no choice of “{name}” in the CRM (any more). Choose what {label} is sent as "
        "again.") },
  { MP_FIELD_CHOICES_LACKING,
    N_ ("“{name}” takes only the CRM’s own choices, and these are none: {values}. Choose what is "
        "sent for them.") },
  { MP_FIELD_INVERTED,
    N_ ("“{name}” says the opposite of {label}: a yes there is a no here. Exchange yes and no.") },
  { MP_FIELD_MAY_BE_CUT,
    N_ ("“{name}” takes {limit} characters, and {label} can be longer. Check that this is "
        "meant.") },
  { MP_FIELD_REQUIRED_AT_CRM,
    N_ ("The CRM requires “{name}”, but nothing is sent to it. Map a field to it, or give it a "
        "default value in the CRM.") },
  { MP_FIELD_DUPLICATE_NAME,
    N_ ("Another record is already called “{name}”. Choose another name.") },
  { MP_FIELD_DOCUMENT, "{message}" },
  { MP_FIELD_SERVER, N_ ("The server refuses {label}: {message}") },
};

/* What a value should be, by the argument `expected`. */
static const struct
{
  const char *name;
  const char *text;
} expectations[] = {
  { "text", N_ ("text") },
  { "object", N_ ("a group of settings") },
  { "mapping", N_ ("the name of a CRM field, or “not sent” with a reason") },
};

static void
free_item (MpFieldError *item)
{
  g_free (item->pointer);
  g_free (item->code);
  g_hash_table_unref (item->arguments);
  g_free (item);
}

static MpFieldError *
new_item (MpSeverity severity, const char *pointer, const char *code)
{
  MpFieldError *item = g_new0 (MpFieldError, 1);

  item->severity = severity;
  item->pointer = g_strdup (pointer);
  item->code = g_strdup (code);
  item->arguments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return item;
}

static void
set_argument (MpFieldError *item, const char *name, const char *value)
{
  g_hash_table_insert (item->arguments, g_strdup (name), g_strdup (value));
}

static gboolean
is_known_code (const char *code)
{
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      if (g_str_equal (texts[i].code, code))
        return TRUE;
    }
  return FALSE;
}

/* A code of a newer server is shown with the server's own words. */
static MpFieldError *
item_from_json (JsonObject *object, GError **error)
{
  const char *pointer = mp_json_require_string (object, "pointer", error);
  const char *code = pointer != NULL ? mp_json_require_string (object, "code", error) : NULL;
  JsonObject *arguments = mp_json_get_object (object, "arguments");
  gboolean is_warning = g_str_equal (mp_json_get_string (object, "severity", "error"), "warning");
  MpFieldError *item;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (code == NULL)
    return NULL;
  item = new_item (is_warning ? MP_SEVERITY_WARNING : MP_SEVERITY_ERROR, pointer,
                   is_known_code (code) ? code : MP_FIELD_SERVER);
  if (!is_known_code (code))
    set_argument (item, "message", mp_json_get_string (object, "message", code));
  if (arguments == NULL)
    return item;

  json_object_iter_init (&iter, arguments);
  while (json_object_iter_next (&iter, &name, &value))
    {
      if (mp_json_node_get_string (value) != NULL)
        set_argument (item, name, mp_json_node_get_string (value));
    }
  return item;
}

static JsonObject *
item_to_json (const MpFieldError *item)
{
  g_autofree char *message = mp_field_error_dup_text (item);
  g_autoptr (GList) names = NULL;
  JsonObject *arguments = json_object_new ();
  JsonObject *object = json_object_new ();

  names = g_list_sort (g_hash_table_get_keys (item->arguments), (GCompareFunc) g_strcmp0);
  for (GList *name = names; name != NULL; name = name->next)
    json_object_set_string_member (arguments, name->data,
                                   g_hash_table_lookup (item->arguments, name->data));

  json_object_set_string_member (object, "pointer", item->pointer);
  json_object_set_string_member (object, "code", item->code);
  json_object_set_string_member (object, "message", message);
  json_object_set_string_member (object, "severity",
                                 item->severity == MP_SEVERITY_WARNING ? "warning" : "error");
  json_object_set_object_member (object, "arguments", arguments);
  return object;
}

static const char *
find_catalogue_label (const MpFieldSpec *mapping, const char *name)
{
  MpCatalogue *catalogue = mapping != NULL ? mp_catalogue_get (mapping->catalogue) : NULL;
  MpCatalogueField *field = catalogue != NULL ? mp_catalogue_find (catalogue, name) : NULL;

  return field != NULL ? mp_catalogue_field_get_label (field) : NULL;
}

static const char *
find_section_label (const char *pointer)
{
  MpRegistry *registry = mp_registry_get_default ();

  for (unsigned int i = 0; i < mp_registry_get_n_sections (registry); i++)
    {
      const MpSectionSpec *section = mp_registry_get_section (registry, i);

      if (pointer[0] == '/' && g_str_equal (section->id, pointer + 1))
        return mp_section_spec_get_label (section);
    }
  return NULL;
}

/* The name of what stands at @pointer: a row, a Member Pulse field, a section, a last member. */
static char *
dup_label_of (const char *pointer)
{
  const MpFieldSpec *field = mp_registry_find (mp_registry_get_default (), pointer);
  g_autofree char *last = mp_pointer_dup_last (pointer);
  const char *label;

  if (field != NULL && g_str_equal (field->path, pointer))
    return g_strdup (mp_field_spec_get_label (field));
  label = find_catalogue_label (field, last);
  if (label == NULL)
    label = find_section_label (pointer);
  if (label != NULL)
    return g_strdup (label);
  /* Translators: the subject of a sentence about a record as a whole */
  return g_strdup (*last != '\0' ? last : _ ("The record"));
}

static char *
dup_expectation (const char *name)
{
  for (size_t i = 0; i < G_N_ELEMENTS (expectations); i++)
    {
      if (g_str_equal (name, expectations[i].name))
        return g_strdup (g_dgettext (GETTEXT_PACKAGE, expectations[i].text));
    }
  return g_strdup (name);
}

static char *
dup_type_label (const char *name)
{
  MpFieldType type;

  return g_strdup (mp_field_type_from_string (name, &type) ? mp_field_type_get_label (type) : name);
}

/* (nullable): what stands in a text for the argument @name */
static char *
dup_argument (const MpFieldError *error, const char *name)
{
  const char *value = g_hash_table_lookup (error->arguments, name);
  const char *label;

  if (g_str_equal (name, "label") && value == NULL)
    return dup_label_of (error->pointer);
  if (value == NULL)
    return NULL;
  if (g_str_equal (name, "from") || g_str_equal (name, "to"))
    return dup_type_label (value);
  if (g_str_equal (name, "expected"))
    return dup_expectation (value);
  if (g_str_equal (name, "needs"))
    return dup_label_of (value);
  if (!g_str_equal (name, "other"))
    return g_strdup (value);
  label =
      find_catalogue_label (mp_registry_find (mp_registry_get_default (), error->pointer), value);
  return g_strdup (label != NULL ? label : value);
}

/* (nullable): @text with its arguments, unless one is missing */
static char *
dup_filled (const MpFieldError *error, const char *text)
{
  g_autoptr (GString) filled = g_string_new (NULL);
  g_auto (GStrv) pieces = g_strsplit (text, "{", -1);

  g_string_append (filled, pieces[0]);
  for (unsigned int i = 1; pieces[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (pieces[i], "}", 2);
      g_autofree char *value = dup_argument (error, parts[0]);

      if (value == NULL || parts[1] == NULL)
        return NULL;
      g_string_append (filled, value);
      g_string_append (filled, parts[1]);
    }
  return g_string_free (g_steal_pointer (&filled), FALSE);
}

/**
 * mp_field_errors_new:
 *
 * Returns: (transfer full): an empty list
 */
MpFieldErrors *
mp_field_errors_new (void)
{
  MpFieldErrors *self = g_new0 (MpFieldErrors, 1);

  g_atomic_ref_count_init (&self->references);
  self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) free_item);
  return self;
}

/**
 * mp_field_errors_new_from_json:
 * @array: the `errors` of a problem from the server
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when an element has no pointer or code. A code that this program
 * does not know becomes %MP_FIELD_SERVER.
 *
 * Returns: (transfer full): the list
 */
MpFieldErrors *
mp_field_errors_new_from_json (JsonArray *array, GError **error)
{
  g_autoptr (MpFieldErrors) self = mp_field_errors_new ();

  g_return_val_if_fail (array != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);
      MpFieldError *item;

      if (object == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "Field error %u is no object", i);
          return NULL;
        }
      item = item_from_json (object, error);
      if (item == NULL)
        return NULL;
      g_ptr_array_add (self->items, item);
    }
  return g_steal_pointer (&self);
}

/**
 * mp_field_errors_ref:
 * @self: a list
 *
 * Returns: (transfer full): @self
 */
MpFieldErrors *
mp_field_errors_ref (MpFieldErrors *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/**
 * mp_field_errors_unref:
 * @self: (transfer full): a list
 */
void
mp_field_errors_unref (MpFieldErrors *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->items);
  g_free (self);
}

/**
 * mp_field_errors_to_json:
 * @self: a list
 *
 * Returns: (transfer full): the list with a text for each, as a problem's `errors`
 */
JsonArray *
mp_field_errors_to_json (MpFieldErrors *self)
{
  JsonArray *array;

  g_return_val_if_fail (self != NULL, NULL);

  array = json_array_new ();
  for (unsigned int i = 0; i < self->items->len; i++)
    json_array_add_object_element (array, item_to_json (g_ptr_array_index (self->items, i)));
  return array;
}

/**
 * mp_field_errors_add:
 * @self: a list nobody else has yet
 * @severity: error or warning
 * @pointer: the path it is about; "" for the record as a whole
 * @code: one of the `MP_FIELD_` codes
 * @...: names and values of its arguments, as strings, then %NULL; an argument whose value is %NULL
 *   is left out
 */
void
mp_field_errors_add (
    MpFieldErrors *self, MpSeverity severity, const char *pointer, const char *code, ...)
{
  MpFieldError *item;
  const char *name;
  va_list arguments;

  g_return_if_fail (self != NULL);
  g_return_if_fail (pointer != NULL && code != NULL);

  item = new_item (severity, pointer, code);
  va_start (arguments, code);
  while ((name = va_arg (arguments, const char *)) != NULL)
    {
      const char *value = va_arg (arguments, const char *);

      if (value != NULL)
        set_argument (item, name, value);
    }
  va_end (arguments);
  g_ptr_array_add (self->items, item);
}

/**
 * mp_field_errors_get_size:
 * @self: a list
 *
 * Returns: how many errors and warnings it has
 */
unsigned int
mp_field_errors_get_size (MpFieldErrors *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->items->len;
}

/**
 * mp_field_errors_get:
 * @self: a list
 * @index: less than mp_field_errors_get_size()
 *
 * Returns: (transfer none): the error or warning
 */
const MpFieldError *
mp_field_errors_get (MpFieldErrors *self, unsigned int index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->items->len, NULL);
  return g_ptr_array_index (self->items, index);
}

/**
 * mp_field_errors_find:
 * @self: a list
 * @pointer: a path
 *
 * What a row that can show one text shows: the first error on exactly that path, or else the first
 * warning.
 *
 * Returns: (transfer none) (nullable): the error or warning
 */
const MpFieldError *
mp_field_errors_find (MpFieldErrors *self, const char *pointer)
{
  const MpFieldError *warning = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  for (unsigned int i = 0; i < self->items->len; i++)
    {
      const MpFieldError *item = g_ptr_array_index (self->items, i);

      if (!g_str_equal (item->pointer, pointer))
        continue;
      if (item->severity == MP_SEVERITY_ERROR)
        return item;
      if (warning == NULL)
        warning = item;
    }
  return warning;
}

/**
 * mp_field_errors_count:
 * @self: a list
 * @severity: what to count
 * @prefix: (nullable): only at and below this path; %NULL for all
 *
 * Returns: how many there are
 */
unsigned int
mp_field_errors_count (MpFieldErrors *self, MpSeverity severity, const char *prefix)
{
  unsigned int count = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (unsigned int i = 0; i < self->items->len; i++)
    {
      const MpFieldError *item = g_ptr_array_index (self->items, i);

      if (item->severity == severity &&
          (prefix == NULL || mp_pointer_has_prefix (item->pointer, prefix)))
        count++;
    }
  return count;
}

/**
 * mp_field_error_dup_text:
 * @error: an error or warning
 *
 * Says what is wrong and what to do, in one or two sentences for people, translated.
 *
 * Returns: (transfer full): the text
 */
char *
mp_field_error_dup_text (const MpFieldError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      char *text;

      if (!g_str_equal (texts[i].code, error->code))
        continue;
      text = dup_filled (error, g_dgettext (GETTEXT_PACKAGE, texts[i].text));
      if (text != NULL)
        return text;
    }
  /* An argument is missing, as a list from elsewhere may have it. */
  return dup_filled (error, _ ("{label} is not right. Check it."));
}
