/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The codes a field error can have; the text is made by mp_field_error_dup_text (). */
#define MP_FIELD_REQUIRED "required"                         /* */
#define MP_FIELD_WRONG_TYPE "wrong-type"                     /* expected */
#define MP_FIELD_TOO_LONG "too-long"                         /* limit, length */
#define MP_FIELD_UNKNOWN_MEMBER "unknown-member"             /* name */
#define MP_FIELD_UNKNOWN_PLATFORM "unknown-platform"         /* platform */
#define MP_FIELD_UNAVAILABLE_PLATFORM "unavailable-platform" /* platform, reason */
#define MP_FIELD_WRONG_KIND "wrong-kind"                     /* platform, kind */
#define MP_FIELD_BAD_FORMAT "bad-format"                     /* choices, or example, or none */
#define MP_FIELD_NOT_APPLICABLE                                                                    \
  "not-applicable" /* needs: path; a value although the field is hidden */
#define MP_FIELD_UNKNOWN_CREDENTIAL "unknown-credential"   /* credential */
#define MP_FIELD_CREDENTIAL_REVOKED "credential-revoked"   /* label */
#define MP_FIELD_CREDENTIAL_PLATFORM "credential-platform" /* label, platform */
#define MP_FIELD_CREDENTIAL_PRIVATE "credential-private"   /* label */
#define MP_FIELD_UNMAPPED "unmapped"   /* field: a required Member Pulse field without a target */
#define MP_FIELD_NO_REASON "no-reason" /* field: not sent, but why? */
#define MP_FIELD_MAPPED_TWICE "mapped-twice"         /* target, other: field */
#define MP_FIELD_MISSING_AT_CRM "missing-at-crm"     /* name */
#define MP_FIELD_READ_ONLY_AT_CRM "read-only-at-crm" /* name */
#define MP_FIELD_TYPE_IMPOSSIBLE "type-impossible"   /* from, to */
#define MP_FIELD_TYPE_LOSSY "type-lossy"             /* from, to (a warning) */
#define MP_FIELD_CHOICE_GONE "choice-gone"         /* name, value: a rule sends what is no choice */
#define MP_FIELD_CHOICES_LACKING "choices-lacking" /* name, values (a warning) */
#define MP_FIELD_INVERTED "inverted"               /* name (a warning) */
#define MP_FIELD_MAY_BE_CUT "may-be-cut"           /* name, limit (a warning) */
#define MP_FIELD_REQUIRED_AT_CRM "required-at-crm" /* name (a warning) */
#define MP_FIELD_DUPLICATE_NAME "duplicate-name"   /* name */
#define MP_FIELD_DOCUMENT "document"               /* message: a fault of a platform document */
#define MP_FIELD_SERVER "server" /* message: a server's code this program does not know */

typedef enum
{
  MP_SEVERITY_ERROR = 1, /* keeps a record from the server */
  MP_SEVERITY_WARNING,
} MpSeverity;

/* One fault: where, what, and its arguments by name. Owned by its list. */
typedef struct
{
  char *pointer;
  char *code;
  MpSeverity severity;
  GHashTable *arguments; /* (element-type utf8 utf8) */
} MpFieldError;

/* All faults of a record, in registry order. Reference counted; immutable once handed out. */
typedef struct _MpFieldErrors MpFieldErrors;

#define MP_TYPE_FIELD_ERRORS (mp_field_errors_get_type ())
GType mp_field_errors_get_type (void);

MpFieldErrors *mp_field_errors_new (void) G_GNUC_WARN_UNUSED_RESULT;
MpFieldErrors *mp_field_errors_new_from_json (JsonArray *array,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpFieldErrors *mp_field_errors_ref (MpFieldErrors *self);
void mp_field_errors_unref (MpFieldErrors *self);
JsonArray *mp_field_errors_to_json (MpFieldErrors *self) G_GNUC_WARN_UNUSED_RESULT;

/* ...: pairs of argument name and value, both const char *, then NULL */
void mp_field_errors_add (MpFieldErrors *self,
                          MpSeverity severity,
                          const char *pointer,
                          const char *code,
                          ...) G_GNUC_NULL_TERMINATED;
unsigned int mp_field_errors_get_size (MpFieldErrors *self);
const MpFieldError *mp_field_errors_get (MpFieldErrors *self, unsigned int index);
const MpFieldError *mp_field_errors_find (MpFieldErrors *self, const char *pointer);
unsigned int mp_field_errors_count (MpFieldErrors *self, MpSeverity severity, const char *prefix);

char *mp_field_error_dup_text (const MpFieldError *error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpFieldErrors, mp_field_errors_unref)

G_END_DECLS
