/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-clock.h"

#include <string.h>

#include "mp-error.h"

#define SOME_TIME_US G_GINT64_CONSTANT (1777629600123456) /* 2026-05-01T10:00:00.123456Z */

static void
test_manual (void)
{
  g_autoptr (MpClock) clock = mp_clock_new_manual (SOME_TIME_US);

  g_assert_cmpint (mp_clock_get_now_unix_us (clock), ==, SOME_TIME_US);
  mp_clock_advance (clock, 5);
  g_assert_cmpint (mp_clock_get_now_unix_us (clock), ==, SOME_TIME_US + 5);
  mp_clock_advance (clock, -10);
  g_assert_cmpint (mp_clock_get_now_unix_us (clock), ==, SOME_TIME_US - 5);
}

static void
test_system (void)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  int64_t before = g_get_real_time ();
  int64_t now = mp_clock_get_now_unix_us (clock);

  g_assert_cmpint (now, >=, before);
  g_assert_cmpint (now, <=, g_get_real_time ());
}

static void
test_uuid_form (void)
{
  g_autoptr (MpClock) clock = mp_clock_new_manual (SOME_TIME_US);
  g_autofree char *uuid = mp_clock_dup_uuid (clock);
  g_autofree char *time_part = g_strdup_printf ("%012" G_GINT64_MODIFIER "x", SOME_TIME_US / 1000);
  g_autofree char *uuid_time = g_strdup_printf ("%.8s%.4s", uuid, uuid + 9);

  g_assert_true (mp_uuid_is_valid (uuid));
  g_assert_cmpint (uuid[14], ==, '7');
  g_assert_nonnull (strchr ("89ab", uuid[19]));
  g_assert_cmpstr (uuid_time, ==, time_part);
}

static void
test_uuid_order (void)
{
  g_autoptr (MpClock) clock = mp_clock_new_manual (SOME_TIME_US);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *last = g_strdup ("");

  for (unsigned int i = 0; i < 10000; i++)
    {
      char *uuid = mp_clock_dup_uuid (clock);

      g_assert_cmpstr (uuid, >, last);
      g_assert_true (g_hash_table_add (seen, g_strdup (uuid)));
      g_free (last);
      last = uuid;

      if (i == 5000)
        mp_clock_advance (clock, -60 * G_USEC_PER_SEC); /* somebody set the clock back */
    }
}

static void *
make_uuids (void *user_data)
{
  GPtrArray *uuids = g_ptr_array_new_with_free_func (g_free);

  for (unsigned int i = 0; i < 2000; i++)
    g_ptr_array_add (uuids, mp_clock_dup_uuid (user_data));
  return uuids;
}

static void
test_uuid_threads (void)
{
  g_autoptr (MpClock) clock = mp_clock_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GThread *threads[4];

  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("uuids", make_uuids, clock);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GPtrArray) uuids = g_thread_join (threads[i]);

      for (unsigned int j = 0; j < uuids->len; j++)
        g_assert_true (g_hash_table_add (seen, g_strdup (uuids->pdata[j])));
    }
}

