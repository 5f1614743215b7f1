/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bodies in gzip (RFC 1952), whole ones in memory. */

/* @accept: (nullable): of an Accept-Encoding (RFC 9110, 12.5.3) */
gboolean mp_api_pack_is_accepted (const char *accept);
/* (nullable): it would not get smaller */
GBytes *mp_api_pack (GBytes *plain) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  MP_API_UNPACKED = 1,
  MP_API_UNPACK_DAMAGED,
  MP_API_UNPACK_TOO_LARGE, /* of @limit at least: nothing more was unpacked */
} MpApiUnpack;

MpApiUnpack mp_api_unpack (GBytes *packed, size_t limit, GBytes **plain);

G_END_DECLS
