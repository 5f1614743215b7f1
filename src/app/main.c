/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-application.h"

#include "config.h"
#include "mp-secret.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

int
main (int argc, char *argv[])
{
  g_autoptr (MpApplication) application = NULL;

  mp_secret_refuse_core_dumps ();
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, MP_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = mp_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
