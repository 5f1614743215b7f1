/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-context.h"

#include <adwaita.h>

G_BEGIN_DECLS

/*
 * A section of the window. A subclass has its own template (`<template class="MpCrmPage"
 * parent="MpPage">`) whose rows stand in the property "content"; it binds its rows with
 * mp_page_bind_field () and fills the rest in update (). The base shows what holds for every page:
 * that no record is chosen (unless needs-record is false), that the role may only read, that the
 * record is archived. Properties: context (construct), title, icon-name, content, needs-record
 * (default true), permission (MpPermission that editing needs; default EDIT), editable (read only).
 */
#define MP_TYPE_PAGE (mp_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (MpPage, mp_page, MP, PAGE, AdwBin)

struct _MpPageClass
{
  AdwBinClass parent_class;

  /* Something shown may have changed: the record chosen, one of its values, the role, the keys.
   * Also called without a record. The default does nothing. */
  void (*update) (MpPage *self);
  /* The person opened this section: time to read what is slow to read. */
  void (*entered) (MpPage *self);
  /* Focuses the row of @path and shows its error; the default does so for bound rows. */
  gboolean (*reveal) (MpPage *self, const char *path);
};

MpContext *mp_page_get_context (MpPage *self);
MpSession *mp_page_get_session (MpPage *self);    /* (nullable) */
MpRecordModel *mp_page_get_record (MpPage *self); /* (nullable) */
const char *mp_page_get_title (MpPage *self);
const char *mp_page_get_icon_name (MpPage *self);
gboolean mp_page_get_editable (MpPage *self);
/* Cancelled when the page leaves its window. */
GCancellable *mp_page_get_cancellable (MpPage *self);

/* Binds @row (an AdwEntryRow or MpPickerRow) to a value of the record: see MpFieldBinding. */
void mp_page_bind_field (MpPage *self, GtkWidget *row, const char *path);
void mp_page_unbind_field (MpPage *self, GtkWidget *row);
/* Sets values in the record chosen; a failure is told in a toast. */
void mp_page_edit (MpPage *self, MpChanges *changes);
void mp_page_edit_string (MpPage *self, const char *path, const char *value);

void mp_page_update (MpPage *self);
void mp_page_enter (MpPage *self);
gboolean mp_page_reveal (MpPage *self, const char *path);
void mp_page_flush (MpPage *self); /* saves what is typed and not saved yet */

G_END_DECLS
