/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>
#include <stdint.h>

G_BEGIN_DECLS

#define MP_TYPE_CLOCK (mp_clock_get_type ())
G_DECLARE_FINAL_TYPE (MpClock, mp_clock, MP, CLOCK, GObject)

MpClock *mp_clock_new (void) G_GNUC_WARN_UNUSED_RESULT;
MpClock *mp_clock_new_manual (int64_t now_unix_us) G_GNUC_WARN_UNUSED_RESULT;
void mp_clock_advance (MpClock *self, int64_t by_us);
int64_t mp_clock_get_now_unix_us (MpClock *self);
char *mp_clock_dup_uuid (MpClock *self) G_GNUC_WARN_UNUSED_RESULT;

char *mp_time_format (int64_t unix_us) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_time_parse (const char *text, int64_t *unix_us, GError **error);
gboolean mp_time_read_own (const char *text, size_t length, int64_t *unix_us);
gboolean mp_uuid_is_valid (const char *text);

G_END_DECLS
