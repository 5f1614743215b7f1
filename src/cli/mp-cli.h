/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-match-rules.h"
#include "mp-session.h"

#include <stdio.h>

G_BEGIN_DECLS

/* Exit codes: what a script does differently. */
typedef enum
{
  MP_EXIT_DONE = 0,
  MP_EXIT_FAILED = 1,
  MP_EXIT_USAGE = 2,
  MP_EXIT_INVALID = 3,  /* field errors: printed by path */
  MP_EXIT_REFUSED = 4,  /* token, key or role */
  MP_EXIT_OFFLINE = 5,  /* a host did not answer */
  MP_EXIT_CONFLICT = 6, /* somebody else changed the same, or it is in use */
  MP_EXIT_KEYRING = 7,  /* locked or missing */
} MpExit;

/* One run of mpctl: the options every command has, and what the command works on. */
typedef struct
{
  char *data_dir;   /* (nullable): the default one */
  char *server;     /* (nullable): of the last used profile */
  char *tenant;     /* (nullable): of the last used profile */
  char *settings;   /* (nullable): id or name of the record meant */
  GStrv base_urls;  /* (nullable) */
  GStrv connection; /* (nullable): platform try: settings, ID=VALUE */
  gboolean json;
  gboolean no_sync;
  gboolean archived; /* settings list: the archive */
  gboolean refresh;  /* crm: ask again, whatever is cached */
  gboolean age;      /* crm: say of which moment a list is */
  gboolean no_test;  /* credential add: save it untested */
  gboolean dry_run;  /* conflicts resolve: only say what would come of it */
  int secret_fd;     /* where a secret is read */
  char *platform;    /* each (nullable) */
  char *label;
  char *for_path;
  char *fields;
  char *not_sent;
  char *source; /* mapping suggest: files with lists of fields */
  char *target;
  char *actor;
  char *action;
  char *resource;
  char *key; /* audit verify: the server's public key */
  MpServices *services;
  MpSession *session; /* (nullable): for commands that need no sign-in */
} MpCli;

typedef MpExit (*MpCliRun) (MpCli *cli, char **arguments, GError **error);

/* One command: "settings set PATH VALUE". Tables of them are immutable. */
typedef struct
{
  const char *group;
  const char *name;     /* (nullable): the group is the command */
  const char *synopsis; /* arguments, for the help */
  const char *summary;
  int min_arguments;
  int max_arguments; /* -1: any number */
  gboolean needs_session;
  MpCliRun run;
} MpCommand;

/* The tables of the command groups, each ended by an entry without a group. */
extern const MpCommand mp_cli_session_commands[];
extern const MpCommand mp_cli_settings_commands[];
extern const MpCommand mp_cli_credential_commands[];
extern const MpCommand mp_cli_platform_commands[];
extern const MpCommand mp_cli_crm_commands[];
extern const MpCommand mp_cli_mapping_commands[];
extern const MpCommand mp_cli_conflict_commands[];
extern const MpCommand mp_cli_audit_commands[];

void mp_cli_ready_cb (GObject *source, GAsyncResult *result, gpointer slot);
GAsyncResult *mp_cli_wait (GAsyncResult **slot) G_GNUC_WARN_UNUSED_RESULT;

MpServices *mp_cli_get_services (MpCli *cli, GError **error);
gboolean mp_cli_open_session (MpCli *cli, GError **error);
MpRecordModel *mp_cli_find_record (MpCli *cli, GError **error);
const MpFieldSpec *mp_cli_find_mapping (MpCli *cli, const char *name, GError **error);
MpExit mp_cli_suggest_mapping (MpCli *cli, char **arguments, GError **error);
MpExit mp_cli_run_history (MpCli *cli, char **arguments, GError **error);
MpExit mp_cli_run_compare (MpCli *cli, char **arguments, GError **error);
MpExit mp_cli_run_revert (MpCli *cli, char **arguments, GError **error);
/* "list", and what changes it */
#define MP_CLI_RULES_SYNOPSIS "list | remove NUMBER | accept|refuse member|order FIELD CRM-FIELD"
MpMatchRules *mp_cli_get_rules (MpCli *cli) G_GNUC_WARN_UNUSED_RESULT;
MpExit mp_cli_mapping_rules (MpCli *cli, char **arguments, GError **error);
MpExit mp_cli_export_mapping (MpCli *cli, char **arguments, GError **error);
MpExit mp_cli_import_mapping (MpCli *cli, char **arguments, GError **error);
MpExit mp_cli_check_mapping (MpCli *cli, char **arguments, GError **error);
MpExit mp_cli_set_mapping_value (MpCli *cli, char **arguments, GError **error);
void mp_cli_set_usage_error (GError **error, const char *usage);
/* @id: (nullable): of no platform that could be used; a mere listing says why */
void mp_cli_set_no_platform_error (MpCli *cli, const char *id, GError **error);
MpExit mp_cli_print_tested (MpCli *cli, MpTestResult *tested);
/* The list as JSON; printed as rows, too, where no JSON is wanted. */
JsonArray *mp_cli_list_objects (MpCli *cli, GListModel *objects) G_GNUC_WARN_UNUSED_RESULT;
JsonArray *mp_cli_list_fields (MpCli *cli, GListModel *fields) G_GNUC_WARN_UNUSED_RESULT;
/* @what: "test", "objects", "fields"; @object: (nullable): whose fields */
MpExit mp_cli_try_platform (
    MpCli *cli, const char *id, const char *what, const char *object, GError **error);
gboolean mp_cli_edit (MpCli *cli, MpRecordModel *model, MpChanges *changes, GError **error);
MpExit mp_cli_finish_edit (MpCli *cli, MpRecordModel *model, GError **error);
gboolean mp_cli_sync (MpCli *cli, GError **error);
MpSecret *mp_cli_read_secret (int fd, MpPlatformSpec *spec, const char *single_part, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

char *mp_cli_dup_plain (const char *text) G_GNUC_WARN_UNUSED_RESULT;
void mp_cli_print_json (JsonNode *node);
void mp_cli_print_errors (MpFieldErrors *errors, FILE *stream);
void mp_cli_print_row (const unsigned int *widths, ...) G_GNUC_NULL_TERMINATED;
const char *mp_cli_state_text (MpRecordState state);
JsonObject *mp_cli_record_to_json (MpRecordModel *model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
