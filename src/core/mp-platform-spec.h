/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One setting of a connection, beside the key: a site address, an environment. */
typedef struct
{
  char *id;
  char *label;
  char *help;     /* (nullable) */
  char *pattern;  /* (nullable): a regular expression for the whole value */
  char *example;  /* (nullable) */
  char *fallback; /* (nullable): used when it is not set */
  GStrv choices;  /* (nullable): then it is a selector */
  gboolean required;
} MpSettingSpec;

/* A value that is refused by name: "That is a publishable key, which can't be used here." */
typedef struct
{
  char *pattern;
  char *message;
} MpRefusal;

/* One part of a credential. */
typedef struct
{
  char *id;
  char *label;
  char *help;    /* (nullable) */
  char *pattern; /* (nullable) */
  char *example; /* (nullable) */
  gboolean secret;
  GPtrArray *refusals; /* (element-type MpRefusal) */
} MpPartSpec;

/* What the pages and the rules need of a platform document. Immutable, thread-safe. */
#define MP_TYPE_PLATFORM_SPEC (mp_platform_spec_get_type ())
G_DECLARE_FINAL_TYPE (MpPlatformSpec, mp_platform_spec, MP, PLATFORM_SPEC, GObject)

MpPlatformSpec *mp_platform_spec_new_from_json (JsonObject *document,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *mp_platform_spec_get_id (MpPlatformSpec *self);
const char *mp_platform_spec_get_kind (MpPlatformSpec *self);
const char *mp_platform_spec_get_label (MpPlatformSpec *self);
const char *
mp_platform_spec_get_key_help (MpPlatformSpec *self); /* where to get the key (nullable) */
const char *
mp_platform_spec_get_key_address (MpPlatformSpec *self); /* the vendor's page on it (nullable) */
const char *
mp_platform_spec_get_unavailable (MpPlatformSpec *self); /* why it cannot be connected (nullable) */
unsigned int mp_platform_spec_get_n_settings (MpPlatformSpec *self);
const MpSettingSpec *mp_platform_spec_get_setting (MpPlatformSpec *self, unsigned int index);
const MpSettingSpec *mp_platform_spec_find_setting (MpPlatformSpec *self, const char *id);
unsigned int mp_platform_spec_get_n_parts (MpPlatformSpec *self);
const MpPartSpec *mp_platform_spec_get_part (MpPlatformSpec *self, unsigned int index);

/* The fault of a typed part, in words; NULL when it has none. The value is trimmed first and never
 * in the text. */
char *mp_part_spec_dup_fault (const MpPartSpec *part, const char *value) G_GNUC_WARN_UNUSED_RESULT;
gboolean mp_setting_spec_accepts (const MpSettingSpec *setting, const char *value);

G_END_DECLS
