/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-record.h"

G_BEGIN_DECLS

typedef enum
{
  MP_INPUT_TEXT = 1,
  MP_INPUT_PLATFORM,   /* selector: platforms of .kind */
  MP_INPUT_CONNECTION, /* an object; its members are the platform's settings */
  MP_INPUT_CREDENTIAL, /* id of a credential; .is_private: typed here, owned by the record; else a
                          selector */
  MP_INPUT_OBJECT,     /* selector: the CRM's objects */
  MP_INPUT_FIELD,      /* selector: fields of the object at .object_path */
  MP_INPUT_MAPPING, /* an object: catalogue field's name -> field of the object at .object_path */
} MpInput;

/* One row of data/registry/integration-settings.json. Owned by the registry; immutable. */
typedef struct
{
  char *path;
  char *section;
  char *label;
  MpInput input;
  gboolean required;   /* where it is shown */
  char *shown_path;    /* (nullable): shown when that path is set; NULL: always */
  char *kind;          /* (nullable): of platforms */
  char *platform_path; /* (nullable): where the platform of a connection or credential stands */
  char *catalogue;     /* (nullable): "member" or "order" */
  char *object_path;   /* (nullable): where the CRM object stands */
  gboolean is_private;
  unsigned int max_length; /* characters; 0: the general limit, 4000 */
  GStrv determined_by;     /* paths whose change gives this value another meaning */
} MpFieldSpec;

typedef struct
{
  char *id;
  char *label;
  char *kind; /* (nullable): of platforms */
} MpSectionSpec;

/* What a record is; the single source of it. Immutable, thread-safe. */
#define MP_TYPE_REGISTRY (mp_registry_get_type ())
G_DECLARE_FINAL_TYPE (MpRegistry, mp_registry, MP, REGISTRY, GObject)

MpRegistry *mp_registry_new_from_json (const char *text,
                                       gssize length,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
MpRegistry *mp_registry_get_default (void);
unsigned int mp_registry_get_n_fields (MpRegistry *self);
const MpFieldSpec *mp_registry_get_field (MpRegistry *self, unsigned int index);
unsigned int mp_registry_get_n_sections (MpRegistry *self);
const MpSectionSpec *mp_registry_get_section (MpRegistry *self, unsigned int index);

/* The row that governs @path: its own, or the one whose object @path lies in. */
const MpFieldSpec *mp_registry_find (MpRegistry *self, const char *path);
/* (nullable): shown; else the first empty path of the chain that would show it */
const char *
mp_registry_find_hiding_path (MpRegistry *self, const MpFieldSpec *field, MpRecord *record);
gboolean mp_registry_is_shown (MpRegistry *self, const MpFieldSpec *field, MpRecord *record);
gboolean mp_registry_is_required (MpRegistry *self, const MpFieldSpec *field, MpRecord *record);
const char *mp_field_spec_get_label (const MpFieldSpec *field);       /* translated */
const char *mp_section_spec_get_label (const MpSectionSpec *section); /* translated */

G_END_DECLS
