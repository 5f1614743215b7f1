-- A mark is mp_digest () of a row's other columns (where a body has a digest of its own: of the
-- columns beside it), because SQLite does not notice flipped bits in content.

ALTER TABLE records ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE records SET mark = mp_digest (id, created_at, created_by, base_revision, errors);

ALTER TABLE outbox ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE outbox SET mark = mp_digest (op, kind, target, action, state);

ALTER TABLE conflicts ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE conflicts SET mark = mp_digest (record, path, body);

-- archived: 1, 0: the edit archived the record or brought it back.
-- undone: it was taken back, and can be made again.
ALTER TABLE edits ADD COLUMN archived INTEGER CHECK (archived IN (0, 1));
ALTER TABLE edits ADD COLUMN undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1));
ALTER TABLE edits ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE edits SET mark = mp_digest (record, at, before, after, archived, undone);
CREATE INDEX edits_undone ON edits (position) WHERE undone = 1;

ALTER TABLE credentials ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE credentials SET mark = mp_digest (id, base, local);

ALTER TABLE keys ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE keys SET mark = mp_digest (credential, version);

ALTER TABLE cache ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE cache SET mark = mp_digest (name, body, fetched_at);

ALTER TABLE meta ADD COLUMN mark TEXT NOT NULL DEFAULT '';
UPDATE meta SET mark = mp_digest (name, value);

PRAGMA user_version = 2;
