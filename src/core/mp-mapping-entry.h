/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * What a mapping says of one Member Pulse field:
 *
 *   "Email"                                  it goes to that field of the CRM, as it is
 *   {"field": "Gender__c",                   it goes there, and these values are sent as others;
 *    "values": {"Male": "M", "Other": ""},   "" is left out; any other value is sent as "rest",
 *    "rest": "X"}                            or as it is without a "rest"
 *   {"not_sent": "kept in accounting"}       it is not sent, and why
 */
JsonNode *mp_mapping_not_sent_new (const char *reason) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_mapping_get_not_sent (JsonNode *entry);
const char *mp_mapping_get_target (JsonNode *entry);
gboolean mp_mapping_is_well_formed (JsonNode *entry);

const char *mp_mapping_get_sent (JsonNode *entry, const char *value);
const char *mp_mapping_get_rest (JsonNode *entry);
JsonObject *mp_mapping_get_values (JsonNode *entry);
JsonNode *mp_mapping_with_target (JsonNode *entry, const char *target) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *mp_mapping_with_value (JsonNode *entry,
                                 const char *value,
                                 const char *sent) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *mp_mapping_with_rest (JsonNode *entry, const char *sent) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
