/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-page.h"
#include "mp-secret-editor.h"

G_BEGIN_DECLS

/*
 * A section's own API key: typed into a secret editor beside this group, tested, then kept in the
 * keyring as a credential private to the record, without a save button. Once it is kept it shows
 * masked, with Test, Replace and Remove. Set it up once, then update it with its page.
 */
#define MP_TYPE_KEY_GROUP (mp_key_group_get_type ())
G_DECLARE_FINAL_TYPE (MpKeyGroup, mp_key_group, MP, KEY_GROUP, AdwPreferencesGroup)

void
mp_key_group_set_up (MpKeyGroup *self, MpPage *page, const char *section, MpSecretEditor *editor);
void mp_key_group_update (MpKeyGroup *self);
gboolean mp_key_group_reveal (MpKeyGroup *self);

G_END_DECLS
