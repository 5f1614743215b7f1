/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What systemd tells a service, and is told by it. Without systemd nothing happens. */
int mp_service_manager_take_socket (void);
void mp_service_manager_notify (const char *state);

G_END_DECLS
