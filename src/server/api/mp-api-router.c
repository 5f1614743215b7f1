/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-api-router.h"

#include <string.h>

#include "mp-api-problem.h"
#include "mp-error.h"

#define TENANT "/v1/tenants/{tenant}"
#define SETTINGS TENANT "/integration-settings"
#define CREDENTIALS TENANT "/credentials"

/* A change takes no longer than that, unless the disk is in trouble. */
#define KEY_RETRY_AFTER "1"

/* The batch push asks for each operation's own permission. */
static const MpApiRoute routes[] = {
  { "/healthz", "GET", 0, MP_API_ROUTE_PUBLIC | MP_API_ROUTE_QUICK, mp_api_get_health },
  { "/readyz", "GET", 0, MP_API_ROUTE_PUBLIC | MP_API_ROUTE_QUICK, mp_api_get_readiness },
  { "/v1/openapi.json", "GET", 0, MP_API_ROUTE_PUBLIC | MP_API_ROUTE_QUICK,
    mp_api_get_description },
  { "/metrics", "GET", 0, MP_API_ROUTE_PUBLIC | MP_API_ROUTE_QUICK, mp_api_get_metrics_text },
  { TENANT, "GET", 0, MP_API_ROUTE_PLAIN, mp_api_get_tenant },
  { TENANT "/sealing-key", "GET", MP_PERMISSION_READ, MP_API_ROUTE_QUICK, mp_api_get_sealing_key },
  { TENANT "/catalogue/{id}", "GET", MP_PERMISSION_READ, MP_API_ROUTE_QUICK, mp_api_get_catalogue },
  { SETTINGS, "GET", MP_PERMISSION_READ, MP_API_ROUTE_PLAIN, mp_api_list_settings },
  { SETTINGS, "POST", MP_PERMISSION_EDIT,
    MP_API_ROUTE_BODY | MP_API_ROUTE_KEYED | MP_API_ROUTE_GROUP, mp_api_post_settings },
  { SETTINGS "/{id}", "GET", MP_PERMISSION_READ, MP_API_ROUTE_QUICK, mp_api_get_settings },
  { SETTINGS "/{id}", "PUT", MP_PERMISSION_EDIT, MP_API_ROUTE_BODY | MP_API_ROUTE_GROUP,
    mp_api_put_settings, mp_api_prepare_replacement },
  { SETTINGS "/{id}", "PATCH", MP_PERMISSION_EDIT, MP_API_ROUTE_BODY | MP_API_ROUTE_GROUP,
    mp_api_patch_settings },
  { SETTINGS "/{id}", "DELETE", MP_PERMISSION_EDIT, MP_API_ROUTE_GROUP, mp_api_delete_settings },
  { SETTINGS "/{id}/restore", "POST", MP_PERMISSION_EDIT, MP_API_ROUTE_KEYED | MP_API_ROUTE_GROUP,
    mp_api_restore_settings },
  { SETTINGS "/{id}/history", "GET", MP_PERMISSION_READ, MP_API_ROUTE_PLAIN, mp_api_list_history },
  { CREDENTIALS, "GET", MP_PERMISSION_READ, MP_API_ROUTE_PLAIN, mp_api_list_credentials },
  { CREDENTIALS, "POST", MP_PERMISSION_CREDENTIALS, MP_API_ROUTE_BODY | MP_API_ROUTE_KEYED,
    mp_api_post_credential },
  { CREDENTIALS "/{id}", "DELETE", MP_PERMISSION_CREDENTIALS, MP_API_ROUTE_PLAIN,
    mp_api_delete_credential },
  { CREDENTIALS "/{id}/secret", "PUT", MP_PERMISSION_CREDENTIALS, MP_API_ROUTE_BODY,
    mp_api_put_secret },
  { TENANT "/crm/objects", "GET", MP_PERMISSION_CREDENTIALS, MP_API_ROUTE_CALLS,
    mp_api_list_objects },
  { TENANT "/crm/objects/{id}/fields", "GET", MP_PERMISSION_CREDENTIALS, MP_API_ROUTE_CALLS,
    mp_api_list_fields },
  { TENANT "/test", "POST", MP_PERMISSION_CREDENTIALS, MP_API_ROUTE_CALLS, mp_api_test_connection },
  { TENANT "/changes", "GET", MP_PERMISSION_READ, MP_API_ROUTE_WAITS | MP_API_ROUTE_PACKS,
    mp_api_get_changes },
  { TENANT "/changes", "POST", MP_PERMISSION_READ, MP_API_ROUTE_BODY | MP_API_ROUTE_PACKS,
    mp_api_post_changes },
  { TENANT "/audit", "GET", MP_PERMISSION_AUDIT, MP_API_ROUTE_PLAIN, mp_api_list_audit },
  { TENANT "/audit/head", "GET", MP_PERMISSION_AUDIT, MP_API_ROUTE_QUICK, mp_api_get_audit_head },
  { TENANT "/audit/proof", "GET", MP_PERMISSION_READ, MP_API_ROUTE_PLAIN, mp_api_get_audit_proof },
};

