/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-message.h"
#include "mp-field-errors.h"

G_BEGIN_DECLS

/* The codes of problems: the last part of their `type`. */
#define MP_PROBLEM_BAD_JSON "bad-json"
#define MP_PROBLEM_INVALID "invalid"
#define MP_PROBLEM_FORBIDDEN "forbidden"
#define MP_PROBLEM_NOT_FOUND "not-found"
#define MP_PROBLEM_METHOD_NOT_ALLOWED "method-not-allowed"
#define MP_PROBLEM_STALE "stale"
#define MP_PROBLEM_PRECONDITION_REQUIRED "precondition-required"
#define MP_PROBLEM_TOO_LARGE "too-large"
#define MP_PROBLEM_HEAD_TOO_LARGE "head-too-large"
#define MP_PROBLEM_UNSUPPORTED_MEDIA_TYPE "unsupported-media-type"
#define MP_PROBLEM_RATE_LIMITED "rate-limited"
#define MP_PROBLEM_CURSOR_EXPIRED "cursor-expired"
#define MP_PROBLEM_KEY_RETIRED "key-retired"
#define MP_PROBLEM_KEY_NEEDED "key-needed"
#define MP_PROBLEM_KEY_IN_PROGRESS "key-in-progress"
#define MP_PROBLEM_KEY_REUSED "key-reused"
#define MP_PROBLEM_UNAVAILABLE "unavailable"
#define MP_PROBLEM_PLATFORM_UNAUTHORIZED "platform-unauthorized"
#define MP_PROBLEM_PLATFORM_FORBIDDEN "platform-forbidden"
#define MP_PROBLEM_PLATFORM_BUSY "platform-busy"
#define MP_PROBLEM_PLATFORM_FAILED "platform-failed"
#define MP_PROBLEM_PLATFORM_TIMEOUT "platform-timeout"
#define MP_PROBLEM_INTERNAL "internal"

/* The code of a field error that only the server finds. */
#define MP_API_FIELD_CREDENTIAL_IN_USE "credential-in-use"
/* The code of an operation whose id was another operation's. */
#define MP_API_FIELD_OP_REUSED "op-reused"

MpApiReply *mp_api_problem_new (const char *code, const char *detail) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_problem_new_with_errors (const char *code,
                                            const char *detail,
                                            JsonArray *errors) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_problem_new_with_status (const char *code,
                                            unsigned int status,
                                            const char *detail) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_problem_new_from_error (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
