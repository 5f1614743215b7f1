#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tenant server beside fastify on the same database: a GET and a durable PUT of a record of 1.5 KB.

usage: bench-server.py PROGRAM sqlite|postgresql [SECONDS [ROUNDS]]

MP_BENCH_MODULES is a folder in which "npm install fastify better-sqlite3@12 pg" was done; without it the program is
measured alone, and nothing has to hold. The rounds of the two are taken in turn; the best of each counts, and the least
CPU time. Each bound is a ratio of the two in one run; node runs optimised, so the program must be, too: build with
"meson setup --buildtype=release".
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "server/durability"))
import server  # noqa: E402

HERE = pathlib.Path(__file__).parent
TENANTS = 50
RECORDS = 10
CONNECTIONS = 64
NUMBER = "@@@@@@@@"  # of each request another one (requests.lua)
# What must hold, as ratios of ours to the peer's: (kind of request, figure, least, most).
BOUNDS = {
    "sqlite": (("GET", "cpu_us", None, 1 / 2), ("PUT", "rate", 3, None), ("PUT", "p99", None, 1 / 3),
               ("PUT", "rss", None, 1 / 4)),
    "postgresql": (("GET", "rate", 2, None), ("PUT", "rate", 1.5, None)),
}
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_mib(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def drive(pids, port, requests, seconds):
    """Sends the requests; answers what came of it."""
    environment = {**os.environ, "MP_REQUESTS": str(requests)}
    before = sum(map(cpu_seconds, pids))
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=10s", "-s", str(HERE / "requests.lua"),
                           f"http://127.0.0.1:{port}"], env=environment, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout.strip().split("\n")[-1])
    used = sum(map(cpu_seconds, pids)) - before
    assert result["errors"] == 0, (done.stdout, result)
    return {"rate": result["requests"] / result["us"] * 1e6, "p50": result["p50_ms"], "p99": result["p99_ms"],
            "cpu_us": used / max(1, result["requests"]) * 1e6, "rss": sum(map(peak_mib, pids))}


def best(rounds):
    return {"rate": max(r["rate"] for r in rounds), "p50": min(r["p50"] for r in rounds),
            "p99": min(r["p99"] for r in rounds), "cpu_us": min(r["cpu_us"] for r in rounds),
            "rss": statistics.median(r["rss"] for r in rounds)}


class Ours:
    """The tenant server, with its tenants and their records."""

    name = "mp-tenant-server"

    def __init__(self, program, folder, backend):
        self.folder = pathlib.Path(folder)
        self.subject = server.Server(program, folder + "/data", backend)
        config = self.folder / "server.conf"
        config.write_text("[limits]\nconnections=2000\nconnections-per-address=1000\nrequests-per-minute=0\n")
        self.subject.start(f"--config={config}")
        self.fill()

    def fill(self):
        subject = self.subject
        gets, puts = [], []
        for number in range(TENANTS):
            tenant = f"t{number}"
            subject.command("tenant", "add", tenant, "--name", tenant)
            token = subject.command("token", "add", tenant, "--role", "client_admin", "--actor", "anna").strip()
            subject.tokens[tenant] = token
            connection = subject.connect()
            _, key = subject.add_credential(connection, tenant)
            body = content(subject, connection, tenant, key)
            self.body = self.folder / f"{tenant}.json"
            self.body.write_text(json.dumps({**body, "name": f"Main integrations {NUMBER}"}, separators=(",", ":")))
            for _ in range(RECORDS):
                status, record = subject.ask(connection, "POST", "/integration-settings", tenant, body)
                assert status == 201, record
                path = f"/v1/tenants/{tenant}/integration-settings/{record['id']}"
                gets.append(f"GET {path} {token} -")
                puts.append(f"PUT {path} {token} {self.body}")
            connection.close()
        self.gets, self.puts = self.folder / "gets", self.folder / "puts"
        self.gets.write_text("\n".join(gets))
        self.puts.write_text("\n".join(puts))

    def pids(self):
        return [self.subject.process.pid]

    def port(self):
        return self.subject.port

    def stop(self):
        self.subject.stop()


def content(subject, connection, tenant, key):
    """A record that keeps the rules, of about 1.5 KB."""
    status, catalogue = subject.ask(connection, "GET", "/catalogue/member", tenant)
    assert status == 200, catalogue
    status, crm = subject.ask(connection, "POST", "/credentials", tenant, {
        "kind": "crm", "platform": "hubspot", "label": "CRM", "mode": "live", "hint": "0815",
        **subject.seal(connection, tenant, {"key": "pat-eu1-0815471108154711"})})
    assert status == 201, crm
    fields = {field["name"]: f"p_{number}" for number, field in enumerate(catalogue["fields"])
              if not field.get("locked")}
    return {"name": "Main integrations",
            "crm": {"platform": "hubspot", "api_key": crm["id"], "member_object": "contacts", "member_fields": fields,
                    "event_tag": "last_event", "course_tag": "courses"},
            "payment_gateway": {"platform": "stripe", "api_key": key}}


