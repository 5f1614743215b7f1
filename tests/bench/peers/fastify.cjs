// SPDX-License-Identifier: GPL-3.0-or-later
// What the tenant server is measured beside: the same two requests in fastify, on better-sqlite3 or on pg.
//
// usage: fastify.cjs MODULES PORT FILE.db | fastify.cjs MODULES PORT "postgresql://..."
'use strict';
const crypto = require('crypto');
const [, , modules, port, place] = process.argv;
const load = require('module').createRequire(modules + '/');
const app = load('fastify')();

const text = { type: 'string', minLength: 1 };
const schema = {
  body: {
    type: 'object',
    required: ['name', 'crm', 'payment_gateway'],
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 100 },
      crm: {
        type: 'object',
        required: ['platform', 'api_key', 'member_object', 'member_fields', 'event_tag'],
        properties: {
          platform: { enum: ['salesforce', 'hubspot'] },
          api_key: text,
          member_object: text,
          event_tag: text,
          member_fields: { type: 'object', additionalProperties: text },
        },
      },
      payment_gateway: { type: 'object', required: ['platform'], properties: { platform: text, api_key: text } },
    },
  },
};

const hash = (request) =>
  crypto.createHash('sha256').update((request.headers.authorization || '').slice('Bearer '.length)).digest();

function onSqlite() {
  const database = new (load('better-sqlite3'))(place);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const token = database.prepare('SELECT tenant FROM token WHERE hash = ?').pluck();
  const read = database.prepare('SELECT version, doc FROM setting WHERE tenant = ? AND id = ?');
  const write = database
    .prepare('UPDATE setting SET doc = ?, version = version + 1 WHERE tenant = ? AND id = ? RETURNING version')
    .pluck();
  const entry = database.prepare('INSERT INTO audit (tenant, id, doc) VALUES (?, ?, ?)');
  const change = database.transaction((doc, tenant, id) => {
    const version = write.get(doc, tenant, id);
    if (version !== undefined)
      entry.run(tenant, id, doc);
    return version;
  });
  return {
    get: async (request) => {
      const tenant = token.get(hash(request));
      return tenant === undefined ? undefined : read.get(tenant, request.params.id);
    },
    put: async (request, doc) => {
      const tenant = token.get(hash(request));
      return tenant === undefined ? undefined : change(doc, tenant, request.params.id);
    },
  };
}

function onPostgresql() {
  const pool = new (load('pg').Pool)({ connectionString: place, max: 16 });
  const read = 'SELECT version, doc FROM setting JOIN token USING (tenant) WHERE hash = $1 AND id = $2';
  const write =
    'WITH changed AS (UPDATE setting SET doc = $3, version = version + 1 FROM token' +
    ' WHERE token.hash = $1 AND setting.tenant = token.tenant AND id = $2 RETURNING setting.tenant, id, version),' +
    ' entry AS (INSERT INTO audit (tenant, id, doc) SELECT tenant, id, $3 FROM changed)' +
    ' SELECT version FROM changed';
  return {
    get: async (request) =>
      (await pool.query({ name: 'read', text: read, values: [hash(request), request.params.id] })).rows[0],
    put: async (request, doc) => {
      const answer = await pool.query({ name: 'write', text: write, values: [hash(request), request.params.id, doc] });
      return answer.rows.length ? answer.rows[0].version : undefined;
    },
  };
}

const store = place.startsWith('postgresql://') ? onPostgresql() : onSqlite();
app.get('/settings/:id', async (request, reply) => {
  const row = await store.get(request);
  reply.type('application/json');
  return row === undefined ? reply.code(404).send('{}') : `{"version":${row.version},"doc":${row.doc}}`;
});
app.put('/settings/:id', { schema }, async (request, reply) => {
  const version = await store.put(request, JSON.stringify(request.body));
  reply.type('application/json');
  return version === undefined ? reply.code(404).send('{}') : `{"version":${version}}`;
});
app.listen({ port: Number(port), host: '127.0.0.1' });
