/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-error.h"
#include "mp-json.h"
#include "mp-memory-secrets.h"
#include "mp-session.h"
#include "mp-test-folder.h"
#include "mp-test-server.h"
#include "mp-test-tenant.h"
#include "mp-test-wait.h"

G_BEGIN_DECLS

/* Keys of the tests; no file and no traffic may hold one of them. */
#define MP_TEST_CRM_KEY "pat-na1-SECRET-of-the-crm-9876"
#define MP_TEST_OTHER_CRM_KEY "pat-na1-SECRET-of-another-5432"
#define MP_TEST_STRIPE_KEY "rk_test_SECRETSECRET1234"

/* One computer: its folder, its keyring, its session with the tenant. */
typedef struct
{
  char *folder;
  MpMemorySecrets *secrets;
  MpServices *services;
  MpSession *session; /* (nullable) */
} MpTestDesktop;

/* A tenant server, HubSpot and Stripe on loopback, and two computers, of which the first one is
 * signed in. */
typedef struct
{
  MpTestTenant *tenant;
  MpTestServer *hubspot;
  MpTestServer *stripe;
  MpTestDesktop first;
  MpTestDesktop second;
} MpSessionFixture;

void mp_session_fixture_set_up (MpSessionFixture *fixture, gconstpointer data);
/* The same with a sign-in. */
void mp_session_fixture_set_up_signed_in (MpSessionFixture *fixture, gconstpointer data);
/* Closes what is open; no file may hold a secret. */
void mp_session_fixture_tear_down (MpSessionFixture *fixture, gconstpointer data);

void mp_test_desktop_sign_in (MpTestDesktop *desktop, MpTestTenant *tenant, GError **error);
void mp_test_desktop_open (MpTestDesktop *desktop, MpTestTenant *tenant, GError **error);
void mp_test_desktop_close (MpTestDesktop *desktop);
MpSecret *
mp_test_desktop_find_secret (MpTestDesktop *desktop, MpTestTenant *tenant, const char *item);

/* The session's calls, waited for. */
gboolean mp_test_sync (MpSession *session, GError **error);
char *mp_test_create (MpSession *session, const char *name);
gboolean mp_test_edit (
    MpSession *session, const char *id, const char *path, const char *value, GError **error);
MpCredential *mp_test_add_key (MpSession *session,
                               const char *platform,
                               const char *key,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
mp_test_load_objects (MpSession *session, const char *id, gboolean refresh, GError **error);
gboolean mp_test_load_fields (
    MpSession *session, const char *id, const char *object, gboolean refresh, GError **error);
/* Complete settings without a CRM: name, Stripe and its key. */
char *mp_test_create_complete (MpSession *session, const char *name);
/* The same with HubSpot and its key. */
char *mp_test_create_with_crm (MpSession *session, const char *name);

/* Runs the main loop until @condition holds; the guard is half a minute. */
#define MP_TEST_WAIT_UNTIL(condition)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    int64_t deadline_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;                           \
    while (!(condition))                                                                           \
      {                                                                                            \
        g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);                                 \
        g_main_context_iteration (NULL, FALSE);                                                    \
        g_usleep (1000);                                                                           \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

G_END_DECLS