class Peer:
    """fastify, on the same kind of database."""

    def __init__(self, modules, folder, backend, body):
        self.name = "fastify + " + ("better-sqlite3" if backend == "sqlite" else "pg")
        self.folder = pathlib.Path(folder)
        self.body = body
        self.document = body.read_text()
        place = self.fill_file() if backend == "sqlite" else self.fill_cluster()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.number = probe.getsockname()[1]
        self.process = subprocess.Popen(["node", str(HERE / "peers/fastify.cjs"), modules, str(self.number), place])
        self.write_requests()
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.number), 0.2).close()
                break
            except OSError:
                time.sleep(0.05)

    def token(self, tenant):
        return f"tok{tenant:040d}"

    def write_requests(self):
        lines = [(tenant, record) for tenant in range(TENANTS) for record in range(RECORDS)]
        self.gets, self.puts = self.folder / "peer-gets", self.folder / "peer-puts"
        self.gets.write_text("\n".join(f"GET /settings/{r} {self.token(t)} -" for t, r in lines))
        self.puts.write_text("\n".join(f"PUT /settings/{r} {self.token(t)} {self.body}" for t, r in lines))

    def fill_file(self):
        path = self.folder / "peer.db"
        with sqlite3.connect(path) as database:
            database.executescript("CREATE TABLE token (hash BLOB PRIMARY KEY, tenant INT) WITHOUT ROWID;"
                                   "CREATE TABLE setting (tenant INT, id INT, version INT, doc TEXT, PRIMARY KEY (tenant, id));"
                                   "CREATE TABLE audit (n INTEGER PRIMARY KEY, tenant INT, id INT, doc TEXT);")
            database.executemany("INSERT INTO token VALUES (?, ?)", (
                (hashlib.sha256(self.token(t).encode()).digest(), t) for t in range(TENANTS)))
            database.executemany("INSERT INTO setting VALUES (?, ?, 1, ?)", (
                (t, r, self.document) for t in range(TENANTS) for r in range(RECORDS)))
        return str(path)

    def fill_cluster(self):
        server.Server.run_sql("CREATE DATABASE peer")
        sql = self.folder / "peer.sql"
        quoted = self.document.replace("'", "''")
        sql.write_text(
            "CREATE TABLE token (hash bytea PRIMARY KEY, tenant int);"
            f"INSERT INTO token SELECT sha256(('tok' || lpad(i::text, 40, '0'))::bytea), i FROM generate_series(0, {TENANTS - 1}) i;"
            "CREATE TABLE setting (tenant int, id int, version int, doc text, PRIMARY KEY (tenant, id));"
            f"INSERT INTO setting SELECT t, r, 1, '{quoted}' FROM generate_series(0, {TENANTS - 1}) t,"
            f" generate_series(0, {RECORDS - 1}) r;"
            "CREATE TABLE audit (n bigserial PRIMARY KEY, tenant int, id int, doc text);")
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(sql),
                        f"{os.environ['MP_TEST_POSTGRESQL']} dbname=peer"], check=True)
        folder = re.match(r"host=(\S+)", os.environ["MP_TEST_POSTGRESQL"]).group(1)
        return f"postgresql://postgres@/peer?host={folder}"

    def pids(self):
        return [self.process.pid]

    def port(self):
        return self.number

    def stop(self):
        self.process.terminate()
        self.process.wait()


def report(kind, ours, peer):
    for name, figures in (("mp-tenant-server", ours), peer):
        if figures:
            print(f"{kind} {name:28} {figures['rate']:8.0f}/s  p50 {figures['p50']:7.2f}  p99 {figures['p99']:7.2f} ms"
                  f"  cpu {figures['cpu_us']:6.0f} us  peak {figures['rss']:5.0f} MiB")
    figures = peer[1]
    if figures:
        print(f"{kind} ratio: rate {ours['rate'] / figures['rate']:.2f}, p99 {ours['p99'] / figures['p99']:.2f},"
              f" cpu {ours['cpu_us'] / figures['cpu_us']:.2f}, memory {ours['rss'] / figures['rss']:.2f}")


def check_bounds(backend, ours, peer):
    """Says each bound; answers whether all hold."""
    all_hold = True
    for kind, figure, least, most in BOUNDS[backend]:
        ratio = ours[kind][figure] / peer[kind][figure]
        holds = (least is None or ratio >= least) and (most is None or ratio <= most)
        bound = f"at least {least:.2f}" if least is not None else f"at most {most:.2f}"
        print(f"{'ok    ' if holds else 'BROKEN'} {kind} {figure}: {ratio:.2f} of {bound}")
        all_hold &= holds
    return all_hold


def measure(subjects, figures, seconds, rounds):
    for _ in range(rounds):
        for subject in subjects:
            for kind, requests in (("GET", subject.gets), ("PUT", subject.puts)):
                figures[subject.name, kind].append(drive(subject.pids(), subject.port(), requests, seconds))


def main():
    program, backend, *more = sys.argv[1:]
    seconds = int(more[0]) if more else 2
    rounds = int(more[1]) if len(more) > 1 else 3
    modules = os.environ.get("MP_BENCH_MODULES")
    if not shutil.which("wrk"):
        print("wrk is not installed")
        sys.exit(77)
    if modules and os.environ.get("MP_BENCH_BUILD", "release") != "release":
        print("node is optimised, this build is not: meson setup --buildtype=release")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="mp-bench-") as folder:
        ours = Ours(program, folder, backend)
        print(f"{TENANTS} tenants, {RECORDS} records each, {ours.body.stat().st_size} bytes; {CONNECTIONS} connections")
        subjects = [ours] + ([Peer(modules, folder, backend, ours.body)] if modules else [])
        figures = {(subject.name, kind): [] for subject in subjects for kind in ("GET", "PUT")}
        try:
            measure(subjects, figures, seconds, rounds)
        finally:
            for subject in subjects:
                subject.stop()
        found = [{kind: best(figures[subject.name, kind]) for kind in ("GET", "PUT")} for subject in subjects]
        for kind in ("GET", "PUT"):
            report(kind, found[0][kind], (subjects[1].name, found[1][kind]) if modules else ("", None))
        if modules and not check_bounds(backend, *found):
            sys.exit(1)


if __name__ == "__main__":
    main()
