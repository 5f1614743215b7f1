/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-apply.h"
#include "mp-field-errors.h"
#include "mp-record.h"

G_BEGIN_DECLS

/* An audit entry that is written later in the transaction. */
typedef struct
{
  char *action;
  char *resource;
  JsonObject *changes; /* (nullable) */
  char *detail;        /* (nullable) */
} MpApiTrailEntry;

/* One operation on its way. Lives on the stack of mp_api_apply (). */
typedef struct
{
  const MpApiServices *services;
  const MpApiRequest *request;
  MpOperation *operation;
  MpApiSeen seen;
  const char *digest;    /* (nullable): of what was sent under the operation's id */
  MpSecret *secret;      /* (owned) (nullable): what the sealed box held */
  MpFieldErrors *errors; /* (owned) (nullable): why its payload cannot be taken */
  GPtrArray *trail; /* (nullable) (element-type MpApiTrailEntry): of a batch, written at its end */
  int64_t now_unix_us;
} MpApiTask;

/* Results, as on the wire. */
JsonObject *mp_api_result_new (const MpApiTask *task, const char *status) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_api_result_new_invalid (const MpApiTask *task,
                                       MpFieldErrors *errors) G_GNUC_WARN_UNUSED_RESULT;

MpStamp mp_api_task_get_stamp (const MpApiTask *task);
char *mp_api_task_next_revision (const MpApiTask *task,
                                 int64_t *sequence,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_api_task_audit (const MpApiTask *task,
                            const char *action,
                            JsonObject *changes,
                            const char *detail,
                            GError **error);
void mp_api_add_change (JsonObject *changes, const char *path, JsonNode *old, JsonNode *new_value);

/* All faults of a record; %NULL with @error when they cannot be found out. @credentials:
 * (element-type MpCredential): gets those that were looked at. */
MpFieldErrors *mp_api_task_validate (const MpApiTask *task,
                                     MpRecord *record,
                                     GPtrArray *credentials,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What the trail says of a change, and the credentials that a record refers to. */
JsonObject *mp_api_describe_changes (MpRecord *from, MpRecord *to) G_GNUC_WARN_UNUSED_RESULT;
GStrv mp_api_list_references (MpRecord *record) G_GNUC_WARN_UNUSED_RESULT;

/* Within the transaction: what the operation does to a record or a credential. */
JsonObject *mp_api_apply_settings (MpApiTask *task, GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_api_apply_credential (MpApiTask *task, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Before the transaction: reads a credential's payload and opens its sealed box. */
gboolean mp_api_prepare_credential (MpApiTask *task, GError **error);
/* Is it the pointer of a member that some payload has? */
gboolean mp_api_names_credential_member (const char *pointer);

G_END_DECLS
