/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mp-sim-network.h"

#include "mp-error.h"
#include "mp-json.h"
#include "mp-revision.h"
#include "mp-test-vfs.h"

/* A program or a server that is to be stopped is stopped within so many operations of its disk. */
#define CRASH_WITHIN 40
#define LARGEST_PAGE 3

/* A push that arrives once more, or only now. */
typedef struct
{
  MpSimPerson *person;
  char *authorization;
  GUri *address;
  GBytes *body;
} Late;

struct _MpSimNetwork
{
  MpSimServer *server;
  MpSimJudge *judge;
  MpSimMutation mutation;
  MpSimChoose choose;
  MpSimMeanwhile meanwhile;
  gpointer user_data;
  MpSimPerson *people[MP_SIM_N_PEOPLE];

  unsigned int lost_request_in; /* of so many, one; each history has a network of its own */
  unsigned int lost_answer_in;
  unsigned int repeated_in;
  unsigned int crash_in;
  gboolean is_faulty;
  gboolean is_crashing; /* the disk of the person who syncs may be dead by now */
  unsigned int depth;   /* syncs under way, one within a message of the other */
  unsigned int n_purges;
  unsigned int listed_after[MP_SIM_N_PEOPLE]; /* purges: when each began to list everything */
  int64_t purged;                             /* up to this sequence of the epoch */
  unsigned int n_writes;                      /* until the server stops; 0: it does not */
  GPtrArray *late;                            /* (element-type Late) */
  GHashTable *ids;                            /* (element-type utf8 utf8): of broken operations */
  GHashTable *pulled;                         /* (element-type utf8): by the present sync */
  GPtrArray *stale;                           /* (element-type MpRecord): by the present sync */
  char *lost_cursor;                          /* (nullable): by the present sync */
  unsigned int n_crashes;
  unsigned int n_syncs;
};

static void
late_free (Late *late)
{
  g_free (late->authorization);
  g_uri_unref (late->address);
  g_bytes_unref (late->body);
  g_free (late);
}

static gboolean
happens (MpSimNetwork *self, unsigned int one_in)
{
  return self->is_faulty && self->choose (one_in, self->user_data) == 0;
}

static JsonObject *
read_body (GBytes *body)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = mp_json_parse_object (g_bytes_get_data (body, NULL),
                                             (gssize) g_bytes_get_size (body), &error);

  g_assert_no_error (error);
  return object;
}

static GBytes *
write_body (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  char *text = mp_json_to_text (node);

  return g_bytes_new_take (text, strlen (text));
}

static GPtrArray *
read_operations (GBytes *body)
{
  GPtrArray *operations = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (JsonObject) object = body != NULL ? read_body (body) : NULL;
  JsonArray *array = object != NULL ? mp_json_get_array (object, "operations") : NULL;

  for (unsigned int i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (operations,
                       mp_operation_new_from_json (mp_json_array_get_object (array, i), &error));
      g_assert_no_error (error);
    }
  return operations;
}

static void
add_record (MpSimNetwork *self, MpOperation *operation, GPtrArray *records)
{
  g_ptr_array_add (records,
                   mp_sim_server_dup_record (self->server, mp_operation_get_target (operation)));
}

static void
unref_record (gpointer record)
{
  g_clear_object (&record);
}

static GPtrArray *
list_targets (MpSimNetwork *self, GPtrArray *operations)
{
  GPtrArray *records = g_ptr_array_new_with_free_func (unref_record);

  for (unsigned int i = 0; i < operations->len; i++)
    add_record (self, operations->pdata[i], records);
  return records;
}

/* The server stops where its disk did, and is started again: nobody gets an answer. */
static gboolean
recover_server (MpSimNetwork *self)
{
  const char *folder = mp_sim_server_get_folder (self->server);
  const MpTestVfsCount count = mp_test_vfs_disarm (folder);

  if (self->n_writes == 0 || count.n_failed == 0)
    {
      self->n_writes -= MIN (self->n_writes, count.n_seen);
      return FALSE;
    }
  self->n_writes = 0;
  self->n_crashes++;
  mp_sim_server_restart (self->server);
  return TRUE;
}

