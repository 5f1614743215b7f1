/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What people said to a suggestion: it is right, or it is not. */
typedef struct
{
  char *platform;
  char *object;
  char *path; /* of the Member Pulse field, such as "/crm/member_fields/email" */
  char *target;
  gboolean accepted; /* else refused */
} MpMatchRule;

/* The rules of a tenant, the oldest first. One owner; not for two threads at once. */
typedef struct _MpMatchRules MpMatchRules;

MpMatchRules *mp_match_rules_new (const char *text) G_GNUC_WARN_UNUSED_RESULT;
void mp_match_rules_free (MpMatchRules *self);
char *mp_match_rules_to_text (const MpMatchRules *self) G_GNUC_WARN_UNUSED_RESULT;
JsonArray *mp_match_rules_to_json (const MpMatchRules *self) G_GNUC_WARN_UNUSED_RESULT;
unsigned int mp_match_rules_get_size (const MpMatchRules *self);
const MpMatchRule *mp_match_rules_get (const MpMatchRules *self, unsigned int index);
void mp_match_rules_set (MpMatchRules *self, const MpMatchRule *rule);
void mp_match_rules_remove (MpMatchRules *self, unsigned int index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpMatchRules, mp_match_rules_free)

G_END_DECLS
