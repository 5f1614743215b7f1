/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-private.h"
#include "mp-test-server.h"

G_BEGIN_DECLS

/*
 * For tests of what the language of the documents can say: each writes its own document around one
 * feature, whose platform is a server of this process.
 */
typedef struct
{
  MpTestServer *server;
  MpHttpClient *http;
} MpEngineFixture;

#define MP_ENGINE_BEARER " \"auth\": {\"kind\": \"bearer\", \"token\": \"{key}\"},"
/* What the fixture's key is. */
#define MP_ENGINE_KEY "5ecret"

void mp_engine_add_test (const char *path, void (*test) (MpEngineFixture *, gconstpointer));
/* @auth: the member, with a comma behind it; SITE in it is the server's address
 * @rest: the members after the head, without the closing brace */
MpPlatform *mp_engine_make_platform (MpEngineFixture *fixture,
                                     const char *auth,
                                     const char *rest) G_GNUC_WARN_UNUSED_RESULT;
GListModel *mp_engine_load_objects (MpPlatform *platform, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GListModel *mp_engine_load_fields (MpPlatform *platform,
                                   const char *object,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpTestResult *
mp_engine_test (MpPlatform *platform, MpSecret *secret, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_engine_add_reply (MpEngineFixture *fixture,
                          const char *path,
                          const char *query,
                          const char *body);
/* The names of objects or fields, joined by commas. */
char *mp_engine_join_names (GListModel *items) G_GNUC_WARN_UNUSED_RESULT;
void mp_engine_assert_objects (MpEngineFixture *fixture,
                               const char *auth,
                               const char *rest,
                               const char *expected);

G_END_DECLS
