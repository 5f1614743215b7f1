/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-credential.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-stamp-private.h"

#define MASK "••••"

struct _MpCredential
{
  GObject parent_instance;

  char *id;        /* (owned) */
  char *kind;      /* (owned) */
  char *platform;  /* (owned) */
  char *label;     /* (owned) */
  char *account;   /* (owned) (nullable): never tested */
  char *hint;      /* (owned) (nullable): too short a secret for one */
  char *record_id; /* (owned) (nullable): any record may use it */
  MpMode mode;
  unsigned int version;
  gboolean revoked;
  MpOwnStamp created;
  MpOwnStamp rotated;
  MpOwnStamp used;
};

G_DEFINE_FINAL_TYPE (MpCredential, mp_credential, G_TYPE_OBJECT)

static const char *const mode_names[] = {
  [MP_MODE_UNKNOWN] = "unknown",
  [MP_MODE_TEST] = "test",
  [MP_MODE_LIVE] = "live",
};

static void
write_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static void
mp_credential_finalize (GObject *object)
{
  MpCredential *self = MP_CREDENTIAL (object);

  g_free (self->id);
  g_free (self->kind);
  g_free (self->platform);
  g_free (self->label);
  g_free (self->account);
  g_free (self->hint);
  g_free (self->record_id);
  mp_own_stamp_clear (&self->created);
  mp_own_stamp_clear (&self->rotated);
  mp_own_stamp_clear (&self->used);

  G_OBJECT_CLASS (mp_credential_parent_class)->finalize (object);
}

static void
mp_credential_class_init (MpCredentialClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_credential_finalize;
}

static void
mp_credential_init (MpCredential *self)
{
}

/**
 * mp_mode_to_string:
 * @mode: a mode
 *
 * Returns: (transfer none): its name in documents
 */
const char *
mp_mode_to_string (MpMode mode)
{
  g_return_val_if_fail (mode >= MP_MODE_UNKNOWN && mode <= MP_MODE_LIVE, NULL);
  return mode_names[mode];
}

/**
 * mp_mode_from_string:
 * @text: (nullable): a name in a document
 *
 * Returns: the mode; %MP_MODE_UNKNOWN for a name this program does not know
 */
MpMode
mp_mode_from_string (const char *text)
{
  for (int i = MP_MODE_TEST; i <= MP_MODE_LIVE; i++)
    {
      if (g_strcmp0 (text, mode_names[i]) == 0)
        return (MpMode) i;
    }
  return MP_MODE_UNKNOWN;
}

/**
 * mp_credential_label_is_valid:
 * @label: (nullable): a name for a key
 *
 * Returns: whether it is one line of text that is not blank nor longer than
 *   %MP_CREDENTIAL_MAX_LABEL_LENGTH characters
 */
gboolean
mp_credential_label_is_valid (const char *label)
{
  gboolean is_blank = TRUE;

  if (label == NULL || g_utf8_strlen (label, -1) > MP_CREDENTIAL_MAX_LABEL_LENGTH)
    return FALSE;

  for (const char *at = label; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (g_unichar_iscntrl (character))
        return FALSE;
      is_blank = is_blank && g_unichar_isspace (character);
    }
  return !is_blank;
}

/**
 * mp_credential_new:
 * @init: its members, which are copied; a version of 0 is taken as 1, no mode as
 *   %MP_MODE_UNKNOWN, no label as an empty one
 *
 * Returns: (transfer full): the credential
 */
MpCredential *
mp_credential_new (const MpCredentialInit *init)
{
  MpCredential *self;

  g_return_val_if_fail (init != NULL, NULL);
  g_return_val_if_fail (init->id != NULL && init->kind != NULL && init->platform != NULL, NULL);

  self = g_object_new (MP_TYPE_CREDENTIAL, NULL);
  self->id = g_strdup (init->id);
  self->kind = g_strdup (init->kind);
  self->platform = g_strdup (init->platform);
  self->label = g_strdup (init->label != NULL ? init->label : "");
  self->account = g_strdup (init->account);
  self->hint = g_strdup (init->hint);
  self->record_id = g_strdup (init->record_id);
  self->mode = init->mode != 0 ? init->mode : MP_MODE_UNKNOWN;
  self->version = MAX (init->version, 1);
  self->revoked = init->revoked;
  mp_own_stamp_set (&self->created, init->created);
  mp_own_stamp_set (&self->rotated, init->rotated);
  mp_own_stamp_set (&self->used, init->used);
  return self;
}

/**
 * mp_credential_new_from_json:
 * @object: a credential's metadata
 * @error: return location
 *
 * Fails with %MP_ERROR_INVALID when the id, kind or platform is missing, or a number or time cannot
 * be read.
 *
 * Returns: (transfer full): the credential
 */
MpCredential *
mp_credential_new_from_json (JsonObject *object, GError **error)
{
  g_auto (MpOwnStamp) created = { 0 };
  g_auto (MpOwnStamp) rotated = { 0 };
  g_auto (MpOwnStamp) used = { 0 };
  MpCredentialInit init = { 0 };
  int64_t version;

  g_return_val_if_fail (object != NULL, NULL);

  if ((init.id = mp_json_require_string (object, "id", error)) == NULL ||
      (init.kind = mp_json_require_string (object, "kind", error)) == NULL ||
      (init.platform = mp_json_require_string (object, "platform", error)) == NULL ||
      !mp_own_stamp_read (&created, object, "created", error) ||
      !mp_own_stamp_read (&rotated, object, "rotated", error) ||
      !mp_own_stamp_read (&used, object, "used", error))
    return NULL;

  version = mp_json_get_int (object, "version", 1);
  if (version < 1 || version > G_MAXINT)
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID,
                   "The credential %s has a version out of range", init.id);
      return NULL;
    }
  init.version = (unsigned int) version;
  init.label = mp_json_get_string (object, "label", NULL);
  init.mode = mp_mode_from_string (mp_json_get_string (object, "mode", NULL));
  init.account = mp_json_get_string (object, "account", NULL);
  init.hint = mp_json_get_string (object, "hint", NULL);
  init.record_id = mp_json_get_string (object, "record_id", NULL);
  init.revoked = mp_json_get_boolean (object, "revoked", FALSE);
  init.created = mp_own_stamp_get (&created);
  init.rotated = mp_own_stamp_get (&rotated);
  init.used = mp_own_stamp_get (&used);
  return mp_credential_new (&init);
}

