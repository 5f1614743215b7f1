/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-session.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpProfile, mp_profile_free)

/* All of them read or write files: in a thread, or before the main loop. */
MpProfile *mp_profile_new (const char *data_dir,
                           const char *server,
                           const char *tenant,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_profile_exists (MpProfile *profile);
gboolean
mp_profile_write (MpProfile *profile, const char *actor, int64_t used_unix_us, GError **error);
gboolean mp_profile_touch (MpProfile *profile, int64_t used_unix_us, GError **error);
gboolean mp_profile_delete (MpProfile *profile, GError **error);

G_END_DECLS
