-- One tenant's settings on one computer. Bodies are JSON; a digest is the SHA-256 of a body's
-- canonical form, because SQLite does not notice flipped bits in content.

CREATE TABLE records (
  id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  created_by TEXT,
  base TEXT,                           -- the server's state as last seen; NULL: it has none
  base_revision TEXT,
  digest TEXT,                         -- of base
  errors TEXT,                         -- the server's field errors
  version INTEGER NOT NULL DEFAULT 1,  -- one more with each change here
  listed INTEGER NOT NULL DEFAULT 1,   -- 0: not yet come again in a complete listing
  CHECK ((base IS NULL) = (digest IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  op TEXT UNIQUE,  -- NULL: settings that are not frozen yet
  kind TEXT NOT NULL CHECK (kind IN ('settings', 'credential')),
  target TEXT NOT NULL,
  action TEXT NOT NULL,
  body TEXT NOT NULL,
  digest TEXT NOT NULL,
  -- pending: may still change; in-flight: frozen; held: refused, waits for an edit;
  -- unsealed: the server retired the key that the secret was sealed to
  state TEXT NOT NULL CHECK (state IN ('pending', 'in-flight', 'held', 'unsealed'))
) STRICT;

CREATE UNIQUE INDEX outbox_one_in_flight ON outbox (target)
  WHERE kind = 'settings' AND state = 'in-flight';
CREATE UNIQUE INDEX outbox_one_pending ON outbox (target)
  WHERE kind = 'settings' AND state <> 'in-flight';
CREATE INDEX outbox_by_target ON outbox (target);

CREATE TABLE conflicts (
  record TEXT NOT NULL REFERENCES records (id) ON DELETE CASCADE,
  path TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (record, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE edits (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  record TEXT NOT NULL REFERENCES records (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;

CREATE INDEX edits_by_record ON edits (record, position);

CREATE TABLE credentials (
  id TEXT PRIMARY KEY,
  base TEXT,    -- as the server told it
  local TEXT,   -- as it is shown while operations on it are under way
  listed INTEGER NOT NULL DEFAULT 1,
  CHECK (base IS NOT NULL OR local IS NOT NULL)
) STRICT, WITHOUT ROWID;

-- Of which credentials this computer's keyring has the secret; never the secret.
CREATE TABLE keys (
  credential TEXT PRIMARY KEY,
  version INTEGER NOT NULL CHECK (version > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE cache (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL,
  fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA application_id = 0x4d505354;
PRAGMA user_version = 1;
