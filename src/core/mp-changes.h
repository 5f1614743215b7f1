/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* More paths are refused where they come from outside. */
#define MP_CHANGES_MAX_SIZE 5000

/**
 * MpChanges:
 *
 * Values by path (a JSON Pointer into a record's content), in path order. A JSON null means that
 * the path is unset. Serves as the edits of an operation (`set`), as what the editor saw
 * (`expect`), and as the difference of two records. Reference counted; not thread-safe while it is
 * being filled.
 */
typedef struct _MpChanges MpChanges;

#define MP_TYPE_CHANGES (mp_changes_get_type ())
GType mp_changes_get_type (void);

MpChanges *mp_changes_new (void) G_GNUC_WARN_UNUSED_RESULT;
MpChanges *mp_changes_new_from_json (JsonObject *object, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpChanges *mp_changes_copy (MpChanges *self) G_GNUC_WARN_UNUSED_RESULT;
MpChanges *mp_changes_ref (MpChanges *self);
void mp_changes_unref (MpChanges *self);
JsonObject *mp_changes_to_json (MpChanges *self) G_GNUC_WARN_UNUSED_RESULT;

gboolean mp_changes_is_path (const char *text);

void mp_changes_set (MpChanges *self, const char *path, JsonNode *value);
void mp_changes_set_string (MpChanges *self, const char *path, const char *value);
void mp_changes_unset (MpChanges *self, const char *path);
void mp_changes_forget (MpChanges *self, const char *path);
void mp_changes_merge (MpChanges *self, MpChanges *later);

gboolean mp_changes_contains (MpChanges *self, const char *path);
JsonNode *mp_changes_get (MpChanges *self, const char *path);
unsigned int mp_changes_get_size (MpChanges *self);
const char *mp_changes_get_path (MpChanges *self, unsigned int index);
JsonNode *mp_changes_get_value (MpChanges *self, unsigned int index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpChanges, mp_changes_unref)

G_END_DECLS
