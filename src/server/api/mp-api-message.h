/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-auth.h"
#include "mp-rate.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define MP_API_MAX_BODY_BYTES (1024 * 1024)
#define MP_API_MAX_WAIT_S 50

/* A request as its handler sees it. Used by one thread. Headers are borrowed from the connection.
 */
typedef struct
{
  char *id;
  const char *method;
  char *tenant;                 /* (nullable): `{tenant}` of the path */
  char *target;                 /* (nullable): `{id}` of the path */
  GHashTable *query;            /* (nullable) (element-type utf8 utf8): it has none */
  const char *authorization;    /* (nullable) */
  const char *content_type;     /* (nullable) */
  const char *content_encoding; /* (nullable) */
  const char *accept_encoding;  /* (nullable) */
  const char *if_match;         /* (nullable) */
  const char *if_none_match;    /* (nullable) */
  const char *idempotency_key;  /* (nullable) */
  char *address;                /* the client's, without its port */
  GBytes *body;                 /* (nullable) */
  char *digest;                 /* (nullable): of a request with an Idempotency-Key */
  char *held_key;               /* (nullable): see mp_api_hold_key () */
  MpIdentity *identity;         /* (nullable): set once the token was recognised */
  MpRateState rate;             /* of its token; limit 0: none */
  gpointer prepared;            /* (nullable): what its handler's first half left for the second */
  GDestroyNotify free_prepared;
} MpApiRequest;

MpApiRequest *mp_api_request_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mp_api_request_free (MpApiRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpApiRequest, mp_api_request_free)

void mp_api_request_set_query (MpApiRequest *request, const char *name, const char *value);
const char *mp_api_request_get_query (const MpApiRequest *request, const char *name);
gboolean mp_api_request_get_query_int (const MpApiRequest *request,
                                       const char *name,
                                       int64_t fallback,
                                       int64_t least,
                                       int64_t most,
                                       int64_t *value);
MpAuthRequest mp_api_request_get_auth (const MpApiRequest *request);

#define MP_API_REPLY_MAX_HEADERS 4

/* An answer. */
typedef struct
{
  unsigned int status;
  const char *content_type; /* static */
  unsigned int n_headers;
  struct
  {
    const char *name; /* static */
    char *value;
  } headers[MP_API_REPLY_MAX_HEADERS];
  GBytes *body;
} MpApiReply;

MpApiReply *mp_api_reply_new (unsigned int status, JsonObject *body) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_reply_new_text (unsigned int status,
                                   const char *content_type,
                                   char *text) G_GNUC_WARN_UNUSED_RESULT;
void mp_api_reply_free (MpApiReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpApiReply, mp_api_reply_free)
void mp_api_reply_set_header (MpApiReply *reply, const char *name, const char *value);
const char *mp_api_reply_get_header (const MpApiReply *reply, const char *name);
void mp_api_reply_set_etag (MpApiReply *reply, const char *revision);

G_END_DECLS
