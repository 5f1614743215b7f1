/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sync-report-private.h"

G_DEFINE_FINAL_TYPE (MpSyncReport, mp_sync_report, G_TYPE_OBJECT)

static void
mp_sync_report_finalize (GObject *object)
{
  MpSyncReport *self = MP_SYNC_REPORT (object);

  g_clear_object (&self->info);
  g_clear_object (&self->audit_alarm);
  g_clear_pointer (&self->refused, g_ptr_array_unref);
  g_clear_pointer (&self->refusals, g_ptr_array_unref);

  G_OBJECT_CLASS (mp_sync_report_parent_class)->finalize (object);
}

static void
mp_sync_report_class_init (MpSyncReportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_sync_report_finalize;
}

static void
mp_sync_report_init (MpSyncReport *self)
{
  self->refused = g_ptr_array_new_with_free_func (g_object_unref);
  self->refusals = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * mp_sync_report_get_info:
 * @self: a report
 *
 * Returns: (transfer none): who the server says that we are
 */
MpTenantInfo *
mp_sync_report_get_info (MpSyncReport *self)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), NULL);

  return self->info;
}

/**
 * mp_sync_report_get_n_pushed:
 * @self: a report
 *
 * Returns: how many operations had their answer
 */
unsigned int
mp_sync_report_get_n_pushed (MpSyncReport *self)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), 0);

  return self->n_pushed;
}

/**
 * mp_sync_report_get_n_pulled:
 * @self: a report
 *
 * Returns: how many records and credentials the feed brought, our own changes among them
 */
unsigned int
mp_sync_report_get_n_pulled (MpSyncReport *self)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), 0);

  return self->n_pulled;
}

/**
 * mp_sync_report_get_n_refusals:
 * @self: a report
 *
 * Returns: how many operations on credentials the server refused; they were taken back here
 */
unsigned int
mp_sync_report_get_n_refusals (MpSyncReport *self)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), 0);

  return self->refusals->len;
}

/**
 * mp_sync_report_get_refused_operation:
 * @self: a report
 * @index: less than the number of refusals
 *
 * Returns: (transfer none): the operation that was refused
 */
MpOperation *
mp_sync_report_get_refused_operation (MpSyncReport *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), NULL);
  g_return_val_if_fail (index < self->refused->len, NULL);

  return g_ptr_array_index (self->refused, index);
}

/**
 * mp_sync_report_get_refusal:
 * @self: a report
 * @index: less than the number of refusals
 *
 * Returns: (transfer none): why it was refused
 */
MpPushResult *
mp_sync_report_get_refusal (MpSyncReport *self, unsigned int index)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), NULL);
  g_return_val_if_fail (index < self->refusals->len, NULL);

  return g_ptr_array_index (self->refusals, index);
}

/**
 * mp_sync_report_get_needs_sealing:
 * @self: a report
 *
 * Returns: whether the server retired the key that a secret was sealed to; see
 *   mp_store_list_unsealed_async ()
 */
gboolean
mp_sync_report_get_needs_sealing (MpSyncReport *self)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), FALSE);

  return self->needs_sealing;
}

/**
 * mp_sync_report_get_audit_alarm:
 * @self: a report
 *
 * Returns: (transfer none) (nullable): how the audit trail that the server showed, now or before,
 *   did not go on from the one seen earlier; %NULL while it always did
 */
MpAuditVerdict *
mp_sync_report_get_audit_alarm (MpSyncReport *self)
{
  g_return_val_if_fail (MP_IS_SYNC_REPORT (self), NULL);

  return self->audit_alarm;
}
