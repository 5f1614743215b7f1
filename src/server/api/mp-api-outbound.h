/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platforms.h"

G_BEGIN_DECLS

/* How long a platform may take, all its pages together, before the client is told. */
#define MP_API_OUTBOUND_TIMEOUT_S 30

typedef enum
{
  MP_API_ASK_TEST = 1,
  MP_API_ASK_OBJECTS,
  MP_API_ASK_FIELDS,
} MpApiAsk;

/* What a platform is asked, and with which key. Borrowed for the call. */
typedef struct
{
  MpApiAsk ask;
  const char *platform;
  const char *object; /* (nullable): whose fields */
  MpSecret *secret;
  JsonObject *connection; /* (nullable) */
} MpApiQuestion;

/**
 * MpApiOutbound:
 *
 * The server's calls to the platforms. All of them run side by side on a thread of its own; the one
 * that asks waits, and nobody else does. Thread-safe.
 */
#define MP_TYPE_API_OUTBOUND (mp_api_outbound_get_type ())
G_DECLARE_FINAL_TYPE (MpApiOutbound, mp_api_outbound, MP, API_OUTBOUND, GObject)

MpApiOutbound *mp_api_outbound_new (const char *platform_dir,
                                    const char *const *base_addresses,
                                    gboolean calls_private,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mp_api_outbound_set_timeout_ms (MpApiOutbound *self, unsigned int timeout_ms);
MpPlatforms *mp_api_outbound_get_platforms (MpApiOutbound *self);
gboolean mp_api_outbound_enter (MpApiOutbound *self);
void mp_api_outbound_leave (MpApiOutbound *self);
JsonObject *mp_api_outbound_ask (MpApiOutbound *self,
                                 const MpApiQuestion *question,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
