/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-platform-private.h"

struct _MpTestResult
{
  GObject parent_instance;

  MpTestOutcome outcome;
  char *account;    /* (nullable) */
  char *account_id; /* (nullable) */
  char *details;    /* (nullable) */
  MpMode mode;
  char *message; /* (nullable) */
  char *missing; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (MpTestResult, mp_test_result, G_TYPE_OBJECT)

static void
mp_test_result_finalize (GObject *object)
{
  MpTestResult *self = MP_TEST_RESULT (object);

  g_free (self->account);
  g_free (self->account_id);
  g_free (self->details);
  g_free (self->message);
  g_free (self->missing);

  G_OBJECT_CLASS (mp_test_result_parent_class)->finalize (object);
}

static void
mp_test_result_class_init (MpTestResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_test_result_finalize;
}

static void
mp_test_result_init (MpTestResult *self)
{
}

MpTestResult *
mp_test_result_new (const MpTestResultInit *init)
{
  MpTestResult *self = g_object_new (MP_TYPE_TEST_RESULT, NULL);

  self->outcome = init->outcome;
  self->account = g_strdup (init->account);
  self->account_id = g_strdup (init->account_id);
  self->details = g_strdup (init->details);
  self->mode = init->mode;
  self->message = g_strdup (init->message);
  self->missing = g_strdup (init->missing);
  return self;
}

/**
 * mp_test_result_get_outcome:
 * @self: a test's result
 *
 * Returns: whether the key works, works in part, or was rejected
 */
MpTestOutcome
mp_test_result_get_outcome (MpTestResult *self)
{
  g_return_val_if_fail (MP_IS_TEST_RESULT (self), MP_TEST_REJECTED);

  return self->outcome;
}

/**
 * mp_test_result_get_account:
 * @self: a test's result
 *
 * Returns: (nullable): the platform's name for the account
 */
const char *
mp_test_result_get_account (MpTestResult *self)
{
  g_return_val_if_fail (MP_IS_TEST_RESULT (self), NULL);

  return self->account;
}

/**
 * mp_test_result_get_account_id:
 * @self: a test's result
 *
 * Returns: (nullable): the platform's id of the account
 */
const char *
mp_test_result_get_account_id (MpTestResult *self)
{
  g_return_val_if_fail (MP_IS_TEST_RESULT (self), NULL);

  return self->account_id;
}

/**
 * mp_test_result_get_details:
 * @self: a test's result
 *
 * Returns: (nullable): what else tells the account from others: country, currency
 */
const char *
mp_test_result_get_details (MpTestResult *self)
{
  g_return_val_if_fail (MP_IS_TEST_RESULT (self), NULL);

  return self->details;
}

/**
 * mp_test_result_get_mode:
 * @self: a test's result
 *
 * Returns: whether it is a test or a live account, as far as it can be known
 */
MpMode
mp_test_result_get_mode (MpTestResult *self)
{
  g_return_val_if_fail (MP_IS_TEST_RESULT (self), MP_MODE_UNKNOWN);

  return self->mode;
}

/**
 * mp_test_result_get_message:
 * @self: a test's result
 *
 * Returns: (nullable): the platform's own words on a key that is limited or rejected; where a
 *   rejected one may be of the other mode, that is asked behind them
 */
const char *
mp_test_result_get_message (MpTestResult *self)
{
  g_return_val_if_fail (MP_IS_TEST_RESULT (self), NULL);

  return self->message;
}

/**
 * mp_test_result_get_missing:
 * @self: a test's result
 *
 * What a limited key may not do, in the platform's own names, joined by commas.
 *
 * Returns: (nullable): the permissions it lacks; %NULL when the platform does not say
 */
const char *
mp_test_result_get_missing (MpTestResult *self)
{
  g_return_val_if_fail (MP_IS_TEST_RESULT (self), NULL);

  return self->missing;
}
