/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-cli.h"

#include "mp-error.h"
#include "mp-json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* A secret of several parts is at most a few keys; a private key file is the longest. */
#define MAX_SECRET_BYTES 16384

/**
 * mp_cli_ready_cb:
 * @source: (nullable): the source
 * @result: the result
 * @slot: (type gpointer): a `GAsyncResult *` that is %NULL
 *
 * The callback of every asynchronous call in mpctl: keeps @result for mp_cli_wait ().
 */
void
mp_cli_ready_cb (GObject *source, GAsyncResult *result, gpointer slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

/**
 * mp_cli_wait:
 * @slot: what was given to mp_cli_ready_cb ()
 *
 * Runs the main context until the call has ended.
 *
 * Returns: (transfer full): its result
 */
GAsyncResult *
mp_cli_wait (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return g_steal_pointer (slot);
}

/**
 * mp_cli_get_services:
 * @cli: this run
 * @error: return location
 *
 * Makes the services at their first use, so that `--help` and `platform check` touch neither
 * keyring nor files.
 *
 * Returns: (transfer none) (nullable): the services, %NULL with @error set
 */
MpServices *
mp_cli_get_services (MpCli *cli, GError **error)
{
  if (cli->services == NULL)
    cli->services =
        mp_services_new_default (cli->data_dir, (const char *const *) cli->base_urls, error);
  return cli->services;
}

static MpProfile *
find_profile (MpCli *cli, GPtrArray *profiles)
{
  for (unsigned int i = 0; i < profiles->len; i++)
    {
      MpProfile *profile = g_ptr_array_index (profiles, i);

      if ((cli->server == NULL || g_str_equal (cli->server, profile->server)) &&
          (cli->tenant == NULL || g_str_equal (cli->tenant, profile->tenant)))
        return profile;
    }
  return NULL;
}

static void
tell_damage (MpSession *session)
{
  g_autofree char *damage = mp_session_dup_damage (session);

  if (damage == NULL)
    return;

  g_printerr ("mpctl: %s\n", damage);
  mp_session_forget_damage (session);
}

/**
 * mp_cli_open_session:
 * @cli: this run
 * @error: return location
 *
 * Opens the profile named by `--server` and `--tenant`, else the last used one. Works offline.
 *
 * Fails with %MP_ERROR_NOT_FOUND when this computer is signed in to none.
 *
 * Returns: %TRUE when @cli has a session
 */
gboolean
mp_cli_open_session (MpCli *cli, GError **error)
{
  MpServices *services = mp_cli_get_services (cli, error);
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;
  MpProfile *profile;

  if (services == NULL)
    return FALSE;
  profiles = mp_profile_list (mp_services_get_data_dir (services), error);
  if (profiles == NULL)
    return FALSE;
  profile = find_profile (cli, profiles);
  if (profile == NULL)
    {
      g_set_error_literal (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                           "This computer is not signed in to that tenant. Sign in first: "
                           "mpctl login --server ADDRESS --tenant NAME");
      return FALSE;
    }
  mp_session_open_async (services, profile->server, profile->tenant, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  cli->session = mp_session_open_finish (result, error);
  if (cli->session == NULL)
    return FALSE;

  tell_damage (cli->session);
  return TRUE;
}

/**
 * mp_cli_find_record:
 * @cli: this run, with a session
 * @error: return location
 *
 * The record meant: named by `--settings` (id or name), else the only one that is not archived,
 * else the only one.
 *
 * Returns: (transfer none) (nullable): the record, %NULL with %MP_ERROR_NOT_FOUND
 */
MpRecordModel *
mp_cli_find_record (MpCli *cli, GError **error)
{
  GListModel *records = mp_session_get_records (cli->session);
  const unsigned int n_records = g_list_model_get_n_items (records);
  unsigned int found = 0;
  MpRecordModel *match = NULL;

  for (unsigned int i = 0; i < n_records; i++)
    {
      g_autoptr (MpRecordModel) model = g_list_model_get_item (records, i);
      gboolean fits;

      if (cli->settings == NULL)
        fits = n_records == 1 || !mp_record_get_archived (mp_record_model_get_record (model));
      else if (g_str_equal (mp_record_model_get_id (model), cli->settings))
        return mp_session_find_record (cli->session, cli->settings);
      else
        fits = g_strcmp0 (mp_record_model_get_name (model), cli->settings) == 0;
      if (fits)
        {
          found++;
          match = mp_session_find_record (cli->session, mp_record_model_get_id (model));
        }
    }
  if (found == 1)
    return match;
  if (cli->settings != NULL)
    g_set_error (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                 found == 0 ? "No record has the id or name “%s”: see mpctl settings list"
                            : "Several records are named “%s”: give the id instead",
                 cli->settings);
  else
    g_set_error_literal (error, MP_ERROR, MP_ERROR_NOT_FOUND,
                         n_records == 0 ? "There is no record yet: mpctl settings create NAME"
                                        : "Which record? Give its id or name with --settings");
  return NULL;
}

/**
 * mp_cli_set_usage_error:
 * @error: return location
 * @usage: how the command is used
 *
 * Sets @error to what ends with %MP_EXIT_USAGE.
 */
void
mp_cli_set_usage_error (GError **error, const char *usage)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "usage: mpctl %s", usage);
}

