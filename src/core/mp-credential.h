/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record.h"

G_BEGIN_DECLS

typedef enum
{
  MP_MODE_UNKNOWN = 1,
  MP_MODE_TEST,
  MP_MODE_LIVE,
} MpMode;

const char *mp_mode_to_string (MpMode mode);
MpMode mp_mode_from_string (const char *text);

#define MP_CREDENTIAL_MAX_LABEL_LENGTH 200
gboolean mp_credential_label_is_valid (const char *label);

/* What may be known of a stored secret; never the secret. Immutable. */
#define MP_TYPE_CREDENTIAL (mp_credential_get_type ())
G_DECLARE_FINAL_TYPE (MpCredential, mp_credential, MP, CREDENTIAL, GObject)

typedef struct
{
  const char *id;
  const char *kind;     /* crm, accounting, payment */
  const char *platform; /* a platform document's id */
  const char *label;
  MpMode mode;
  const char *account;   /* (nullable): the vendor's name for the account */
  const char *hint;      /* (nullable): last four characters of a secret of twelve or more */
  const char *record_id; /* (nullable): the record that alone may use it */
  unsigned int version;  /* 1, and one more with each replacement */
  gboolean revoked;
  MpStamp created;
  MpStamp rotated;
  MpStamp used;
} MpCredentialInit;

MpCredential *mp_credential_new (const MpCredentialInit *init) G_GNUC_WARN_UNUSED_RESULT;
MpCredential *mp_credential_new_from_json (JsonObject *object,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *mp_credential_to_json (MpCredential *self) G_GNUC_WARN_UNUSED_RESULT;
MpCredentialInit
mp_credential_get_init (MpCredential *self); /* borrowed members: to make a changed copy */
const char *mp_credential_get_id (MpCredential *self);
const char *mp_credential_get_kind (MpCredential *self);
const char *mp_credential_get_platform (MpCredential *self);
const char *mp_credential_get_label (MpCredential *self);
MpMode mp_credential_get_mode (MpCredential *self);
const char *mp_credential_get_account (MpCredential *self);
const char *mp_credential_get_hint (MpCredential *self);
const char *mp_credential_get_record_id (MpCredential *self);
unsigned int mp_credential_get_version (MpCredential *self);
gboolean mp_credential_get_revoked (MpCredential *self);
MpStamp mp_credential_get_created (MpCredential *self);
MpStamp mp_credential_get_rotated (MpCredential *self);
MpStamp mp_credential_get_used (MpCredential *self);
char *
mp_credential_dup_masked (MpCredential *self) G_GNUC_WARN_UNUSED_RESULT; /* "••••1234", or "••••" */

G_END_DECLS
