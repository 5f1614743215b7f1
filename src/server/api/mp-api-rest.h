/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-apply.h"
#include "mp-record.h"

G_BEGIN_DECLS

/* What the handlers of plain REST share. A function that answers a refusal leaves it %NULL when the
 * handler may go on; it answers %NULL with @error set only where it has one. */
MpApiReply *mp_api_read_object (const MpApiRequest *request,
                                JsonObject **object) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_check_if_match (const MpApiRequest *request,
                                   MpRecord *current) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_api_start_operation (MpApi *self,
                                 MpApiRequest *request,
                                 unsigned int success,
                                 char **op,
                                 MpApiReply **refusal,
                                 GError **error);
MpApiReply *mp_api_finish_operation (MpApi *self,
                                     const MpApiRequest *request,
                                     MpOperation *operation,
                                     unsigned int success,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpRecord *mp_api_load_record (MpApi *self,
                              const MpApiRequest *request,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_reply_new_record (unsigned int status,
                                     MpRecord *record) G_GNUC_WARN_UNUSED_RESULT;
MpApiReply *mp_api_refuse_query (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