/* The length of a path's first segment. */
static size_t
measure_segment (const char *path)
{
  return strcspn (path, "/");
}

/* The tenant's own address is written with a slash at its end, too. */
static gboolean
is_end (const char *path, unsigned int n_segments)
{
  return *path == '\0' || (n_segments == 3 && g_str_equal (path, "/"));
}

/* Segment by segment: a parameter stands for any that is not empty. */
static gboolean
matches (const char *pattern, const char *path)
{
  unsigned int n_segments = 0;

  for (; *pattern == '/' && *path == '/'; n_segments++)
    {
      size_t wanted = measure_segment (++pattern);
      size_t length = measure_segment (++path);

      if (*pattern == '{' ? length == 0 : wanted != length || strncmp (pattern, path, length) != 0)
        return FALSE;
      pattern += wanted;
      path += length;
    }
  return *pattern == '\0' && is_end (path, n_segments);
}

static void
take_parameters (const char *pattern, const char *path, MpApiRequest *request)
{
  while (*pattern == '/')
    {
      size_t wanted = measure_segment (++pattern);
      size_t length = measure_segment (++path);

      if (g_str_has_prefix (pattern, "{tenant}"))
        request->tenant = g_strndup (path, length);
      else if (g_str_has_prefix (pattern, "{id}"))
        request->target = g_strndup (path, length);
      pattern += wanted;
      path += length;
    }
}

/* A HEAD is a GET whose body the listener leaves out. */
static gboolean
is_method (const MpApiRoute *route, const char *method)
{
  return g_str_equal (route->method, method) ||
         (g_str_equal (method, "HEAD") && g_str_equal (route->method, "GET"));
}

/**
 * mp_api_list_routes:
 * @n_routes: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_routes): all routes
 */
const MpApiRoute *
mp_api_list_routes (size_t *n_routes)
{
  *n_routes = G_N_ELEMENTS (routes);
  return routes;
}

/**
 * mp_api_route:
 * @path: the request's path, unescaped
 * @request: a request with its method; gets the path's parameters
 * @refusal: (out) (nullable) (transfer full): what to answer when there is no route
 *
 * Returns: (transfer none) (nullable): the route
 */
