/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-message.h"
#include "mp-api.h"

G_BEGIN_DECLS

/* One a route and method. Answers a reply, or %NULL with @error set: see
 * mp_api_problem_new_from_error (). The token was recognised and its permission checked before. */
typedef MpApiReply *(*MpApiHandler) (MpApi *self, MpApiRequest *request, GError **error);

/* The same for the first half of a handler: without a reply and an error the second is to come. */
typedef MpApiReply *(*MpApiPreparer) (MpApi *self, MpApiRequest *request, GError **error);

MpApiReply *mp_api_get_health (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_readiness (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_metrics_text (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_description (MpApi *self, MpApiRequest *request, GError **error);

JsonObject *mp_api_describe_tenant (MpApi *self,
                                    const MpApiRequest *request,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_get_tenant (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_sealing_key (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_catalogue (MpApi *self, MpApiRequest *request, GError **error);

MpApiReply *mp_api_list_settings (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_post_settings (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_settings (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_put_settings (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_prepare_replacement (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_patch_settings (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_delete_settings (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_restore_settings (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_list_history (MpApi *self, MpApiRequest *request, GError **error);

MpApiReply *mp_api_list_credentials (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_post_credential (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_put_secret (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_delete_credential (MpApi *self, MpApiRequest *request, GError **error);

MpApiReply *mp_api_get_changes (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_post_changes (MpApi *self, MpApiRequest *request, GError **error);

MpApiReply *mp_api_list_objects (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_list_fields (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_test_connection (MpApi *self, MpApiRequest *request, GError **error);

MpApiReply *mp_api_list_audit (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_audit_head (MpApi *self, MpApiRequest *request, GError **error);
MpApiReply *mp_api_get_audit_proof (MpApi *self, MpApiRequest *request, GError **error);

G_END_DECLS
