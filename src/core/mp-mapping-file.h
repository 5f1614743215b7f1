/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-changes.h"
#include "mp-registry.h"

G_BEGIN_DECLS

/*
 * A mapping in a file: as JSON, {"mapping": "member", "fields": {"email": "Email"}} with entries as
 * records have them, or as CSV with the columns field, target, value, sent, not_sent: a line for
 * each field, and one more for each value (* is any other) that is sent as something else.
 */
char *mp_mapping_file_to_json (const MpFieldSpec *mapping,
                               JsonObject *entries) G_GNUC_WARN_UNUSED_RESULT;
char *mp_mapping_file_to_csv (const MpFieldSpec *mapping,
                              JsonObject *entries) G_GNUC_WARN_UNUSED_RESULT;
MpChanges *mp_mapping_file_read (const MpFieldSpec *mapping,
                                 const char *text,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
