/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* mp-tenant-server as the operator has it: the program MP_TENANT_SERVER names, in processes, with a
 * tenant "demo". */
typedef struct
{
  char *folder;
  char *data_dir;
  char *log;
  SoupSession *session;
} MpTestProgram;

void mp_test_program_set_up (MpTestProgram *self, gconstpointer data);
void mp_test_program_tear_down (MpTestProgram *self, gconstpointer data);

/* What a command ended with, and printed. */
typedef struct
{
  int status;
  char *output;
} MpTestOutcome;
void mp_test_outcome_clear (MpTestOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpTestOutcome, mp_test_outcome_clear)
MpTestOutcome mp_test_program_run (MpTestProgram *self, const char *line);
void mp_test_program_assert_run (MpTestProgram *self, const char *line, int status);
char *mp_test_program_add_token (MpTestProgram *self, const char *role);

/* Starts the server with further options; @address: (out): where it says that it listens.
 * @launcher: (nullable) */
GSubprocess *mp_test_program_serve (MpTestProgram *self, const char *options, char **address);
GSubprocess *mp_test_program_serve_with (MpTestProgram *self,
                                         GSubprocessLauncher *launcher,
                                         const char *const *wrapper,
                                         const char *options,
                                         char **address);
void mp_test_program_stop (GSubprocess *process, int signal_number);
/* Asks the running server; answers the status. */
unsigned int
mp_test_program_ask (MpTestProgram *self, const char *address, const char *path, const char *token);

G_END_DECLS
