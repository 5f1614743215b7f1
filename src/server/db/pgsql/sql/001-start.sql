-- SPDX-License-Identifier: GPL-3.0-or-later
-- Times are microseconds since 1970 (UTC); 0 is "never" or "not yet".
--
-- Run by the owner of the database. The server's role, which the setting mp.role names, owns
-- nothing: row-level security holds it to the tenant that its transaction says (mp.tenant), and
-- where none is said it sees and writes nothing. What needs more than one tenant are the functions
-- at the end.

CREATE TABLE schema_version (version integer NOT NULL);
INSERT INTO schema_version VALUES (1);

CREATE TABLE meta (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  value text NOT NULL
);
INSERT INTO meta (name, value) VALUES ('epoch', gen_random_uuid ());

-- A transaction that writes for a tenant locks its row until the end, so the numbers of its feed
-- and of its audit trail become visible in their order.
CREATE TABLE tenant (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  name text NOT NULL,
  created bigint NOT NULL,
  sequence bigint NOT NULL DEFAULT 0,
  audit_sequence bigint NOT NULL DEFAULT 0,
  audit_hash text,
  audit_signature text
) WITH (fillfactor = 50);

CREATE TABLE token (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  tenant text COLLATE "C" NOT NULL REFERENCES tenant (id),
  hash text COLLATE "C" NOT NULL UNIQUE,
  actor text NOT NULL,
  role text NOT NULL
    CHECK (role IN ('client_user', 'client_admin', 'auditor', 'platform_admin')),
  created bigint NOT NULL,
  expires bigint NOT NULL DEFAULT 0,
  used bigint NOT NULL DEFAULT 0,
  revoked bigint NOT NULL DEFAULT 0
);
CREATE INDEX token_by_tenant ON token (tenant, created);

-- The feed is these two tables by sequence: each record and credential stands in it once, at its
-- newest state, and cannot disagree with itself.
CREATE TABLE record (
  tenant text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  archived boolean NOT NULL,
  json text NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX record_by_sequence ON record (tenant, sequence);

CREATE TABLE credential (
  tenant text COLLATE "C" NOT NULL REFERENCES tenant (id),
  id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  version bigint NOT NULL,
  revoked boolean NOT NULL,
  json text NOT NULL,
  PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX credential_by_sequence ON credential (tenant, sequence);

CREATE TABLE record_credential (
  tenant text COLLATE "C" NOT NULL,
  record text COLLATE "C" NOT NULL,
  credential text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, record, credential),
  FOREIGN KEY (tenant, record) REFERENCES record (tenant, id)
);
CREATE INDEX record_credential_by_credential ON record_credential (tenant, credential);

CREATE TABLE history (
  tenant text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  at bigint NOT NULL,
  actor text NOT NULL,
  json text NOT NULL,
  PRIMARY KEY (tenant, id, sequence),
  FOREIGN KEY (tenant, id) REFERENCES record (tenant, id)
);

CREATE TABLE secret (
  tenant text COLLATE "C" NOT NULL,
  credential text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  key_id text NOT NULL,
  ciphertext bytea NOT NULL,
  PRIMARY KEY (tenant, credential),
  FOREIGN KEY (tenant, credential) REFERENCES credential (tenant, id)
);
CREATE INDEX secret_by_key ON secret (key_id);

CREATE TABLE operation (
  tenant text COLLATE "C" NOT NULL REFERENCES tenant (id),
  op text COLLATE "C" NOT NULL,
  result text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (tenant, op)
);
CREATE INDEX operation_by_time ON operation (at);

CREATE TABLE audit (
  tenant text COLLATE "C" NOT NULL REFERENCES tenant (id),
  sequence bigint NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  resource text,
  entry text NOT NULL,
  hash text NOT NULL,
  PRIMARY KEY (tenant, sequence)
);

-- Against our own mistakes; against somebody with the database, the hash chain.
CREATE FUNCTION mp_refuse () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit entries are neither changed nor deleted';
END $$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION mp_refuse ();

DO $$
DECLARE
  tables text[] := ARRAY['token', 'record', 'credential', 'record_credential', 'history', 'secret',
                         'operation', 'audit'];
  name text;
BEGIN
  FOREACH name IN ARRAY tables LOOP
    EXECUTE format ('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format ('CREATE POLICY own ON %I USING (tenant = current_setting (''mp.tenant'', true))',
                    name);
  END LOOP;
END $$;
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tenant USING (id = current_setting ('mp.tenant', true));
-- Whoever comes with a token is known by it, before the tenant is.
CREATE POLICY presented ON token FOR SELECT USING (hash = current_setting ('mp.token', true));

CREATE FUNCTION mp_tenants () RETURNS TABLE (id text, name text, created bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT id, name, created FROM public.tenant ORDER BY id COLLATE "C";
$$;

CREATE FUNCTION mp_secrets_not_under (key text, most bigint)
RETURNS TABLE (tenant text, credential text, version bigint, key_id text, ciphertext bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT tenant, credential, version, key_id, ciphertext FROM public.secret
    WHERE key_id <> key LIMIT most;
$$;

CREATE FUNCTION mp_purge_operations (before bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  DELETE FROM public.operation WHERE at < before;
$$;

REVOKE ALL ON FUNCTION mp_tenants (), mp_secrets_not_under (text, bigint),
  mp_purge_operations (bigint) FROM PUBLIC;

DO $$
DECLARE
  role text := current_setting ('mp.role');
BEGIN
  EXECUTE format ('GRANT USAGE ON SCHEMA public TO %I', role);
  EXECUTE format ('GRANT SELECT ON schema_version TO %I', role);
  EXECUTE format ('GRANT SELECT, INSERT, UPDATE ON meta, tenant, token, record, credential TO %I',
                  role);
  EXECUTE format ('GRANT SELECT, INSERT, DELETE ON record_credential TO %I', role);
  EXECUTE format ('GRANT SELECT, INSERT, UPDATE, DELETE ON secret TO %I', role);
  EXECUTE format ('GRANT SELECT, INSERT ON history, operation, audit TO %I', role);
  EXECUTE format ('GRANT EXECUTE ON FUNCTION mp_tenants (), mp_secrets_not_under (text, bigint),'
                  ' mp_purge_operations (bigint) TO %I', role);
END $$;
