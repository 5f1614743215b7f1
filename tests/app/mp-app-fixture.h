/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"
#include "mp-session-fixture.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A signed-in computer with one record, and a context as the window's pages share it. */
typedef struct
{
  MpSessionFixture session;
  MpContext *context;
  MpRecordModel *record; /* the one chosen; (unowned) */
} MpAppFixture;

#define MP_APP_TEST(path, func)                                                                    \
  g_test_add (path, MpAppFixture, NULL, mp_app_fixture_set_up, func, mp_app_fixture_tear_down)

void mp_app_fixture_set_up (MpAppFixture *fixture, gconstpointer data);
void mp_app_fixture_tear_down (MpAppFixture *fixture, gconstpointer data);
/* Signs in again, as somebody of this role. */
void mp_app_fixture_become (MpAppFixture *fixture, const char *role);
/* A window with @child, on the screen. Destroy it before the tear-down. */
GtkWindow *mp_app_show (GtkWidget *child);
void mp_app_destroy (GtkWindow *window);
/* (nullable): the first widget in @root of that type, and of that title, label or text */
GtkWidget *mp_app_find (GtkWidget *root, GType type, const char *name);
void mp_app_settle (void); /* runs what is due now */

G_END_DECLS
