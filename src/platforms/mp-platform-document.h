/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-crm-metadata.h"
#include "mp-credential.h"
#include "mp-field-errors.h"
#include "mp-platform-spec.h"
#include "mp-platform.h"
#include "mp-template.h"

G_BEGIN_DECLS

/* A document of data/platforms, compiled: every text of it that is a language is parsed. What can
 * fail at an answer knows its JSON Pointer. */

typedef enum
{
  MP_AUTH_HEADER = 1,
  MP_AUTH_BEARER,
  MP_AUTH_BASIC,
  MP_AUTH_NONE, /* the parts of the key stand in the requests */
  MP_AUTH_QUERY,
  MP_AUTH_TOKEN,
} MpAuthKind;

typedef enum
{
  MP_PAGING_NONE = 1,
  MP_PAGING_CURSOR_BODY,
  MP_PAGING_NEXT_URL_BODY,
  MP_PAGING_OFFSET,
  MP_PAGING_PAGE,
  MP_PAGING_LINK_HEADER,
} MpPagingKind;

typedef enum
{
  MP_RESET_SECONDS = 1,
  MP_RESET_MILLISECONDS,
  MP_RESET_EPOCH,
} MpResetUnit;

/* A number in a header of an answer. */
typedef struct
{
  char *header;    /* (nullable): the document does not know it */
  GRegex *pattern; /* (nullable): its first group is the number */
} MpHeaderNumber;

/* How a platform says how much may be asked of it. */
typedef struct
{
  MpHeaderNumber limit;
  MpHeaderNumber remaining;
  MpHeaderNumber reset;
  MpResetUnit reset_unit;
} MpLimitsSpec;

/* Where a refusal names something: what the key may not do, whose it is. */
typedef struct
{
  GPtrArray *sources; /* (element-type utf8): as of messages */
  GRegex *pattern;    /* (nullable): its first group is the name */
} MpWordsSpec;

/* A name and its value: of a query, a header, a form. */
typedef struct
{
  char *name;
  MpTemplate *named; /* (nullable): the name, where it has places of its own */
  MpTemplate *value;
} MpPair;

/* Expressions tried in order: the first that gives a value counts. */
typedef struct
{
  char *pointer;
  GPtrArray *alternatives; /* (element-type MpExpression) */
} MpAttribute;

/* Texts made of an answer, tried in order. */
typedef struct
{
  char *pointer;
  GPtrArray *templates; /* (element-type MpTemplate) */
} MpTexts;

typedef struct
{
  char *pointer;
  char *method;
  MpTemplate *path;    /* (nullable): begins with a slash; else */
  MpTemplate *address; /* (nullable): a whole one */
  GPtrArray *query;    /* (element-type MpPair) */
  GPtrArray *headers;  /* (element-type MpPair) */
  GPtrArray *form;     /* (nullable) (element-type MpPair) */
  JsonNode *json;      /* (nullable): its strings are templates */
} MpRequestSpec;

/* A second answer that expressions see as @NAME. */
typedef struct
{
  char *name;
  MpRequestSpec *request;
  gboolean optional; /* 403 and 404 mean only that there is nothing to see */
} MpJoin;

/* How a key is exchanged for a token. */
typedef struct
{
  MpRequestSpec *request;
  MpTemplate *user;        /* (nullable): of the request's own Basic authentication */
  MpTemplate *password;    /* (nullable) */
  MpAttribute *token;      /* of its answer, as all below */
  MpAttribute *expires_in; /* seconds */
  MpAttribute *refused;    /* (nullable): does it say that the key was not accepted? */
  MpAttribute *base_from;  /* (nullable): where it names the base address */
} MpTokenSpec;

/* A request that is made once after the token, before all others. */
typedef struct
{
  char *pointer;
  MpRequestSpec *request;
  GPtrArray *values;    /* (element-type MpPreparedSpec) */
  MpAttribute *refused; /* (nullable): does its answer say that the key was not accepted? */
} MpPrepareSpec;

