/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What must not be read in a text that came from outside: the parts of a key, the tokens made of
 * it. Servers echo them as they are or encoded. The values are wiped with the last reference;
 * filled by its maker, then not changed any more and good for any thread. */
typedef struct _MpRedaction MpRedaction;

MpRedaction *mp_redaction_new (void) G_GNUC_WARN_UNUSED_RESULT;
MpRedaction *mp_redaction_ref (MpRedaction *self);
void mp_redaction_unref (MpRedaction *self);
/* @value: (nullable): nothing to hide; @is_secret: also a piece of it, or a very short one */
void mp_redaction_add (MpRedaction *self, const char *value, gboolean is_secret);
char *mp_redaction_apply (const MpRedaction *self, const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpRedaction, mp_redaction_unref)

G_END_DECLS
