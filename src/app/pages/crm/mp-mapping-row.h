/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-catalogue.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* How a row stands: filled by its editor, shown by the row. All borrowed during the call. */
typedef struct
{
  const char
      *target_label; /* (nullable): of the CRM field chosen; its name where the CRM lacks it */
  const char *target_type; /* (nullable): in words */
  const char *not_sent;    /* (nullable): the reason, perhaps still empty */
  const char *fault;       /* (nullable): in words */
  gboolean is_error;       /* else a warning */
  const char *suggested;   /* (nullable): label of what is suggested, or labels of what it may be */
  const char *reasons;     /* (nullable): why it is, or was, suggested */
  gboolean is_sure;        /* what is suggested can be accepted: it is one field */
  const char *progress;    /* how much is left, in words */
  gboolean has_values;     /* it can be said what is sent for each value */
  gboolean locked;         /* filled by the connected system itself */
  gboolean editable;
} MpMappingRowState;

/*
 * One Member Pulse field and the CRM field it goes to, each a button that opens a list of the
 * editor's. Signals: "member-clicked", "target-clicked" (GtkWidget *button), "reason-changed"
 * (const char *reason), "suggestion-answered" (gboolean accepted),
 * "values-clicked".
 */
#define MP_TYPE_MAPPING_ROW (mp_mapping_row_get_type ())
G_DECLARE_FINAL_TYPE (MpMappingRow, mp_mapping_row, MP, MAPPING_ROW, AdwPreferencesRow)

GtkWidget *mp_mapping_row_new (MpCatalogueField *field) G_GNUC_WARN_UNUSED_RESULT;
MpCatalogueField *mp_mapping_row_get_field (MpMappingRow *self);
void mp_mapping_row_set_state (MpMappingRow *self, const MpMappingRowState *state);
gboolean mp_mapping_row_get_open (
    MpMappingRow *self); /* required, and neither mapped nor said not to be sent */
gboolean mp_mapping_row_get_suggested (MpMappingRow *self); /* what can be accepted */
void mp_mapping_row_focus_target (MpMappingRow *self);
void mp_mapping_row_focus_reason (MpMappingRow *self);

G_END_DECLS
