/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-auth.h"

#include "mp-error.h"
#include "mp-failures.h"

#include <sodium.h>
#include <string.h>

#define TOKEN_PREFIX "mpt_"
#define TOKEN_BYTES 32
#define TOKEN_DIGITS 43 /* of TOKEN_BYTES in base64 for addresses, without padding */
#define TOKEN_LENGTH (strlen (TOKEN_PREFIX) + TOKEN_DIGITS)
#define TOKEN_PART "token"

/* A token's last use is written at most so often, since each writing waits for the disk. */
#define TOUCH_EVERY_US (60 * G_USEC_PER_SEC)

#define ACTION_REFUSED "access.refused"
#define ACTION_TOKEN_ADD "token.add"
#define ACTION_TOKEN_REVOKE "token.revoke"

/* The actor of what nobody known did, and the role of what no token did. */
#define ACTOR_UNKNOWN "unknown"
#define ROLE_NONE "none"
#define ROLE_OPERATOR "operator"

struct _MpAuth
{
  GObject parent_instance;

  MpDb *db;
  MpAuditLog *audit;
  MpClock *clock;
  MpFailures *failures;
};

G_DEFINE_FINAL_TYPE (MpAuth, mp_auth, G_TYPE_OBJECT)

static const char *const outcome_codes[] = {
  [MP_AUTH_GRANTED] = "granted",
  [MP_AUTH_UNAUTHORIZED] = "unauthorized",
  [MP_AUTH_TOKEN_EXPIRED] = "token-expired",
  [MP_AUTH_TOKEN_REVOKED] = "token-revoked",
  [MP_AUTH_NOT_FOUND] = "not-found",
  [MP_AUTH_RATE_LIMITED] = "rate-limited",
  [MP_AUTH_FAILED] = "internal",
};

