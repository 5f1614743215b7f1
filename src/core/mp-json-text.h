/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * JSON as it stands, for the thousands of records that come at once: no tree is made of it.
 *
 * A text is plain when it can be taken apart by its characters alone: names of ASCII characters;
 * strings without escapes; whole numbers of at most 15 digits; no space between anything; at most
 * MP_JSON_TEXT_MAX_MEMBERS members in an object and MP_JSON_TEXT_MAX_DEPTH levels. So our own
 * programs write nearly all of theirs. What is not plain is not wrong: mp_json_parse () reads it.
 */
#define MP_JSON_TEXT_MAX_MEMBERS 512
#define MP_JSON_TEXT_MAX_DEPTH 8

/* A member of an object, or an element of an array. Points into the text. */
typedef struct
{
  const char *name; /* without its quotation marks; NULL: an element */
  size_t name_length;
  const char *value;
  size_t value_length;
} MpJsonSpan;

/* At most @max members or elements of @text; -1: it is not plain, or there are more */
int mp_json_text_split (const char *text, size_t length, MpJsonSpan *spans, unsigned int max);
/* (nullable) */
const MpJsonSpan *mp_json_text_find (const MpJsonSpan *spans, int n_spans, const char *name);
gboolean mp_json_text_has_unique_names (const MpJsonSpan *spans, int n_spans);
gboolean mp_json_text_is_plain (const char *text, size_t length);
gboolean mp_json_text_append_canonical (GString *canonical, const char *text, size_t length);

gboolean mp_json_span_is_named (const MpJsonSpan *span, const char *name);
gboolean mp_json_span_is_string (const MpJsonSpan *span);
gboolean mp_json_span_is (const MpJsonSpan *span, const char *text);
char *mp_json_span_dup_string (const MpJsonSpan *span) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
