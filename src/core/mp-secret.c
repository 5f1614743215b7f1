/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-secret.h"

#include <string.h>
#include <sys/resource.h>

#include "mp-error.h"
#include "mp-json-private.h"

/* Each of them is one entry in a form; a text with more was not written by this program. */
#define MAX_PARTS 16

typedef struct
{
  char *id;
  char *value; /* wiped */
} Part;

struct _MpSecret
{
  gatomicrefcount ref_count;
  GPtrArray *parts; /* (element-type Part) */
};

G_DEFINE_BOXED_TYPE (MpSecret, mp_secret, mp_secret_ref, mp_secret_unref)

static void
part_free (Part *part)
{
  g_free (part->id);
  mp_secret_wipe_text (part->value);
  g_free (part);
}

static Part *
find_part (MpSecret *self, const char *id)
{
  for (unsigned int i = 0; i < self->parts->len; i++)
    {
      Part *part = self->parts->pdata[i];

      if (strcmp (part->id, id) == 0)
        return part;
    }
  return NULL;
}

static char *
dup_trimmed (const char *value)
{
  const char *start = value;
  const char *end = value + strlen (value);

  while (g_ascii_isspace (*start))
    start++;
  while (end > start && g_ascii_isspace (end[-1]))
    end--;
  return g_strndup (start, (size_t) (end - start));
}

static char *
write_string (char *at, const char *value)
{
  *at++ = '"';
  for (const char *p = value; *p != '\0'; p++)
    {
      if ((unsigned char) *p < 0x20)
        {
          at += g_snprintf (at, 7, "\\u%04x", (unsigned int) *p);
          continue;
        }
      if (*p == '"' || *p == '\\')
        *at++ = '\\';
      *at++ = *p;
    }
  *at++ = '"';
  return at;
}

static const char *
skip_blanks (const char *at)
{
  while (g_ascii_isspace (*at))
    at++;
  return at;
}

/* One member of an object that is valid JSON. Returns what follows, or NULL when the value is not a
 * text or the name stands twice. @value has room for the whole text, so that it never moves and
 * leaves a copy behind. */
static const char *
read_part (MpSecret *self, const char *at, const char *end, GString *value)
{
  g_autoptr (GString) id = g_string_new (NULL);

  at = mp_json_read_string (at, end, id);
  if (mp_secret_get (self, id->str) != NULL)
    return NULL;
  at = skip_blanks (skip_blanks (at) + 1);
  if (*at != '"')
    return NULL;

  g_string_truncate (value, 0);
  at = mp_json_read_string (at, end, value);
  mp_secret_set (self, id->str, value->str);
  return skip_blanks (at);
}

static gboolean
read_parts (MpSecret *self, const char *text, GString *value)
{
  const char *end = text + strlen (text);
  const char *at = skip_blanks (text);

  if (!mp_json_check (text, strlen (text)) || *at != '{')
    return FALSE;

  at = skip_blanks (at + 1);
  while (*at == '"')
    {
      at = read_part (self, at, end, value);
      if (at == NULL || self->parts->len > MAX_PARTS)
        return FALSE;
      if (*at == ',')
        at = skip_blanks (at + 1);
    }
  return self->parts->len > 0;
}

/**
 * mp_secret_new:
 *
 * Returns: (transfer full): a secret without parts
 */
MpSecret *
mp_secret_new (void)
{
  MpSecret *self = g_new0 (MpSecret, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_free);
  return self;
}

/**
 * mp_secret_ref:
 * @self: a secret
 *
 * Returns: (transfer full): @self
 */
MpSecret *
mp_secret_ref (MpSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mp_secret_unref:
 * @self: (transfer full): a secret; wiped with its last reference
 */
void
mp_secret_unref (MpSecret *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->parts);
  g_free (self);
}

/**
 * mp_secret_set:
 * @self: a secret that nobody else has yet
 * @part: the part's id
 * @value: its value in UTF-8, which is copied without the blanks and line ends around it
 */