/* "mpt_" and random bytes in base64: in memory that is wiped when the secret goes. */
static MpSecret *
make_token (void)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  unsigned char bytes[TOKEN_BYTES];
  char text[sizeof TOKEN_PREFIX + TOKEN_DIGITS] = TOKEN_PREFIX;

  G_STATIC_ASSERT (sodium_base64_ENCODED_LEN (
                       TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == TOKEN_DIGITS + 1);
  randombytes_buf (bytes, sizeof bytes);
  sodium_bin2base64 (text + strlen (TOKEN_PREFIX), TOKEN_DIGITS + 1, bytes, sizeof bytes,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  mp_secret_set (secret, TOKEN_PART, text);
  sodium_memzero (bytes, sizeof bytes);
  sodium_memzero (text, sizeof text);
  return g_steal_pointer (&secret);
}

/* 256 random bits need no salt and no slow hash; finding a row by it tells a guesser nothing,
 * since he cannot choose the hash. */
static char *
hash_token (const char *token)
{
  unsigned char hash[crypto_hash_sha256_BYTES];
  char text[2 * sizeof hash + 1];

  crypto_hash_sha256 (hash, (const unsigned char *) token, strlen (token));
  sodium_bin2hex (text, sizeof text, hash, sizeof hash);
  return g_strdup (text);
}

static const char *
find_token_text (const char *authorization)
{
  const char *token;

  if (authorization == NULL || g_ascii_strncasecmp (authorization, "Bearer ", 7) != 0)
    return NULL;
  token = authorization + 7;
  while (*token == ' ')
    token++;
  if (strlen (token) != TOKEN_LENGTH || !g_str_has_prefix (token, TOKEN_PREFIX) ||
      strspn (token + strlen (TOKEN_PREFIX), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                             "0123456789-_") != TOKEN_DIGITS)
    return NULL;
  return token;
}

static MpAuthOutcome
judge_token (MpAuth *self, const MpDbToken *token, const char *tenant)
{
  if (token->role == 0)
    return MP_AUTH_UNAUTHORIZED;
  /* Whether it is expired is nobody's business at another tenant. */
  if (!g_str_equal (token->tenant, tenant))
    return MP_AUTH_NOT_FOUND;
  if (token->revoked_unix_us != 0)
    return MP_AUTH_TOKEN_REVOKED;
  if (token->expires_unix_us != 0 &&
      token->expires_unix_us <= mp_clock_get_now_unix_us (self->clock))
    return MP_AUTH_TOKEN_EXPIRED;
  return MP_AUTH_GRANTED;
}

static MpAuthOutcome
look_up (MpAuth *self, const MpAuthRequest *request, MpDbToken **token, GError **error)
{
  const char *text = find_token_text (request->authorization);
  g_autofree char *hash = NULL;
  g_autoptr (GError) local_error = NULL;

  if (text == NULL)
    return MP_AUTH_UNAUTHORIZED;
  hash = hash_token (text);
  *token = mp_db_find_token (self->db, hash, &local_error);
  if (*token != NULL)
    return judge_token (self, *token, request->tenant);
  if (g_error_matches (local_error, MP_ERROR, MP_ERROR_NOT_FOUND))
    return MP_AUTH_UNAUTHORIZED;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return MP_AUTH_FAILED;
}

/* In the trail of the tenant that was asked for, where there is one. A token of another tenant is
 * not named in it: its owner is not this tenant's to know. */
static void
audit_refusal (MpAuth *self,
               const MpAuthRequest *request,
               const MpDbToken *token,
               MpAuthOutcome outcome)
{
  gboolean own = token != NULL && g_str_equal (token->tenant, request->tenant);
  MpAuditEntryInit entry = {
    .actor = own ? token->actor : ACTOR_UNKNOWN,
    .role = own && token->role != 0 ? mp_role_to_string (token->role) : ROLE_NONE,
    .action = ACTION_REFUSED,
    .request = request->request,
    .address = request->address,
    .detail = outcome_codes[outcome],
  };
  g_autoptr (MpDbTenant) tenant = NULL;
  g_autoptr (GError) error = NULL;

  tenant = mp_db_get_tenant (self->db, request->tenant, NULL);
  if (tenant == NULL || mp_audit_log_append_alone (self->audit, tenant->id, &entry, &error))
    return;
  g_message ("A refusal could not be recorded: %s", error->message);
}

static void
note_use (MpAuth *self, const MpDbToken *token)
{
  int64_t now_unix_us = mp_clock_get_now_unix_us (self->clock);
  g_autoptr (MpDbTransaction) transaction = NULL;
  g_autoptr (GError) error = NULL;

  if (now_unix_us - token->used_unix_us < TOUCH_EVERY_US)
    return;
  transaction = mp_db_begin (self->db, &error);
  if (transaction == NULL ||
      !mp_db_touch_token (self->db, token->tenant, token->id, now_unix_us, &error) ||
      !mp_db_commit (transaction, &error))
    g_message ("The use of token %s could not be noted: %s", token->id, error->message);
}

static MpIdentity *
make_identity (const MpDbToken *token)
{
  MpIdentity *identity = g_new0 (MpIdentity, 1);

  identity->tenant = g_strdup (token->tenant);
  identity->token_id = g_strdup (token->id);
  identity->actor = g_strdup (token->actor);
  identity->role = token->role;
  return identity;
}

static gboolean
audit_token (MpAuth *self,
             const char *tenant,
             const char *action,
             const char *id,
             const char *by,
             const char *detail,
             GError **error)
{
  g_autofree char *resource = g_strconcat ("token/", id, NULL);
  MpAuditEntryInit entry = {
    .actor = by,
    .role = ROLE_OPERATOR,
    .action = action,
    .resource = resource,
    .detail = detail,
  };

  return mp_audit_log_append (self->audit, tenant, &entry, error);
}

static void
mp_auth_finalize (GObject *object)
{
  MpAuth *self = MP_AUTH (object);

  g_clear_pointer (&self->failures, mp_failures_free);
  g_clear_object (&self->db);
  g_clear_object (&self->audit);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (mp_auth_parent_class)->finalize (object);
}

static void
mp_auth_class_init (MpAuthClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_auth_finalize;
}

static void
mp_auth_init (MpAuth *self)
{
}

/**
 * mp_identity_free:
 * @identity: (transfer full) (nullable): an identity
 */
void
mp_identity_free (MpIdentity *identity)
{
  if (identity == NULL)
    return;
  g_free (identity->tenant);
  g_free (identity->token_id);
  g_free (identity->actor);
  g_free (identity);
}

/**
 * mp_auth_new:
 * @db: the database
 * @audit: its audit log
 * @clock: the clock
 *
 * Returns: (transfer full): the object; its functions may be called from any thread
 */
MpAuth *
mp_auth_new (MpDb *db, MpAuditLog *audit, MpClock *clock)
{
  MpAuth *self;

  g_return_val_if_fail (MP_IS_DB (db) && MP_IS_AUDIT_LOG (audit) && MP_IS_CLOCK (clock), NULL);

  self = g_object_new (MP_TYPE_AUTH, NULL);
  self->db = g_object_ref (db);
  self->audit = g_object_ref (audit);
  self->clock = g_object_ref (clock);
  self->failures = mp_failures_new (clock);
  return self;
}

/**
 * mp_auth_issue_token:
 * @self: the object
 * @tenant: the one tenant it is for
 * @actor: whose it is
 * @role: what it may do
 * @expires_unix_us: when it ends; 0: never
 * @by: who issues it
 * @id: (out) (optional): its id, by which it is revoked
 * @error: return location
 *
 * Makes a token and an audit entry in one transaction. Only its hash is kept, so the result is the
 * one chance to read it. Not inside a transaction.
 *
 * Fails with %MP_ERROR_NOT_FOUND when there is no such tenant.
 *
 * Returns: (transfer full): the token, in the part "token"
 */
MpSecret *
mp_auth_issue_token (MpAuth *self,
                     const char *tenant,
                     const char *actor,
                     MpRole role,
                     int64_t expires_unix_us,
                     const char *by,
                     char **id,
                     GError **error)
{
  g_autoptr (MpSecret) secret = NULL;
  g_autoptr (MpDbTransaction) transaction = NULL;
  g_autofree char *hash = NULL;
  g_autofree char *new_id = NULL;
  g_autofree char *detail = NULL;
  MpDbToken token = { .tenant = tenant, .actor = actor, .role = role };

  g_return_val_if_fail (MP_IS_AUTH (self) && tenant != NULL && actor != NULL && by != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  secret = make_token ();
  hash = hash_token (mp_secret_get (secret, TOKEN_PART));
  new_id = mp_clock_dup_uuid (self->clock);
  token.id = new_id;
  token.hash = hash;
  token.created_unix_us = mp_clock_get_now_unix_us (self->clock);
  token.expires_unix_us = expires_unix_us;
  detail = g_strdup_printf ("%s as %s", actor, mp_role_to_string (role));

  transaction = mp_db_begin (self->db, error);
  if (transaction == NULL || !mp_db_add_token (self->db, &token, error) ||
      !audit_token (self, tenant, ACTION_TOKEN_ADD, new_id, by, detail, error) ||
      !mp_db_commit (transaction, error))
    return NULL;
  if (id != NULL)
    *id = g_steal_pointer (&new_id);
  return g_steal_pointer (&secret);
}

/**
 * mp_auth_revoke_token:
 * @self: the object
 * @tenant: the token's tenant
 * @id: the token's id
 * @by: who revokes it
 * @error: return location
 *
 * Ends a token at once, with an audit entry in the same transaction. Not inside a transaction.
 *
 * Fails with %MP_ERROR_NOT_FOUND when the tenant has no such token.
 *
 * Returns: whether it is revoked
 */
gboolean
mp_auth_revoke_token (
    MpAuth *self, const char *tenant, const char *id, const char *by, GError **error)
{
  g_autoptr (MpDbTransaction) transaction = NULL;
  int64_t now_unix_us;

  g_return_val_if_fail (MP_IS_AUTH (self) && tenant != NULL && id != NULL && by != NULL, FALSE);

  now_unix_us = mp_clock_get_now_unix_us (self->clock);
  transaction = mp_db_begin (self->db, error);
  return transaction != NULL && mp_db_revoke_token (self->db, tenant, id, now_unix_us, error) &&
         audit_token (self, tenant, ACTION_TOKEN_REVOKE, id, by, NULL, error) &&
         mp_db_commit (transaction, error);
}

/**
 * mp_auth_authenticate:
 * @self: the object
 * @request: what the request says
 * @identity: (out): who it comes from; set for %MP_AUTH_GRANTED only
 * @retry_after_s: (out): seconds to wait; set for %MP_AUTH_RATE_LIMITED only
 * @error: return location; set for %MP_AUTH_FAILED only
 *
 * Recognises a token. A refusal is recorded in the trail of the tenant asked for. After ten in a
 * minute an address is told to wait, and nothing more of it is recorded until the minute has
 * passed; a valid token is let in all the same, since others may stand behind the same address
 * (a proxy, an office) and 256 random bits are not guessed. Not inside a transaction.
 *
 * Returns: the outcome
 */
MpAuthOutcome
mp_auth_authenticate (MpAuth *self,
                      const MpAuthRequest *request,
                      MpIdentity **identity,
                      unsigned int *retry_after_s,
                      GError **error)
{
  g_autoptr (MpDbToken) token = NULL;
  MpAuthOutcome outcome;
  unsigned int wait_s;

  g_return_val_if_fail (MP_IS_AUTH (self) && request != NULL && identity != NULL, MP_AUTH_FAILED);
  g_return_val_if_fail (request->tenant != NULL && request->address != NULL, MP_AUTH_FAILED);
  g_return_val_if_fail (retry_after_s != NULL, MP_AUTH_FAILED);

  outcome = look_up (self, request, &token, error);
  if (outcome == MP_AUTH_FAILED)
    return outcome;
  if (outcome == MP_AUTH_GRANTED)
    {
      note_use (self, token);
      *identity = make_identity (token);
      return outcome;
    }

  wait_s = mp_failures_get_wait_s (self->failures, request->address);
  if (wait_s > 0)
    {
      *retry_after_s = wait_s;
      return MP_AUTH_RATE_LIMITED;
    }
  mp_failures_add (self->failures, request->address);
  audit_refusal (self, request, token, outcome);
  return outcome;
}

/**
 * mp_auth_outcome_get_code:
 * @outcome: an outcome that is not %MP_AUTH_GRANTED
 *
 * Returns: (transfer none): the problem's code on the wire
 */
const char *
mp_auth_outcome_get_code (MpAuthOutcome outcome)
{
  g_return_val_if_fail (outcome > MP_AUTH_GRANTED && outcome <= MP_AUTH_FAILED, "internal");

  return outcome_codes[outcome];
}

/**
 * mp_auth_check:
 * @self: the object
 * @identity: who
 * @permission: what is asked for
 * @resource: (nullable): on what, as in the audit trail
 * @request: the request, for the trail
 * @error: return location
 *
 * Fails with %MP_ERROR_FORBIDDEN when the role has not the permission; that is recorded as
 * `access.refused`. Not inside a transaction.
 *
 * Returns: whether the identity may
 */
gboolean
mp_auth_check (MpAuth *self,
               const MpIdentity *identity,
               MpPermission permission,
               const char *resource,
               const MpAuthRequest *request,
               GError **error)
{
  g_autoptr (GError) local_error = NULL;
  MpAuditEntryInit entry;

  g_return_val_if_fail (MP_IS_AUTH (self) && identity != NULL && request != NULL, FALSE);

  if (mp_role_can (identity->role, permission))
    return TRUE;

  entry = (MpAuditEntryInit){
    .actor = identity->actor,
    .role = mp_role_to_string (identity->role),
    .action = ACTION_REFUSED,
    .resource = resource,
    .request = request->request,
    .address = request->address,
    .detail = "forbidden",
  };
  if (!mp_audit_log_append_alone (self->audit, identity->tenant, &entry, &local_error))
    g_message ("A refusal could not be recorded: %s", local_error->message);
  g_set_error (error, MP_ERROR, MP_ERROR_FORBIDDEN, "The role %s may not do this", entry.role);
  return FALSE;
}
