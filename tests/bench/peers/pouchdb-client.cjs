// SPDX-License-Identifier: GPL-3.0-or-later
// node pouchdb-client.cjs URL BATCH fill FOLDER FILE | push FOLDER | pull FOLDER | edit FOLDER COUNT; tells what it did.
const need = require('node:module').createRequire(process.env.MP_BENCH_MODULES + '/x.js');
const PouchDB = need('pouchdb'), fs = require('node:fs'), readline = require('node:readline');
const [, , url, batch, task, folder, argument] = process.argv;
const options = { batch_size: +batch, batches_limit: 10 };

async function fill(local) {
  let some = [], count = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(argument) })) {
    some.push(JSON.parse(line));
    count++;
    if (some.length === 1000) { await local.bulkDocs(some); some = []; }
  }
  await local.bulkDocs(some);
  return count;
}

async function edit(local) {
  const rows = (await local.allDocs({ include_docs: true, limit: argument * 7 })).rows.filter((_, i) => i % 7 === 0);
  const documents = rows.map(row => row.doc);
  documents.forEach((document, i) => { document.crm.member_fields.email = `changed_${Date.now()}_${i}`; });
  return (await local.bulkDocs(documents)).filter(result => result.ok).length;
}

(async () => {
  const local = new PouchDB(folder, { revs_limit: 1000 });
  await local.info();
  const start = process.hrtime.bigint();
  let count;
  if (task === 'fill') count = await fill(local);
  else if (task === 'edit') count = await edit(local);
  else count = (await (task === 'push' ? local.replicate.to : local.replicate.from)(new PouchDB(url), options)).docs_written;
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  console.log(JSON.stringify({ count, ms, rate: count / ms * 1000 }));
  process.exit(0);
})();
