/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"

G_BEGIN_DECLS

/*
 * The rows that every section begins with: the platform, and what its document asks beside the key
 * (a site address, an environment). They follow the platform chosen. Set it up once, then update it
 * with its page.
 */
#define MP_TYPE_CONNECTION_GROUP (mp_connection_group_get_type ())
G_DECLARE_FINAL_TYPE (
    MpConnectionGroup, mp_connection_group, MP, CONNECTION_GROUP, AdwPreferencesGroup)

void mp_connection_group_set_up (MpConnectionGroup *self, MpPage *page, const char *section);
void mp_connection_group_update (MpConnectionGroup *self);

G_END_DECLS