const MpApiRoute *
mp_api_route (const char *path, MpApiRequest *request, MpApiReply **refusal)
{
  gboolean is_text = g_utf8_validate (path, -1, NULL);
  g_autoptr (GString) allowed = g_string_new (NULL);

  *refusal = NULL;
  for (size_t i = 0; is_text && i < G_N_ELEMENTS (routes); i++)
    {
      if (!matches (routes[i].pattern, path))
        continue;
      if (is_method (&routes[i], request->method))
        {
          take_parameters (routes[i].pattern, path, request);
          return &routes[i];
        }
      g_string_append_printf (allowed, "%s%s", allowed->len > 0 ? ", " : "", routes[i].method);
      if (g_str_equal (routes[i].method, "GET"))
        g_string_append (allowed, ", HEAD");
    }

  if (allowed->len == 0)
    {
      *refusal = mp_api_problem_new (MP_PROBLEM_NOT_FOUND, NULL);
      return NULL;
    }
  *refusal = mp_api_problem_new (MP_PROBLEM_METHOD_NOT_ALLOWED, NULL);
  mp_api_reply_set_header (*refusal, "Allow", allowed->str);
  return NULL;
}

/**
 * mp_api_authenticate:
 * @self: the API
 * @request: a request; gets the identity
 *
 * Returns: (transfer full) (nullable): what to answer when the token does not let it in
 */
MpApiReply *
mp_api_authenticate (MpApi *self, MpApiRequest *request)
{
  MpAuthRequest auth = mp_api_request_get_auth (request);
  MpAuthOutcome outcome;
  MpApiReply *refusal;
  unsigned int retry_after_s = 0;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&request->identity, mp_identity_free);
  outcome = mp_auth_authenticate (mp_api_get_services (self)->auth, &auth, &request->identity,
                                  &retry_after_s, &error);
  if (outcome == MP_AUTH_GRANTED)
    return NULL;
  if (outcome == MP_AUTH_FAILED)
    return mp_api_problem_new_from_error (error);

  refusal = mp_api_problem_new (mp_auth_outcome_get_code (outcome), NULL);
  if (outcome == MP_AUTH_RATE_LIMITED)
    {
      g_autofree char *text = g_strdup_printf ("%u", retry_after_s);

      mp_api_reply_set_header (refusal, "Retry-After", text);
    }
  return refusal;
}

static MpApiReply *
check_permission (MpApi *self, const MpApiRoute *route, MpApiRequest *request)
{
  MpAuthRequest auth = mp_api_request_get_auth (request);
  g_autoptr (GError) error = NULL;
  g_autofree char *resource = NULL;

  if (mp_uuid_is_valid (request->target))
    resource =
        g_strconcat (g_str_has_prefix (route->pattern, SETTINGS) ? "settings/" : "credential/",
                     request->target, NULL);

  if (route->permission == 0 || mp_auth_check (mp_api_get_services (self)->auth, request->identity,
                                               route->permission, resource, &auth, &error))
    return NULL;
  return mp_api_problem_new_from_error (error);
}

static MpApiReply *
check_rate (MpApi *self, MpApiRequest *request)
{
  g_autofree char *wait = NULL;
  MpApiReply *refusal;

  request->rate = mp_rate_take (mp_api_get_rate (self), request->identity->token_id);
  if (request->rate.wait_s == 0)
    return NULL;
  wait = g_strdup_printf ("%u", request->rate.wait_s);
  refusal = mp_api_problem_new (MP_PROBLEM_RATE_LIMITED,
                                "This token asks too often. Retry-After says when it may again.");
  mp_api_reply_set_header (refusal, "Retry-After", wait);
  return refusal;
}

/* What is packed is only unpacked where much comes at once. */
static gboolean
is_readable (const MpApiRoute *route, const MpApiRequest *request)
{
  return request->content_encoding == NULL ||
         ((route->flags & MP_API_ROUTE_PACKS) != 0 &&
          g_ascii_strcasecmp (request->content_encoding, "gzip") == 0);
}

/* A merge patch (RFC 7396) is JSON, and the text of a PATCH may be called so. */
static gboolean
is_json (const MpApiRequest *request)
{
  g_autofree char *type = NULL;

  if (request->content_type == NULL)
    return FALSE;

  type = g_ascii_strdown (request->content_type, (gssize) strcspn (request->content_type, ";"));
  g_strstrip (type);
  return g_str_equal (type, "application/json") ||
         (g_str_equal (request->method, "PATCH") &&
          g_str_equal (type, "application/merge-patch+json"));
}

