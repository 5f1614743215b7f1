// SPDX-License-Identifier: GPL-3.0-or-later
// PouchDB's own server on LevelDB: node pouchdb-server.cjs PORT FOLDER
const need = require('node:module').createRequire(process.env.MP_BENCH_MODULES + '/x.js');
const [, , port, folder] = process.argv;
require('node:fs').mkdirSync(folder, { recursive: true });
const PouchDB = need('pouchdb').defaults({ prefix: folder + '/' });
const app = need('express-pouchdb')(PouchDB, { mode: 'minimumForPouchDB', logPath: folder + '/log', inMemoryConfig: true });
app.listen(+port, '127.0.0.1', () => console.log('ready'));