/* A value of an answer that later requests may use. */
typedef struct
{
  char *name;
  MpAttribute *value;
} MpPreparedSpec;

typedef struct
{
  MpAuthKind kind;
  GPtrArray *headers;    /* (nullable) (element-type MpPair) */
  GPtrArray *parameters; /* (nullable) (element-type MpPair): of the address of each request */
  MpTemplate *token;     /* (nullable): of bearer */
  MpTemplate *user;      /* (nullable) */
  MpTemplate *password;  /* (nullable) */
  char *scheme;          /* (nullable): what stands before an exchanged token */
  MpTokenSpec *exchange; /* (nullable) */
} MpAuthSpec;

typedef struct
{
  MpRequestSpec *request;  /* (nullable): signing in is the test */
  GPtrArray *accepted;     /* (element-type MpCondition): a refusal that is none of the key */
  GPtrArray *joins;        /* (element-type MpJoin) */
  MpTexts *account;        /* (nullable) */
  MpAttribute *account_id; /* (nullable) */
  MpTexts *details;        /* (nullable): all that have a value, joined by a comma */
  MpAttribute *test_mode;  /* (nullable) */
  MpAttribute *live_mode;  /* (nullable) */
} MpTestSpec;

typedef struct
{
  MpPagingKind kind;
  MpAttribute *next;  /* (nullable): the next cursor or address */
  MpAttribute *more;  /* (nullable): is there more? */
  char *query;        /* (nullable): the name the cursor, offset or page is sent by */
  char *size_query;   /* (nullable) */
  unsigned int size;  /* of a page; 0: not said */
  unsigned int first; /* the first page's number */
  unsigned int max_pages;
} MpPagingSpec;

typedef struct
{
  char *pointer;
  MpAttribute *when;      /* (nullable): of which fields */
  MpRequestSpec *request; /* (nullable): one for each such field has their options */
  gboolean optional;
  MpAttribute *items; /* an array, or a map of value and label */
  MpAttribute *keep;  /* (nullable) */
  MpAttribute *value;
  MpAttribute *label; /* (nullable) */
} MpOptionsSpec;

/* The objects of a CRM, or the fields of one. */
typedef struct
{
  char *pointer;
  MpAttribute *when;      /* (nullable): for which objects and settings */
  MpRequestSpec *request; /* (nullable): static items only */
  gboolean optional;
  GPtrArray *empty; /* (element-type MpCondition): answers that mean that there are no items */
  GPtrArray *joins; /* (element-type MpJoin) */
  MpPagingSpec paging;
  GPtrArray *items; /* (element-type MpAttribute): where arrays or maps of items stand */
  gboolean is_map;  /* the items are the members of an object, named by @key */
  MpAttribute *keep;
  MpAttribute *name;
  char *prefix; /* (nullable): what stands before the name of each live item */
  MpAttribute *label;
  MpAttribute *type; /* this and all below: (nullable); of fields only, but custom */
  MpAttribute *subtype;
  MpAttribute *required;
  MpAttribute *read_only;
  MpAttribute *custom;
  MpAttribute *restricted;
  MpAttribute *max_length;
  GPtrArray *options;      /* (nullable) (element-type MpOptionsSpec): the first that fits counts */
  MpAttribute *value;      /* (nullable): of samples only: what the record holds of @name */
  GPtrArray *static_items; /* (element-type GObject): MpCrmObject or MpCrmField */
  gboolean is_conditional; /* the platform says whether its one answer still holds */
  GStrv first;             /* names of items that stand before all others */
  GStrv without;           /* of samples only: names of fields that are not asked for by name */
} MpListSpec;

typedef struct
{
  unsigned int status;
  MpExpression *when; /* (nullable): over the answer's body */
} MpCondition;

/* What the document itself says about an answer that means something of this platform alone. */
typedef struct
{
  MpCondition condition;
  gboolean is_web_page; /* it is none of the API's */
  char *say;
} MpHint;

