/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A label for what only has a technical name: `first_name` and `firstName` become “First name”. */
char *mp_humanise (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