static MpHttpResponse *
ask_server (MpSimNetwork *self, const MpSimRequest *request)
{
  const unsigned int limit = 1 + self->choose (LARGEST_PAGE, self->user_data);
  g_autoptr (MpHttpResponse) response = NULL;
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GBytes) broken = NULL;
  MpSimRequest changed = *request;

  if (self->mutation != MP_SIM_SOUND && request->body != NULL)
    {
      body = read_body (request->body);
      mp_sim_break_request (self->mutation, self->server, body, self->ids);
      broken = write_body (body);
      changed.body = broken;
    }
  if (self->n_writes > 0)
    mp_test_vfs_arm (mp_sim_server_get_folder (self->server), MP_TEST_VFS_ANY, self->n_writes,
                     TRUE);
  response = mp_sim_server_ask (self->server, &changed, limit);
  if (recover_server (self))
    return NULL;
  return g_steal_pointer (&response);
}

static gboolean
says_applied (JsonObject *answer, unsigned int index)
{
  JsonArray *results = answer != NULL ? mp_json_get_array (answer, "results") : NULL;
  JsonObject *result = results != NULL ? mp_json_array_get_object (results, index) : NULL;

  return result != NULL && g_str_equal (mp_json_get_string (result, "status", ""), "applied");
}

/* @answer: (nullable) */
static void
show_judge (MpSimNetwork *self,
            MpSimPerson *person,
            GPtrArray *operations,
            GPtrArray *before,
            JsonObject *answer)
{
  g_autoptr (GPtrArray) after = list_targets (self, operations);

  for (unsigned int i = 0; i < operations->len; i++)
    mp_sim_judge_answered (self->judge, person->number, operations->pdata[i], before->pdata[i],
                           after->pdata[i], says_applied (answer, i));
}

static MpHttpResponse *
deliver (MpSimNetwork *self, MpSimPerson *person, const MpSimRequest *request)
{
  g_autoptr (GPtrArray) operations = read_operations (request->body);
  g_autoptr (GPtrArray) before = list_targets (self, operations);
  g_autoptr (MpHttpResponse) response = ask_server (self, request);
  g_autoptr (JsonObject) answer = NULL;

  if (response != NULL && mp_http_response_get_status (response) == 200)
    answer = read_body (mp_http_response_get_body (response));
  show_judge (self, person, operations, before, answer);
  if (self->mutation == MP_SIM_NO_OPERATION_LOG)
    mp_sim_server_forget_operations (self->server);
  return g_steal_pointer (&response);
}

/* A cursor from before the purge says nothing about what was purged; one of a listing that was
 * begun afterwards needs not. */
