/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record.h"

G_BEGIN_DECLS

/* A stamp that owns its name: what an object keeps of an MpStamp. */
typedef struct
{
  int64_t at_unix_us; /* 0: not known */
  char *by;           /* (owned) (nullable) */
} MpOwnStamp;

void mp_own_stamp_set (MpOwnStamp *self, MpStamp stamp);
MpStamp mp_own_stamp_get (const MpOwnStamp *self); /* borrowed */
void mp_own_stamp_clear (MpOwnStamp *self);

/* As {"at": RFC 3339, "by": name} under @name; a stamp of which nothing is known is left out. */
void mp_own_stamp_write (const MpOwnStamp *self, JsonObject *object, const char *name);
gboolean mp_own_stamp_read (MpOwnStamp *self, JsonObject *object, const char *name, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpOwnStamp, mp_own_stamp_clear)

G_END_DECLS
