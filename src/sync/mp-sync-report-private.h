/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-sync.h"

G_BEGIN_DECLS

/* Filled by the run, then not changed any more. */
struct _MpSyncReport
{
  GObject parent_instance;

  MpTenantInfo *info; /* (nullable): only while the run is on */
  unsigned int n_pushed;
  unsigned int n_pulled;
  GPtrArray *refused;  /* (element-type MpOperation) */
  GPtrArray *refusals; /* (element-type MpPushResult): of .refused */
  gboolean needs_sealing;
  MpAuditVerdict *audit_alarm; /* (nullable) */
};

G_END_DECLS
