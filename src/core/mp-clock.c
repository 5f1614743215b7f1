/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-clock.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "mp-error.h"

/* The years 1 to 9999 in UTC: what can be written. */
#define FIRST_UNIX_S G_GINT64_CONSTANT (-62135596800)
#define LAST_UNIX_S G_GINT64_CONSTANT (253402300799)

/*
 * What time it is, and names for new things. A test holds a clock of its own that stands still.
 * Thread-safe.
 */
struct _MpClock
{
  GObject parent_instance;

  GMutex lock;
  gboolean manual;
  int64_t now_unix_us; /* of a manual clock */
  int64_t last_ms;     /* of the newest UUID, which with the counter keeps them in order */
  unsigned int counter;
};

G_DEFINE_FINAL_TYPE (MpClock, mp_clock, G_TYPE_OBJECT)

static void
fill_random (uint8_t *bytes, size_t size)
{
  size_t done = 0;

  while (done < size)
    {
      ssize_t got = getrandom (bytes + done, size - done, 0);

      g_assert (got >= 0 || errno == EINTR);
      if (got > 0)
        done += (size_t) got;
    }
}

static int64_t
read_now (MpClock *self)
{
  return self->manual ? self->now_unix_us : g_get_real_time ();
}

/* The time and counter of the next UUID: never before the last one, also when the clock is set
 * back. */
static void
step_order (MpClock *self, int64_t *ms, unsigned int *counter)
{
  int64_t now_ms = read_now (self) / 1000;

  if (now_ms > self->last_ms)
    {
      self->last_ms = now_ms;
      self->counter = 0;
    }
  else if (++self->counter > 0xfff)
    {
      self->last_ms++;
      self->counter = 0;
    }

  *ms = self->last_ms;
  *counter = self->counter;
}

static gboolean
read_digits (const char **at, unsigned int n_digits, int *value)
{
  *value = 0;
  for (unsigned int i = 0; i < n_digits; i++, (*at)++)
    {
      if (!g_ascii_isdigit (**at))
        return FALSE;
      *value = *value * 10 + g_ascii_digit_value (**at);
    }
  return TRUE;
}

static gboolean
read_char (const char **at, const char *choices)
{
  if (**at == '\0' || strchr (choices, **at) == NULL)
    return FALSE;

  (*at)++;
  return TRUE;
}

static gboolean
read_fraction (const char **at, int *microseconds)
{
  int unit = 100000;

  *microseconds = 0;
  if (!read_char (at, "."))
    return TRUE;
  if (!g_ascii_isdigit (**at))
    return FALSE;

  for (; g_ascii_isdigit (**at); (*at)++, unit /= 10)
    *microseconds += g_ascii_digit_value (**at) * unit;
  return TRUE;
}

static gboolean
read_offset (const char **at, int *seconds)
{
  int hours;
  int minutes;
  int sign;

  *seconds = 0;
  if (read_char (at, "Zz"))
    return TRUE;

  sign = **at == '-' ? -1 : 1;
  if (!read_char (at, "+-") || !read_digits (at, 2, &hours) || !read_char (at, ":") ||
      !read_digits (at, 2, &minutes) || hours > 23 || minutes > 59)
    return FALSE;

  *seconds = sign * (hours * 3600 + minutes * 60);
  return TRUE;
}

static gboolean
read_time (const char *text, int64_t *unix_us)
{
  g_autoptr (GDateTime) date = NULL;
  const char *at = text;
  int64_t unix_s;
  int year, month, day, hour, minute, second, microseconds, offset;

  if (!read_digits (&at, 4, &year) || !read_char (&at, "-") || !read_digits (&at, 2, &month) ||
      !read_char (&at, "-") || !read_digits (&at, 2, &day) || !read_char (&at, "Tt ") ||
      !read_digits (&at, 2, &hour) || !read_char (&at, ":") || !read_digits (&at, 2, &minute) ||
      !read_char (&at, ":") || !read_digits (&at, 2, &second) ||
      !read_fraction (&at, &microseconds) || !read_offset (&at, &offset) || *at != '\0')
    return FALSE;

  date = g_date_time_new_utc (year, month, day, hour, minute, second);
  if (date == NULL)
    return FALSE;

  unix_s = g_date_time_to_unix (date) - offset;
  if (unix_s < FIRST_UNIX_S || unix_s > LAST_UNIX_S)
    return FALSE;

  *unix_us = unix_s * G_USEC_PER_SEC + microseconds;
  return TRUE;
}

static void
mp_clock_finalize (GObject *object)
{
  MpClock *self = MP_CLOCK (object);

  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (mp_clock_parent_class)->finalize (object);
}

static void
mp_clock_class_init (MpClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mp_clock_finalize;
}

static void
mp_clock_init (MpClock *self)
{
  g_mutex_init (&self->lock);
}

/**
 * mp_clock_new:
 *
 * Returns: (transfer full): the system's clock
 */
MpClock *
mp_clock_new (void)
{
  return g_object_new (MP_TYPE_CLOCK, NULL);
}

/**
 * mp_clock_new_manual:
 * @now_unix_us: what it shows
 *
 * Returns: (transfer full): a clock that only mp_clock_advance () moves
 */
MpClock *
mp_clock_new_manual (int64_t now_unix_us)
{
  MpClock *self = g_object_new (MP_TYPE_CLOCK, NULL);

  self->manual = TRUE;
  self->now_unix_us = now_unix_us;
  return self;
}

/**
 * mp_clock_advance:
 * @self: a manual clock
 * @by_us: by how much; may be negative
 */
void
mp_clock_advance (MpClock *self, int64_t by_us)
{
  g_return_if_fail (MP_IS_CLOCK (self));
  g_return_if_fail (self->manual);

  g_mutex_lock (&self->lock);
  self->now_unix_us += by_us;
  g_mutex_unlock (&self->lock);
}

