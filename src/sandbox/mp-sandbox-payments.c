/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sandbox.h"

#include <string.h>

/**
 * mp_sandbox_stripe:
 * @answer: what was asked; gets the answer
 *
 * Stripe's account and balance. Accepts secret and restricted keys that say "sandbox"; one that
 * also says "limited" may not read the account.
 *
 * Returns: whether the path is one of Stripe's
 */
gboolean
mp_sandbox_stripe (MpSandboxAnswer *answer)
{
  if (!g_str_equal (answer->path, "/v1/account") && !g_str_equal (answer->path, "/v1/balance"))
    return FALSE;
  if (!mp_sandbox_is_key (answer->token, "sk_") && !mp_sandbox_is_key (answer->token, "rk_"))
    mp_sandbox_answer_text (answer, 401,
                            "{\"error\":{\"message\":\"Invalid API Key "
                            "provided\",\"type\":\"invalid_request_error\"}}");
  else if (g_str_equal (answer->path, "/v1/balance"))
    mp_sandbox_answer_text (answer, 200,
                            "{\"object\":\"balance\",\"available\":[],\"livemode\":false}");
  else if (strstr (answer->token, "limited") != NULL)
    mp_sandbox_answer_text (
        answer, 403,
        "{\"error\":{\"message\":\"The provided key does not have the required permissions for "
        "this "
        "endpoint. Having the 'rak_accounts_kyc_id_numbers_read' permission would allow this "
        "request to continue.\",\"type\":\"invalid_request_error\"}}");
  else
    mp_sandbox_answer_text (
        answer, 200,
        "{\"id\":\"acct_1SandboxExample\",\"object\":\"account\",\"country\":\"AU\","
        "\"default_currency\":\"aud\",\"business_profile\":{\"name\":\"Example Association Inc\"},"
        "\"settings\":{\"dashboard\":{\"display_name\":\"Example Association\"}}}");
  return TRUE;
}

/**
 * mp_sandbox_xero:
 * @answer: what was asked; gets the answer
 *
 * Xero's token endpoint and organisation, as a custom connection uses them. Accepts a secret that
 * says "sandbox".
 *
 * Returns: whether the path is one of Xero's
 */
gboolean
mp_sandbox_xero (MpSandboxAnswer *answer)
{
  if (g_str_equal (answer->path, "/connect/token"))
    {
      if (answer->token != NULL && strstr (answer->token, "sandbox") != NULL)
        mp_sandbox_answer_text (answer, 200,
                                "{\"access_token\":\"sandbox-xero-access\",\"expires_in\":1800,"
                                "\"token_type\":\"Bearer\"}");
      else
        mp_sandbox_answer_text (answer, 400, "{\"error\":\"invalid_client\"}");
      return TRUE;
    }
  if (!g_str_has_prefix (answer->path, "/api.xro/2.0/"))
    return FALSE;
  if (!mp_sandbox_is_key (answer->token, "sandbox-xero"))
    mp_sandbox_answer_text (
        answer, 401,
        "{\"Title\":\"Unauthorized\",\"Status\":401,\"Detail\":\"AuthenticationUnsuccessful\"}");
  else
    mp_sandbox_answer_text (
        answer, 200,
        "{\"Organisations\":[{\"Name\":\"Demo Association (AU)\",\"OrganisationID\":"
        "\"b2c885a9-0000-4000-8000-000000000000\",\"CountryCode\":\"AU\",\"BaseCurrency\":\"AUD\","
        "\"IsDemoCompany\":true}]}");
  return TRUE;
}
