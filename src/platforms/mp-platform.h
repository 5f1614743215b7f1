/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-credential.h"
#include "mp-crm-metadata.h"
#include "mp-platform-spec.h"
#include "mp-secret.h"
#include "mp-http-client.h"

G_BEGIN_DECLS

typedef enum
{
  MP_TEST_CONNECTED = 1,
  MP_TEST_LIMITED,  /* the key is right but may not do everything: missing says what */
  MP_TEST_REJECTED, /* the platform did not accept the key */
} MpTestOutcome;

/* Answer of a connection test. Immutable. */
#define MP_TYPE_TEST_RESULT (mp_test_result_get_type ())
G_DECLARE_FINAL_TYPE (MpTestResult, mp_test_result, MP, TEST_RESULT, GObject)
MpTestOutcome mp_test_result_get_outcome (MpTestResult *self);
const char *
mp_test_result_get_account (MpTestResult *self); /* (nullable) the vendor's name for the account */
const char *mp_test_result_get_account_id (MpTestResult *self); /* (nullable) */
const char *mp_test_result_get_details (MpTestResult *self);    /* (nullable) country, currency */
MpMode mp_test_result_get_mode (MpTestResult *self);
const char *mp_test_result_get_message (
    MpTestResult *self); /* (nullable) what the platform said, without the key */
const char *mp_test_result_get_missing (
    MpTestResult *self); /* (nullable) the permissions that the key lacks, joined by commas */

/* How a record's values are written. */
typedef struct
{
  char *place;        /* path of the object that has the fields' names as members; "": the body */
  char *custom_place; /* (nullable): that of custom fields, where it is another */
  char *entry_name;   /* (nullable): fields are elements of an array: where each has its name */
  char *entry_value;  /* (nullable): and its value */
  char *multiple;     /* (nullable): "array", or what parts several values in one text */
  char *date;         /* (nullable): such as "YYYY-MM-DD"; "epoch", "epoch_ms" */
  char *datetime;     /* (nullable) */
  char *zone;         /* (nullable): of a time: "UTC" or "account" */
  char *true_text;    /* (nullable): JSON's own true and false */
  char *false_text;   /* (nullable) */
} MpWriteSpec;

/*
 * A system that Member Pulse integrates with: its document (data/platforms/ID.json) at work.
 * Immutable; calls run asynchronously. @connection: the record's /section/connection object, NULL
 * for none. Failures of every call: MP_ERROR_UNAUTHORIZED, _FORBIDDEN, _RATE_LIMITED (the message
 * says for how long), _UNAVAILABLE, _OFFLINE, _INVALID (the answer cannot be read: HTML, cut off,
 * unexpected), _TOO_LARGE, _WRONG_HOST, G_IO_ERROR_CANCELLED.
 */
#define MP_TYPE_PLATFORM (mp_platform_get_type ())
G_DECLARE_FINAL_TYPE (MpPlatform, mp_platform, MP, PLATFORM, GObject)
MpPlatformSpec *mp_platform_get_spec (MpPlatform *self);
const char *mp_platform_get_id (MpPlatform *self);
const char *mp_platform_get_label (MpPlatform *self);
const char *
mp_platform_get_unverified (MpPlatform *self); /* (nullable): why its facts are not verified */
const MpWriteSpec *mp_platform_get_write (MpPlatform *self); /* (nullable): not said */

void mp_platform_test_async (MpPlatform *self,
                             MpSecret *secret,
                             JsonObject *connection,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
MpTestResult *mp_platform_test_finish (MpPlatform *self,
                                       GAsyncResult *result,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A GListModel of MpCrmObject, at most 5,000. */
void mp_platform_load_objects_async (MpPlatform *self,
                                     MpSecret *secret,
                                     JsonObject *connection,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data);
GListModel *mp_platform_load_objects_finish (MpPlatform *self,
                                             GAsyncResult *result,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A GListModel of MpCrmField, at most 20,000. */
void mp_platform_load_fields_async (MpPlatform *self,
                                    const char *object,
                                    MpSecret *secret,
                                    JsonObject *connection,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
GListModel *mp_platform_load_fields_finish (MpPlatform *self,
                                            GAsyncResult *result,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The objects, or the fields of one, again: only when they are not what the validator was of. */
void mp_platform_renew_async (MpPlatform *self,
                              const char *object,
                              const char *validator,
                              MpSecret *secret,
                              JsonObject *connection,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
GListModel *mp_platform_renew_finish (MpPlatform *self,
                                      GAsyncResult *result,
                                      char **validator,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A GListModel of MpSampleRecord, at most three. */
void mp_platform_load_sample_async (MpPlatform *self,
                                    const char *object,
                                    const char *const *fields,
                                    MpSecret *secret,
                                    JsonObject *connection,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);
GListModel *mp_platform_load_sample_finish (MpPlatform *self,
                                            GAsyncResult *result,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The mode a typed key shows by itself (Stripe: sk_test_...), without any call. */
MpMode mp_platform_guess_mode (MpPlatform *self, MpSecret *secret);

G_END_DECLS