/**
 * mp_cli_edit:
 * @cli: this run
 * @model: the record
 * @changes: what to set and unset
 * @error: return location
 *
 * Saves an edit on this computer; when it returns, the edit is durable.
 *
 * Returns: %TRUE when it was saved
 */
gboolean
mp_cli_edit (MpCli *cli, MpRecordModel *model, MpChanges *changes, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_edit_async (cli->session, mp_record_model_get_id (model), changes, NULL,
                         mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return mp_session_edit_finish (cli->session, result, error);
}

/**
 * mp_cli_sync:
 * @cli: this run
 * @error: return location
 *
 * One sync with the tenant server.
 *
 * Returns: %TRUE when all that could be sent was sent, and all news was read
 */
gboolean
mp_cli_sync (MpCli *cli, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GAsyncResult *slot = NULL;

  mp_session_sync_async (cli->session, NULL, mp_cli_ready_cb, &slot);
  result = mp_cli_wait (&slot);
  return mp_session_sync_finish (cli->session, result, error);
}

/**
 * mp_cli_finish_edit:
 * @cli: this run
 * @model: the record that was changed
 * @error: return location
 *
 * What every changing command ends with: sync unless `--no-sync`, and say how the record stands
 * now. Not reaching the server is no failure: the edit is saved here and goes later.
 *
 * Returns: the exit code
 */
MpExit
mp_cli_finish_edit (MpCli *cli, MpRecordModel *model, GError **error)
{
  g_autoptr (GError) sync_error = NULL;
  MpRecordState state;

  if (!cli->no_sync && !mp_cli_sync (cli, &sync_error))
    g_printerr ("Saved here; not sent yet: %s\n", sync_error->message);

  state = mp_record_model_get_state (model);
  if (cli->json)
    {
      g_autoptr (JsonNode) node = mp_json_node_take_object (mp_cli_record_to_json (model));

      mp_cli_print_json (node);
    }
  else
    {
      g_print ("%s  %s\n", mp_record_model_get_id (model), mp_cli_state_text (state));
      mp_cli_print_errors (mp_record_model_get_errors (model), stderr);
    }
  if (state == MP_RECORD_STATE_CONFLICT)
    return MP_EXIT_CONFLICT;
  return state == MP_RECORD_STATE_REFUSED ? MP_EXIT_INVALID : MP_EXIT_DONE;
}

static char *
read_all (int fd, GError **error)
{
  /* One buffer of fixed size, so that growing it leaves no copy of the secret behind. */
  char *text = g_malloc0 (MAX_SECRET_BYTES + 1);
  size_t length = 0;
  gboolean hidden = FALSE;
  struct termios before;

  if (isatty (fd) && tcgetattr (fd, &before) == 0)
    {
      struct termios silent = before;

      silent.c_lflag &= (tcflag_t) ~ECHO;
      hidden = tcsetattr (fd, TCSAFLUSH, &silent) == 0;
      g_printerr ("Secret (not shown): ");
    }
  while (length < MAX_SECRET_BYTES)
    {
      ssize_t n = read (fd, text + length, MAX_SECRET_BYTES - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      length += (size_t) n;
      if (hidden && memchr (text, '\n', length) != NULL)
        break;
    }
  if (hidden)
    {
      tcsetattr (fd, TCSAFLUSH, &before);
      g_printerr ("\n");
    }
  if (length == 0 || length == MAX_SECRET_BYTES || !g_utf8_validate (text, (gssize) length, NULL))
    {
      explicit_bzero (text, MAX_SECRET_BYTES);
      g_free (text);
      g_set_error (
          error, MP_ERROR, MP_ERROR_INVALID,
          length == 0
              ? "No secret came in on file descriptor %d"
              : "What came in on file descriptor %d is no secret: too long, or not UTF-8 text",
          fd);
      return NULL;
    }
  return text;
}

static gboolean
set_parts (MpSecret *secret, MpPlatformSpec *spec, char *text, GError **error)
{
  char *rest = text;

  while (rest != NULL && *rest != '\0')
    {
      char *line = strsep (&rest, "\n");
      char *equals = strchr (line, '=');
      gboolean known = FALSE;

      if (*line == '\0')
        continue;
      if (equals == NULL)
        {
          g_set_error_literal (error, MP_ERROR, MP_ERROR_INVALID,
                               "Give the key's parts as lines PART=VALUE");
          return FALSE;
        }
      *equals = '\0';
      for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
        known = known || g_str_equal (mp_platform_spec_get_part (spec, i)->id, line);
      if (!known)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                       "%s has no part of that name; see mpctl platform list --json",
                       mp_platform_spec_get_label (spec));
          return FALSE;
        }
      mp_secret_set (secret, line, equals + 1);
    }
  return TRUE;
}

