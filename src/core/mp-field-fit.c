/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-field-fit.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mp-mapping-entry.h"

#define YES "true"
#define NO "false"

/* Words by which a field says the opposite: a yes there is a no elsewhere. Looked for in names and
 * labels with their words apart, lower case, between blanks. */
static const char *const negative_words[] = {
  " opt out ",   " optout ",    " opted out ",  " optedout ",    " do not ",       " donot ",
  " dont ",      " no ",        " not ",        " unsubscribe ", " unsubscribed ", " exclude ",
  " excluded ",  " suppress ",  " suppressed ", " block ",       " blocked ",      " hide ",
  " hidden ",    " private ",   " disable ",    " disabled ",    " inactive ",     " decline ",
  " declined ",  " nicht ",     " kein ",       " keine ",       " abgemeldet ",   " ne pas ",
  " desabonne ", " no enviar ", " baja ",       " niet ",        " geen ",         " afgemeld ",
};

/* How long a value is at most in practice, in characters, by type; a choice's are known. Taken
 * from what forms for members allow; E.164 and RFC 5321 for telephone and e-mail. */
static const unsigned int usual_lengths[MP_FIELD_TYPE_OTHER + 1] = {
  [MP_FIELD_TYPE_TEXT] = 40,      [MP_FIELD_TYPE_LONGTEXT] = 1000, [MP_FIELD_TYPE_INTEGER] = 10,
  [MP_FIELD_TYPE_DECIMAL] = 12,   [MP_FIELD_TYPE_MONEY] = 12,      [MP_FIELD_TYPE_BOOLEAN] = 5,
  [MP_FIELD_TYPE_DATE] = 10,      [MP_FIELD_TYPE_DATETIME] = 20,   [MP_FIELD_TYPE_TIME] = 8,
  [MP_FIELD_TYPE_EMAIL] = 80,     [MP_FIELD_TYPE_PHONE] = 20,      [MP_FIELD_TYPE_URL] = 255,
  [MP_FIELD_TYPE_REFERENCE] = 36, [MP_FIELD_TYPE_ID] = 36,
};

/* How a value is written; 0: any type. The first row that fits counts. */
static const struct
{
  MpFieldType from;
  MpFieldType to;
  const char *text;
} conventions[] = {
  { MP_FIELD_TYPE_DATE, MP_FIELD_TYPE_DATETIME,
    N_ ("Written as the beginning of that day in UTC, such as 2026-03-31T00:00:00Z.") },
  { MP_FIELD_TYPE_DATE, 0,
    N_ ("Written as year, month and day, such as 2026-03-31; no time zone is involved.") },
  { MP_FIELD_TYPE_DATETIME, MP_FIELD_TYPE_DATE,
    N_ ("Only the day, as it is in UTC, is written; the time of day is left out.") },
  { MP_FIELD_TYPE_DATETIME, MP_FIELD_TYPE_TIME,
    N_ ("Only the time of day in UTC is written; the day is left out.") },
  { MP_FIELD_TYPE_DATETIME, 0, N_ ("Written in UTC, such as 2026-03-31T09:30:00Z.") },
  { MP_FIELD_TYPE_BOOLEAN, MP_FIELD_TYPE_INTEGER, N_ ("Written as 1 for yes and 0 for no.") },
  { MP_FIELD_TYPE_BOOLEAN, MP_FIELD_TYPE_DECIMAL, N_ ("Written as 1 for yes and 0 for no.") },
  { MP_FIELD_TYPE_BOOLEAN, 0,
    N_ ("Written as true or false, unless other values are chosen for them.") },
  { MP_FIELD_TYPE_MULTIENUM, MP_FIELD_TYPE_ENUM, N_ ("Only the first choice is written.") },
  { MP_FIELD_TYPE_MULTIENUM, MP_FIELD_TYPE_TEXT,
    N_ ("All choices are written, with semicolons between them.") },
  { MP_FIELD_TYPE_MULTIENUM, MP_FIELD_TYPE_LONGTEXT,
    N_ ("All choices are written, with semicolons between them.") },
  { MP_FIELD_TYPE_DECIMAL, MP_FIELD_TYPE_INTEGER, N_ ("Rounded to a whole number.") },
  { MP_FIELD_TYPE_MONEY, MP_FIELD_TYPE_INTEGER, N_ ("Rounded to a whole number.") },
  { MP_FIELD_TYPE_MONEY, 0,
    N_ ("Written as a plain number, such as 1234.50, without the currency.") },
  { MP_FIELD_TYPE_PHONE, MP_FIELD_TYPE_INTEGER,
    N_ ("Only the digits are written: leading zeros and + are lost.") },
  { MP_FIELD_TYPE_PHONE, MP_FIELD_TYPE_DECIMAL,
    N_ ("Only the digits are written: leading zeros and + are lost.") },
  { 0, MP_FIELD_TYPE_INTEGER, N_ ("Written where it is a number; anything else is left out.") },
  { 0, MP_FIELD_TYPE_DECIMAL, N_ ("Written where it is a number; anything else is left out.") },
  { MP_FIELD_TYPE_LONGTEXT, MP_FIELD_TYPE_TEXT, N_ ("Written as one line.") },
};

