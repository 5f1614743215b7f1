/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-mapping-file.h"

#include <string.h>

#include "mp-catalogue.h"
#include "mp-error.h"
#include "mp-json.h"
#include "mp-mapping-entry.h"

#define REST "*"
#define MAX_COLUMNS 16
#define MAX_LINES 20000

/* The columns of the CSV form, in their order. */
enum
{
  FIELD,
  TARGET,
  VALUE,
  SENT,
  NOT_SENT,
  N_COLUMNS
};

static const char *const columns[N_COLUMNS] = { "field", "target", "value", "sent", "not_sent" };

/* A cell that could be taken for more than text is quoted. */
static void
append_cell (GString *text, const char *cell, gboolean is_last)
{
  if (strpbrk (cell, "\",\r\n") == NULL)
    g_string_append (text, cell);
  else
    {
      g_autoptr (GString) doubled = g_string_new (cell);

      g_string_replace (doubled, "\"", "\"\"", 0);
      g_string_append_printf (text, "\"%s\"", doubled->str);
    }
  g_string_append (text, is_last ? "\r\n" : ",");
}

static void
append_line (GString *text, const char *const *cells)
{
  for (int i = 0; i < N_COLUMNS; i++)
    append_cell (text, cells[i] != NULL ? cells[i] : "", i == N_COLUMNS - 1);
}

static void
append_entry (GString *text, const char *field, JsonNode *entry)
{
  const char *target = mp_mapping_get_target (entry);
  JsonObject *values = mp_mapping_get_values (entry);
  g_autoptr (GList) names = values != NULL ? g_list_sort (json_object_get_members (values),
                                                          (GCompareFunc) strcmp)
                                           : NULL;
  const char *rest = mp_mapping_get_rest (entry);

  append_line (
      text, (const char *[N_COLUMNS]){
                [FIELD] = field, [TARGET] = target, [NOT_SENT] = mp_mapping_get_not_sent (entry) });
  for (GList *name = names; name != NULL; name = name->next)
    append_line (text,
                 (const char *[N_COLUMNS]){ [FIELD] = field,
                                            [TARGET] = target,
                                            [VALUE] = name->data,
                                            [SENT] = mp_json_get_string (values, name->data, "") });
  if (rest != NULL)
    append_line (text, (const char *[N_COLUMNS]){
                           [FIELD] = field, [TARGET] = target, [VALUE] = REST, [SENT] = rest });
}

/* One line's cells: quoted ones may hold commas and line ends. (transfer full) (nullable): an open
 * quotation mark, or too many cells */
static GPtrArray *
read_line (const char **at)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) cell = g_string_new (NULL);
  gboolean quoted = FALSE;
  const char *c;

  for (c = *at; *c != '\0'; c++)
    {
      if (*c == '"' && quoted && c[1] == '"')
        g_string_append_c (cell, *c++);
      else if (*c == '"')
        quoted = !quoted;
      else if (!quoted && (*c == ',' || *c == '\n'))
        {
          g_ptr_array_add (cells, g_strdup (cell->str));
          g_string_truncate (cell, 0);
          if (*c == '\n')
            break;
        }
      else if (quoted || *c != '\r')
        g_string_append_c (cell, *c);
    }
  if (quoted || cells->len > MAX_COLUMNS)
    return NULL;
  if (*c == '\0')
    g_ptr_array_add (cells, g_strdup (cell->str));
  *at = *c == '\n' ? c + 1 : c;
  return g_steal_pointer (&cells);
}

static const char *
get_cell (GPtrArray *cells, const int *places, int column)
{
  return places[column] >= 0 && (unsigned int) places[column] < cells->len
             ? g_ptr_array_index (cells, places[column])
             : "";
}

/* Where each column stands; a column may be missing, but not the fields. */
static gboolean
find_columns (GPtrArray *head, int *places, GError **error)
{
  for (int i = 0; i < N_COLUMNS; i++)
    {
      places[i] = -1;
      for (unsigned int j = 0; j < head->len; j++)
        {
          if (g_ascii_strcasecmp (g_ptr_array_index (head, j), columns[i]) == 0)
            places[i] = (int) j;
        }
    }
  if (places[FIELD] >= 0)
    return TRUE;
  g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                       "line 1: the columns field, target, value, sent, not_sent are expected");
  return FALSE;
}

static JsonNode *
read_entry (GPtrArray *cells, const int *places, JsonNode *before)
{
  const char *target = get_cell (cells, places, TARGET);
  const char *value = get_cell (cells, places, VALUE);
  const char *sent = get_cell (cells, places, SENT);
  const char *not_sent = get_cell (cells, places, NOT_SENT);
  g_autoptr (JsonNode) entry = NULL;

  if (*not_sent != '\0')
    return mp_mapping_not_sent_new (not_sent);
  if (*target == '\0')
    return NULL;
  entry = g_strcmp0 (mp_mapping_get_target (before), target) == 0
              ? json_node_ref (before)
              : mp_mapping_with_target (NULL, target);
  if (*value == '\0')
    return g_steal_pointer (&entry);
  return g_str_equal (value, REST) ? mp_mapping_with_rest (entry, sent)
                                   : mp_mapping_with_value (entry, value, sent);
}

