/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* One record of a CRM, as far as it was asked for: to see what a field holds. Immutable. */
#define MP_TYPE_SAMPLE_RECORD (mp_sample_record_get_type ())
G_DECLARE_FINAL_TYPE (MpSampleRecord, mp_sample_record, MP, SAMPLE_RECORD, GObject)
MpSampleRecord *mp_sample_record_new (const char *const *fields,
                                      GStrv values) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_sample_record_get_value (MpSampleRecord *self, const char *field);

G_END_DECLS