/* " first name firstname ": the words of both, apart */
static char *
dup_words (const char *name, const char *label)
{
  GString *words = g_string_new (" ");
  const char *const texts[] = { label, name };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      for (const char *c = texts[i]; *c != '\0'; c++)
        {
          gboolean begins = g_ascii_isupper (*c) && c > texts[i] && g_ascii_islower (c[-1]);

          if (begins)
            g_string_append_c (words, ' ');
          if (g_ascii_isalnum (*c))
            g_string_append_c (words, g_ascii_tolower (*c));
          else if (*c != '\'' && words->str[words->len - 1] != ' ')
            g_string_append_c (words, ' ');
        }
      g_string_append_c (words, ' ');
    }
  return g_string_free (words, FALSE);
}

static gboolean
is_negative (const char *name, const char *label)
{
  g_autofree char *words = dup_words (name, label);

  for (size_t i = 0; i < G_N_ELEMENTS (negative_words); i++)
    {
      if (strstr (words, negative_words[i]) != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_truth (const char *text)
{
  return g_str_equal (text, YES) || g_str_equal (text, NO);
}

/* Do the entry's rules make a yes or no of each value? */
static gboolean
makes_truths (MpCatalogueField *from, JsonNode *entry)
{
  g_auto (GStrv) values = mp_field_fit_list_values (from);

  for (unsigned int i = 0; values[i] != NULL; i++)
    {
      const char *sent = mp_mapping_get_sent (entry, values[i]);

      if (*sent != '\0' && !is_truth (sent))
        return FALSE;
    }
  return values[0] != NULL;
}

static gboolean
is_choice (MpFieldType type)
{
  return type == MP_FIELD_TYPE_ENUM || type == MP_FIELD_TYPE_MULTIENUM;
}

static unsigned int
get_longest_value (MpCatalogueField *from)
{
  const char *const *options = mp_catalogue_field_get_options (from);
  MpFieldType type = mp_catalogue_field_get_field_type (from);
  unsigned int longest = 0;
  unsigned int sum = 0;

  if (!is_choice (type))
    return usual_lengths[type];
  for (unsigned int i = 0; options[i] != NULL; i++)
    {
      unsigned int length = (unsigned int) g_utf8_strlen (options[i], -1);

      longest = MAX (longest, length);
      sum += length + 1;
    }
  return type == MP_FIELD_TYPE_MULTIENUM ? sum : longest;
}

/**
 * mp_field_fit_check_types:
 * @from: a Member Pulse field
 * @to: the CRM's field
 * @entry: (nullable): the mapping's entry with its rules for values
 *
 * mp_field_type_check(), with the rules considered: a choice can become yes or no when a rule says
 * which for each value.
 *
 * Returns: how well they fit
 */
MpCompatibility
mp_field_fit_check_types (MpCatalogueField *from, MpCrmField *to, JsonNode *entry)
{
  MpFieldType from_type = mp_catalogue_field_get_field_type (from);
  MpFieldType to_type = mp_crm_field_get_field_type (to);

  if (from_type == MP_FIELD_TYPE_ENUM && to_type == MP_FIELD_TYPE_BOOLEAN &&
      makes_truths (from, entry))
    return MP_COMPATIBILITY_SAFE;
  return mp_field_type_check (from_type, to_type);
}

/**
 * mp_field_fit_may_be_cut:
 * @from: a Member Pulse field
 * @to: the CRM's field
 *
 * Returns: whether ordinary values are longer than what the CRM's field takes
 */
gboolean
mp_field_fit_may_be_cut (MpCatalogueField *from, MpCrmField *to)
{
  unsigned int most = mp_crm_field_get_max_length (to);

  if (most == 0 || is_choice (mp_crm_field_get_field_type (to)))
    return FALSE;
  return get_longest_value (from) > most;
}

/**
 * mp_field_fit_is_inverted:
 * @from: a Member Pulse field
 * @to: the CRM's field
 * @entry: (nullable): the mapping's entry with its rules for values
 *
 * Returns: whether both are yes or no, one says what the other denies (opt-in and opt-out), and no
 *   rule exchanges them
 */
gboolean
mp_field_fit_is_inverted (MpCatalogueField *from, MpCrmField *to, JsonNode *entry)
{
  if (mp_catalogue_field_get_field_type (from) != MP_FIELD_TYPE_BOOLEAN ||
      mp_crm_field_get_field_type (to) != MP_FIELD_TYPE_BOOLEAN)
    return FALSE;
  if (is_negative (mp_catalogue_field_get_name (from), mp_catalogue_field_get_plain_label (from)) ==
      is_negative (mp_crm_field_get_name (to), mp_crm_field_get_label (to)))
    return FALSE;
  return g_str_equal (mp_mapping_get_sent (entry, YES), YES) ||
         g_str_equal (mp_mapping_get_sent (entry, NO), NO);
}

/**
 * mp_field_fit_get_convention:
 * @from: the type of a Member Pulse field
 * @to: the type of the CRM's field
 *
 * Returns: (transfer none) (nullable): how a value is written, translated; %NULL when it is written
 *   as it is
 */
const char *
mp_field_fit_get_convention (MpFieldType from, MpFieldType to)
{
  if (mp_field_type_check (from, to) == MP_COMPATIBILITY_IMPOSSIBLE)
    return NULL;
  for (size_t i = 0; i < G_N_ELEMENTS (conventions); i++)
    {
      if ((conventions[i].from == from || (conventions[i].from == 0 && from != to)) &&
          (conventions[i].to == to || conventions[i].to == 0))
        return g_dgettext (GETTEXT_PACKAGE, conventions[i].text);
    }
  return NULL;
}

/**
 * mp_field_fit_list_values:
 * @from: a Member Pulse field
 *
 * Returns: (transfer full): all values that it can have, where there are few: a choice's options,
 *   true and false; empty for any other type
 */
GStrv
mp_field_fit_list_values (MpCatalogueField *from)
{
  static const char *const truths[] = { YES, NO, NULL };
  static const char *const none[] = { NULL };
  MpFieldType type = mp_catalogue_field_get_field_type (from);

  if (type == MP_FIELD_TYPE_BOOLEAN)
    return g_strdupv ((GStrv) truths);
  return g_strdupv (is_choice (type) ? (GStrv) mp_catalogue_field_get_options (from)
                                     : (GStrv) none);
}

/**
 * mp_field_fit_find_option:
 * @to: a CRM's field
 * @value: a value, or what people call it
 *
 * Returns: (transfer none) (nullable): the option with that value, else the one with that label,
 *   else one that differs in upper and lower case only
 */
const MpOption *
mp_field_fit_find_option (MpCrmField *to, const char *value)
{
  g_autofree char *folded = g_utf8_casefold (value, -1);
  const MpOption *by_label = NULL;
  const MpOption *by_case = NULL;

  for (unsigned int i = 0; i < mp_crm_field_get_n_options (to); i++)
    {
      const MpOption *option = mp_crm_field_get_option (to, i);
      g_autofree char *label = g_utf8_casefold (option->label, -1);
      g_autofree char *own = g_utf8_casefold (option->value, -1);

      if (g_str_equal (option->value, value))
        return option;
      if (by_label == NULL && g_str_equal (option->label, value))
        by_label = option;
      if (by_case == NULL && (g_str_equal (label, folded) || g_str_equal (own, folded)))
        by_case = option;
    }
  return by_label != NULL ? by_label : by_case;
}

/**
 * mp_field_fit_accepts:
 * @to: a CRM's field
 * @sent: what is sent to it; "" is nothing
 *
 * Returns: whether its list of choices, if it has one that allows nothing else, has it
 */
gboolean
mp_field_fit_accepts (MpCrmField *to, const char *sent)
{
  if (*sent == '\0')
    return TRUE;
  if (mp_crm_field_get_field_type (to) == MP_FIELD_TYPE_BOOLEAN)
    return is_truth (sent);
  if (!mp_crm_field_get_restricted (to) || mp_crm_field_get_n_options (to) == 0)
    return TRUE;
  for (unsigned int i = 0; i < mp_crm_field_get_n_options (to); i++)
    {
      if (g_str_equal (mp_crm_field_get_option (to, i)->value, sent))
        return TRUE;
    }
  return FALSE;
}

/**
 * mp_field_fit_list_refused:
 * @from: a Member Pulse field
 * @to: the CRM's field
 * @entry: (nullable): the mapping's entry with its rules for values
 *
 * Returns: (transfer full) (nullable): the values for which something would be sent that the CRM's
 *   list of choices does not have, in words; %NULL when there is none
 */
char *
mp_field_fit_list_refused (MpCatalogueField *from, MpCrmField *to, JsonNode *entry)
{
  g_auto (GStrv) values = mp_field_fit_list_values (from);
  g_autoptr (GString) list = g_string_new (NULL);

  for (unsigned int i = 0; values[i] != NULL; i++)
    {
      if (!mp_field_fit_accepts (to, mp_mapping_get_sent (entry, values[i])))
        g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", values[i]);
    }
  return list->len > 0 ? g_string_free (g_steal_pointer (&list), FALSE) : NULL;
}

/**
 * mp_field_fit_pair_values:
 * @from: a Member Pulse field
 * @to: the CRM's field
 * @entry: an entry that names it
 *
 * Returns: (transfer full): an entry with a rule for each value that is not in the CRM's list of
 *   choices as it is, but under another value or in other letters; rules that are there stay
 */
JsonNode *
mp_field_fit_pair_values (MpCatalogueField *from, MpCrmField *to, JsonNode *entry)
{
  g_auto (GStrv) values = mp_field_fit_list_values (from);
  g_autoptr (JsonNode) paired = json_node_ref (entry);

  for (unsigned int i = 0; values[i] != NULL; i++)
    {
      const MpOption *option = mp_field_fit_find_option (to, values[i]);
      JsonObject *rules = mp_mapping_get_values (paired);
      JsonNode *next;

      if (option == NULL || g_str_equal (option->value, values[i]) ||
          (rules != NULL && json_object_has_member (rules, values[i])))
        continue;
      next = mp_mapping_with_value (paired, values[i], option->value);
      json_node_unref (paired);
      paired = next;
    }
  return g_steal_pointer (&paired);
}