static gboolean
check_field (const MpFieldSpec *mapping, const char *field, GError **error)
{
  if (mp_catalogue_find (mp_catalogue_get (mapping->catalogue), field) != NULL)
    return TRUE;
  g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "Member Pulse has no %s field “%s”",
               mapping->catalogue, field);
  return FALSE;
}

static gboolean
add_line (const MpFieldSpec *mapping,
          GPtrArray *cells,
          const int *places,
          MpChanges *changes,
          GError **error)
{
  const char *field = get_cell (cells, places, FIELD);
  g_autofree char *path = mp_pointer_append (mapping->path, field);
  g_autoptr (JsonNode) entry = NULL;

  if (*field == '\0')
    return TRUE;
  if (!check_field (mapping, field, error))
    return FALSE;
  entry = read_entry (cells, places,
                      mp_changes_contains (changes, path) ? mp_changes_get (changes, path) : NULL);
  if (entry != NULL)
    mp_changes_set (changes, path, entry);
  return TRUE;
}

static MpChanges *
read_csv (const MpFieldSpec *mapping, const char *text, GError **error)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  int places[N_COLUMNS];

  for (unsigned int line = 1; *text != '\0'; line++)
    {
      g_autoptr (GPtrArray) cells = read_line (&text);

      if (cells == NULL || line > MAX_LINES)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                       "line %u: a quotation mark is not closed, or there is too much", line);
          return NULL;
        }
      if (line == 1 ? !find_columns (cells, places, error)
                    : !add_line (mapping, cells, places, changes, error))
        {
          if (line > 1)
            g_prefix_error (error, "line %u: ", line);
          return NULL;
        }
    }
  return g_steal_pointer (&changes);
}

static MpChanges *
read_json (const MpFieldSpec *mapping, const char *text, GError **error)
{
  g_autoptr (MpChanges) changes = mp_changes_new ();
  g_autoptr (JsonObject) object = mp_json_parse_object (text, -1, error);
  JsonObject *fields = object != NULL ? mp_json_require_object (object, "fields", error) : NULL;
  g_autoptr (GList) names = fields != NULL ? json_object_get_members (fields) : NULL;

  if (fields == NULL)
    return NULL;
  for (GList *name = names; name != NULL; name = name->next)
    {
      g_autofree char *path = mp_pointer_append (mapping->path, name->data);
      JsonNode *entry = json_object_get_member (fields, name->data);

      if (!check_field (mapping, name->data, error))
        return NULL;
      if (!mp_mapping_is_well_formed (entry))
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                       "/fields/%s: the name of a CRM field, or “not sent” with a reason, is "
                       "expected",
                       (const char *) name->data);
          return NULL;
        }
      mp_changes_set (changes, path, entry);
    }
  return g_steal_pointer (&changes);
}

/**
 * mp_mapping_file_to_json:
 * @mapping: the registry's row of the mapping
 * @entries: its entries by field
 *
 * Returns: (transfer full): the text of a JSON file
 */
char *
mp_mapping_file_to_json (const MpFieldSpec *mapping, JsonObject *entries)
{
  JsonObject *object = json_object_new ();
  g_autoptr (JsonNode) node = mp_json_node_take_object (object);

  json_object_set_string_member (object, "mapping", mapping->catalogue);
  json_object_set_object_member (object, "fields", mp_json_object_copy (entries));
  return mp_json_to_pretty_text (node);
}

/**
 * mp_mapping_file_to_csv:
 * @mapping: the registry's row of the mapping
 * @entries: its entries by field
 *
 * Returns: (transfer full): the text of a CSV file (RFC 4180), in the catalogue's order
 */
char *
mp_mapping_file_to_csv (const MpFieldSpec *mapping, JsonObject *entries)
{
  MpCatalogue *catalogue = mp_catalogue_get (mapping->catalogue);
  GString *text = g_string_new (NULL);

  append_line (text, columns);
  for (unsigned int i = 0; i < mp_catalogue_get_size (catalogue); i++)
    {
      const char *field = mp_catalogue_field_get_name (mp_catalogue_get_field (catalogue, i));

      if (json_object_has_member (entries, field))
        append_entry (text, field, json_object_get_member (entries, field));
    }
  return g_string_free (text, FALSE);
}

/**
 * mp_mapping_file_read:
 * @mapping: the registry's row of the mapping
 * @text: a JSON or CSV file
 * @error: return location
 *
 * A field that the file does not name, or names without a target or a reason, is left as it is.
 *
 * Fails with %MP_ERROR_INVALID, which names the line or the member, when the file is none of both
 * forms or names a field that Member Pulse does not have.
 *
 * Returns: (transfer full): what the file changes
 */
MpChanges *
mp_mapping_file_read (const MpFieldSpec *mapping, const char *text, GError **error)
{
  const char *start = text;

  g_return_val_if_fail (mapping != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);

  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID, "The file is not in UTF-8");
      return NULL;
    }
  /* A spreadsheet writes a byte order mark. */
  if (g_str_has_prefix (start, "\xEF\xBB\xBF"))
    start += 3;
  while (g_ascii_isspace (*start))
    start++;
  return *start == '{' ? read_json (mapping, start, error) : read_csv (mapping, start, error);
}