static gboolean
check_parts (MpSecret *secret, MpPlatformSpec *spec, GError **error)
{
  for (unsigned int i = 0; i < mp_platform_spec_get_n_parts (spec); i++)
    {
      const MpPartSpec *part = mp_platform_spec_get_part (spec, i);
      g_autofree char *fault = mp_part_spec_dup_fault (part, mp_secret_get (secret, part->id));

      if (fault != NULL)
        {
          g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "%s: %s", part->label, fault);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * mp_cli_read_secret:
 * @fd: a file descriptor: standard input, a pipe, a terminal (then without echo)
 * @spec: (nullable): the platform whose key it is
 * @single_part: (nullable): the name of the part, where there is no platform
 * @error: return location
 *
 * A key of one part is the text itself; one of several parts is lines of `PART=VALUE`.
 *
 * Fails with %MP_ERROR_INVALID; the message never holds the value.
 *
 * Returns: (transfer full) (nullable): the secret
 */
MpSecret *
mp_cli_read_secret (int fd, MpPlatformSpec *spec, const char *single_part, GError **error)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  char *text = read_all (fd, error);
  gboolean read_well = TRUE;

  if (text == NULL)
    return NULL;
  if (spec == NULL)
    mp_secret_set (secret, single_part, text);
  else if (mp_platform_spec_get_n_parts (spec) == 1)
    mp_secret_set (secret, mp_platform_spec_get_part (spec, 0)->id, text);
  else
    read_well = set_parts (secret, spec, text, error);
  explicit_bzero (text, MAX_SECRET_BYTES);
  g_free (text);
  if (!read_well || (spec != NULL && !check_parts (secret, spec, error)))
    return NULL;
  return g_steal_pointer (&secret);
}

/* What makes a terminal do something, or a text look like another. */
static gboolean
is_plain (gunichar character)
{
  const GUnicodeType type = g_unichar_type (character);

  /* the embeddings, overrides and isolates of the bidirectional algorithm */
  if ((character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069))
    return FALSE;
  return type != G_UNICODE_CONTROL && type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/**
 * mp_cli_dup_plain:
 * @text: text that somebody else may have written
 *
 * Names and messages come from other people and other hosts: printed as they are, they could
 * command the terminal or pretend to be another line.
 *
 * Returns: (transfer full): @text as one line without control characters
 */
char *
mp_cli_dup_plain (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *plain = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      g_string_append_unichar (plain, is_plain (character) ? character : 0xfffd);
    }
  return g_string_free (plain, FALSE);
}

/**
 * mp_cli_print_json:
 * @node: what to print
 *
 * Prints on standard output, in the form for people to read.
 */
void
mp_cli_print_json (JsonNode *node)
{
  g_autofree char *text = mp_json_to_pretty_text (node);

  g_print ("%s\n", text);
}

/**
 * mp_cli_print_errors:
 * @errors: (nullable): field errors
 * @stream: (type gpointer): where to
 *
 * One line an error: severity, path, text.
 */
void
mp_cli_print_errors (MpFieldErrors *errors, FILE *stream)
{
  for (unsigned int i = 0; errors != NULL && i < mp_field_errors_get_size (errors); i++)
    {
      const MpFieldError *fault = mp_field_errors_get (errors, i);
      g_autofree char *text = mp_field_error_dup_text (fault);
      g_autofree char *plain = mp_cli_dup_plain (text);
      g_autofree char *pointer = mp_cli_dup_plain (fault->pointer);

      fprintf (stream, "%s %s: %s\n", fault->severity == MP_SEVERITY_ERROR ? "error" : "warning",
               pointer, plain);
    }
}

/**
 * mp_cli_print_row:
 * @widths: columns of each cell but the last
 * @...: the cells, then %NULL
 *
 * Prints one row of a table; a longer cell pushes the rest to the right.
 */
void
mp_cli_print_row (const unsigned int *widths, ...)
{
  va_list cells;
  const char *cell;

  va_start (cells, widths);
  cell = va_arg (cells, const char *);
  for (unsigned int i = 0; cell != NULL; i++)
    {
      const char *next = va_arg (cells, const char *);
      g_autofree char *plain = mp_cli_dup_plain (cell);
      long pad = next == NULL ? 0 : (long) widths[i] - g_utf8_strlen (plain, -1);

      g_print ("%s%*s%s", plain, pad > 0 ? (int) pad : 0, "", next == NULL ? "\n" : "  ");
      cell = next;
    }
  va_end (cells);
}

/**
 * mp_cli_state_text:
 * @state: a record's state
 *
 * Returns: the state in words, as mpctl prints it
 */
const char *
mp_cli_state_text (MpRecordState state)
{
  switch (state)
    {
    case MP_RECORD_STATE_SYNCED:
      return "synced";
    case MP_RECORD_STATE_DRAFT:
      return "draft";
    case MP_RECORD_STATE_WAITING:
      return "waiting";
    case MP_RECORD_STATE_REFUSED:
      return "refused";
    case MP_RECORD_STATE_CONFLICT:
      return "conflict";
    default:
      g_return_val_if_reached ("unknown");
    }
}

/**
 * mp_cli_record_to_json:
 * @model: a record
 *
 * Returns: (transfer full): `{"record":, "state":, "errors":, "conflicts":}`
 */
JsonObject *
mp_cli_record_to_json (MpRecordModel *model)
{
  JsonObject *object = json_object_new ();
  JsonArray *conflicts = json_array_new ();

  json_object_set_object_member (object, "record",
                                 mp_record_to_json (mp_record_model_get_record (model)));
  json_object_set_string_member (object, "state",
                                 mp_cli_state_text (mp_record_model_get_state (model)));
  json_object_set_array_member (object, "errors",
                                mp_field_errors_to_json (mp_record_model_get_errors (model)));
  for (unsigned int i = 0; i < mp_record_model_get_n_conflicts (model); i++)
    json_array_add_object_element (conflicts,
                                   mp_conflict_to_json (mp_record_model_get_conflict (model, i)));
  json_object_set_array_member (object, "conflicts", conflicts);
  return object;
}
