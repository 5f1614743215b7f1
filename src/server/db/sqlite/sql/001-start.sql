-- SPDX-License-Identifier: GPL-3.0-or-later
-- Times are microseconds since 1970 (UTC); 0 is "never" or "not yet".

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenant (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  sequence INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE token (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenant (id),
  hash TEXT NOT NULL UNIQUE,
  actor TEXT NOT NULL,
  role TEXT NOT NULL
    CHECK (role IN ('client_user', 'client_admin', 'auditor', 'platform_admin')),
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL DEFAULT 0,
  used INTEGER NOT NULL DEFAULT 0,
  revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX token_by_tenant ON token (tenant, created);

-- The feed is these two tables by sequence: each record and credential stands in it once, at its
-- newest state, and cannot disagree with itself.
CREATE TABLE record (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  archived INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE UNIQUE INDEX record_by_sequence ON record (tenant, sequence);

CREATE TABLE credential (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  version INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE UNIQUE INDEX credential_by_sequence ON credential (tenant, sequence);

CREATE TABLE record_credential (
  tenant TEXT NOT NULL,
  record TEXT NOT NULL,
  credential TEXT NOT NULL,
  PRIMARY KEY (tenant, record, credential),
  FOREIGN KEY (tenant, record) REFERENCES record (tenant, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_credential_by_credential ON record_credential (tenant, credential);

CREATE TABLE history (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  json TEXT NOT NULL,
  PRIMARY KEY (tenant, id, sequence),
  FOREIGN KEY (tenant, id) REFERENCES record (tenant, id)
) STRICT;

CREATE TABLE secret (
  tenant TEXT NOT NULL,
  credential TEXT NOT NULL,
  version INTEGER NOT NULL,
  key_id TEXT NOT NULL,
  ciphertext BLOB NOT NULL,
  PRIMARY KEY (tenant, credential),
  FOREIGN KEY (tenant, credential) REFERENCES credential (tenant, id)
) STRICT;
CREATE INDEX secret_by_key ON secret (key_id);

CREATE TABLE operation (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  op TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (tenant, op)
) STRICT;
CREATE INDEX operation_by_time ON operation (at);

CREATE TABLE audit (
  tenant TEXT NOT NULL REFERENCES tenant (id),
  sequence INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  resource TEXT,
  entry TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant, sequence)
) STRICT;

CREATE TABLE audit_head (
  tenant TEXT NOT NULL PRIMARY KEY REFERENCES tenant (id),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;

-- Against our own mistakes; against somebody with the file, the hash chain.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE (ABORT, 'audit entries are not changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE (ABORT, 'audit entries are not deleted'); END;

PRAGMA user_version = 1;