void
mp_secret_set (MpSecret *self, const char *part, const char *value)
{
  Part *found;

  g_return_if_fail (self != NULL);
  g_return_if_fail (part != NULL);
  g_return_if_fail (value != NULL && g_utf8_validate (value, -1, NULL));

  found = find_part (self, part);
  if (found == NULL)
    {
      found = g_new0 (Part, 1);
      found->id = g_strdup (part);
      g_ptr_array_add (self->parts, found);
    }

  mp_secret_wipe_text (found->value);
  found->value = dup_trimmed (value);
}

/**
 * mp_secret_get:
 * @self: a secret
 * @part: a part's id
 *
 * Returns: (transfer none) (nullable): the part's value, or %NULL when there is none
 */
const char *
mp_secret_get (MpSecret *self, const char *part)
{
  const Part *found;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (part != NULL, NULL);

  found = find_part (self, part);
  return found != NULL ? found->value : NULL;
}

/**
 * mp_secret_get_size:
 * @self: a secret
 *
 * Returns: the number of its parts
 */
unsigned int
mp_secret_get_size (MpSecret *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->parts->len;
}

/**
 * mp_secret_get_part:
 * @self: a secret
 * @index: below mp_secret_get_size ()
 *
 * Returns: (transfer none): the id of the part there
 */
const char *
mp_secret_get_part (MpSecret *self, unsigned int index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->parts->len, NULL);

  return ((const Part *) self->parts->pdata[index])->id;
}

/**
 * mp_secret_to_text:
 * @self: a secret
 *
 * Returns: (transfer full): its parts as one line of JSON; to be freed with mp_secret_wipe_text ()
 */
char *
mp_secret_to_text (MpSecret *self)
{
  const size_t longest_escape = strlen ("\\u0000");
  size_t size = sizeof "{}";
  char *text;
  char *at;

  g_return_val_if_fail (self != NULL, NULL);

  for (unsigned int i = 0; i < self->parts->len; i++)
    {
      const Part *part = self->parts->pdata[i];

      size += longest_escape * (strlen (part->id) + strlen (part->value)) + strlen ("\"\":\"\",");
    }

  /* made at once in its largest size: a buffer that grows leaves copies behind */
  text = g_malloc0 (size + 1);
  at = text;
  *at++ = '{';
  for (unsigned int i = 0; i < self->parts->len; i++)
    {
      const Part *part = self->parts->pdata[i];

      if (i > 0)
        *at++ = ',';
      at = write_string (at, part->id);
      *at++ = ':';
      at = write_string (at, part->value);
    }
  *at++ = '}';
  return text;
}

/**
 * mp_secret_new_from_text:
 * @text: what mp_secret_to_text () made; stays the caller's, who wipes it
 * @error: return location for a %MP_ERROR_INVALID, which holds nothing of @text
 *
 * Returns: (transfer full): the secret, or %NULL with @error set
 */
MpSecret *
mp_secret_new_from_text (const char *text, GError **error)
{
  g_autoptr (MpSecret) self = mp_secret_new ();
  GString *value;
  gboolean done;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  value = g_string_sized_new (strlen (text) + 1);
  done = read_parts (self, text, value);
  explicit_bzero (value->str, value->allocated_len);
  g_string_free (value, TRUE);

  if (!done)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "the secret's text cannot be read");
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * mp_secret_wipe_text:
 * @text: (nullable) (transfer full): a text with a secret: overwritten, then freed
 */
void
mp_secret_wipe_text (char *text)
{
  if (text == NULL)
    return;

  explicit_bzero (text, strlen (text));
  g_free (text);
}

/**
 * mp_secret_refuse_core_dumps:
 *
 * A crash must not write the memory of this process, with the secrets in it, to a file.
 */
void
mp_secret_refuse_core_dumps (void)
{
  const struct rlimit none = { 0, 0 };

  /* To lower a limit is always allowed. */
  if (setrlimit (RLIMIT_CORE, &none) != 0)
    g_warning ("core dumps cannot be turned off");
}
