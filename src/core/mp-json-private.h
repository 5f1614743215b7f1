/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean mp_json_scan (const char *text, size_t length, GError **error);

G_END_DECLS
