/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What a stand-in answers: a status and a body, with the vendor's own headers set on the message.
 */
typedef struct
{
  SoupServerMessage *message;
  const char *path;
  const char
      *token; /* (nullable): of the Authorization header: after "Bearer ", or decoded from Basic */
  unsigned int status;
  JsonNode *body; /* (owned) (nullable) */
} MpSandboxAnswer;

void mp_sandbox_answer_text (MpSandboxAnswer *answer, unsigned int status, const char *json);
gboolean mp_sandbox_is_key (const char *token, const char *prefix);

/* Each fills the answer to a path of its vendor and returns FALSE for any other path. */
gboolean mp_sandbox_hubspot (MpSandboxAnswer *answer, unsigned int n_fields);
gboolean mp_sandbox_salesforce (MpSandboxAnswer *answer);
gboolean mp_sandbox_stripe (MpSandboxAnswer *answer);
gboolean mp_sandbox_xero (MpSandboxAnswer *answer);

/* A ready answer to fail with, whatever is asked. */
typedef struct _MpSandboxFaults MpSandboxFaults;
MpSandboxFaults *mp_sandbox_faults_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_sandbox_faults_free (MpSandboxFaults *self);
gboolean mp_sandbox_faults_set (MpSandboxFaults *self, GBytes *body, GError **error);
void mp_sandbox_faults_clear (MpSandboxFaults *self);
gboolean mp_sandbox_faults_apply (MpSandboxFaults *self, MpSandboxAnswer *answer);

gboolean mp_sandbox_write_platform (const char *folder, const char *address, GError **error);

G_END_DECLS
