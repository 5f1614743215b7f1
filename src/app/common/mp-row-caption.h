/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  MP_CAPTION_NONE = 1,
  MP_CAPTION_INFO,
  MP_CAPTION_WARNING,
  MP_CAPTION_ERROR,
} MpCaptionKind;

/* The text under a row of a list box: libadwaita's entry rows have no subtitle. It comes and goes
 * with its row; with MP_CAPTION_ERROR the row is marked invalid for eyes and screen readers. */
#define MP_TYPE_ROW_CAPTION (mp_row_caption_get_type ())
G_DECLARE_FINAL_TYPE (MpRowCaption, mp_row_caption, MP, ROW_CAPTION, AdwPreferencesRow)

/* The caption of @row, made when it has none yet. */
MpRowCaption *mp_row_caption_get (GtkWidget *row);
void mp_row_caption_set (MpRowCaption *self, MpCaptionKind kind, const char *text);
const char *mp_row_caption_get_text (MpRowCaption *self);

G_END_DECLS
