/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-document-reader.h"

G_BEGIN_DECLS

/* How a document is compiled, a unit for each part of it. Faults go to the reader. */

/* The names that templates may use, by what they are for. */
typedef struct
{
  GPtrArray *settings;        /* (element-type utf8), NULL-terminated */
  GPtrArray *settings_object; /* these and "object" */
  GPtrArray *all;             /* settings, parts and "object" */
} MpDocumentNames;

MpDocumentNames *mp_document_names_new (MpPlatformSpec *spec,
                                        const char *more) G_GNUC_WARN_UNUSED_RESULT;
void mp_document_names_free (MpDocumentNames *names);
void mp_document_reader_use_names (MpDocumentReader *reader, GPtrArray *names);
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
GPtrArray *mp_document_parse_joins (MpDocumentReader *reader,
                                    const MpDocumentNames *names,
                                    JsonObject *owner,
                                    const char *pointer);
void mp_document_parse_auth (MpDocumentReader *reader,
                             const MpDocumentNames *names,
                             MpAuthSpec *auth,
                             JsonObject *document);
GPtrArray *mp_document_parse_lists (MpDocumentReader *reader,
                                    MpPlatformSpec *spec,
                                    const MpDocumentNames *names,
                                    JsonObject *document,
                                    const char *name,
                                    gboolean required);
GPtrArray *mp_document_parse_static (MpDocumentReader *reader,
                                     JsonObject *owner,
                                     const char *pointer,
                                     gboolean of_fields);
GStrv mp_document_parse_first (MpDocumentReader *reader, JsonObject *owner, const char *pointer);
void mp_document_parse_types (MpDocumentReader *reader,
                              GHashTable *types,
                              JsonObject *document,
                              gboolean required);
void
mp_document_parse_errors (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document);
void
mp_document_parse_limits (MpDocumentReader *reader, MpPlatformDocument *self, JsonObject *document);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpDocumentNames, mp_document_names_free)

G_END_DECLS
