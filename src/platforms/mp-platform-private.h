/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-document.h"
#include "mp-platform.h"
#include "mp-access-cache.h"

G_BEGIN_DECLS

/* Long enough for those that delay what they answer to a wrong key by 20 s, and for a large CRM's
 * slow answer. */
#define MP_PLATFORM_DEADLINE_MS 45000
/* A call of many requests may take this many times as long as one: six minutes. */
#define MP_PLATFORM_DEADLINES 8

typedef struct
{
  MpTestOutcome outcome;
  const char *account;
  const char *account_id;
  const char *details;
  MpMode mode;
  const char *message;
  const char *missing;
} MpTestResultInit;

MpTestResult *mp_test_result_new (const MpTestResultInit *init) G_GNUC_WARN_UNUSED_RESULT;

MpPlatform *mp_platform_new (MpPlatformDocument *document,
                             MpHttpClient *http) G_GNUC_WARN_UNUSED_RESULT;
MpPlatformDocument *mp_platform_get_document (MpPlatform *self);
void mp_platform_set_origin (MpPlatform *self, const char *origin);
void mp_platform_set_deadline_ms (MpPlatform *self, unsigned int deadline_ms);
void mp_platform_set_call_deadline_ms (MpPlatform *self, unsigned int deadline_ms);

G_END_DECLS
