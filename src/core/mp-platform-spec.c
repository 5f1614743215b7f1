/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-spec.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-data-text.h"
#include "mp-error.h"
#include "mp-json.h"

#define VERSION 1

struct _MpPlatformSpec
{
  GObject parent_instance;

  char *id;            /* (owned) */
  char *kind;          /* (owned) */
  char *label;         /* (owned) */
  char *key_help;      /* (owned) (nullable): nothing to say */
  char *key_address;   /* (owned) (nullable): no page */
  char *unavailable;   /* (owned) (nullable): it can be connected */
  GPtrArray *settings; /* (owned) (element-type MpSettingSpec) */
  GPtrArray *parts;    /* (owned) (element-type MpPartSpec) */
};

G_DEFINE_FINAL_TYPE (MpPlatformSpec, mp_platform_spec, G_TYPE_OBJECT)

static const char *const kinds[] = { "crm", "accounting", "payment", NULL };

static void
free_setting (MpSettingSpec *setting)
{
  g_free (setting->id);
  g_free (setting->label);
  g_free (setting->help);
  g_free (setting->pattern);
  g_free (setting->example);
  g_free (setting->fallback);
  g_strfreev (setting->choices);
  g_free (setting);
}

static void
free_refusal (MpRefusal *refusal)
{
  g_free (refusal->pattern);
  g_free (refusal->message);
  g_free (refusal);
}

static void
free_part (MpPartSpec *part)
{
  g_free (part->id);
  g_free (part->label);
  g_free (part->help);
  g_free (part->pattern);
  g_free (part->example);
  g_clear_pointer (&part->refusals, g_ptr_array_unref);
  g_free (part);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpSettingSpec, free_setting)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpPartSpec, free_part)

static GRegex *
compile_pattern (const char *pattern, GError **error)
{
  g_autofree char *anchored = g_strdup_printf ("\\A(?:%s)\\z", pattern);

  return g_regex_new (anchored, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, error);
}

/* A pattern that costs too much on @value does not match it; the regex library has limits. */
static gboolean
matches_whole (const char *pattern, const char *value)
{
  g_autoptr (GRegex) regex = compile_pattern (pattern, NULL);

  return regex != NULL && g_regex_match (regex, value, G_REGEX_MATCH_DEFAULT, NULL);
}

/* Both forms must compile: "a)(b" does so only between the parentheses that anchor it. */
static gboolean
check_pattern (const char *pattern, const char *id, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GRegex) bare = NULL;
  g_autoptr (GRegex) anchored = NULL;

  if (pattern == NULL)
    return TRUE;
  bare = g_regex_new (pattern, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, &local_error);
  if (bare != NULL)
    anchored = compile_pattern (pattern, &local_error);
  if (anchored != NULL)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "The pattern of “%s” cannot be read: %s", id,
               local_error->message);
  return FALSE;
}

/* Also a file's name, a member of records and a part of addresses: plain characters only. */
static gboolean
check_id (const char *id, GError **error)
{
  if (g_regex_match_simple ("\\A[a-z][a-z0-9_-]{0,63}\\z", id, G_REGEX_DEFAULT,
                            G_REGEX_MATCH_DEFAULT))
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” cannot be an id", id);
  return FALSE;
}

static gboolean
check_new_id (gboolean is_new, const char *id, GError **error)
{
  if (is_new)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” stands twice", id);
  return FALSE;
}

/* (nullable): a document's text for people, in the language of the program. */
static char *
dup_text (JsonObject *object, const char *member)
{
  return g_strdup (mp_data_text_translate (mp_json_get_string (object, member, NULL)));
}

static gboolean
require_id_and_label (JsonObject *object, const char **id, const char **label, GError **error)
{
  *id = mp_json_require_string (object, "id", error);
  *label = *id != NULL ? mp_json_require_string (object, "label", error) : NULL;
  return *label != NULL && check_id (*id, error);
}

static MpSettingSpec *
parse_setting (JsonObject *object, GError **error)
{
  g_autoptr (MpSettingSpec) setting = g_new0 (MpSettingSpec, 1);
  const char *id;
  const char *label;

  if (!require_id_and_label (object, &id, &label, error))
    return NULL;
  setting->id = g_strdup (id);
  setting->label = g_strdup (mp_data_text_translate (label));
  setting->help = dup_text (object, "help");
  setting->pattern = g_strdup (mp_json_get_string (object, "pattern", NULL));
  setting->example = g_strdup (mp_json_get_string (object, "example", NULL));
  setting->fallback = g_strdup (mp_json_get_string (object, "default", NULL));
  setting->required = mp_json_get_boolean (object, "required", FALSE);
  if (mp_json_get_array (object, "choices") != NULL)
    setting->choices = mp_json_dup_strings (object, "choices");

  if (!check_pattern (setting->pattern, id, error))
    return NULL;
  if (setting->fallback != NULL && !mp_setting_spec_accepts (setting, setting->fallback))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "The default of “%s” is not one of its values", id);
      return NULL;
    }
  return g_steal_pointer (&setting);
}