static gboolean
is_purged (MpSimNetwork *self, MpSimPerson *person, const MpSimRequest *request)
{
  const char *text = g_uri_get_query (request->address);
  g_autoptr (GHashTable) query =
                 text != NULL ? g_uri_parse_params (text, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
  const char *since = query != NULL ? g_hash_table_lookup (query, "since") : NULL;
  g_autofree char *epoch = NULL;
  int64_t sequence;

  return since != NULL && self->listed_after[person->number - 1] < self->n_purges &&
         self->mutation != MP_SIM_PURGE_WITHOUT_LISTING &&
         mp_revision_parse (since, &epoch, &sequence) && sequence < self->purged;
}

static gboolean
is_listing (const MpSimRequest *request)
{
  const char *query = g_uri_get_query (request->address);

  return query != NULL && strstr (query, "limit=") != NULL && strstr (query, "since=") == NULL;
}

static void
keep_late (MpSimNetwork *self, MpSimPerson *person, const MpSimRequest *request)
{
  Late *late = g_new0 (Late, 1);

  late->person = person;
  late->authorization = g_strdup (request->authorization);
  late->address = g_uri_ref (request->address);
  late->body = g_bytes_ref (request->body);
  g_ptr_array_add (self->late, late);
}

static void
note_page (MpSimNetwork *self, JsonObject *answer)
{
  JsonArray *changes = mp_json_get_array (answer, "changes");
  JsonArray *results = mp_json_get_array (answer, "results");

  for (unsigned int i = 0; changes != NULL && i < json_array_get_length (changes); i++)
    {
      JsonObject *record = mp_json_get_object (mp_json_array_get_object (changes, i), "record");

      if (record != NULL)
        g_hash_table_add (self->pulled, g_strdup (mp_json_get_string (record, "id", "")));
    }
  for (unsigned int i = 0; results != NULL && i < json_array_get_length (results); i++)
    {
      JsonObject *result = mp_json_array_get_object (results, i);
      JsonObject *record = mp_json_get_object (result, "record");

      if (record != NULL && mp_json_get_boolean (result, "duplicate", FALSE))
        g_ptr_array_add (self->stale, mp_record_new_from_json (record, NULL));
    }
}

/* @answer: (transfer none): of a good response; it gets what the network does to it */
static MpHttpResponse *
bring_back (MpSimNetwork *self, MpHttpResponse *response)
{
  g_autoptr (MpHttpResponse) taken = response;
  g_autoptr (JsonObject) answer = NULL;

  if (mp_http_response_get_status (response) != 200 || self->mutation == MP_SIM_SOUND)
    return happens (self, self->lost_answer_in) ? NULL : g_steal_pointer (&taken);

  answer = read_body (mp_http_response_get_body (response));
  if (happens (self, self->lost_answer_in))
    {
      if (mp_json_get_array (answer, "changes") != NULL)
        {
          g_free (self->lost_cursor);
          self->lost_cursor = g_strdup (mp_json_get_string (answer, "cursor", NULL));
        }
      return NULL;
    }
  note_page (self, answer);
  mp_sim_break_answer (self->mutation, self->server, answer, self->ids);
  return mp_sim_response_new (200, g_steal_pointer (&answer));
}

static void
interrupt (MpSimNetwork *self, MpSimPerson *person)
{
  if (self->depth == 1 && !self->is_crashing && happens (self, 8))
    self->meanwhile (person, self->user_data);
}

/* One message, there and back. */
static MpHttpResponse *
ask_cb (const MpSimRequest *request, gpointer user_data)
{
  MpSimNetwork *self = user_data;
  MpSimPerson *person = self->people[g_uri_get_port (request->address) - 1];
  g_autoptr (GPtrArray) operations = read_operations (request->body);
  g_autoptr (MpHttpResponse) response = NULL;

  for (unsigned int i = 0; i < operations->len; i++)
    mp_sim_judge_sent (self->judge, person->number, operations->pdata[i]);
  interrupt (self, person);

  if (operations->len > 0 && happens (self, self->repeated_in))
    keep_late (self, person, request);
  if (happens (self, self->lost_request_in))
    return NULL;
  if (is_purged (self, person, request))
    return mp_sim_response_new (410, json_object_new ());
  if (is_listing (request))
    {
      self->listed_after[person->number - 1] = self->n_purges;
      if (self->mutation == MP_SIM_RESTORED_IS_TRUSTED)
        mp_sim_break_listing (person);
    }
  if (self->mutation == MP_SIM_EARLY_ANSWER && operations->len > 0 && happens (self, 5))
    {
      g_autoptr (JsonObject) body = read_body (request->body);

      return mp_sim_response_new (200, mp_sim_answer_early (self->server, body));
    }

  response = deliver (self, person, request);
  interrupt (self, person);
  return response != NULL ? bring_back (self, g_steal_pointer (&response)) : NULL;
}

MpSimNetwork *
mp_sim_network_new (MpSimServer *server,
                    MpSimJudge *judge,
                    MpSimMutation mutation,
                    MpSimChoose choose,
                    MpSimMeanwhile meanwhile,
                    gpointer user_data)
{
  MpSimNetwork *self = g_new0 (MpSimNetwork, 1);

  self->server = server;
  self->judge = judge;
  self->mutation = mutation;
  self->choose = choose;
  self->meanwhile = meanwhile;
  self->user_data = user_data;
  self->lost_request_in = 8 + choose (24, user_data);
  self->lost_answer_in = 4 + choose (16, user_data);
  self->repeated_in = 3 + choose (8, user_data);
  self->crash_in = 6 + choose (24, user_data);
  self->late = g_ptr_array_new_with_free_func ((GDestroyNotify) late_free);
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->pulled = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->stale = g_ptr_array_new_with_free_func (g_object_unref);
  mp_sim_http_set (ask_cb, self);
  return self;
}

void
mp_sim_network_free (MpSimNetwork *self)
{
  mp_sim_http_set (NULL, NULL);
  g_ptr_array_unref (self->late);
  g_hash_table_unref (self->ids);
  g_hash_table_unref (self->pulled);
  g_ptr_array_unref (self->stale);
  g_free (self->lost_cursor);
  g_free (self);
}

void
mp_sim_network_connect (MpSimNetwork *self, MpSimPerson *person)
{
  self->people[person->number - 1] = person;
}

static gboolean
is_expected (MpSimNetwork *self, const GError *error, gboolean crashed)
{
  return g_error_matches (error, MP_ERROR, MP_ERROR_OFFLINE) ||
         g_error_matches (error, MP_ERROR, MP_ERROR_UNAVAILABLE) ||
         (crashed && g_error_matches (error, MP_ERROR, MP_ERROR_STORAGE));
}

static void
run (MpSimNetwork *self, MpSimPerson *person, gboolean crashes)
{
  g_autoptr (GError) error = NULL;
  gboolean suspect = FALSE;
  gboolean crashed = FALSE;

  self->is_crashing = crashes;
  if (crashes)
    mp_test_vfs_arm (person->folder, MP_TEST_VFS_ANY,
                     1 + self->choose (CRASH_WITHIN, self->user_data), TRUE);
  if (!mp_sim_person_sync (person, &suspect, &error) || crashes)
    {
      crashed = crashes;
      if (error != NULL && (!self->is_faulty || !is_expected (self, error, crashed)))
        mp_sim_judge_complain (self->judge, "the sync failed", error->message);
    }
  if (crashed)
    {
      /* The disk stays dead until the program is gone: closing it writes nothing either. */
      mp_sim_person_stop (person);
      self->n_crashes += mp_test_vfs_disarm (person->folder).n_failed > 0 ? 1 : 0;
      mp_sim_person_start (person);
      self->is_crashing = FALSE;
    }
  if (suspect && self->mutation == MP_SIM_SOUND)
    mp_sim_judge_complain (self->judge, "the trail is suspected", person->folder);
}

void
mp_sim_network_sync (MpSimNetwork *self, MpSimPerson *person, gboolean is_faulty)
{
  g_hash_table_remove_all (self->pulled);
  g_ptr_array_set_size (self->stale, 0);
  g_clear_pointer (&self->lost_cursor, g_free);
  self->is_faulty = is_faulty;
  self->depth++;
  self->n_syncs++;
  if (self->depth == 1 && happens (self, 12))
    self->n_writes = 1 + self->choose (CRASH_WITHIN, self->user_data);
  run (self, person, self->depth == 1 && happens (self, self->crash_in));
  self->depth--;
  self->n_writes = 0;
  mp_sim_break_store (self->mutation, person, self->pulled, self->stale, self->lost_cursor);
}

gboolean
mp_sim_network_is_busy (MpSimNetwork *self)
{
  return self->depth > 0;
}

void
mp_sim_network_deliver_late (MpSimNetwork *self)
{
  Late *late;
  MpSimRequest request;

  if (self->late->len == 0)
    return;
  late = g_ptr_array_steal_index (self->late, self->choose (self->late->len, self->user_data));
  request = (MpSimRequest){
    .method = "POST",
    .address = late->address,
    .authorization = late->authorization,
    .body = late->body,
  };
  g_clear_object (&(MpHttpResponse *){ deliver (self, late->person, &request) });
  late_free (late);
}

void
mp_sim_network_drop_late (MpSimNetwork *self)
{
  g_ptr_array_set_size (self->late, 0);
}

void
mp_sim_network_purge (MpSimNetwork *self)
{
  const int64_t purged = mp_sim_server_purge (self->server);

  self->purged = MAX (self->purged, purged);
  self->n_purges++;
  if (self->mutation == MP_SIM_SHORT_OPERATION_LOG)
    mp_sim_server_forget_operations (self->server);
}

/* The numbers of the new epoch begin where the backup was made. */
void
mp_sim_network_restored (MpSimNetwork *self)
{
  self->purged = 0;
  mp_sim_network_drop_late (self);
}

unsigned int
mp_sim_network_get_n_crashes (MpSimNetwork *self)
{
  return self->n_crashes;
}

unsigned int
mp_sim_network_get_n_syncs (MpSimNetwork *self)
{
  return self->n_syncs;
}
