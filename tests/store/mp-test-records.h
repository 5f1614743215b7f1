/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-merge.h"
#include "mp-push-result.h"
#include "mp-record.h"

G_BEGIN_DECLS

#define MP_TEST_ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define MP_TEST_EPOCH "5f0e9d3a-0000-4000-8000-000000000001"
#define MP_TEST_OP "01890a5d-ac96-774b-bcce-b302099a0001"

/* Short forms for tests of what happens to records. ...: pairs of path and value (NULL: unset),
 * then NULL. */
MpRecord *mp_test_record (const char *id,
                          int64_t sequence,
                          ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
MpChanges *mp_test_changes (const char *path, ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;

/* An answer to @op; @conflicts: (nullable): pointers, separated by blanks; @record: (nullable) */
MpPushResult *mp_test_result (const char *op,
                              const char *status,
                              MpRecord *record,
                              const char *conflicts) G_GNUC_WARN_UNUSED_RESULT;
MpPushResult *
mp_test_invalid (const char *op, const char *pointer, const char *code) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