static gboolean
parse_refusals (MpPartSpec *part, JsonArray *array, GError **error)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = mp_json_array_get_object (array, i);
      const char *pattern = object != NULL ? mp_json_get_string (object, "pattern", NULL) : NULL;
      const char *message = object != NULL ? mp_json_get_string (object, "message", NULL) : NULL;
      MpRefusal *refusal;

      if (pattern == NULL || message == NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                       "A refusal of “%s” lacks its pattern or message", part->id);
          return FALSE;
        }
      if (!check_pattern (pattern, part->id, error))
        return FALSE;
      refusal = g_new0 (MpRefusal, 1);
      refusal->pattern = g_strdup (pattern);
      refusal->message = g_strdup (mp_data_text_translate (message));
      g_ptr_array_add (part->refusals, refusal);
    }
  return TRUE;
}

static MpPartSpec *
parse_part (JsonObject *object, GError **error)
{
  g_autoptr (MpPartSpec) part = g_new0 (MpPartSpec, 1);
  JsonArray *refusals = mp_json_get_array (object, "refuse");
  const char *id;
  const char *label;

  if (!require_id_and_label (object, &id, &label, error))
    return NULL;
  part->id = g_strdup (id);
  part->label = g_strdup (mp_data_text_translate (label));
  part->help = dup_text (object, "help");
  part->pattern = g_strdup (mp_json_get_string (object, "pattern", NULL));
  part->example = g_strdup (mp_json_get_string (object, "example", NULL));
  /* A document that forgets to say so must not show a secret. */
  part->secret = mp_json_get_boolean (object, "secret", TRUE);
  part->refusals = g_ptr_array_new_with_free_func ((GDestroyNotify) free_refusal);

  if (!check_pattern (part->pattern, id, error))
    return NULL;
  if (refusals != NULL && !parse_refusals (part, refusals, error))
    return NULL;
  return g_steal_pointer (&part);
}

static JsonObject *
require_object (JsonArray *array, unsigned int index, const char *what, GError **error)
{
  JsonObject *object = mp_json_array_get_object (array, index);

  if (object == NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "Element %u of %s is no object", index, what);
  return object;
}

static gboolean
parse_settings (MpPlatformSpec *self, JsonArray *array, GError **error)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = require_object (array, i, "connection", error);
      g_autoptr (MpSettingSpec) setting = object != NULL ? parse_setting (object, error) : NULL;

      if (setting == NULL ||
          !check_new_id (mp_platform_spec_find_setting (self, setting->id) == NULL, setting->id,
                         error))
        return FALSE;
      g_ptr_array_add (self->settings, g_steal_pointer (&setting));
    }
  return TRUE;
}

static gboolean
has_part (MpPlatformSpec *self, const char *id)
{
  for (unsigned int i = 0; i < self->parts->len; i++)
    {
      const MpPartSpec *part = g_ptr_array_index (self->parts, i);

      if (g_str_equal (part->id, id))
        return TRUE;
    }
  return FALSE;
}

static gboolean
parse_parts (MpPlatformSpec *self, JsonArray *array, GError **error)
{
  for (unsigned int i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = require_object (array, i, "credential", error);
      g_autoptr (MpPartSpec) part = object != NULL ? parse_part (object, error) : NULL;

      if (part == NULL || !check_new_id (!has_part (self, part->id), part->id, error))
        return FALSE;
      g_ptr_array_add (self->parts, g_steal_pointer (&part));
    }
  if (self->parts->len > 0)
    return TRUE;
  g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "A credential has at least one part");
  return FALSE;
}

static gboolean
parse_head (MpPlatformSpec *self, JsonObject *document, GError **error)
{
  const char *id;
  const char *label;
  const char *kind;

  if (mp_json_get_int (document, "version", VERSION) > VERSION)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_NEWER,
                           "The platform document is of a later version than this program");
      return FALSE;
    }
  if (!require_id_and_label (document, &id, &label, error))
    return FALSE;
  kind = mp_json_require_string (document, "kind", error);
  if (kind == NULL)
    return FALSE;
  if (!g_strv_contains (kinds, kind))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "There is no kind of platform “%s”", kind);
      return FALSE;
    }

  self->id = g_strdup (id);
  self->label = g_strdup (label);
  self->kind = g_strdup (kind);
  self->key_help = dup_text (document, "key_help");
  self->key_address = g_strdup (mp_json_get_string (document, "key_address", NULL));
  self->unavailable = dup_text (document, "unavailable");
  return TRUE;
}

