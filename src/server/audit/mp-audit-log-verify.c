/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-audit-log-private.h"

/* Rows read at once. */
#define PAGE 1000

typedef struct
{
  GPtrArray *entries; /* (element-type MpAuditEntry) */
  int64_t last;       /* the last row's sequence */
  int64_t damaged;    /* the first row that is no entry; 0: none */
} Chain;

static gboolean
read_page (MpAuditLog *self, const char *tenant, Chain *chain, gboolean *more, GError **error)
{
  MpAuditFilter filter = { .since = chain->last };
  g_autoptr (GPtrArray) rows =
                 mp_db_list_audit (mp_audit_log_get_db (self), tenant, &filter, PAGE, error);

  if (rows == NULL)
    return FALSE;
  for (unsigned int i = 0; i < rows->len && chain->damaged == 0; i++)
    {
      const MpDbAuditRow *row = rows->pdata[i];
      g_autoptr (MpAuditEntry) entry = mp_audit_log_read_row (row, NULL);

      chain->last = row->sequence;
      if (entry == NULL)
        chain->damaged = row->sequence;
      else
        g_ptr_array_add (chain->entries, g_steal_pointer (&entry));
    }
  *more = rows->len == PAGE && chain->damaged == 0;
  return TRUE;
}

static gboolean
read_rows (MpAuditLog *self, const char *tenant, Chain *chain, GError **error)
{
  gboolean more = TRUE;

  while (more)
    {
      if (!read_page (self, tenant, chain, &more, error))
        return FALSE;
    }
  return TRUE;
}

static MpAuditVerdict *
judge (MpAuditLog *self,
       const char *tenant,
       const Chain *chain,
       const MpAuditHead *head,
       const MpAuditHead *seen)
{
  g_autoptr (MpAuditVerdict) verdict = mp_audit_verify (chain->entries, head->sequence, head->hash,
                                                        seen == NULL ? 0 : seen->sequence,
                                                        seen == NULL ? NULL : seen->hash);
  MpAuditState state = mp_audit_verdict_get_state (verdict);
  int64_t sequence = mp_audit_verdict_get_sequence (verdict);

  /* What stands before a row that cannot be read is judged first: the first fault counts. */
  if (chain->damaged != 0 &&
      (state == MP_AUDIT_INTACT || state == MP_AUDIT_TRUNCATED || sequence >= chain->damaged))
    return mp_audit_verdict_new (MP_AUDIT_CHANGED, chain->damaged);
  if (chain->last > head->sequence && (state == MP_AUDIT_INTACT || sequence > head->sequence))
    return mp_audit_verdict_new (MP_AUDIT_UNSIGNED, head->sequence + 1);
  if (state == MP_AUDIT_INTACT &&
      !mp_audit_head_verify (head, tenant, mp_audit_log_get_public_key (self)))
    return mp_audit_verdict_new (MP_AUDIT_UNSIGNED, head->sequence);
  return g_steal_pointer (&verdict);
}

/**
 * mp_audit_log_verify:
 * @self: the log
 * @tenant: whose trail
 * @seen: (nullable): a head seen earlier, of this database's present epoch
 * @error: return location
 *
 * Recomputes the whole chain from the stored rows and compares it with the signed head and @seen.
 * Reads without holding up writers.
 *
 * Returns: (transfer full): what was found; a trail that is not intact is no error
 */
MpAuditVerdict *
mp_audit_log_verify (MpAuditLog *self, const char *tenant, const MpAuditHead *seen, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (MpAuditHead) head = NULL;
  Chain chain = { .entries = entries };

  g_return_val_if_fail (MP_IS_AUDIT_LOG (self) && tenant != NULL, NULL);

  /* Rows, then the head, then the rows that came between: the head is never behind the rows of an
   * undamaged trail, and the rows catch up with it. Rows still later are cut off again. */
  if (!read_rows (self, tenant, &chain, error))
    return NULL;
  head = mp_audit_log_get_head (self, tenant, error);
  if (head == NULL)
    return NULL;
  if (chain.damaged == 0 && chain.last < head->sequence)
    {
      if (!read_rows (self, tenant, &chain, error))
        return NULL;
      while (entries->len > 0 && chain.last > head->sequence)
        {
          g_ptr_array_set_size (entries, entries->len - 1);
          chain.last--;
        }
    }
  return judge (self, tenant, &chain, head, seen);
}
