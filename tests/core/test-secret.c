/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-secret.h"

#include <malloc.h>
#include <string.h>
#include <sys/resource.h>

#include "mp-error.h"

static void
test_parts (void)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();

  g_assert_cmpuint (mp_secret_get_size (secret), ==, 0);
  mp_secret_set (secret, "client_id", " abc\t\r\n");
  mp_secret_set (secret, "client_secret", "\n d e f ");
  mp_secret_set (secret, "client_id", "xyz");
  mp_secret_set (secret, "empty", " \n");

  g_assert_cmpuint (mp_secret_get_size (secret), ==, 3);
  g_assert_cmpstr (mp_secret_get_part (secret, 0), ==, "client_id");
  g_assert_cmpstr (mp_secret_get_part (secret, 1), ==, "client_secret");
  g_assert_cmpstr (mp_secret_get (secret, "client_id"), ==, "xyz");
  g_assert_cmpstr (mp_secret_get (secret, "client_secret"), ==, "d e f");
  g_assert_cmpstr (mp_secret_get (secret, "empty"), ==, "");
  g_assert_null (mp_secret_get (secret, "missing"));
}

static void
test_round_trip (void)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (MpSecret) again = NULL;
  g_autoptr (GError) error = NULL;
  char *text;

  mp_secret_set (secret, "key", "a\"b\\c/d\x01\x1f\x7f \xc3\xa9\xf0\x9f\x98\x80 e\nf");
  mp_secret_set (secret, "an \"odd\" part", "");
  mp_secret_set (secret, "z", "1");

  text = mp_secret_to_text (secret);
  g_assert_null (strchr (text, '\n'));
  again = mp_secret_new_from_text (text, &error);
  g_assert_no_error (error);
  mp_secret_wipe_text (text);

  g_assert_cmpuint (mp_secret_get_size (again), ==, 3);
  for (unsigned int i = 0; i < 3; i++)
    {
      const char *part = mp_secret_get_part (secret, i);

      g_assert_cmpstr (mp_secret_get_part (again, i), ==, part);
      g_assert_cmpstr (mp_secret_get (again, part), ==, mp_secret_get (secret, part));
    }
}

static void
test_all_escapes (void)
{
  /* as long as it can get: every byte an escape */
  g_autofree char *value = g_strnfill (4096, '\x02');
  g_autoptr (MpSecret) secret = mp_secret_new ();
  g_autoptr (MpSecret) again = NULL;
  char *text;

  mp_secret_set (secret, "\x03", value);
  text = mp_secret_to_text (secret);
  again = mp_secret_new_from_text (text, NULL);
  mp_secret_wipe_text (text);
  g_assert_cmpstr (mp_secret_get (again, "\x03"), ==, value);
}

static void
test_reads_any_layout (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpSecret) secret = mp_secret_new_from_text (
      " { \"key\" : \"\\u0061\\ud83d\\ude00\" ,\n\"b\":\"x\" } ", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mp_secret_get (secret, "key"), ==, "a\xf0\x9f\x98\x80");
  g_assert_cmpstr (mp_secret_get (secret, "b"), ==, "x");
}

static void
test_refuses (void)
{
  static const char *const invalid[] = {
    "",
    "{}",
    "[]",
    "\"hunter2-hunter2\"",
    "hunter2-hunter2",
    "{\"key\":\"hunter2-hunter2\"",
    "{\"key\":\"hunter2-hunter2\"}x",
    "{\"key\":\"hunter2-hunter2\",}",
    "{\"key\":\"hunter2-hunter2\",\"key\":\"b\"}",
    "{\"key\":\"hunter2-hunter2\",\"b\":1}",
    "{\"key\":\"hunter2-hunter2\",\"b\":null}",
    "{\"key\":\"hunter2-hunter2\",\"b\":{}}",
    "{\"key\":[\"hunter2-hunter2\"]}",
    "{\"key\":\"hunter2-hunter2\\u0000\"}",
    "{\"key\":\"hunter2-hunter2\xff\"}",
    "{\"hunter2-hunter2\":\"a\",\"hunter2-hunter2\":\"a\"}",
    "{\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"\",\"7\":\"\",\"8\":\"\","
    "\"9\":"
    "\"\",\"10\":\"\",\"11\":\"\",\"12\":\"\",\"13\":\"\",\"14\":\"\",\"15\":\"\",\"16\":\"\","
    "\"17\":\"\"}",
  };

  for (size_t i = 0; i < G_N_ELEMENTS (invalid); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MpSecret) secret = mp_secret_new_from_text (invalid[i], &error);

      g_assert_null (secret);
      g_assert_error (error, MP_ERROR, MP_ERROR_INVALID);
      g_assert_null (strstr (error->message, "hunter2"));
    }
}

