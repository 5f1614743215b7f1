/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mp-secret.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Names one secret: no part of it is secret or personal. @item is a credential's id, or "token" for
 * the sign-in token. */
typedef struct
{
  const char *server; /* address of the tenant server */
  const char *tenant;
  const char *item;
} MpSecretName;

/*
 * MpSecretStore: where this computer keeps secrets. The keyring implementation is in mp-keyring.h;
 * tests have one in memory. Failures: MP_ERROR_KEYRING_LOCKED, MP_ERROR_KEYRING_MISSING,
 * MP_ERROR_INVALID (unreadable item), G_IO_ERROR_CANCELLED.
 */
#define MP_TYPE_SECRET_STORE (mp_secret_store_get_type ())
G_DECLARE_INTERFACE (MpSecretStore, mp_secret_store, MP, SECRET_STORE, GObject)

struct _MpSecretStoreInterface
{
  GTypeInterface parent_iface;

  void (*store_async) (MpSecretStore *self,
                       const MpSecretName *name,
                       const char *label,
                       MpSecret *secret,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*store_finish) (MpSecretStore *self, GAsyncResult *result, GError **error);
  void (*lookup_async) (MpSecretStore *self,
                        const MpSecretName *name,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  MpSecret *(*lookup_finish) (MpSecretStore *self, GAsyncResult *result, GError **error);
  void (*clear_async) (MpSecretStore *self,
                       const MpSecretName *name,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*clear_finish) (MpSecretStore *self, GAsyncResult *result, GError **error);
};

/* Stores and reads back; replaces what had the name. Control characters are refused
 * (MP_ERROR_INVALID). */
void mp_secret_store_store_async (MpSecretStore *self,
                                  const MpSecretName *name,
                                  const char *label,
                                  MpSecret *secret,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean mp_secret_store_store_finish (MpSecretStore *self, GAsyncResult *result, GError **error);

/* MP_ERROR_NOT_FOUND when there is none. */
void mp_secret_store_lookup_async (MpSecretStore *self,
                                   const MpSecretName *name,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
MpSecret *mp_secret_store_lookup_finish (MpSecretStore *self,
                                         GAsyncResult *result,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE also when there was none. */
void mp_secret_store_clear_async (MpSecretStore *self,
                                  const MpSecretName *name,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean mp_secret_store_clear_finish (MpSecretStore *self, GAsyncResult *result, GError **error);

G_END_DECLS