/**
 * mp_clock_get_now_unix_us:
 * @self: a clock
 *
 * Returns: microseconds since 1970 in UTC
 */
int64_t
mp_clock_get_now_unix_us (MpClock *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MP_IS_CLOCK (self), 0);

  locker = g_mutex_locker_new (&self->lock);
  return read_now (self);
}

/**
 * mp_clock_dup_uuid:
 * @self: a clock
 *
 * A new UUID of version 7. Those of one clock sort in the order they were made.
 *
 * Returns: (transfer full): the UUID, in lower case
 */
char *
mp_clock_dup_uuid (MpClock *self)
{
  uint8_t bytes[8];
  uint64_t random;
  unsigned int counter;
  int64_t ms;

  g_return_val_if_fail (MP_IS_CLOCK (self), NULL);

  g_mutex_lock (&self->lock);
  step_order (self, &ms, &counter);
  g_mutex_unlock (&self->lock);

  fill_random (bytes, sizeof bytes);
  memcpy (&random, bytes, sizeof random);

  return g_strdup_printf ("%08x-%04x-7%03x-%04x-%012" G_GINT64_MODIFIER "x",
                          (unsigned int) ((ms >> 16) & 0xffffffff), (unsigned int) (ms & 0xffff),
                          counter, (unsigned int) (0x8000 | ((random >> 48) & 0x3fff)),
                          random & G_GUINT64_CONSTANT (0xffffffffffff));
}

/**
 * mp_time_format:
 * @unix_us: microseconds since 1970 in UTC, in the years 1 to 9999
 *
 * RFC 3339 in UTC with all six places, so that texts sort like the times.
 *
 * Returns: (transfer full): the text
 */
char *
mp_time_format (int64_t unix_us)
{
  g_autoptr (GDateTime) date = NULL;
  int64_t seconds = unix_us / G_USEC_PER_SEC;
  int microseconds = (int) (unix_us % G_USEC_PER_SEC);

  if (microseconds < 0)
    {
      microseconds += G_USEC_PER_SEC;
      seconds--;
    }
  g_return_val_if_fail (seconds >= FIRST_UNIX_S && seconds <= LAST_UNIX_S, NULL);

  /* not by its %Y, which writes the year 735 with three digits */
  date = g_date_time_new_from_unix_utc (seconds);
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", g_date_time_get_year (date),
                          g_date_time_get_month (date), g_date_time_get_day_of_month (date),
                          g_date_time_get_hour (date), g_date_time_get_minute (date),
                          g_date_time_get_second (date), microseconds);
}

/**
 * mp_time_parse:
 * @text: a time as RFC 3339 writes it, from outside
 * @unix_us: (out): microseconds since 1970 in UTC; smaller parts are cut off
 * @error: return location for a %MP_ERROR_INVALID
 *
 * Returns: %TRUE, or %FALSE with @error set
 */
gboolean
mp_time_parse (const char *text, int64_t *unix_us, GError **error)
{
  g_return_val_if_fail (text != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!read_time (text, unix_us))
    {
      g_set_error (error, MP_ERROR, MP_ERROR_INVALID, "“%s” is not a time as in RFC 3339", text);
      return FALSE;
    }
  return TRUE;
}

/* The days from 1970 to a day of the Gregorian calendar: H. Hinnant, "chrono-Compatible Low-Level
 * Date Algorithms", days_from_civil, https://howardhinnant.github.io/date_algorithms.html */
static int64_t
count_days (int year, int month, int day)
{
  const int shifted = month <= 2 ? year - 1 : year;
  const int era = shifted / 400;
  const int year_of_era = shifted - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return (int64_t) era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
         day_of_year - 719468;
}

/**
 * mp_time_read_own:
 * @text: a text, perhaps not terminated
 * @length: its bytes
 * @unix_us: (out): microseconds since 1970 in UTC
 *
 * Is @text exactly what mp_time_format () writes, of a time other than 1970's first moment? Much
 * faster than mp_time_parse ().
 *
 * Returns: whether it is
 */
gboolean
mp_time_read_own (const char *text, size_t length, int64_t *unix_us)
{
  const char *at = text;
  int year, month, day, hour, minute, second, microseconds;

  g_return_val_if_fail (text != NULL && unix_us != NULL, FALSE);

  if (length != strlen ("2026-05-01T10:00:00.000000Z") || !read_digits (&at, 4, &year) ||
      !read_char (&at, "-") || !read_digits (&at, 2, &month) || !read_char (&at, "-") ||
      !read_digits (&at, 2, &day) || !read_char (&at, "T") || !read_digits (&at, 2, &hour) ||
      !read_char (&at, ":") || !read_digits (&at, 2, &minute) || !read_char (&at, ":") ||
      !read_digits (&at, 2, &second) || !read_char (&at, ".") ||
      !read_digits (&at, 6, &microseconds) || *at != 'Z')
    return FALSE;
  if (year < 1 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59 ||
      !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return FALSE;

  *unix_us = ((count_days (year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  *unix_us = *unix_us * G_USEC_PER_SEC + microseconds;
  return *unix_us != 0;
}

/**
 * mp_uuid_is_valid:
 * @text: (nullable): a text, perhaps from outside
 *
 * Is it a UUID in lower case? Ids are compared as texts, so there is one form only.
 *
 * Returns: whether it is
 */
gboolean
mp_uuid_is_valid (const char *text)
{
  if (text == NULL || !g_uuid_string_is_valid (text))
    return FALSE;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (g_ascii_isupper (*p))
        return FALSE;
    }
  return TRUE;
}