static void
test_uuid_valid (void)
{
  static const char *const invalid[] = {
    "",
    "x",
    "01890000-0000-7000-8000-00000000000",
    "01890000-0000-7000-8000-0000000000001",
    "01890000-0000-7000-8000-00000000000A",
    "01890000-0000-7000-8000-00000000000g",
    "018900000000700080000000000000010000",
    "{1890000-0000-7000-8000-00000000000}",
    "01890000-0000-7000-8000-000000000001 ",
    "../../..-0000-7000-8000-000000000001",
  };

  g_assert_true (mp_uuid_is_valid ("01890000-0000-7000-8000-000000000001"));
  g_assert_true (mp_uuid_is_valid ("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
  g_assert_false (mp_uuid_is_valid (NULL));
  for (size_t i = 0; i < G_N_ELEMENTS (invalid); i++)
    g_assert_false (mp_uuid_is_valid (invalid[i]));
}

static void
test_time_format (void)
{
  static const struct
  {
    int64_t unix_us;
    const char *text;
  } cases[] = {
    { 0, "1970-01-01T00:00:00.000000Z" },
    { 1, "1970-01-01T00:00:00.000001Z" },
    { -1, "1969-12-31T23:59:59.999999Z" },
    { SOME_TIME_US, "2026-05-01T10:00:00.123456Z" },
    { G_GINT64_CONSTANT (-38951743199500000), "0735-09-02T15:20:00.500000Z" },
    { G_GINT64_CONSTANT (-62135596800000000), "0001-01-01T00:00:00.000000Z" },
    { G_GINT64_CONSTANT (253402300799999999), "9999-12-31T23:59:59.999999Z" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mp_time_format (cases[i].unix_us);
      g_autoptr (GError) error = NULL;
      int64_t read = 0;

      g_assert_cmpstr (text, ==, cases[i].text);
      g_assert_true (mp_time_parse (text, &read, &error));
      g_assert_no_error (error);
      g_assert_cmpint (read, ==, cases[i].unix_us);
    }
}

static void
test_time_parse (void)
{
  static const struct
  {
    const char *text;
    int64_t unix_us;
  } cases[] = {
    { "2026-05-01T10:00:00.123456Z", SOME_TIME_US },
    { "2026-05-01t10:00:00.123456z", SOME_TIME_US },
    { "2026-05-01 10:00:00.123456Z", SOME_TIME_US },
    { "2026-05-01T12:00:00.123456+02:00", SOME_TIME_US },
    { "2026-05-01T04:30:00.123456-05:30", SOME_TIME_US },
    { "2026-05-01T10:00:00.1234569999Z", SOME_TIME_US },
    { "2026-05-01T10:00:00Z", SOME_TIME_US - 123456 },
    { "2026-05-01T10:00:00.5Z", SOME_TIME_US - 123456 + 500000 },
    { "2024-02-29T00:00:00Z", G_GINT64_CONSTANT (1709164800000000) },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      int64_t read = 0;

      g_assert_true (mp_time_parse (cases[i].text, &read, &error));
      g_assert_no_error (error);
      g_assert_cmpint (read, ==, cases[i].unix_us);
    }
}

static void
test_time_refuse (void)
{
  static const char *const invalid[] = {
    "",
    "now",
    "2026-05-01",
    "2026-05-01T10:00:00",
    "2026-05-01T10:00Z",
    "2026-05-01T10:00:00.Z",
    "2026-05-01T10:00:00,5Z",
    "2026-05-01T10:00:00Zx",
    "2026-05-01T10:00:00+0200",
    "2026-05-01T10:00:00+24:00",
    "2026-05-01T10:00:00+02:60",
    "2026-13-01T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2026-05-01T24:00:00Z",
    "2026-05-01T10:60:00Z",
    "2026-05-01T10:00:60Z",
    "0000-05-01T10:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "-026-05-01T10:00:00Z",
    "02026-05-01T10:00:00Z",
    "2026-5-1T10:00:00Z",
    " 2026-05-01T10:00:00Z",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr (GError) error = NULL;
      int64_t read;

      g_test_message ("%s", invalid[i]);
      g_assert_false (mp_time_parse (invalid[i], &read, &error));
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/clock/manual-stands-still", test_manual);
  g_test_add_func ("/core/clock/system", test_system);
  g_test_add_func ("/core/clock/uuid-is-version-7", test_uuid_form);
  g_test_add_func ("/core/clock/uuids-sort-as-made", test_uuid_order);
  g_test_add_func ("/core/clock/uuids-of-threads-differ", test_uuid_threads);
  g_test_add_func ("/core/clock/uuid-has-one-form", test_uuid_valid);
  g_test_add_func ("/core/time/format-reads-back", test_time_format);
  g_test_add_func ("/core/time/parse", test_time_parse);
  g_test_add_func ("/core/time/refuse", test_time_refuse);
  return g_test_run ();
}