typedef struct
{
  char *part;    /* (nullable): of the credential, or */
  char *setting; /* (nullable): of the connection */
  GRegex *pattern;
  MpMode mode;
} MpModeRule;

typedef struct
{
  int reference_count;
  MpPlatformSpec *spec;
  char *unverified; /* (nullable) */
  gboolean replaces;
  char *digest;       /* (nullable): of the document and the program that reads it by */
  GPtrArray *hosts;   /* (element-type MpTemplate) */
  MpTemplate *base;   /* (nullable): a setting chooses among @bases */
  char *base_setting; /* (nullable) */
  GHashTable *bases;  /* (nullable) (element-type utf8 MpTemplate): by the setting's value */
  GPtrArray *headers; /* (element-type MpPair) */
  MpAuthSpec auth;
  GPtrArray *prepare;    /* (element-type MpPrepareSpec) */
  GPtrArray *mode_rules; /* (element-type MpModeRule) */
  MpTestSpec test;
  GPtrArray *objects; /* (nullable) (element-type MpListSpec): the first that fits counts */
  GPtrArray *fields;  /* (nullable) (element-type MpListSpec) */
  GPtrArray *samples; /* (nullable) (element-type MpListSpec): records of an object */
  MpWriteSpec *write; /* (nullable): how values are written */
  GHashTable *types;  /* (element-type utf8 MpFieldType): by "TYPE" or "TYPE\nSUBTYPE" */
  GPtrArray *bad_key; /* (element-type MpCondition) */
  GPtrArray *limited;
  GPtrArray *throttled;
  GPtrArray *not_found; /* beside 404 */
  GPtrArray *failed;    /* what an answer that looks well says of its failure */
  GPtrArray *hints;     /* (element-type MpHint): the first that fits counts */
  GPtrArray *messages;  /* (element-type utf8): "header:NAME", "text" or an expression */
  MpWordsSpec permission;
  MpWordsSpec refused_account; /* whose a key is that may not say so */
  MpLimitsSpec limits;
} MpPlatformDocument;

/* Faults are added to @faults; NULL when there are any. */
MpPlatformDocument *mp_platform_document_new (JsonObject *object,
                                              MpFieldErrors *faults) G_GNUC_WARN_UNUSED_RESULT;
MpPlatformDocument *mp_platform_document_ref (MpPlatformDocument *self);
void mp_platform_document_unref (MpPlatformDocument *self);
const char *mp_platform_document_get_id (const MpPlatformDocument *self);
MpFieldType mp_platform_document_find_type (const MpPlatformDocument *self,
                                            const char *type,
                                            const char *subtype);
/* (nullable): the first of @lists that is for @scope, whose item has the connection's settings */
const MpListSpec *mp_platform_document_choose_list (const MpPlatformDocument *self,
                                                    GPtrArray *lists,
                                                    const MpScope *scope,
                                                    GError **error);
void mp_list_spec_free (MpListSpec *self);
void mp_request_spec_free (MpRequestSpec *self);
void mp_write_spec_free (MpWriteSpec *self);
void mp_options_spec_free (MpOptionsSpec *self);

gboolean mp_attribute_evaluate (const MpAttribute *self,
                                const char *document_id,
                                const MpScope *scope,
                                MpValue *value,
                                GError **error);
gboolean mp_attribute_get_text (const MpAttribute *self,
                                const char *document_id,
                                const MpScope *scope,
                                char **text,
                                GError **error);
gboolean mp_attribute_get_boolean (const MpAttribute *self,
                                   const char *document_id,
                                   const MpScope *scope,
                                   gboolean fallback,
                                   gboolean *boolean,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpPlatformDocument, mp_platform_document_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpListSpec, mp_list_spec_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpRequestSpec, mp_request_spec_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MpOptionsSpec, mp_options_spec_free)

G_END_DECLS
