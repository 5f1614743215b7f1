/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-stamp-private.h"

#include "mp-clock.h"
#include "mp-json.h"

void
mp_own_stamp_set (MpOwnStamp *self, MpStamp stamp)
{
  char *by = g_strdup (stamp.by);

  g_free (self->by);
  self->at_unix_us = stamp.at_unix_us;
  self->by = by;
}

MpStamp
mp_own_stamp_get (const MpOwnStamp *self)
{
  return (MpStamp){ self->at_unix_us, self->by };
}

void
mp_own_stamp_clear (MpOwnStamp *self)
{
  mp_own_stamp_set (self, (MpStamp){ 0 });
}

void
mp_own_stamp_write (const MpOwnStamp *self, JsonObject *object, const char *name)
{
  JsonObject *member;

  if (self->at_unix_us == 0 && self->by == NULL)
    return;

  member = json_object_new ();
  if (self->at_unix_us != 0)
    {
      g_autofree char *at = mp_time_format (self->at_unix_us);

      json_object_set_string_member (member, "at", at);
    }
  if (self->by != NULL)
    json_object_set_string_member (member, "by", self->by);
  json_object_set_object_member (object, name, member);
}

gboolean
mp_own_stamp_read (MpOwnStamp *self, JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  MpStamp stamp = { 0 };
  JsonObject *member;
  const char *at;

  mp_own_stamp_clear (self);
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;

  member = mp_json_require_object (object, name, error);
  if (member == NULL)
    return FALSE;

  at = mp_json_get_string (member, "at", NULL);
  if (at != NULL && !mp_time_parse (at, &stamp.at_unix_us, error))
    {
      g_prefix_error (error, "“%s”: ", name);
      return FALSE;
    }
  stamp.by = mp_json_get_string (member, "by", NULL);
  mp_own_stamp_set (self, stamp);
  return TRUE;
}
