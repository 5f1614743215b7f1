/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-credential.h"
#include "mp-crm-metadata.h"
#include "mp-field-errors.h"
#include "mp-platform-spec.h"
#include "mp-registry.h"

G_BEGIN_DECLS

/* A record's content as JSON text: a full page of the feed, or the answers to a full push, stay
 * well below what a client reads. */
#define MP_RECORD_MAX_LENGTH 65536

/* What is known beside the record; a NULL member means "not known here", and its rules are left
 * out. */
typedef struct
{
  MpPlatformSpec *(*find_platform) (const char *id,
                                    gpointer user_data); /* (nullable); answers borrowed or NULL */
  MpCredential *(*find_credential) (const char *id,
                                    gpointer user_data); /* (nullable); answers borrowed or NULL */
  gpointer user_data;
  MpCrmMetadata *metadata; /* (nullable) */
} MpValidationContext;

MpFieldErrors *mp_validate_record (MpRegistry *registry,
                                   MpRecord *record,
                                   const MpValidationContext *context) G_GNUC_WARN_UNUSED_RESULT;
MpFieldErrors *mp_validate_credential_ids (MpRegistry *registry,
                                           MpChanges *changes) G_GNUC_WARN_UNUSED_RESULT;
gboolean
mp_validation_is_locked (MpRecord *record, const MpFieldSpec *mapping, const char *catalogue_field);

G_END_DECLS
