/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Texts that several pages need, translated. */

/* @who: (nullable): the other side, such as "HubSpot"; NULL: the tenant server */
char *mp_app_text_dup_error (const GError *error, const char *who) G_GNUC_WARN_UNUSED_RESULT;
char *mp_app_text_dup_time (int64_t unix_us) G_GNUC_WARN_UNUSED_RESULT;
/* "5 minutes ago" */
char *mp_app_text_dup_age (int64_t unix_us, int64_t now_unix_us) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
