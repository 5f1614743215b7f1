/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-audit-log.h"
#include "mp-clock.h"
#include "mp-db.h"
#include "mp-role.h"
#include "mp-secret.h"

G_BEGIN_DECLS

/* Who a request comes from. Immutable. */
typedef struct
{
  char *tenant;
  char *token_id;
  char *actor;
  MpRole role;
} MpIdentity;
void mp_identity_free (MpIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpIdentity, mp_identity_free)

/**
 * MpAuth:
 *
 * Tokens: issues, revokes and recognises them. Refusals are audited, and an address that fails too
 * often has to wait. Thread-safe; not to be called inside a transaction.
 */
#define MP_TYPE_AUTH (mp_auth_get_type ())
G_DECLARE_FINAL_TYPE (MpAuth, mp_auth, MP, AUTH, GObject)

MpAuth *mp_auth_new (MpDb *db, MpAuditLog *audit, MpClock *clock) G_GNUC_WARN_UNUSED_RESULT;

/* Makes a token; its text is in the part "token" of the result and nowhere else. @expires_unix_us
 * 0: never; @by: who issues it, for the audit trail; @id: (out) (optional). MP_ERROR_NOT_FOUND: no
 * such tenant. */
MpSecret *mp_auth_issue_token (MpAuth *self,
                               const char *tenant,
                               const char *actor,
                               MpRole role,
                               int64_t expires_unix_us,
                               const char *by,
                               char **id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* MP_ERROR_NOT_FOUND. Listing: mp_db_list_tokens (). */
gboolean mp_auth_revoke_token (
    MpAuth *self, const char *tenant, const char *id, const char *by, GError **error);

typedef enum
{
  MP_AUTH_GRANTED = 1,
  MP_AUTH_UNAUTHORIZED,  /* 401: no token, not a token's form, unknown */
  MP_AUTH_TOKEN_EXPIRED, /* 401 */
  MP_AUTH_TOKEN_REVOKED, /* 401 */
  MP_AUTH_NOT_FOUND,     /* 404: the token is another tenant's, to which this one does not exist */
  MP_AUTH_RATE_LIMITED,  /* 429: too many failures from this address; see the seconds */
  MP_AUTH_FAILED,        /* 500: @error is set */
} MpAuthOutcome;

typedef struct
{
  const char *authorization; /* (nullable): the header's value, "Bearer mpt_..." */
  const char *tenant;        /* the one in the request's path */
  const char *address;       /* the client's, without its port */
  const char *request;       /* (nullable): the request's id */
} MpAuthRequest;
/* @identity: (out) set for MP_AUTH_GRANTED only; @retry_after_s: (out) set for
 * MP_AUTH_RATE_LIMITED only. */
MpAuthOutcome mp_auth_authenticate (MpAuth *self,
                                    const MpAuthRequest *request,
                                    MpIdentity **identity,
                                    unsigned int *retry_after_s,
                                    GError **error);
/* The problem's code on the wire: "unauthorized", "token-expired", ...; "internal" for FAILED. */
const char *mp_auth_outcome_get_code (MpAuthOutcome outcome);

/* May the identity do this? A refusal is audited as `access.refused` and fails with
 * MP_ERROR_FORBIDDEN. @resource: (nullable) "settings/ID", "credential/ID" */
gboolean mp_auth_check (MpAuth *self,
                        const MpIdentity *identity,
                        MpPermission permission,
                        const char *resource,
                        const MpAuthRequest *request,
                        GError **error);

G_END_DECLS
