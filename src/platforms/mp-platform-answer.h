/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-http-client.h"
#include "mp-platform-document.h"
#include "mp-redaction.h"

G_BEGIN_DECLS

/* What is to be read, and how. Unowned. */
typedef struct
{
  const MpPlatformDocument *document;
  MpHttpResponse *response;
  const MpRedaction *redaction;
  gboolean is_token;      /* of a token request: OAuth 2 has its own refusals */
  gboolean is_of_key;     /* the first to be asked: a web page then means a wrong address */
  const MpListSpec *list; /* (nullable): some answers mean that it has no items */
  const MpTestSpec *test; /* (nullable): some answers mean that the key is accepted */
} MpPlatformAnswerSource;

/* What was read. Owned. */
typedef struct
{
  JsonNode *root;    /* (nullable): none, or an answer without a body */
  gboolean is_empty; /* the list has no items */
  char *said;        /* (nullable): of a refusal: the platform's own words, fit to be shown */
  char *missing;     /* (nullable): of a refusal: the permissions that the key lacks */
  char *account;     /* (nullable): of a refusal: whose the key is */
} MpPlatformAnswer;

/* Reads the JSON of an answer, or says in words why there is none. Any thread; a large answer takes
 * tens of milliseconds. @read: (out): filled also with an error */
gboolean mp_platform_answer_read (const MpPlatformAnswerSource *source,
                                  MpPlatformAnswer *read,
                                  GError **error);
void mp_platform_answer_clear (MpPlatformAnswer *self);
/* How many seconds to wait before the next request, so that it is not refused. */
int64_t mp_platform_answer_find_pause (const MpPlatformDocument *document,
                                       MpHttpResponse *response);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MpPlatformAnswer, mp_platform_answer_clear)

G_END_DECLS
