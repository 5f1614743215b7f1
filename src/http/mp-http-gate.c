/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-http-client.h"

struct _MpHttpGate
{
  GObject parent_instance;

  int64_t opens_us; /* monotonic */
};

G_DEFINE_FINAL_TYPE (MpHttpGate, mp_http_gate, G_TYPE_OBJECT)

static void
mp_http_gate_class_init (MpHttpGateClass *klass)
{
}

static void
mp_http_gate_init (MpHttpGate *self)
{
}

/**
 * mp_http_gate_new:
 *
 * Returns: (transfer full): a gate that is open
 */
MpHttpGate *
mp_http_gate_new (void)
{
  return g_object_new (MP_TYPE_HTTP_GATE, NULL);
}

/**
 * mp_http_gate_close:
 * @self: a gate
 * @wait_ms: for how long, from now on
 *
 * Nothing is sent through it meanwhile. One that is closed for longer already stays so.
 */
void
mp_http_gate_close (MpHttpGate *self, unsigned int wait_ms)
{
  g_return_if_fail (MP_IS_HTTP_GATE (self));

  self->opens_us = MAX (self->opens_us, g_get_monotonic_time () + (int64_t) wait_ms * 1000);
}

/**
 * mp_http_gate_get_wait_ms:
 * @self: a gate
 *
 * Returns: in how many milliseconds it opens; 0: it is open
 */
unsigned int
mp_http_gate_get_wait_ms (MpHttpGate *self)
{
  int64_t left_us;

  g_return_val_if_fail (MP_IS_HTTP_GATE (self), 0);

  left_us = self->opens_us - g_get_monotonic_time ();
  return left_us > 0 ? (unsigned int) ((left_us + 999) / 1000) : 0;
}
