/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-expression.h"

G_BEGIN_DECLS

/*
 * A text with places in braces. In a request they are names: of a setting, a part of the
 * credential, and `object`. In what is made of an answer they are expressions, and
 * `{currency|upper}` writes capitals. `{{` and `}}` write a brace.
 */
typedef struct _MpTemplate MpTemplate;

typedef enum
{
  MP_TEMPLATE_REQUEST = 1,
  MP_TEMPLATE_ANSWER,
} MpTemplateKind;

typedef const char *(*MpTemplateLookup) (const char *name, gpointer user_data);

MpTemplate *
mp_template_parse (const char *text, MpTemplateKind kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_template_free (MpTemplate *self);
const char *mp_template_find_unknown (const MpTemplate *self, const char *const *known);
/* (nullable): the name of the place, where the text is nothing else */
const char *mp_template_get_only_place (const MpTemplate *self);
gboolean
mp_template_has_values (const MpTemplate *self, MpTemplateLookup lookup, gpointer user_data);
char *mp_template_expand (const MpTemplate *self,
                          gboolean escape,
                          MpTemplateLookup lookup,
                          gpointer user_data,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
mp_template_fill (const MpTemplate *self, const MpScope *scope, char **text, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpTemplate, mp_template_free)

G_END_DECLS
