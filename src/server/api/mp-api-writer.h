/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-api-router.h"

G_BEGIN_DECLS

/* A request that changes something, on its way to its reply. */
typedef struct _MpApiJob MpApiJob;
struct _MpApiJob
{
  const MpApiRoute *route;
  MpApiRequest *request;         /* (unowned) */
  MpApiReply *reply;             /* (owned): there when it is done */
  void (*done) (gpointer owner); /* called by the writer's thread */
  gpointer owner;
  GList link; /* the writer's */
};

/**
 * MpApiWriter:
 *
 * Answers requests that change records, in threads of its own. Those that came while others were
 * being answered are answered in one go: their changes become durable together, and each reply goes
 * out after that. Thread-safe.
 */
typedef struct _MpApiWriter MpApiWriter;
MpApiWriter *mp_api_writer_new (MpApi *api, unsigned int n_threads) G_GNUC_WARN_UNUSED_RESULT;
/* Answers what was pushed before. */
void mp_api_writer_free (MpApiWriter *self);
/* @job: borrowed until it is done */
void mp_api_writer_push (MpApiWriter *self, MpApiJob *job);
/* The same, and waits for the reply. */
void mp_api_writer_run (MpApiWriter *self, MpApiJob *job);

G_END_DECLS