/* draft-ietf-httpapi-idempotency-key-header-07, "The Idempotency-Key HTTP Header Field" (15 October
 * 2025), 2.6 and 2.7: 400 without one, 409 while the first request with it is being answered. */
static MpApiReply *
check_key (MpApi *self, const MpApiRoute *route, MpApiRequest *request)
{
  MpApiReply *refusal;

  if (request->idempotency_key == NULL)
    return (route->flags & MP_API_ROUTE_KEYED) != 0
               ? mp_api_problem_new (MP_PROBLEM_KEY_NEEDED,
                                     "Send a new UUID with each new request, and the same one when "
                                     "you send the request again.")
               : NULL;
  if (g_str_equal (route->method, "GET"))
    return NULL;

  request->held_key = mp_api_hold_key (self, request->tenant, request->idempotency_key);
  if (request->held_key != NULL)
    return NULL;
  refusal = mp_api_problem_new (MP_PROBLEM_KEY_IN_PROGRESS, "Ask again for its answer.");
  mp_api_reply_set_header (refusal, "Retry-After", KEY_RETRY_AFTER);
  return refusal;
}

/**
 * mp_api_admit:
 * @self: the API
 * @route: the request's route
 * @request: the request as far as its headers tell
 *
 * Decides before the body is read: the token, its permission, the body's type, the Idempotency-Key,
 * which is the request's alone until mp_api_dismiss ().
 *
 * Returns: (transfer full) (nullable): what to answer when the request is not let in
 */
MpApiReply *
mp_api_admit (MpApi *self, const MpApiRoute *route, MpApiRequest *request)
{
  gboolean is_public = (route->flags & MP_API_ROUTE_PUBLIC) != 0;
  MpApiReply *refusal = NULL;

  if (!is_public)
    refusal = mp_api_authenticate (self, request);
  if (refusal == NULL && !is_public)
    refusal = check_rate (self, request);
  if (refusal == NULL && !is_public)
    refusal = check_permission (self, route, request);
  if (refusal == NULL && (route->flags & MP_API_ROUTE_BODY) != 0 &&
      (!is_json (request) || !is_readable (route, request)))
    refusal = mp_api_problem_new (MP_PROBLEM_UNSUPPORTED_MEDIA_TYPE, NULL);
  if (refusal == NULL && !is_public)
    refusal = check_key (self, route, request);
  return refusal;
}

/**
 * mp_api_dismiss:
 * @self: the API
 * @request: a request that was answered, or will not be
 *
 * Ends what mp_api_admit () began.
 */
void
mp_api_dismiss (MpApi *self, MpApiRequest *request)
{
  if (request->held_key != NULL)
    mp_api_release_key (self, g_steal_pointer (&request->held_key));
}

/**
 * mp_api_prepare:
 * @self: the API
 * @route: the request's route
 * @request: a complete request that was let in
 *
 * Does what of the request may be done at any time, beside others; mp_api_answer () does the rest.
 *
 * Returns: (transfer full) (nullable): the reply, where there is nothing more to do
 */
MpApiReply *
mp_api_prepare (MpApi *self, const MpApiRoute *route, MpApiRequest *request)
{
  g_autoptr (GError) error = NULL;
  MpApiReply *reply = route->prepare != NULL ? route->prepare (self, request, &error) : NULL;

  return error != NULL ? mp_api_problem_new_from_error (error) : reply;
}

/**
 * mp_api_answer:
 * @self: the API
 * @route: the request's route
 * @request: a complete request that was let in
 *
 * Returns: (transfer full): the reply
 */
MpApiReply *
mp_api_answer (MpApi *self, const MpApiRoute *route, MpApiRequest *request)
{
  g_autoptr (GError) error = NULL;
  MpApiReply *reply = route->handler (self, request, &error);

  return reply != NULL ? reply : mp_api_problem_new_from_error (error);
}
