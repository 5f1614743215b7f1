/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* The keys of data/org.memberpulse.Integrations.gschema.xml.in. */
#define MP_SETTING_SHOW_ARCHIVED "show-archived"
#define MP_SETTING_LAST_RECORD "last-record"
#define MP_SETTING_LAST_SECTION "last-section"
#define MP_SETTING_WINDOW_WIDTH "window-width"
#define MP_SETTING_WINDOW_HEIGHT "window-height"
#define MP_SETTING_WINDOW_MAXIMIZED "window-maximized"
#define MP_SETTING_SERVER "server"
