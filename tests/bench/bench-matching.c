/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-bench.h"
#include "mp-match-list.h"

/*
 * Suggestions for lists as large as those of the largest customers: the member fields beside a CRM
 * of 2,000 fields, and two CRMs beside each other. One thread; CPU time.
 */
#define REPETITIONS 9

static const char *const qualifiers[] = { "",        "Last",     "First",  "Next",   "Original",
                                          "Primary", "Other",    "Annual", "Legacy", "Expected",
                                          "Actual",  "Previous", "Custom" };
static const char *const subjects[] = {
  "Member",   "Contact",   "Account",  "Billing", "Shipping", "Mailing", "Event",   "Course",
  "Donation", "Chapter",   "Employer", "Spouse",  "Invoice",  "Order",   "Payment", "Practice",
  "License",  "Volunteer", "Campaign", "Portal",  "Training", "Sponsor", "Board",   "Award",
};
static const char *const nouns[] = {
  "Name",   "Status", "Type",  "Date",  "Start Date", "End Date", "Number",      "Code",
  "Amount", "Total",  "Count", "Notes", "Email",      "Phone",    "Street",      "City",
  "State",  "Score",  "Level", "Owner", "Reason",     "Source",   "Postal Code", "Country",
};
static const MpFieldType types[] = {
  MP_FIELD_TYPE_TEXT,  MP_FIELD_TYPE_TEXT,    MP_FIELD_TYPE_DATE,  MP_FIELD_TYPE_ENUM,
  MP_FIELD_TYPE_MONEY, MP_FIELD_TYPE_BOOLEAN, MP_FIELD_TYPE_EMAIL, MP_FIELD_TYPE_PHONE,
};
static const char *const options[] = { "Active", "Expired", "Pending", "Cancelled", NULL };

/* As a customer's fields are: the same words again and again, each field once. */
static GArray *
make_list (unsigned int n, const char *separator, GStringChunk *texts)
{
  GArray *list = g_array_new (FALSE, TRUE, sizeof (MpMatchInput));

  for (unsigned int i = 0; i < n; i++)
    {
      unsigned int turn = i / (G_N_ELEMENTS (subjects) * G_N_ELEMENTS (nouns));
      g_autofree char *number =
          turn >= G_N_ELEMENTS (qualifiers)
              ? g_strdup_printf (" %u", turn / (unsigned int) G_N_ELEMENTS (qualifiers) + 1)
              : g_strdup ("");
      g_autofree char *label = g_strconcat (
          qualifiers[turn % G_N_ELEMENTS (qualifiers)],
          turn % G_N_ELEMENTS (qualifiers) > 0 ? " " : "", subjects[i % G_N_ELEMENTS (subjects)],
          " ", nouns[i / G_N_ELEMENTS (subjects) % G_N_ELEMENTS (nouns)], number, NULL);
      g_auto (GStrv) words = g_strsplit (label, " ", -1);
      g_autofree char *name = g_strjoinv (separator, words);
      MpMatchInput input = { .name = g_string_chunk_insert (texts, name),
                             .label = g_string_chunk_insert (texts, label),
                             .type = types[i % G_N_ELEMENTS (types)] };

      if (input.type == MP_FIELD_TYPE_ENUM)
        input.options = options;
      g_array_append_val (list, input);
    }
  return list;
}

static double
measure (const MpMatchInput *sources, unsigned int n_sources, GArray *targets)
{
  double times_ms[REPETITIONS];

  for (unsigned int i = 0; i < REPETITIONS; i++)
    {
      const double start_ms = mp_bench_get_thread_ms ();
      g_autofree MpSuggestion *suggestions = mp_matcher_suggest (
          sources, n_sources, (const MpMatchInput *) (gpointer) targets->data, targets->len, NULL);

      g_assert_nonnull (suggestions);
      times_ms[i] = mp_bench_get_thread_ms () - start_ms;
    }
  return mp_bench_find_median (times_ms, REPETITIONS);
}

int
main (void)
{
  GStringChunk *texts = g_string_chunk_new (65536);
  g_autoptr (MpMatchList) members = mp_match_list_new_from_catalogue (mp_catalogue_get ("member"));
  g_autoptr (GArray) small = make_list (2000, "_", texts);
  g_autoptr (GArray) large = make_list (5000, "", texts);
  g_autoptr (GArray) sources = make_list (500, "_", texts);
  gboolean is_small_fast;
  gboolean is_large_fast;

  is_small_fast = mp_bench_judge (
      "the member fields beside 2,000",
      measure (mp_match_list_get_inputs (members), mp_match_list_get_size (members), small),
      "ms of CPU", 50);
  is_large_fast = mp_bench_judge (
      "500 fields beside 5,000",
      measure ((const MpMatchInput *) (gpointer) sources->data, sources->len, large), "ms of CPU",
      100);
  g_string_chunk_free (texts);
  return is_small_fast && is_large_fast ? 0 : 1;
}
