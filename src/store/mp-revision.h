/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

gboolean mp_revision_parse (const char *revision, char **epoch, int64_t *sequence);
gboolean mp_revision_is_newer (const char *revision, const char *than);

G_END_DECLS
