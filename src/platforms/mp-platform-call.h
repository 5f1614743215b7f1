/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-private.h"
#include "mp-request-builder.h"

G_BEGIN_DECLS

typedef enum
{
  MP_CALL_TEST = 1, /* gives an MpTestResult */
  MP_CALL_OBJECTS,  /* gives a GListModel of MpCrmObject */
  MP_CALL_FIELDS,   /* gives a GListModel of MpCrmField */
  MP_CALL_SAMPLE,   /* gives a GListModel of MpSampleRecord */
} MpCallKind;

/* What a platform lends to its calls. */
typedef struct
{
  MpPlatformDocument *document;
  MpHttpClient *http;
  MpAccessCache *accesses;  /* outlives the call: its task holds the platform */
  const char *origin;       /* (nullable) */
  unsigned int deadline_ms; /* of a request */
  unsigned int call_deadline_ms;
  const char *validator; /* (nullable): of the list that is kept */
} MpCallContext;

/*
 * One call of a platform: its token, its joins, its pages. Lives until it has answered.
 */
#define MP_TYPE_PLATFORM_CALL (mp_platform_call_get_type ())
G_DECLARE_FINAL_TYPE (MpPlatformCall, mp_platform_call, MP, PLATFORM_CALL, GObject)

/* @object: (nullable): whose fields
 * @fields: (nullable): of a sample */
MpPlatformCall *mp_platform_call_new (const MpCallContext *context,
                                      MpCallKind kind,
                                      const char *object,
                                      const char *const *fields) G_GNUC_WARN_UNUSED_RESULT;
void mp_platform_call_run_async (MpPlatformCall *self,
                                 MpSecret *secret,
                                 JsonObject *connection,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* MP_ERROR_UNCHANGED: what the validator was given for still holds. */
GObject *mp_platform_call_run_finish (MpPlatformCall *self,
                                      GAsyncResult *result,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable): of the list that was given */
const char *mp_platform_call_get_validator (MpPlatformCall *self);

G_END_DECLS
