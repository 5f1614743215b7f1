/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-access.h"
#include "mp-platform-document.h"
#include "mp-redaction.h"
#include "mp-secret.h"

G_BEGIN_DECLS

/* Where a page begins, or how long it is. */
typedef struct
{
  char *text;
  gboolean is_number;
} MpPageValue;

/* What the places in a document's requests stand for. Not thread-safe. */
typedef struct
{
  MpSecret *secret;
  GHashTable *settings; /* (element-type utf8 utf8): the connection, with its fallbacks */
  MpAccess *access;     /* (nullable): not signed in yet, or nothing to sign in for */
  char *object;         /* (nullable) */
  char *field;          /* (nullable): whose options are asked for */
  GStrv fields;         /* (nullable): of records */
  char *all_fields;     /* (nullable): the same, joined by commas */
  char *fields_json;    /* (nullable): the same, as a JSON list */
  GHashTable *page;     /* (element-type utf8 MpPageValue): of the page asked for */
} MpRequestValues;

MpRequestValues *mp_request_values_new (MpSecret *secret,
                                        const char *object) G_GNUC_WARN_UNUSED_RESULT;
void mp_request_values_free (MpRequestValues *self);

/* @text: (nullable): the first page has no such value */
void mp_request_values_set_page (MpRequestValues *self,
                                 const char *name,
                                 const char *text,
                                 gboolean is_number);
/* Is this the place of a page alone, on a page that has none? Then it is left out. */
gboolean mp_request_values_lack_page (MpRequestValues *self, const MpTemplate *template);
void mp_request_values_set_fields (MpRequestValues *self, const char *const *fields);
gboolean mp_request_values_know (MpRequestValues *self, const MpTemplate *template);
/* The text may hold a secret: free it with mp_secret_wipe_text (). @escape: each value is
 * percent-encoded */
char *mp_request_values_expand (MpRequestValues *self,
                                const MpTemplate *template,
                                gboolean escape,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a path or an address, where each value stands between slashes: none leads elsewhere,
 * and what an answer gave is an id. */
char *mp_request_values_expand_place (MpRequestValues *self,
                                      const MpTemplate *template,
                                      gboolean escape,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The value with its texts replaced. A text that is one place alone keeps the type of what stands
 * for it. */
JsonNode *mp_request_values_expand_json (MpRequestValues *self,
                                         JsonNode *node,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What no message about the call may show: every part of the key, and what it was exchanged for. */
MpRedaction *mp_request_values_make_redaction (MpRequestValues *self,
                                               MpPlatformSpec *spec) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
