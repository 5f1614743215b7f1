#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sync of a desktop with the tenant server: what it must reach, and PouchDB beside it.

usage: bench-sync.py SERVER CLIENT [RECORDS]

Both are real: SQLite files, HTTP over loopback, every commit on the disk, records of 60 mapped fields. MP_BENCH_MODULES is
a folder in which "npm install pouchdb@9.0.0 express-pouchdb@4.2.0" was done; without it the ratios to PouchDB are left
out. Fails when a bound is not kept; a machine that is busy with something else keeps few.
"""
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import socket
import sqlite3
import statistics
import string
import struct
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "server/durability"))
import server  # noqa: E402

MEMBER_FIELDS, ORDER_FIELDS = 40, 20
RECORD_BYTES = 1521
BATCH = 500  # PouchDB's
EDITS = 100
ROUNDS = 3
DIGITS = string.digits + string.ascii_lowercase


class Proxy:
    """Passes bytes on between desktop and server, and counts them and the requests."""

    def __init__(self, port):
        self.target = port
        self.up = self.down = self.requests = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            peer = socket.create_connection(("127.0.0.1", self.target))
            for end in (client, peer):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.pump, args=(client, peer, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(peer, client, False), daemon=True).start()

    def pump(self, source, sink, is_up):
        while True:
            try:
                data = source.recv(1 << 16)
            except OSError:
                data = b""
            if not data:
                try:
                    sink.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                return
            with self.lock:
                if is_up:
                    self.up += len(data)
                    self.requests += len(re.findall(rb"(?:GET|POST) /\S+ HTTP/1\.1\r\n", data))
                else:
                    self.down += len(data)
            sink.sendall(data)

    def take(self):
        with self.lock:
            taken = {"bytes": self.up + self.down, "requests": self.requests}
            self.up = self.down = self.requests = 0
        return taken


def status_mib(pid, name):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(name + r":\s+(\d+)", text).group(1)) / 1024


def word(chance, prefix):
    number, text = chance.randrange(10 ** 6), ""
    while True:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
        if not number:
            return prefix + text


def words(chance, prefix, count):
    """No two alike: a field is the target of at most one."""
    found = {}
    while len(found) < count:
        found[word(chance, prefix)] = None
    return found


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def mark(*values):
    """What a row of a store is known again by (mp_digest, src/store/mp-store-sql.c)."""
    text = b"".join(struct.pack("<q", -1) if value is None else struct.pack("<q", len(value)) + value.encode() for value in values)
    return hashlib.sha256(text).hexdigest()


def nest(name, body):
    """The same record for PouchDB."""
    document = {"_id": name}
    for path, value in json.loads(body)["set"].items():
        *parents, leaf = path[1:].split("/")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        place[leaf] = value
    return canonical(document)


class Desktop:
    """A store in a folder, and the program that syncs it."""

    def __init__(self, client, folder, port, tenant, token):
        self.client, self.folder, self.tenant, self.token = client, folder, tenant, token
        self.port = port
        self.call("make")

    def call(self, *words, text=None):
        done = subprocess.run([self.client, str(self.folder), *words], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words[:1], done.returncode, done.stderr[-2000:])
        return json.loads(done.stdout) if done.stdout else None

    def sync(self, port=None):
        return self.call("run", f"http://127.0.0.1:{port or self.port}", self.tenant, self.token)

    def connect(self):
        return sqlite3.connect(self.folder / "settings.sqlite")

    def fill(self, bodies):
        """As that many new records leave it that never went to a server."""
        now = time.time_ns() // 1000
        with self.connect() as database:
            for number, (record, body) in enumerate(bodies, 1):
                database.execute("INSERT INTO records (id, created_at, created_by, mark) VALUES (?, ?, 'anna', ?)",
                                 (record, now, mark(record, str(now), "anna", None, None)))
                database.execute("INSERT INTO outbox (position, kind, target, action, state, body, digest, mark)"
                                 " VALUES (?, 'settings', ?, 'pending', 'pending', ?, ?, ?)",
                                 (number, record, body, hashlib.sha256(body.encode()).hexdigest(),
                                  mark(None, "settings", record, "pending", "pending")))
        database.close()

    def edit(self, count, value):
        database = self.connect()
        ids = [row[0] for row in database.execute("SELECT id FROM records ORDER BY id LIMIT ?", (7 * count,))][::7]
        database.close()
        return self.call("edit", str(len(ids)), value, text="\n".join(ids) + "\n")


class Subject:
    """The tenant server with two tenants whose records are alike."""

    def __init__(self, program, folder):
        self.folder = pathlib.Path(folder)
        self.server = server.Server(program, self.folder / "data", "sqlite")
        config = self.folder / "server.conf"
        config.write_text("[limits]\nrequests-per-minute=0\n")
        self.server.start(f"--config={config}")
        self.pid = self.server.process.pid
        self.templates = {tenant: self.make_template(tenant) for tenant in server.TENANTS}

    def make_template(self, tenant):
        connection = self.server.connect()
        status, key = self.server.add_credential(connection, tenant)
        assert status == 201, key
        status, crm = self.server.ask(connection, "POST", "/credentials", tenant, {
            "kind": "crm", "platform": "hubspot", "label": "CRM", "mode": "live", "hint": "0815",
            **self.server.seal(connection, tenant, {"key": "pat-eu1-0815471108154711"})})
        assert status == 201, crm
        names = {}
        for kind, count in (("member", MEMBER_FIELDS), ("order", ORDER_FIELDS)):
            status, catalogue = self.server.ask(connection, "GET", f"/catalogue/{kind}", tenant)
            assert status == 200, catalogue
            fields = [field for field in catalogue["fields"] if field["name"] != "crmId"]
            fields.sort(key=lambda field: (not field["required"], len(field["name"])))
            names[kind] = [field["name"] for field in fields[:count]]
        connection.close()
        return {"key": key, "crm": crm["id"], "names": names}

    def make_bodies(self, tenant, count):
        """The pending changes of new records: (id, JSON)."""
        template = self.templates[tenant]
        chance = random.Random(count)
        start = time.time_ns() // 10 ** 6
        for number in range(count):
            fields = dict(zip((f"/crm/member_fields/{name}" for name in template["names"]["member"]),
                              words(chance, "c_", MEMBER_FIELDS)))
            fields |= dict(zip((f"/crm/order_fields/{name}" for name in template["names"]["order"]),
                               words(chance, "o_", ORDER_FIELDS)))
            fields |= {"/name": f"R{number}", "/crm/platform": "hubspot", "/crm/api_key": template["crm"],
                       "/crm/member_object": f"Contact_{chance.randrange(97)}", "/crm/event_tag": f"evt_{chance.randrange(9973)}",
                       "/crm/course_tag": f"crs_{chance.randrange(9973)}", "/crm/order_object": f"Deal_{chance.randrange(97)}",
                       "/payment_gateway/platform": "stripe", "/payment_gateway/api_key": template["key"]}
            stamp = start + number // 4096
            name = f"{stamp >> 16:08x}-{stamp & 0xffff:04x}-7{number % 4096:03x}-{0x8000 | chance.randrange(1 << 14):04x}-" \
                   f"{chance.randrange(1 << 48):012x}"
            yield name, canonical({"create": True, "expect": {}, "lifecycle": "none", "set": fields})

    def desktop(self, client, name, tenant):
        return Desktop(client, self.folder / name, self.server.port, tenant, self.server.tokens[tenant])

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        self.idle = status_mib(self.pid, "VmRSS")

    def extra_mib(self):
        return status_mib(self.pid, "VmHWM") - self.idle


class Pouch:
    """PouchDB, and its server in Node on LevelDB."""

    def __init__(self, modules, folder):
        self.folder = folder
        self.environment = {**os.environ, "MP_BENCH_MODULES": modules}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(["node", str(HERE / "peers/pouchdb-server.cjs"), str(self.port), str(folder / "server")],
                                        env=self.environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline().strip() == "ready"

    def call(self, *words):
        done = subprocess.run(["node", str(HERE / "peers/pouchdb-client.cjs"), f"http://127.0.0.1:{self.port}/settings",
                               str(BATCH), *map(str, words)], env=self.environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    def measure(self, records):
        documents = self.folder / "documents"
        with documents.open("w") as lines:
            for document in records:
                lines.write(document + "\n")
        first, second = self.folder / "first", self.folder / "second"
        self.call("fill", first, documents)
        figures = {"push": self.call("push", first), "pull": self.call("pull", second), "edits": []}
        self.call("push", first)
        for _ in range(ROUNDS):
            self.call("edit", first, EDITS)
            figures["edits"].append(self.call("push", first)["ms"])
        return figures

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Verdict:
    """The bounds, and whether all were kept."""

    def __init__(self):
        self.is_kept = True

    def most(self, what, value, unit, limit):
        self.note(value <= limit, f"{what}: {value:,.1f} {unit}, at most {limit:,.1f}")

    def least(self, what, value, unit, limit):
        self.note(value >= limit, f"{what}: {value:,.1f} {unit}, at least {limit:,.1f}")

    def note(self, is_kept, text):
        print(f"{'ok  ' if is_kept else 'OVER'}  {text}", flush=True)
        self.is_kept &= is_kept


def measure_commit(folder):
    """The median of one durable change of a record's text, by SQLite alone."""
    database = sqlite3.connect(folder / "bare.db", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE record (id INTEGER PRIMARY KEY, json TEXT)")
    database.executemany("INSERT INTO record VALUES (?, ?)", ((i, "x" * RECORD_BYTES) for i in range(EDITS)))
    times = []
    for i in range(2 * EDITS):
        start = time.perf_counter()
        database.execute("UPDATE record SET json = ? WHERE id = ?", (str(i).ljust(RECORD_BYTES, "y"), i % EDITS))
        times.append((time.perf_counter() - start) * 1e3)
    database.close()
    return statistics.median(times)


def measure_first(subject, client, count, verdict):
    """The first push and pull; answers the rates."""
    rates = {}
    desktop = subject.desktop(client, "first", "demo")
    desktop.fill(subject.make_bodies("demo", count))
    subject.forget_peak()
    push = desktop.sync()
    assert push["pushed"] == count, push
    verdict.most("memory, push, server", subject.extra_mib(), "MiB", 64)
    verdict.most("memory, push, desktop", push["extra_mib"], "MiB", 32)
    rates["push"] = count / push["ms"] * 1e3
    other = subject.desktop(client, "second", "demo")
    subject.forget_peak()
    pull = other.sync()
    assert pull["pulled"] >= count, pull
    verdict.most("memory, pull, server", subject.extra_mib(), "MiB", 64)
    verdict.most("memory, pull, desktop", pull["extra_mib"], "MiB", 32)
    rates["pull"] = count / pull["ms"] * 1e3
    print(f"      desktop's CPU: push {push['cpu_ms'] / count * 1e3:.0f}, pull {pull['cpu_ms'] / count * 1e3:.0f} us a record")
    return rates, desktop, other


def measure_bytes(subject, client, count, verdict):
    proxy = Proxy(subject.server.port)
    desktop = subject.desktop(client, "third", "other")
    desktop.fill(subject.make_bodies("other", count))
    assert desktop.sync(proxy.port)["pushed"] == count
    verdict.most("bytes, push of 100,000", proxy.take()["bytes"] / count * 1e5 / 1e6, "MB", 60)
    other = subject.desktop(client, "fourth", "other")
    assert other.sync(proxy.port)["pulled"] >= count
    verdict.most("bytes, pull of 100,000", proxy.take()["bytes"] / count * 1e5 / 1e6, "MB", 40)


def measure_little(subject, first, second, verdict):
    """Nothing changed, and a hundred fields; answers how long those took."""
    proxy = Proxy(subject.server.port)
    first.sync()
    second.sync()
    second.sync(proxy.port)
    nothing = proxy.take()
    verdict.most("nothing changed", nothing["requests"], "requests", 1)
    verdict.most("nothing changed", nothing["bytes"], "bytes", 600)
    times, latencies = [], []
    for number in range(ROUNDS + 1):
        latencies.append(second.edit(EDITS, f"changed{number}")["median_ms"])
        done = second.sync(proxy.port if number == 0 else None)
        assert done["pushed"] == EDITS, done
        if number == 0:
            little = proxy.take()
            verdict.most("100 one-field changes", little["requests"], "requests", 1)
            verdict.most("100 one-field changes", little["bytes"] / 1e3, "KB", 20)
        else:
            times.append(done["ms"])
    return statistics.median(times), statistics.median(latencies)


def main():
    program, client, *more = sys.argv[1:]
    count = int(more[0]) if more else 100_000
    modules = os.environ.get("MP_BENCH_MODULES")
    verdict = Verdict()
    print(f"load {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory(prefix="mp-bench-") as name:
        folder = pathlib.Path(name)
        subject = Subject(program, folder)
        try:
            rates, first, second = measure_first(subject, client, count, verdict)
            connection = subject.server.connect()
            record = subject.server.ask(connection, "GET", "/changes?limit=10", "demo")[1]["changes"][-1]["record"]
            connection.close()
            print(f"{count} records of {len(canonical(record))} bytes on the wire; load {os.getloadavg()[0]:.2f}")
            verdict.least("first push", rates["push"], "records/s", 15_000)
            verdict.least("first pull", rates["pull"], "records/s", 20_000)
            measure_bytes(subject, client, count, verdict)
            little_ms, edit_ms = measure_little(subject, first, second, verdict)
            bare_ms = measure_commit(folder)
            print(f"      an edit {edit_ms:.3f} ms, a bare commit {bare_ms:.3f} ms, 100 changes {little_ms:.1f} ms")
            verdict.most("an edit shown as saved", edit_ms / bare_ms, "times a bare commit", 1.5)
        finally:
            subject.server.stop()
        if modules and shutil.which("node"):
            pouch = Pouch(modules, folder)
            try:
                peer = pouch.measure(nest(name, body) for name, body in subject.make_bodies("demo", count))
            finally:
                pouch.stop()
            print(f"      PouchDB: push {peer['push']['rate']:.0f}/s, pull {peer['pull']['rate']:.0f}/s, 100 changes"
                  f" {statistics.median(peer['edits']):.1f} ms; load {os.getloadavg()[0]:.2f}")
            verdict.least("first push", rates["push"] / peer["push"]["rate"], "times PouchDB's", 4)
            verdict.least("first pull", rates["pull"] / peer["pull"]["rate"], "times PouchDB's", 6)
            verdict.most("100 one-field changes", little_ms / statistics.median(peer["edits"]), "of PouchDB's time", 1 / 3)
        else:
            print("      PouchDB is not here (MP_BENCH_MODULES, node): its ratios are left out")
    sys.exit(0 if verdict.is_kept else 1)


if __name__ == "__main__":
    main()
