/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-server.h"
#include "mp-json.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What mp_test_api_add_key () seals: must never be found anywhere. */
#define MP_TEST_KEY "sk_test_canary4711secret0815"

/* A server on a free port with its own data folder, two tenants and a token for each role. */
typedef struct
{
  char *folder;
  MpClock *clock; /* stands still until a test moves it */
  MpDb *db;
  MpAuditLog *audit;
  MpVault *vault;
  MpAuth *auth;
  MpApiOutbound *outbound;
  MpApiServer *server;
  SoupSession *session;
  GHashTable *platforms; /* (element-type utf8 MpPlatformSpec) */
  char *admin;           /* tokens of the tenant "demo" */
  char *user;
  char *auditor;
  char *staff;
  char *stranger; /* of the tenant "other" */
} MpTestApi;

void mp_test_api_set_up (MpTestApi *self, gconstpointer data);
void mp_test_api_tear_down (MpTestApi *self, gconstpointer data);

/* Makes the trail of "demo" what an older copy of the database holds: its first entries alone, with
 * the head that was signed then. mp_test_api_keep_trail () keeps the copy. */
void mp_test_api_keep_trail (MpTestApi *self);
void mp_test_api_put_trail_back (MpTestApi *self);

/* A listener of its own on the same data, not started. */
MpApiServer *mp_test_api_new_server (MpTestApi *self);

/* What was answered. */
typedef struct
{
  unsigned int status;
  char *type;
  char *etag;
  char *allow;
  char *location;
  char *retry_after;
  char *text;
  JsonObject *body; /* (nullable): the text as JSON, where its type says that */
} MpTestAnswer;
void mp_test_answer_free (MpTestAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpTestAnswer, mp_test_answer_free)

/* One request. Members that are NULL are left out. */
typedef struct
{
  const char *token;
  const char *method; /* (nullable): GET */
  const char *path;   /* below /v1/tenants/demo; with "!" in front: the whole path */
  const char *body;
  const char *type; /* (nullable): application/json where there is a body */
  const char *if_match;
  const char *if_none_match;
  const char *key; /* Idempotency-Key; (nullable): a new one with a POST; "": none */
  GBytes *packed;  /* (nullable): the body in place of .body, in gzip */
} MpTestRequest;
MpTestAnswer *mp_test_api_call (MpTestApi *self, const MpTestRequest *request);
MpTestAnswer *mp_test_api_get (MpTestApi *self, const char *token, const char *path);
MpTestAnswer *mp_test_api_post (MpTestApi *self, const char *path, char *body); /* takes it */

/* Asserts a problem of the code and status. */
void mp_test_assert_problem (MpTestAnswer *answer, unsigned int status, const char *code);
/* Asserts that an error of the code stands at the pointer. */
void mp_test_assert_error (JsonObject *object, const char *pointer, const char *code);

char *mp_test_uuid (MpTestApi *self);
const char *mp_test_string (JsonObject *object, const char *pointer); /* (nullable) */
char *mp_test_seal (MpTestApi *self, const char *key); /* "sealed": ..., "key_id": ... */
char *mp_test_api_add_key (MpTestApi *self, const char *platform, const char *kind); /* its id */
/* A record that keeps the rules: content as JSON, without braces. */
char *mp_test_content (const char *name, const char *credential);
/* Pushes one operation, given as JSON without "op"; answers its result. */
JsonObject *mp_test_push (MpTestApi *self, const char *token, const char *op, const char *members);

G_END_DECLS
