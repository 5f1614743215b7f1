/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *mp_search_fold (const char *text) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_search_matches (const char *folded_text, const char *folded_query);

G_END_DECLS
