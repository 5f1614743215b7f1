/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record.h"
#include "mp-registry.h"

G_BEGIN_DECLS

const MpFieldSpec *
mp_connection_find_spec (MpRegistry *registry, MpInput input, const char *kind); /* (nullable) */
JsonObject *
mp_connection_get (MpRegistry *registry, MpRecord *record, const char *kind); /* (nullable) */

G_END_DECLS
