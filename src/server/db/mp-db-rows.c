/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-db.h"

/* The rows' members are const for the callers that pass borrowed ones; those in a row handed out
 * are the row's own. */
static void
free_text (const char *text)
{
  g_free ((char *) text);
}

/**
 * mp_db_tenant_free:
 * @tenant: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_tenant_free (MpDbTenant *tenant)
{
  if (tenant == NULL)
    return;
  free_text (tenant->id);
  free_text (tenant->name);
  g_free (tenant);
}

/**
 * mp_db_token_free:
 * @token: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_token_free (MpDbToken *token)
{
  if (token == NULL)
    return;
  free_text (token->id);
  free_text (token->tenant);
  free_text (token->hash);
  free_text (token->actor);
  g_free (token);
}

/**
 * mp_db_record_free:
 * @record: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_record_free (MpDbRecord *record)
{
  if (record == NULL)
    return;
  free_text (record->id);
  free_text (record->json);
  g_free (record);
}

/**
 * mp_db_revision_free:
 * @revision: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_revision_free (MpDbRevision *revision)
{
  if (revision == NULL)
    return;
  free_text (revision->actor);
  free_text (revision->json);
  g_free (revision);
}

/**
 * mp_db_credential_free:
 * @credential: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_credential_free (MpDbCredential *credential)
{
  if (credential == NULL)
    return;
  free_text (credential->id);
  free_text (credential->json);
  g_free (credential);
}

/**
 * mp_db_secret_free:
 * @secret: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_secret_free (MpDbSecret *secret)
{
  if (secret == NULL)
    return;
  free_text (secret->tenant);
  free_text (secret->credential);
  free_text (secret->key_id);
  g_clear_pointer (&secret->ciphertext, g_bytes_unref);
  g_free (secret);
}

/**
 * mp_db_change_free:
 * @change: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_change_free (MpDbChange *change)
{
  if (change == NULL)
    return;
  free_text (change->id);
  free_text (change->json);
  g_free (change);
}

/**
 * mp_db_audit_row_free:
 * @row: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_audit_row_free (MpDbAuditRow *row)
{
  if (row == NULL)
    return;
  free_text (row->entry);
  free_text (row->hash);
  g_free (row);
}

/**
 * mp_db_audit_head_free:
 * @head: (transfer full) (nullable): a row handed out by #MpDb
 */
void
mp_db_audit_head_free (MpDbAuditHead *head)
{
  if (head == NULL)
    return;
  free_text (head->hash);
  free_text (head->signature);
  g_free (head);
}