/**
 * mp_credential_to_json:
 * @self: a credential
 *
 * Returns: (transfer full): its metadata
 */
JsonObject *
mp_credential_to_json (MpCredential *self)
{
  JsonObject *object;

  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);

  object = json_object_new ();
  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "kind", self->kind);
  json_object_set_string_member (object, "platform", self->platform);
  json_object_set_string_member (object, "label", self->label);
  json_object_set_string_member (object, "mode", mp_mode_to_string (self->mode));
  write_string (object, "account", self->account);
  write_string (object, "hint", self->hint);
  write_string (object, "record_id", self->record_id);
  json_object_set_int_member (object, "version", self->version);
  json_object_set_boolean_member (object, "revoked", self->revoked);
  mp_own_stamp_write (&self->created, object, "created");
  mp_own_stamp_write (&self->rotated, object, "rotated");
  mp_own_stamp_write (&self->used, object, "used");
  return object;
}

/**
 * mp_credential_get_init:
 * @self: a credential
 *
 * Returns: all of its members, borrowed from @self: to make a changed copy
 */
MpCredentialInit
mp_credential_get_init (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), (MpCredentialInit){ 0 });

  return (MpCredentialInit){
    .id = self->id,
    .kind = self->kind,
    .platform = self->platform,
    .label = self->label,
    .mode = self->mode,
    .account = self->account,
    .hint = self->hint,
    .record_id = self->record_id,
    .version = self->version,
    .revoked = self->revoked,
    .created = mp_own_stamp_get (&self->created),
    .rotated = mp_own_stamp_get (&self->rotated),
    .used = mp_own_stamp_get (&self->used),
  };
}

/**
 * mp_credential_get_id:
 * @self: a credential
 *
 * Returns: (transfer none): its id
 */
const char *
mp_credential_get_id (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return self->id;
}

/**
 * mp_credential_get_kind:
 * @self: a credential
 *
 * Returns: (transfer none): the kind of its platform: crm, accounting or payment
 */
const char *
mp_credential_get_kind (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return self->kind;
}

/**
 * mp_credential_get_platform:
 * @self: a credential
 *
 * Returns: (transfer none): the id of its platform's document
 */
const char *
mp_credential_get_platform (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return self->platform;
}

/**
 * mp_credential_get_label:
 * @self: a credential
 *
 * Returns: (transfer none): the name a person gave it; may be empty
 */
const char *
mp_credential_get_label (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return self->label;
}

/**
 * mp_credential_get_mode:
 * @self: a credential
 *
 * Returns: whether it is for the platform's test or live side
 */
MpMode
mp_credential_get_mode (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), MP_MODE_UNKNOWN);
  return self->mode;
}

/**
 * mp_credential_get_account:
 * @self: a credential
 *
 * Returns: (transfer none) (nullable): the platform's name for the account
 */
const char *
mp_credential_get_account (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return self->account;
}

/**
 * mp_credential_get_hint:
 * @self: a credential
 *
 * Returns: (transfer none) (nullable): the last four characters of a long enough secret
 */
const char *
mp_credential_get_hint (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return self->hint;
}

/**
 * mp_credential_get_record_id:
 * @self: a credential
 *
 * Returns: (transfer none) (nullable): the record that alone may use it
 */
const char *
mp_credential_get_record_id (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return self->record_id;
}

/**
 * mp_credential_get_version:
 * @self: a credential
 *
 * Returns: 1, and one more with each replacement
 */
unsigned int
mp_credential_get_version (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), 0);
  return self->version;
}

/**
 * mp_credential_get_revoked:
 * @self: a credential
 *
 * Returns: whether it may no longer be used
 */
gboolean
mp_credential_get_revoked (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), TRUE);
  return self->revoked;
}

/**
 * mp_credential_get_created:
 * @self: a credential
 *
 * Returns: when it was added, and by whom; borrowed from @self
 */
MpStamp
mp_credential_get_created (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), (MpStamp){ 0 });
  return mp_own_stamp_get (&self->created);
}

/**
 * mp_credential_get_rotated:
 * @self: a credential
 *
 * Returns: when its secret was last replaced, and by whom; borrowed from @self
 */
MpStamp
mp_credential_get_rotated (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), (MpStamp){ 0 });
  return mp_own_stamp_get (&self->rotated);
}

/**
 * mp_credential_get_used:
 * @self: a credential
 *
 * Returns: when it was last used, and by whom; borrowed from @self
 */
MpStamp
mp_credential_get_used (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), (MpStamp){ 0 });
  return mp_own_stamp_get (&self->used);
}

/**
 * mp_credential_dup_masked:
 * @self: a credential
 *
 * What a page shows in place of the secret.
 *
 * Returns: (transfer full): dots, and the hint where there is one
 */
char *
mp_credential_dup_masked (MpCredential *self)
{
  g_return_val_if_fail (MP_IS_CREDENTIAL (self), NULL);
  return g_strconcat (MASK, self->hint, NULL);
}
