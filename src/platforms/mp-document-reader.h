/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-platform-document.h"

G_BEGIN_DECLS

/* Reads the members of a document and collects every fault, each with its JSON Pointer. The
 * readers answer NULL (or the fallback) both for a missing member and for a faulty one. */
typedef struct
{
  MpFieldErrors *faults;        /* (unowned) */
  const char *const *variables; /* (unowned): the names a request's templates may use */
  const char *const *elsewhere; /* (unowned) (nullable): those that they may use in a body only */
} MpDocumentReader;

/* @name: (nullable): a member of what stands at @pointer */
void mp_document_reader_add_fault (MpDocumentReader *self,
                                   const char *pointer,
                                   const char *name,
                                   const char *format,
                                   ...) G_GNUC_PRINTF (4, 5);
void mp_document_reader_check_members (MpDocumentReader *self,
                                       JsonObject *object,
                                       const char *pointer,
                                       const char *const *known);
const char *mp_document_reader_get_string (MpDocumentReader *self,
                                           JsonObject *object,
                                           const char *pointer,
                                           const char *name,
                                           gboolean required);
gboolean mp_document_reader_get_boolean (MpDocumentReader *self,
                                         JsonObject *object,
                                         const char *pointer,
                                         const char *name);
unsigned int mp_document_reader_get_number (MpDocumentReader *self,
                                            JsonObject *object,
                                            const char *pointer,
                                            const char *name,
                                            unsigned int most,
                                            unsigned int fallback);
JsonObject *mp_document_reader_get_object (MpDocumentReader *self,
                                           JsonObject *object,
                                           const char *pointer,
                                           const char *name,
                                           gboolean required);
JsonArray *mp_document_reader_get_array (MpDocumentReader *self,
                                         JsonObject *object,
                                         const char *pointer,
                                         const char *name,
                                         gboolean required);
MpTemplate *mp_document_reader_get_template (MpDocumentReader *self,
                                             JsonObject *object,
                                             const char *pointer,
                                             const char *name,
                                             gboolean required) G_GNUC_WARN_UNUSED_RESULT;
MpExpression *mp_document_reader_get_expression (MpDocumentReader *self,
                                                 JsonObject *object,
                                                 const char *pointer,
                                                 const char *name) G_GNUC_WARN_UNUSED_RESULT;
MpAttribute *mp_document_reader_get_attribute (MpDocumentReader *self,
                                               JsonObject *object,
                                               const char *pointer,
                                               const char *name,
                                               gboolean required) G_GNUC_WARN_UNUSED_RESULT;
/* What a document that lacks the member means. */
MpAttribute *mp_document_reader_make_attribute (MpDocumentReader *self,
                                                const char *pointer,
                                                const char *name,
                                                const char *text) G_GNUC_WARN_UNUSED_RESULT;
MpTexts *mp_document_reader_get_texts (MpDocumentReader *self,
                                       JsonObject *object,
                                       const char *pointer,
                                       const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable): not there; (element-type MpPair) */
GPtrArray *mp_document_reader_get_pairs (MpDocumentReader *self,
                                         JsonObject *object,
                                         const char *pointer,
                                         const char *name) G_GNUC_WARN_UNUSED_RESULT;
MpTemplate *mp_document_reader_parse_template (MpDocumentReader *self,
                                               const char *text,
                                               const char *pointer) G_GNUC_WARN_UNUSED_RESULT;

void mp_pair_free (gpointer pair);
void mp_attribute_free (MpAttribute *self);
void mp_texts_free (MpTexts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpAttribute, mp_attribute_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpTexts, mp_texts_free)

G_END_DECLS
