/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  MP_FIELD_TYPE_TEXT = 1,
  MP_FIELD_TYPE_LONGTEXT,
  MP_FIELD_TYPE_INTEGER,
  MP_FIELD_TYPE_DECIMAL,
  MP_FIELD_TYPE_MONEY,
  MP_FIELD_TYPE_BOOLEAN,
  MP_FIELD_TYPE_DATE,
  MP_FIELD_TYPE_DATETIME,
  MP_FIELD_TYPE_TIME,
  MP_FIELD_TYPE_EMAIL,
  MP_FIELD_TYPE_PHONE,
  MP_FIELD_TYPE_URL,
  MP_FIELD_TYPE_ENUM,
  MP_FIELD_TYPE_MULTIENUM,
  MP_FIELD_TYPE_REFERENCE,
  MP_FIELD_TYPE_ID,
  MP_FIELD_TYPE_FILE,
  MP_FIELD_TYPE_OTHER,
} MpFieldType;

const char *mp_field_type_to_string (MpFieldType type);
gboolean
mp_field_type_from_string (const char *text,
                           MpFieldType *type); /* also the catalogue's select, multiselect */
const char *mp_field_type_get_label (MpFieldType type); /* translated */

typedef enum
{
  MP_COMPATIBILITY_EXACT = 1,
  MP_COMPATIBILITY_SAFE,
  MP_COMPATIBILITY_LOSSY,
  MP_COMPATIBILITY_IMPOSSIBLE,
} MpCompatibility;

/* Can a Member Pulse value of type @from be written to a CRM field of type @to? */
MpCompatibility mp_field_type_check (MpFieldType from, MpFieldType to);

/* One Member Pulse field. Immutable. */
#define MP_TYPE_CATALOGUE_FIELD (mp_catalogue_field_get_type ())
G_DECLARE_FINAL_TYPE (MpCatalogueField, mp_catalogue_field, MP, CATALOGUE_FIELD, GObject)
const char *mp_catalogue_field_get_name (MpCatalogueField *self);
const char *mp_catalogue_field_get_label (MpCatalogueField *self);
const char *mp_catalogue_field_get_plain_label (MpCatalogueField *self);
const char *mp_catalogue_field_get_description (MpCatalogueField *self);
MpFieldType mp_catalogue_field_get_field_type (MpCatalogueField *self);
gboolean mp_catalogue_field_get_required (MpCatalogueField *self);
const char *const *mp_catalogue_field_get_options (MpCatalogueField *self);

/* A GListModel of MpCatalogueField, in the catalogue's order. */
#define MP_TYPE_CATALOGUE (mp_catalogue_get_type ())
G_DECLARE_FINAL_TYPE (MpCatalogue, mp_catalogue, MP, CATALOGUE, GObject)
MpCatalogue *mp_catalogue_new_from_json (const char *text,
                                         gssize length,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpCatalogue *mp_catalogue_get (const char *name); /* "member" or "order"; borrowed */
MpCatalogueField *mp_catalogue_find (MpCatalogue *self, const char *name);
unsigned int mp_catalogue_get_size (MpCatalogue *self);
MpCatalogueField *mp_catalogue_get_field (MpCatalogue *self, unsigned int index);
JsonArray *mp_catalogue_to_json (MpCatalogue *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
