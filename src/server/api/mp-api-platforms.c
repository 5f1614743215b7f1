/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-handlers.h"

#include <string.h>

#include "mp-api-problem.h"
#include "mp-api-rest.h"
#include "mp-api-stored.h"
#include "mp-error.h"
#include "mp-json.h"
#include "mp-registry.h"

#define BUSY_RETRY_AFTER "10"

/* A call to a platform on behalf of an administrator. Lives on its handler's stack. */
typedef struct
{
  MpApi *api;
  const MpApiRequest *request;
  const char *section; /* "crm" */
  const char *purpose; /* for the trail */
  MpRecord *record;    /* (owned) */
  MpApiQuestion question;
} Errand;

static void
clear_errand (Errand *errand)
{
  g_clear_object (&errand->record);
  g_clear_pointer (&errand->question.secret, mp_secret_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Errand, clear_errand)

static char *
dup_path (const Errand *errand, const char *member)
{
  return g_strdup_printf ("/%s/%s", errand->section, member);
}

static const char *
get_value (const Errand *errand, const char *member)
{
  g_autofree char *path = dup_path (errand, member);
  const char *value = mp_record_get_string (errand->record, path);

  return value != NULL && *value != '\0' ? value : NULL;
}

/* What the record lacks for the call, by its path. */
static MpApiReply *
refuse_member (const Errand *errand, const char *member, const char *code, const char *value)
{
  g_autofree char *path = dup_path (errand, member);
  g_autoptr (MpFieldErrors) errors = mp_field_errors_new ();

  if (value != NULL)
    mp_field_errors_add (errors, MP_SEVERITY_ERROR, path, code, member, value, NULL);
  else
    mp_field_errors_add (errors, MP_SEVERITY_ERROR, path, code, NULL);
  return mp_api_problem_new_with_errors (MP_PROBLEM_INVALID, NULL,
                                         mp_field_errors_to_json (errors));
}

static MpApiReply *
load_errand (Errand *errand, GError **error)
{
  const MpApiServices *services = mp_api_get_services (errand->api);
  const char *settings = mp_api_request_get_query (errand->request, "settings");
  g_autofree char *connection_path = dup_path (errand, "connection");
  JsonNode *connection;

  if (settings == NULL || !mp_uuid_is_valid (settings))
    return mp_api_refuse_query ("settings");
  errand->record =
      mp_api_stored_get_record (services->db, errand->request->tenant, settings, error);
  if (errand->record == NULL)
    return NULL;

  errand->question.platform = get_value (errand, "platform");
  if (errand->question.platform == NULL)
    return refuse_member (errand, "platform", MP_FIELD_REQUIRED, NULL);
  if (mp_platforms_find (mp_api_outbound_get_platforms (services->outbound),
                         errand->question.platform) == NULL)
    return refuse_member (errand, "platform", MP_FIELD_UNKNOWN_PLATFORM, errand->question.platform);
  if (get_value (errand, "api_key") == NULL)
    return refuse_member (errand, "api_key", MP_FIELD_REQUIRED, NULL);

  connection = mp_record_get_value (errand->record, connection_path);
  if (connection != NULL && JSON_NODE_HOLDS_OBJECT (connection))
    errand->question.connection = json_node_get_object (connection);
  return NULL;
}

/* That the key was used shows on it everywhere; the trail's entry is written by then. */
static gboolean
stamp_use (const Errand *errand, const char *credential, GError **error)
{
  const MpApiServices *services = mp_api_get_services (errand->api);
  const char *tenant = errand->request->tenant;
  g_autoptr (MpDbTransaction) transaction = mp_db_begin (services->db, error);
  g_autoptr (MpCredential) before = NULL;
  g_autoptr (MpCredential) after = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *json = NULL;
  MpCredentialInit init;
  MpDbCredential row = { .id = credential };

  if (transaction == NULL)
    return FALSE;
  before = mp_api_stored_get_credential (services->db, tenant, credential, error);
  if (before == NULL)
    return FALSE;
  init = mp_credential_get_init (before);
  init.used = (MpStamp){ .at_unix_us = mp_clock_get_now_unix_us (services->clock),
                         .by = errand->request->identity->actor };
  after = mp_credential_new (&init);
  node = mp_json_node_take_object (mp_credential_to_json (after));
  json = mp_json_to_text (node);
  row.version = init.version;
  row.revoked = init.revoked;
  row.json = json;
  return mp_db_next_sequence (services->db, tenant, &row.sequence, error) &&
         mp_db_put_credential (services->db, tenant, &row, error) &&
         mp_db_commit (transaction, error);
}

/* Opens the key for this call; its entry is in the trail before. */
static MpApiReply *
open_key (Errand *errand, GError **error)
{
  const MpApiRequest *request = errand->request;
  const char *credential = get_value (errand, "api_key");
  const MpVaultUse use = {
    .actor = request->identity->actor,
    .role = request->identity->role,
    .purpose = errand->purpose,
    .request = request->id,
    .address = request->address,
  };
  g_autoptr (GError) failure = NULL;

  errand->question.secret = mp_vault_open_secret (mp_api_get_services (errand->api)->vault,
                                                  request->tenant, credential, &use, &failure);
  if (errand->question.secret == NULL && g_error_matches (failure, MP_ERROR, MP_ERROR_NOT_FOUND))
    return refuse_member (errand, "api_key", MP_FIELD_UNKNOWN_CREDENTIAL, credential);
  if (errand->question.secret == NULL)
    {
      /* A ciphertext that does not open is the server's fault, not the request's. */
      g_set_error_literal (error, MP_ERROR, MP_ERROR_STORAGE, failure->message);
      return NULL;
    }
  if (!stamp_use (errand, credential, &failure))
    g_message ("The last use of a key was not noted: %s", failure->message);
  return NULL;
}

/* Whose fault it is that there is no answer: the platform's, or that of the way to it. */
static MpApiReply *
refuse_answer (const GError *failure)
{
  static const struct
  {
    int code;
    const char *problem;
  } problems[] = {
    { MP_ERROR_UNAUTHORIZED, MP_PROBLEM_PLATFORM_UNAUTHORIZED },
    { MP_ERROR_FORBIDDEN, MP_PROBLEM_PLATFORM_FORBIDDEN },
    { MP_ERROR_RATE_LIMITED, MP_PROBLEM_PLATFORM_BUSY },
  };
  const char *problem = MP_PROBLEM_PLATFORM_FAILED;
  MpApiReply *reply;

  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    problem = MP_PROBLEM_PLATFORM_TIMEOUT;
  for (size_t i = 0; i < G_N_ELEMENTS (problems); i++)
    {
      if (g_error_matches (failure, MP_ERROR, problems[i].code))
        problem = problems[i].problem;
    }
  reply = mp_api_problem_new (problem, failure->message);
  if (g_str_equal (problem, MP_PROBLEM_PLATFORM_BUSY))
    mp_api_reply_set_header (reply, "Retry-After", BUSY_RETRY_AFTER);
  return reply;
}

static MpApiReply *
ask (Errand *errand, GError **error)
{
  MpApiOutbound *outbound = mp_api_get_services (errand->api)->outbound;
  g_autoptr (GError) failure = NULL;
  MpApiReply *refusal = open_key (errand, error);
  JsonObject *answer;

  if (errand->question.secret == NULL)
    return refusal;
  answer = mp_api_outbound_ask (outbound, &errand->question, &failure);
  return answer != NULL ? mp_api_reply_new (200, answer) : refuse_answer (failure);
}

/* A place for the call is taken first: a key is not opened in vain. */
static MpApiReply *
run_errand (Errand *errand, GError **error)
{
  MpApiOutbound *outbound = mp_api_get_services (errand->api)->outbound;
  MpApiReply *reply = load_errand (errand, error);

  if (reply != NULL || errand->question.platform == NULL)
    return reply;
  if (!mp_api_outbound_enter (outbound))
    {
      reply = mp_api_problem_new (MP_PROBLEM_RATE_LIMITED,
                                  "Too many calls to platforms are under way.");
      mp_api_reply_set_header (reply, "Retry-After", BUSY_RETRY_AFTER);
      return reply;
    }
  reply = ask (errand, error);
  mp_api_outbound_leave (outbound);
  return reply;
}

/**
 * mp_api_list_objects:
 * @self: the API
 * @request: `?settings=ID`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the CRM's objects, read with the record's key
 */
MpApiReply *
mp_api_list_objects (MpApi *self, MpApiRequest *request, GError **error)
{
  g_auto (Errand) errand = {
    .api = self,
    .request = request,
    .section = "crm",
    .purpose = "crm.objects",
    .question = { .ask = MP_API_ASK_OBJECTS },
  };

  return run_errand (&errand, error);
}

/**
 * mp_api_list_fields:
 * @self: the API
 * @request: an object's name, and `?settings=ID`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the object's fields, read with the record's key
 */
MpApiReply *
mp_api_list_fields (MpApi *self, MpApiRequest *request, GError **error)
{
  g_auto (Errand) errand = {
    .api = self,
    .request = request,
    .section = "crm",
    .purpose = "crm.fields",
    .question = { .ask = MP_API_ASK_FIELDS, .object = request->target },
  };

  return run_errand (&errand, error);
}

/**
 * mp_api_test_connection:
 * @self: the API
 * @request: `?settings=ID&section=crm`, `accounting` or `payment_gateway`
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what the platform says of the section's key
 */
MpApiReply *
mp_api_test_connection (MpApi *self, MpApiRequest *request, GError **error)
{
  MpRegistry *registry = mp_registry_get_default ();
  const char *section = mp_api_request_get_query (request, "section");
  g_auto (Errand) errand = {
    .api = self,
    .request = request,
    .purpose = "test",
    .question = { .ask = MP_API_ASK_TEST },
  };

  for (unsigned int i = 0; i < mp_registry_get_n_sections (registry); i++)
    {
      const MpSectionSpec *known = mp_registry_get_section (registry, i);

      if (known->kind != NULL && g_strcmp0 (known->id, section) == 0)
        errand.section = known->id;
    }
  return errand.section != NULL ? run_errand (&errand, error) : mp_api_refuse_query ("section");
}
