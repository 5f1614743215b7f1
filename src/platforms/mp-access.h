/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-expression.h"

G_BEGIN_DECLS

/*
 * What a key was exchanged for: a token, and the values of a document's prepare. In memory only;
 * texts of it are wiped when the last reference goes. Filled by one call, then not changed any
 * more. Reference counted; of one thread, but for the answers, which any may read.
 */
typedef struct _MpAccess MpAccess;

MpAccess *mp_access_new (void) G_GNUC_WARN_UNUSED_RESULT;
MpAccess *mp_access_ref (MpAccess *self);
void mp_access_unref (MpAccess *self);

/* @base: (nullable): the base address that came with it */
void mp_access_set_token (MpAccess *self, const char *token, const char *base);
const char *mp_access_get_token (MpAccess *self); /* (nullable) */
const char *mp_access_get_base (MpAccess *self);  /* (nullable) */
/* FALSE: there is no such value, or none that could be sent */
gboolean mp_access_add_value (MpAccess *self, const char *name, const MpValue *value);
const char *mp_access_find_text (MpAccess *self, const char *name); /* (nullable) */
JsonNode *mp_access_find_node (MpAccess *self,
                               const char *name); /* (nullable): only of what is no text */
/* The answers that expressions see as @token and @prepare. The token itself is blotted out. */
void mp_access_take_token_answer (MpAccess *self, JsonNode *root /* (transfer full) */);
void mp_access_take_prepare_answer (MpAccess *self, JsonNode *root /* (transfer full) */);
JsonNode *mp_access_get_token_answer (MpAccess *self);    /* (nullable) */
JsonNode *mp_access_get_prepare_answers (MpAccess *self); /* an array */
void mp_access_foreach_value (MpAccess *self,
                              void (*function) (const char *text, gpointer user_data),
                              gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpAccess, mp_access_unref)

G_END_DECLS
