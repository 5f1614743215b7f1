/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  MP_MESSAGE_INFO = 1,
  MP_MESSAGE_WARNING,
  MP_MESSAGE_ERROR,
} MpMessageKind;

/*
 * A line across a page that says what the person must know there, with at most one button:
 * libadwaita 1.2 has no banner. Hidden while it has no text. Signal "button-clicked"; with an
 * action name the button activates that instead. Properties: text.
 */
#define MP_TYPE_MESSAGE_BAR (mp_message_bar_get_type ())
G_DECLARE_FINAL_TYPE (MpMessageBar, mp_message_bar, MP, MESSAGE_BAR, AdwBin)

void mp_message_bar_show (MpMessageBar *self, MpMessageKind kind, const char *text);
void mp_message_bar_set_button (MpMessageBar *self, const char *label, const char *action_name);
void mp_message_bar_hide (MpMessageBar *self);
const char *mp_message_bar_get_text (MpMessageBar *self);

G_END_DECLS
