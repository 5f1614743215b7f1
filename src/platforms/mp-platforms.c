/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platforms.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-error.h"
#include "mp-json.h"
#include "mp-platform-private.h"
#include "mp-platforms-resources.h"

#define RESOURCE_FOLDER "/org/memberpulse/Integrations/platforms"
#define SUFFIX ".json"
#define MAX_DOCUMENT_BYTES (1024 * 1024)

struct _MpPlatforms
{
  GObject parent_instance;

  GPtrArray *platforms;   /* (element-type MpPlatform): by label */
  GPtrArray *unavailable; /* (element-type MpPlatformSpec): by label */
  GPtrArray *problems;    /* (element-type MpPlatformProblem) */
};

static void mp_platforms_list_model_init (GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MpPlatforms,
                               mp_platforms,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      mp_platforms_list_model_init))

static void
problem_free (gpointer data)
{
  MpPlatformProblem *problem = data;

  g_free (problem->file);
  g_free (problem->message);
  g_free (problem);
}

static void
add_problem (MpPlatforms *self, const char *file, char *message /* (transfer full) */)
{
  MpPlatformProblem *problem = g_new0 (MpPlatformProblem, 1);

  problem->file = g_strdup (file);
  problem->message = message;
  g_ptr_array_add (self->problems, problem);
}

static char *
describe_faults (MpFieldErrors *faults)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (unsigned int i = 0; i < mp_field_errors_get_size (faults); i++)
    {
      const MpFieldError *fault = mp_field_errors_get (faults, i);
      g_autofree char *message = mp_field_error_dup_text (fault);

      g_string_append_printf (text, "%s%s%s%s", text->len > 0 ? "\n" : "", fault->pointer,
                              *fault->pointer != '\0' ? ": " : "", message);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static MpPlatformDocument *
read_document (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonObject) object = mp_json_parse_object (text, length, error);
  g_autoptr (MpFieldErrors) faults = mp_field_errors_new ();
  MpPlatformDocument *document;
  g_autofree char *description = NULL;

  if (object == NULL)
    return NULL;
  document = mp_platform_document_new (object, faults);
  if (document != NULL)
    return document;
  description = describe_faults (faults);
  g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, description);
  return NULL;
}

static unsigned int
find_index (MpPlatforms *self, const char *id)
{
  for (unsigned int i = 0; i < self->platforms->len; i++)
    {
      if (g_strcmp0 (mp_platform_get_id (g_ptr_array_index (self->platforms, i)), id) == 0)
        return i;
    }
  return self->platforms->len;
}

static unsigned int
find_unavailable (MpPlatforms *self, const char *id)
{
  for (unsigned int i = 0; i < self->unavailable->len; i++)
    {
      if (g_strcmp0 (mp_platform_spec_get_id (g_ptr_array_index (self->unavailable, i)), id) == 0)
        return i;
    }
  return self->unavailable->len;
}

static void
add_document (MpPlatforms *self, MpHttpClient *http, MpPlatformDocument *document)
{
  if (mp_platform_spec_get_unavailable (document->spec) != NULL)
    g_ptr_array_add (self->unavailable, g_object_ref (document->spec));
  else
    g_ptr_array_add (self->platforms, mp_platform_new (document, http));
}

static void
remove_known (MpPlatforms *self, const char *id)
{
  unsigned int index = find_index (self, id);
  unsigned int unavailable = find_unavailable (self, id);

  if (index < self->platforms->len)
    g_ptr_array_remove_index (self->platforms, index);
  if (unavailable < self->unavailable->len)
    g_ptr_array_remove_index (self->unavailable, unavailable);
}

/* A fault of a shipped document is a fault of this program. */
static void
load_shipped (MpPlatforms *self, MpHttpClient *http)
{
  GResource *resource = mp_platforms_get_resource ();
  g_auto (GStrv) names = NULL;

  names =
      g_resource_enumerate_children (resource, RESOURCE_FOLDER, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  for (unsigned int i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (RESOURCE_FOLDER "/", names[i], NULL);
      g_autoptr (GBytes) bytes =
                     g_resource_lookup_data (resource, path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      g_autoptr (MpPlatformDocument) document = NULL;
      g_autoptr (GError) error = NULL;

      document =
          read_document (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);
      if (document == NULL)
        g_warning ("%s: %s", names[i], error->message);
      else
        add_document (self, http, document);
    }
}

static MpPlatformDocument *
read_file (const char *path, const char *name, GError **error)
{
  g_autofree char *text = NULL;
  size_t length;
  g_autofree char *expected = NULL;
  g_autoptr (MpPlatformDocument) document = NULL;

  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  if (length > MAX_DOCUMENT_BYTES)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_TOO_LARGE,
                           _ ("The file is too large for a platform document."));
      return NULL;
    }
  document = read_document (text, (gssize) length, error);
  if (document == NULL)
    return NULL;
  expected = g_strconcat (mp_platform_document_get_id (document), SUFFIX, NULL);
  if (!g_str_equal (expected, name))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   _ ("/id: the file must be called “%s”, or the id be another"), expected);
      return NULL;
    }
  return g_steal_pointer (&document);
}

