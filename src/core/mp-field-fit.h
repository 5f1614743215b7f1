/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-crm-metadata.h"

G_BEGIN_DECLS

/* How a Member Pulse field fits a field of a CRM, and how its values are written there. */
MpCompatibility mp_field_fit_check_types (MpCatalogueField *from, MpCrmField *to, JsonNode *entry);
gboolean mp_field_fit_may_be_cut (MpCatalogueField *from, MpCrmField *to);
gboolean mp_field_fit_is_inverted (MpCatalogueField *from, MpCrmField *to, JsonNode *entry);
const char *mp_field_fit_get_convention (MpFieldType from, MpFieldType to); /* translated */

/* Values. */
GStrv mp_field_fit_list_values (MpCatalogueField *from) G_GNUC_WARN_UNUSED_RESULT;
const MpOption *mp_field_fit_find_option (MpCrmField *to, const char *value);
gboolean mp_field_fit_accepts (MpCrmField *to, const char *sent);
char *mp_field_fit_list_refused (MpCatalogueField *from,
                                 MpCrmField *to,
                                 JsonNode *entry) G_GNUC_WARN_UNUSED_RESULT;
JsonNode *mp_field_fit_pair_values (MpCatalogueField *from,
                                    MpCrmField *to,
                                    JsonNode *entry) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
