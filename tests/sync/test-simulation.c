/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-world.h"

#include <unistd.h>

#include "mp-test-vfs.h"

/*
 * Many histories, each made by its seed alone: the desktop's code and the server's in one process,
 * on real files, with time that is only told. A history that breaks a promise names its seed, and
 * the same seed makes the same history again.
 *
 * MP_TEST_FIRST_SEED, MP_TEST_SEEDS and MP_TEST_STEPS choose which; without MP_TEST_SEEDS as many
 * are run as fit in some seconds. MP_TEST_TRACE tells what happens, MP_TEST_LONG also looks for
 * those broken rules that few histories find.
 */

#define DEFAULT_SECONDS 20
#define DEFAULT_SEEDS 30
#define DEFAULT_STEPS 120
#define MAX_SEEDS 1000000
/* Each broken rule is found out within so many histories. */
#define MUTATION_SEEDS 200
#define MUTATION_STEPS 300
/* Memory, where there is such a folder: what a disk does when it is slow is not the question. */
#define FAST_FOLDER "/dev/shm"

/* Those broken rules that nearly every history finds; the others take minutes. */
static const gboolean is_soon_found[MP_SIM_N_MUTATIONS] = {
  [MP_SIM_NO_EXPECT] = TRUE,           [MP_SIM_NO_DETERMINANTS] = TRUE,
  [MP_SIM_PULL_DROPS_PENDING] = TRUE,  [MP_SIM_EDIT_IN_FLIGHT] = TRUE,
  [MP_SIM_ARCHIVE_OF_ANYTHING] = TRUE, [MP_SIM_EARLY_ANSWER] = TRUE,
  [MP_SIM_CONFLICT_DROPPED] = TRUE,
};

static unsigned int
read_number (const char *variable, unsigned int fallback)
{
  const char *text = g_getenv (variable);
  uint64_t number;

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 1, MAX_SEEDS, &number, NULL)
             ? (unsigned int) number
             : fallback;
}

static void
report (unsigned int n_seeds, unsigned int n_steps, const MpSimCount *count, int64_t started_us)
{
  g_test_message ("%u histories of %u steps: %u edits, %u syncs, %u operations applied, %u "
                  "looks at a conflict, %u crashes, %u servers restored, %.1f s",
                  n_seeds, n_steps, count->n_edits, count->n_syncs, count->n_applied,
                  count->n_shown, count->n_crashes, count->n_restores,
                  (double) (g_get_monotonic_time () - started_us) / G_USEC_PER_SEC);
}

static void
test_rules_hold (void)
{
  const unsigned int first = read_number ("MP_TEST_FIRST_SEED", 1);
  const unsigned int wanted = read_number ("MP_TEST_SEEDS", 0);
  const unsigned int steps = read_number ("MP_TEST_STEPS", DEFAULT_STEPS);
  const int64_t started_us = g_get_monotonic_time ();
  const int64_t until_us = started_us + DEFAULT_SECONDS * G_USEC_PER_SEC;
  MpSimCount count = { 0 };
  unsigned int n_seeds = 0;

  while (wanted > 0 ? n_seeds < wanted
                    : n_seeds < DEFAULT_SEEDS && g_get_monotonic_time () < until_us)
    {
      const unsigned int seed = first + n_seeds++;
      g_autofree char *complaint = mp_sim_run (seed, steps, MP_SIM_SOUND, &count);

      if (complaint != NULL)
        {
          g_test_message ("seed %u: %s", seed, complaint);
          g_test_message ("again: MP_TEST_FIRST_SEED=%u MP_TEST_SEEDS=1 MP_TEST_STEPS=%u "
                          "test-sync-simulation -p /sync/simulation/rules-hold",
                          seed, steps);
          g_test_fail ();
        }
    }
  report (n_seeds, steps, &count, started_us);
}

/* A check that finds nothing may be one that looks at nothing. */
static void
test_broken_rule_is_found (gconstpointer data)
{
  const MpSimMutation mutation = GPOINTER_TO_UINT (data);
  const unsigned int first = read_number ("MP_TEST_FIRST_SEED", 1);
  MpSimCount count = { 0 };

  if (!is_soon_found[mutation] && g_getenv ("MP_TEST_LONG") == NULL)
    {
      g_test_skip ("looked for with MP_TEST_LONG");
      return;
    }
  for (unsigned int seed = first; seed < first + MUTATION_SEEDS; seed++)
    {
      g_autofree char *complaint = mp_sim_run (seed, MUTATION_STEPS, mutation, &count);

      if (complaint != NULL)
        {
          g_test_message ("seed %u: %s", seed, complaint);
          return;
        }
    }
  g_test_message ("nobody noticed");
  g_test_fail ();
}

/* Disks that fail are what this is about. */
static void
drop_message_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer unused)
{
}

int
main (int argc, char **argv)
{
  static const char *const domains[] = { "mp-api", "mp-auth", "mp-store" };

  if (access (FAST_FOLDER, W_OK) == 0)
    g_setenv ("TMPDIR", FAST_FOLDER, TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  mp_test_vfs_install ();
  for (size_t i = 0; i < G_N_ELEMENTS (domains); i++)
    g_log_set_handler (domains[i], G_LOG_LEVEL_MESSAGE, drop_message_cb, NULL);

  g_test_add_func ("/sync/simulation/rules-hold", test_rules_hold);
  for (unsigned int i = MP_SIM_SOUND + 1; i < MP_SIM_N_MUTATIONS; i++)
    {
      g_autofree char *path =
          g_strconcat ("/sync/simulation/finds/", mp_sim_mutation_get_name (i), NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_broken_rule_is_found);
    }
  return g_test_run ();
}