static void
load_file (MpPlatforms *self, MpHttpClient *http, const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MpPlatformDocument) document = read_file (path, name, &error);

  if (document == NULL)
    {
      add_problem (self, path, g_strdup (error->message));
      return;
    }
  if (document->replaces)
    remove_known (self, mp_platform_document_get_id (document));
  if (mp_platforms_find_spec (self, mp_platform_document_get_id (document)) == NULL)
    add_document (self, http, document);
  else
    add_problem (self, path,
                 g_strdup_printf (_ ("/id: “%s” is already shipped with the program; to use this "
                                     "document in its place, set \"replaces\": true"),
                                     mp_platform_document_get_id (document)));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
load_directory (MpPlatforms *self, MpHttpClient *http, const char *directory)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        add_problem (self, directory, g_strdup (error->message));
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (g_str_has_suffix (name, SUFFIX))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  for (unsigned int i = 0; i < names->len; i++)
    load_file (self, http, directory, g_ptr_array_index (names, i));
}

static int
compare_labels (gconstpointer a, gconstpointer b)
{
  MpPlatform *left = *(MpPlatform *const *) a;
  MpPlatform *right = *(MpPlatform *const *) b;

  return g_utf8_collate (mp_platform_get_label (left), mp_platform_get_label (right));
}

static int
compare_spec_labels (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (mp_platform_spec_get_label (*(MpPlatformSpec *const *) a),
                         mp_platform_spec_get_label (*(MpPlatformSpec *const *) b));
}

static GType
mp_platforms_get_item_type (GListModel *model)
{
  return MP_TYPE_PLATFORM;
}

static unsigned int
mp_platforms_get_n_items (GListModel *model)
{
  return MP_PLATFORMS (model)->platforms->len;
}

static gpointer
mp_platforms_get_item (GListModel *model, unsigned int position)
{
  MpPlatforms *self = MP_PLATFORMS (model);

  return position < self->platforms->len
             ? g_object_ref (g_ptr_array_index (self->platforms, position))
             : NULL;
}

static void
mp_platforms_list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = mp_platforms_get_item_type;
  interface->get_n_items = mp_platforms_get_n_items;
  interface->get_item = mp_platforms_get_item;
}

static void
mp_platforms_finalize (GObject *object)
{
  MpPlatforms *self = MP_PLATFORMS (object);

  g_ptr_array_unref (self->platforms);
  g_ptr_array_unref (self->unavailable);
  g_ptr_array_unref (self->problems);

  G_OBJECT_CLASS (mp_platforms_parent_class)->finalize (object);
}

static void
mp_platforms_class_init (MpPlatformsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_platforms_finalize;
}

static void
mp_platforms_init (MpPlatforms *self)
{
  self->platforms = g_ptr_array_new_with_free_func (g_object_unref);
  self->unavailable = g_ptr_array_new_with_free_func (g_object_unref);
  self->problems = g_ptr_array_new_with_free_func (problem_free);
}

/**
 * mp_platforms_new:
 * @http: the client that every call goes through
 * @user_dir: (nullable): the folder of the user's own documents
 *
 * Reads the documents. One of the user's that cannot be used is a problem, never a failure. Reads
 * files.
 *
 * Returns: (transfer full): the platforms
 */
MpPlatforms *
mp_platforms_new (MpHttpClient *http, const char *user_dir)
{
  MpPlatforms *self;

  g_return_val_if_fail (MP_IS_HTTP_CLIENT (http), NULL);

  self = g_object_new (MP_TYPE_PLATFORMS, NULL);
  load_shipped (self, http);
  if (user_dir != NULL)
    load_directory (self, http, user_dir);
  g_ptr_array_sort (self->platforms, compare_labels);
  g_ptr_array_sort (self->unavailable, compare_spec_labels);
  return self;
}

/**
 * mp_platforms_find:
 * @self: the platforms
 * @id: (nullable): a document's id
 *
 * Returns: (transfer none) (nullable): the platform; none that is unavailable
 */
MpPlatform *
mp_platforms_find (MpPlatforms *self, const char *id)
{
  unsigned int index;

  g_return_val_if_fail (MP_IS_PLATFORMS (self), NULL);

  index = find_index (self, id);
  return index < self->platforms->len ? g_ptr_array_index (self->platforms, index) : NULL;
}

/**
 * mp_platforms_find_spec:
 * @self: the platforms
 * @id: (nullable): a document's id
 *
 * For the rules of a record: also a platform that is unavailable is known, and refused by name.
 *
 * Returns: (transfer none) (nullable): what its document says of it
 */