static gboolean
has_control_character (const char *text)
{
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (p)))
        return TRUE;
    }
  return FALSE;
}

static const char *
find_refusal (const MpPartSpec *part, const char *value)
{
  for (unsigned int i = 0; part->refusals != NULL && i < part->refusals->len; i++)
    {
      const MpRefusal *refusal = g_ptr_array_index (part->refusals, i);

      if (matches_whole (refusal->pattern, value))
        return refusal->message;
    }
  return NULL;
}

static char *
dup_format_fault (const MpPartSpec *part)
{
  if (part->example != NULL)
    /* Translators: the first %s is the name of a part of a key, the second an example of one */
    return g_strdup_printf (
        _ ("This does not look right: “%s” is something like %s. Copy it again."), part->label,
           part->example);
  /* Translators: %s is the name of a part of a key, such as "Client secret" */
  return g_strdup_printf (_ ("This does not look right for “%s”. Copy it again."), part->label);
}

/* Overwrites the copy of a secret before its memory goes back. */
static void
wipe_text (char *text)
{
  if (text == NULL)
    return;
  explicit_bzero (text, strlen (text));
  g_free (text);
}

static char *
dup_fault_of_trimmed (const MpPartSpec *part, const char *value)
{
  const char *refusal;

  if (*value == '\0')
    /* Translators: %s is the name of a part of a key, such as "Client secret" */
    return g_strdup_printf (_ ("%s is empty. Enter it."), part->label);
  if (has_control_character (value))
    /* Translators: %s is the name of a part of a key, such as "Client secret" */
    return g_strdup_printf (
        _ ("%s contains a line break or an invisible character. Copy it again."), part->label);
  refusal = find_refusal (part, value);
  if (refusal != NULL)
    return g_strdup (refusal);
  if (part->pattern != NULL && !matches_whole (part->pattern, value))
    return dup_format_fault (part);
  return NULL;
}

static void
mp_platform_spec_finalize (GObject *object)
{
  MpPlatformSpec *self = MP_PLATFORM_SPEC (object);

  g_free (self->id);
  g_free (self->kind);
  g_free (self->label);
  g_free (self->key_help);
  g_free (self->key_address);
  g_free (self->unavailable);
  g_clear_pointer (&self->settings, g_ptr_array_unref);
  g_clear_pointer (&self->parts, g_ptr_array_unref);

  G_OBJECT_CLASS (mp_platform_spec_parent_class)->finalize (object);
}

static void
mp_platform_spec_class_init (MpPlatformSpecClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_platform_spec_finalize;
}

static void
mp_platform_spec_init (MpPlatformSpec *self)
{
  self->settings = g_ptr_array_new_with_free_func ((GDestroyNotify) free_setting);
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) free_part);
}

/**
 * mp_platform_spec_new_from_json:
 * @document: a platform document
 * @error: return location
 *
 * Reads the connection settings and the parts of the credential; what the engine of the platforms
 * reads beside them may be anything here. A document that says why its platform is unavailable has
 * neither.
 *
 * Fails with %MP_ERROR_INVALID when the document breaks its form, and with %MP_ERROR_NEWER when it
 * is of a later version.
 *
 * Returns: (transfer full): the specification
 */
