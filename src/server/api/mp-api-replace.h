/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-rest.h"

G_BEGIN_DECLS

/* The second half of what mp_api_prepare_replacement () began. %FALSE: there is nothing prepared,
 * or it does not hold any more. */
gboolean
mp_api_apply_replacement (MpApi *self, MpApiRequest *request, MpApiReply **reply, GError **error);
/* What the second half will read, where there is one. */
void mp_api_expect_replacement (const MpApiRequest *request, MpDbGroup *group);

G_END_DECLS