MpPlatformSpec *
mp_platforms_find_spec (MpPlatforms *self, const char *id)
{
  MpPlatform *platform;
  unsigned int index;

  g_return_val_if_fail (MP_IS_PLATFORMS (self), NULL);

  platform = mp_platforms_find (self, id);
  if (platform != NULL)
    return mp_platform_get_spec (platform);
  index = find_unavailable (self, id);
  return index < self->unavailable->len ? g_ptr_array_index (self->unavailable, index) : NULL;
}

/**
 * mp_platforms_get_n_unavailable:
 * @self: the platforms
 *
 * Returns: how many are only listed, because they cannot be connected yet
 */
unsigned int
mp_platforms_get_n_unavailable (MpPlatforms *self)
{
  g_return_val_if_fail (MP_IS_PLATFORMS (self), 0);

  return self->unavailable->len;
}

/**
 * mp_platforms_get_unavailable:
 * @self: the platforms
 * @index: less than mp_platforms_get_n_unavailable (); they stand by label
 *
 * Returns: (transfer none): one of them, with the reason
 */
MpPlatformSpec *
mp_platforms_get_unavailable (MpPlatforms *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_PLATFORMS (self), NULL);
  g_return_val_if_fail (index < self->unavailable->len, NULL);

  return g_ptr_array_index (self->unavailable, index);
}

/**
 * mp_platforms_get_n_problems:
 * @self: the platforms
 *
 * Returns: how many of the user's documents could not be used
 */
unsigned int
mp_platforms_get_n_problems (MpPlatforms *self)
{
  g_return_val_if_fail (MP_IS_PLATFORMS (self), 0);

  return self->problems->len;
}

/**
 * mp_platforms_get_problem:
 * @self: the platforms
 * @index: less than mp_platforms_get_n_problems ()
 *
 * Returns: (transfer none): the file, and what is wrong with it
 */
const MpPlatformProblem *
mp_platforms_get_problem (MpPlatforms *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_PLATFORMS (self), NULL);
  g_return_val_if_fail (index < self->problems->len, NULL);

  return g_ptr_array_index (self->problems, index);
}

/**
 * mp_platforms_set_base_address:
 * @self: the platforms
 * @assignment: `ID=ADDRESS`, such as `hubspot=http://127.0.0.1:8080`
 * @error: return location
 *
 * Sends every call of a platform, that for its token too, to a server on this computer. Call it
 * before the first call.
 *
 * Fails with %MP_ERROR_WRONG_HOST for an address elsewhere, %MP_ERROR_NOT_FOUND for an unknown
 * platform, %MP_ERROR_INVALID for another form.
 *
 * Returns: whether it is set
 */
gboolean
mp_platforms_set_base_address (MpPlatforms *self, const char *assignment, GError **error)
{
  g_auto (GStrv) sides = NULL;
  g_autoptr (GUri) uri = NULL;
  MpPlatform *platform;

  g_return_val_if_fail (MP_IS_PLATFORMS (self), FALSE);
  g_return_val_if_fail (assignment != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  sides = g_strsplit (assignment, "=", 2);
  if (g_strv_length (sides) != 2)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   _ ("“%s” is not of the form ID=ADDRESS"), assignment);
      return FALSE;
    }
  platform = mp_platforms_find (self, sides[0]);
  if (platform == NULL)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND, _ ("There is no platform “%s”"), sides[0]);
      return FALSE;
    }
  if (!mp_http_address_check (sides[1], error))
    return FALSE;
  uri = g_uri_parse (sides[1], G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL || !mp_http_host_is_loopback (g_uri_get_host (uri)))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_WRONG_HOST,
                   _ ("“%s” is not on this computer: a test server must be"), sides[1]);
      return FALSE;
    }
  mp_platform_set_origin (platform, sides[1]);
  return TRUE;
}

/**
 * mp_platform_check_document:
 * @text: a platform document
 * @length: its bytes, or -1 when it is NUL-terminated
 * @error: return location for an %MP_ERROR_INVALID when it is no JSON object
 *
 * Looks for every fault of a document: unknown members, wrong types, expressions and templates that
 * cannot be read. Any thread.
 *
 * Returns: (transfer full): the faults, each with its JSON Pointer; an empty list: it may be used
 */
MpFieldErrors *
mp_platform_check_document (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (MpFieldErrors) faults = NULL;
  MpPlatformDocument *document;

  g_return_val_if_fail (text != NULL || length == 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  object = mp_json_parse_object (text, length, error);
  if (object == NULL)
    return NULL;
  faults = mp_field_errors_new ();
  document = mp_platform_document_new (object, faults);
  g_clear_pointer (&document, mp_platform_document_unref);
  return g_steal_pointer (&faults);
}