MpPlatformSpec *
mp_platform_spec_new_from_json (JsonObject *document, GError **error)
{
  g_autoptr (MpPlatformSpec) self = g_object_new (MP_TYPE_PLATFORM_SPEC, NULL);
  JsonArray *settings;
  JsonArray *parts;

  g_return_val_if_fail (document != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!parse_head (self, document, error))
    return NULL;
  if (self->unavailable != NULL)
    return g_steal_pointer (&self);
  settings = mp_json_get_array (document, "connection");
  parts = mp_json_require_array (document, "credential", error);
  if (parts == NULL || (settings != NULL && !parse_settings (self, settings, error)) ||
      !parse_parts (self, parts, error))
    {
      g_prefix_error (error, "Platform %s: ", self->id);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * mp_platform_spec_get_id:
 * @self: a platform's specification
 *
 * Returns: (transfer none): the document's id
 */
const char *
mp_platform_spec_get_id (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  return self->id;
}

/**
 * mp_platform_spec_get_kind:
 * @self: a platform's specification
 *
 * Returns: (transfer none): crm, accounting or payment
 */
const char *
mp_platform_spec_get_kind (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  return self->kind;
}

/**
 * mp_platform_spec_get_label:
 * @self: a platform's specification
 *
 * Returns: (transfer none): the platform's name
 */
const char *
mp_platform_spec_get_label (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  return self->label;
}

/**
 * mp_platform_spec_get_key_help:
 * @self: a platform's specification
 *
 * Returns: (transfer none) (nullable): where to get the key, in words
 */
const char *
mp_platform_spec_get_key_help (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  return self->key_help;
}

/**
 * mp_platform_spec_get_key_address:
 * @self: a platform's specification
 *
 * Returns: (transfer none) (nullable): the platform's own page on it
 */
const char *
mp_platform_spec_get_key_address (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  return self->key_address;
}

/**
 * mp_platform_spec_get_unavailable:
 * @self: a platform's specification
 *
 * Returns: (transfer none) (nullable): why the platform cannot be connected yet, in an
 *   administrator's words; %NULL when it can
 */
const char *
mp_platform_spec_get_unavailable (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  return self->unavailable;
}

/**
 * mp_platform_spec_get_n_settings:
 * @self: a platform's specification
 *
 * Returns: how many connection settings it has
 */
unsigned int
mp_platform_spec_get_n_settings (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), 0);
  return self->settings->len;
}

/**
 * mp_platform_spec_get_setting:
 * @self: a platform's specification
 * @index: less than mp_platform_spec_get_n_settings()
 *
 * Returns: (transfer none): the setting
 */
const MpSettingSpec *
mp_platform_spec_get_setting (MpPlatformSpec *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  g_return_val_if_fail (index < self->settings->len, NULL);
  return g_ptr_array_index (self->settings, index);
}

/**
 * mp_platform_spec_find_setting:
 * @self: a platform's specification
 * @id: a setting's id
 *
 * Returns: (transfer none) (nullable): the setting, if there is one of that id
 */
const MpSettingSpec *
mp_platform_spec_find_setting (MpPlatformSpec *self, const char *id)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);

  for (unsigned int i = 0; i < self->settings->len; i++)
    {
      const MpSettingSpec *setting = g_ptr_array_index (self->settings, i);

      if (g_strcmp0 (setting->id, id) == 0)
        return setting;
    }
  return NULL;
}

/**
 * mp_platform_spec_get_n_parts:
 * @self: a platform's specification
 *
 * Returns: how many parts its credential has; at least one, but for an unavailable platform
 */
unsigned int
mp_platform_spec_get_n_parts (MpPlatformSpec *self)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), 0);
  return self->parts->len;
}

/**
 * mp_platform_spec_get_part:
 * @self: a platform's specification
 * @index: less than mp_platform_spec_get_n_parts()
 *
 * Returns: (transfer none): the part
 */
const MpPartSpec *
mp_platform_spec_get_part (MpPlatformSpec *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_PLATFORM_SPEC (self), NULL);
  g_return_val_if_fail (index < self->parts->len, NULL);
  return g_ptr_array_index (self->parts, index);
}

/**
 * mp_part_spec_dup_fault:
 * @part: a part of a credential
 * @value: (nullable): what was typed; blanks around it do not count
 *
 * What is wrong with a typed part, before any call is made with it. The text never holds any of
 * @value.
 *
 * Returns: (transfer full) (nullable): the fault in translated words, or %NULL when there is none
 */
char *
mp_part_spec_dup_fault (const MpPartSpec *part, const char *value)
{
  char *trimmed;
  char *fault;

  g_return_val_if_fail (part != NULL, NULL);

  if (value != NULL && !g_utf8_validate (value, -1, NULL))
    return dup_format_fault (part);
  trimmed = g_strstrip (g_strdup (value != NULL ? value : ""));
  fault = dup_fault_of_trimmed (part, trimmed);
  wipe_text (trimmed);
  return fault;
}

/**
 * mp_setting_spec_accepts:
 * @setting: a connection setting
 * @value: (nullable): a value for it
 *
 * Does @value have the setting's form? Nothing at all is accepted where it may be left out.
 *
 * Returns: whether it has
 */
gboolean
mp_setting_spec_accepts (const MpSettingSpec *setting, const char *value)
{
  g_return_val_if_fail (setting != NULL, FALSE);

  if (value == NULL || *value == '\0')
    return !setting->required || setting->fallback != NULL;
  if (setting->choices != NULL)
    return g_strv_contains ((const char *const *) setting->choices, value);
  if (!g_utf8_validate (value, -1, NULL) || has_control_character (value))
    return FALSE;
  return setting->pattern == NULL || matches_whole (setting->pattern, value);
}
