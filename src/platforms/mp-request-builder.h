/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-access.h"
#include "mp-http-client.h"
#include "mp-platform-document.h"
#include "mp-redaction.h"
#include "mp-secret.h"

G_BEGIN_DECLS

/* Makes the HTTP requests of one call from a document, a credential and a connection, and sees to
 * it that none goes to a host that the document does not allow. Not thread-safe. */
typedef struct _MpRequestBuilder MpRequestBuilder;

/* @origin: (nullable): a loopback address that takes the place of every scheme, host and port */
MpRequestBuilder *mp_request_builder_new (MpPlatformDocument *document,
                                          const char *origin,
                                          MpSecret *secret,
                                          JsonObject *connection,
                                          const char *object,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_request_builder_free (MpRequestBuilder *self);

/* What the key was exchanged for: the requests after it use it. MP_ERROR_WRONG_HOST: the base that
 * came with it is not the document's. */
gboolean mp_request_builder_set_access (MpRequestBuilder *self, MpAccess *access, GError **error);
/* The same, of the access at hand when only now it has a base. */
gboolean mp_request_builder_move (MpRequestBuilder *self, MpAccess *access, GError **error);
MpHttpRequest *mp_request_builder_make_token_request (MpRequestBuilder *self,
                                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpHttpRequest *mp_request_builder_make_prepare_request (MpRequestBuilder *self,
                                                        const MpPrepareSpec *step,
                                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @address: (nullable): where the next page lies; relative ones are resolved
 * @extra_query: (nullable): names and values of one page, NULL-terminated */
MpHttpRequest *mp_request_builder_make_request (MpRequestBuilder *self,
                                                const MpRequestSpec *spec,
                                                const char *address,
                                                const char *const *extra_query,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable): the value of a setting of the connection, or its fallback */
const char *mp_request_builder_get_setting (MpRequestBuilder *self, const char *id);
/* The settings as an object: what expressions before any answer are evaluated over. */
JsonNode *mp_request_builder_make_settings (MpRequestBuilder *self) G_GNUC_WARN_UNUSED_RESULT;
/* What {cursor}, {offset}, {page} and {size} stand for. @text: (nullable): the first page has none
 */
void mp_request_builder_set_page (MpRequestBuilder *self,
                                  const char *name,
                                  const char *text,
                                  gboolean is_number);
/* What {field} stands for in the requests after it. */
void mp_request_builder_set_fields (MpRequestBuilder *self, const char *const *fields);
void mp_request_builder_set_field (MpRequestBuilder *self, const char *field);
/* What no message about the call may show: every part of the key, and the token. */
MpRedaction *mp_request_builder_make_redaction (MpRequestBuilder *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpRequestBuilder, mp_request_builder_free)

G_END_DECLS