static void *
hold_and_drop (void *user_data)
{
  for (unsigned int i = 0; i < 20000; i++)
    {
      MpSecret *secret = mp_secret_ref (user_data);

      g_assert_cmpstr (mp_secret_get (secret, "key"), ==, "value");
      mp_secret_unref (secret);
    }
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (MpSecret) secret = mp_secret_new ();
  GThread *threads[4];

  mp_secret_set (secret, "key", "value");
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("secret", hold_and_drop, secret);
  for (size_t i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpstr (mp_secret_get (secret, "key"), ==, "value");
}

/* The address sanitizer keeps a heap of its own, where nothing can be looked for. */
#ifdef __SANITIZE_ADDRESS__
#define HEAP_IS_PLAIN FALSE
#else
#define HEAP_IS_PLAIN TRUE
#endif

#define LEAD_LENGTH 20000
#define MARK_LENGTH 24

/* The secret of the wiping test. It is long and only its end is looked for, because whoever gets
 * freed memory next overwrites its start; and it is not written down in clear, or it would be found
 * there. */
static void
make_value (char value[LEAD_LENGTH + MARK_LENGTH + 1])
{
  memset (value, '-', LEAD_LENGTH);
  for (size_t i = 0; i < MARK_LENGTH; i++)
    value[LEAD_LENGTH + i] = (char) ('a' + (i * 7 + 3) % 26);
  value[LEAD_LENGTH + MARK_LENGTH] = '\0';
}

static gboolean
is_mark (const char *at)
{
  for (size_t i = 0; i < MARK_LENGTH; i++)
    {
      if (at[i] != (char) ('a' + (i * 7 + 3) % 26))
        return FALSE;
    }
  return TRUE;
}

static unsigned int
count_marks_on_heap (void)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  unsigned int count = 0;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (unsigned int i = 0; lines[i] != NULL; i++)
    {
      char *dash;
      const char *start;
      const char *end;

      if (!g_str_has_suffix (lines[i], "[heap]"))
        continue;

      start = GSIZE_TO_POINTER (g_ascii_strtoull (lines[i], &dash, 16));
      end = GSIZE_TO_POINTER (g_ascii_strtoull (dash + 1, NULL, 16));
      for (const char *at = start; at + MARK_LENGTH < end; at++)
        count += is_mark (at);
    }
  return count;
}

static void
test_memory_is_wiped (void)
{
  char value[LEAD_LENGTH + MARK_LENGTH + 1];
  MpSecret *secret;
  MpSecret *again;
  char *text;

  if (!HEAP_IS_PLAIN)
    {
      g_test_skip ("under the address sanitizer");
      return;
    }

  mallopt (M_PERTURB, 0); /* what is freed shall stay as it is */
  secret = mp_secret_new ();
  make_value (value);
  mp_secret_set (secret, "key", value);
  g_assert_cmpuint (count_marks_on_heap (), ==, 1);

  text = mp_secret_to_text (secret);
  again = mp_secret_new_from_text (text, NULL);
  g_assert_cmpuint (count_marks_on_heap (), ==, 3);

  mp_secret_set (again, "key", "another");
  mp_secret_wipe_text (text);
  mp_secret_unref (secret);
  mp_secret_unref (again);
  g_assert_cmpuint (count_marks_on_heap (), ==, 0);
}

static void
test_wipe_nothing (void)
{
  mp_secret_wipe_text (NULL);
}

/* A crash writes no memory to a file. */
static void
test_no_core_dumps (void)
{
  struct rlimit limit;

  mp_secret_refuse_core_dumps ();
  g_assert_cmpint (getrlimit (RLIMIT_CORE, &limit), ==, 0);
  g_assert_cmpuint (limit.rlim_cur, ==, 0);
  g_assert_cmpuint (limit.rlim_max, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/secret/parts-are-trimmed-and-kept-in-order", test_parts);
  g_test_add_func ("/core/secret/text-reads-back", test_round_trip);
  g_test_add_func ("/core/secret/longest-text-fits", test_all_escapes);
  g_test_add_func ("/core/secret/reads-any-layout", test_reads_any_layout);
  g_test_add_func ("/core/secret/refusal-holds-no-secret", test_refuses);
  g_test_add_func ("/core/secret/references-cross-threads", test_threads);
  g_test_add_func ("/core/secret/memory-is-wiped", test_memory_is_wiped);
  g_test_add_func ("/core/secret/wiping-nothing-is-allowed", test_wipe_nothing);
  g_test_add_func ("/core/secret/core-dumps-are-refused", test_no_core_dumps);
  return g_test_run ();
}
