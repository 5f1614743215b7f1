/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-server-home.h"

G_BEGIN_DECLS

/* What the program exits with. */
typedef enum
{
  MP_EXIT_OK = 0,
  MP_EXIT_FAILED = 1,
  MP_EXIT_USAGE = 2,
  MP_EXIT_NOT_INTACT = 3, /* the audit trail does not verify */
} MpExit;

/* An operator's command. Static. */
typedef struct _MpCommand MpCommand;
struct _MpCommand
{
  const char *name;      /* "token add" */
  const char *arguments; /* (nullable): "TENANT ID" */
  unsigned int n_arguments;
  const char *summary;
  MpExit (*run) (const MpCommand *self, int argc, char **argv);
};

MpExit mp_command_init (const MpCommand *self, int argc, char **argv);
MpExit mp_command_migrate (const MpCommand *self, int argc, char **argv);
MpExit mp_command_tenant_add (const MpCommand *self, int argc, char **argv);
MpExit mp_command_tenant_list (const MpCommand *self, int argc, char **argv);
MpExit mp_command_token_add (const MpCommand *self, int argc, char **argv);
MpExit mp_command_token_list (const MpCommand *self, int argc, char **argv);
MpExit mp_command_token_revoke (const MpCommand *self, int argc, char **argv);
MpExit mp_command_audit_verify (const MpCommand *self, int argc, char **argv);
MpExit mp_command_audit_export (const MpCommand *self, int argc, char **argv);
MpExit mp_command_audit_verify_file (const MpCommand *self, int argc, char **argv);
MpExit mp_command_audit_checkpoint (const MpCommand *self, int argc, char **argv);
MpExit mp_command_key_rotate (const MpCommand *self, int argc, char **argv);
MpExit mp_command_restored (const MpCommand *self, int argc, char **argv);
MpExit mp_command_backup (const MpCommand *self, int argc, char **argv);
MpExit mp_command_restore (const MpCommand *self, int argc, char **argv);
MpExit mp_command_doctor (const MpCommand *self, int argc, char **argv);
MpExit mp_command_serve (const MpCommand *self, int argc, char **argv);

/* For the commands. */
gboolean mp_command_parse (
    const MpCommand *self, int *argc, char ***argv, const GOptionEntry *entries, char **data_dir);
gboolean mp_command_check_tenant (MpServerHome *home, const char *tenant, GError **error);
gboolean mp_command_begin_epoch_in (const char *data_dir, const char *folder, GError **error);
MpExit mp_command_fail (const GError *error);
MpExit mp_command_misuse (const char *message);
char *mp_command_dup_operator (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
