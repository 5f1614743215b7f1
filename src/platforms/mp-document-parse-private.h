/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-document-reader.h"

G_BEGIN_DECLS

/* How a document is compiled, a unit for each part of it. Faults go to the reader. */

/* The names that templates may use, by what they are for. */
typedef struct
{
  GPtrArray *settings; /* (element-type utf8), NULL-terminated: of hosts and base */
  GPtrArray *address;  /* these, and what else may be seen in an address */
  GPtrArray *all;      /* these, the parts of the key, and what it is exchanged for */
} MpDocumentNames;

MpDocumentNames *mp_document_names_new (MpPlatformSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
MpDocumentNames *mp_document_names_copy (const MpDocumentNames *names,
                                         const char *more) G_GNUC_WARN_UNUSED_RESULT;
void mp_document_names_add (MpDocumentNames *names, const char *name, gboolean in_addresses);
gboolean mp_document_names_contain (const MpDocumentNames *names, const char *name);
gboolean mp_document_is_reserved_name (const char *name);
void mp_document_names_free (MpDocumentNames *names);
void mp_document_reader_use_names (MpDocumentReader *reader, GPtrArray *names);
void mp_document_reader_use_address_names (MpDocumentReader *reader,
                                           const MpDocumentNames *names,
                                           GPtrArray *list);
char *mp_document_dup_element_pointer (const char *pointer, const char *name, unsigned int index);
JsonObject *mp_document_reader_get_element (MpDocumentReader *reader,
                                            JsonArray *array,
                                            unsigned int index,
                                            const char *pointer);
MpRequestSpec *mp_document_parse_request (MpDocumentReader *reader,
                                          const MpDocumentNames *names,
                                          JsonObject *owner,
                                          const char *pointer,
                                          gboolean required);
/* Does @name stand somewhere in it, alone in its text? */
gboolean mp_document_request_uses (const MpRequestSpec *request, const char *name);
GPtrArray *mp_document_parse_joins (MpDocumentReader *reader,
                                    const MpDocumentNames *names,
                                    JsonObject *owner,
                                    const char *pointer);
GPtrArray *
mp_document_parse_prepare (MpDocumentReader *reader, MpDocumentNames *names, JsonObject *document);
gboolean mp_document_wants_token (JsonObject *document);
void mp_document_parse_auth (MpDocumentReader *reader,
                             const MpDocumentNames *names,
                             const MpDocumentNames *signed_names,
                             MpAuthSpec *auth,
                             JsonObject *document);
GPtrArray *mp_document_parse_lists (MpDocumentReader *reader,
                                    const MpDocumentNames *names,
                                    JsonObject *document,
                                    const char *name,
                                    gboolean required);
GPtrArray *mp_document_parse_static (MpDocumentReader *reader,
                                     JsonObject *owner,
                                     const char *pointer,
                                     gboolean of_fields);
GStrv mp_document_parse_names (MpDocumentReader *reader,
                               JsonObject *owner,
                               const char *pointer,
                               const char *member);
MpWriteSpec *
mp_document_parse_write (MpDocumentReader *reader, JsonObject *document, gboolean has_fields);
void mp_document_parse_types (MpDocumentReader *reader,
                              GHashTable *types,
                              JsonObject *document,
                              gboolean required);
/* @fallback: the status that is the only condition of a missing member; 0: none */
GPtrArray *mp_document_parse_conditions (MpDocumentReader *reader,
                                         JsonObject *owner,
                                         const char *pointer,
                                         const char *name,
                                         unsigned int fallback) G_GNUC_WARN_UNUSED_RESULT;
void
mp_document_parse_errors (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document);
void
mp_document_parse_limits (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDocumentNames, mp_document_names_free)

G_END_DECLS
