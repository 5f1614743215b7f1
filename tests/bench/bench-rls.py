#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What row-level security costs at 100,000 tenants: the server's own statements on its own table and policy, beside a
table that is the same without a policy. Run beside tests/fixtures/with-postgresql.

usage: bench-rls.py PROGRAM [ROUNDS]

The rounds of both are taken in turn, and the cheapest of each counts.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "server/durability"))
import server  # noqa: E402

TENANTS = 100_000
RECORDS = 2
TRANSACTIONS = 10_000
# The tenants are kept apart twice, by the statements and by the policy; the second must be cheap.
MOST = 1.15

FILL = f"""
INSERT INTO tenant (id, name, created) SELECT 't' || t, 'Club', 1 FROM generate_series (1, {TENANTS}) AS t;
INSERT INTO record (tenant, id, sequence, archived, json)
  SELECT 't' || t, 'r' || r, r, false, '{{"name":"' || repeat ('x', 400) || '"}}'
  FROM generate_series (1, {TENANTS}) AS t, generate_series (1, {RECORDS}) AS r;
CREATE TABLE plain (LIKE record INCLUDING ALL);
ALTER TABLE plain ADD FOREIGN KEY (tenant) REFERENCES tenant (id);
INSERT INTO plain SELECT * FROM record;
GRANT SELECT, UPDATE ON plain TO mp_server;
"""

SETTING = rf"""\set t random(1, {TENANTS})
\set r random(1, {RECORDS})
\startpipeline
BEGIN;
SELECT set_config ('mp.tenant', 't' || :t, true);
"""

STATEMENTS = {
    "read one": "SELECT id, sequence, archived, json FROM {table} WHERE tenant = 't' || :t AND id = 'r' || :r;",
    "list": "SELECT id, sequence, archived, json FROM {table} WHERE tenant = 't' || :t AND archived = false AND id > ''"
            " ORDER BY id LIMIT 101;",
    "change": "UPDATE {table} SET archived = NOT archived WHERE tenant = 't' || :t AND id = 'r' || :r;",
}


def run_sql(database, sql):
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", f"{os.environ['MP_TEST_POSTGRESQL']} dbname={database}"],
                   input=sql, text=True, check=True)


def read_stat(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def ended_seconds(cluster):
    """The CPU time of all of the cluster's processes that have ended, which their parent knows."""
    fields = read_stat(cluster)
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def find_backends(cluster):
    """The processes that serve who connected as mp_server."""
    found = set()
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if read_stat(entry.name)[1] == cluster and b"mp_server" in (entry / "cmdline").read_bytes():
                found.add(entry)
        except OSError:
            pass
    return found


def cpu_us(folder, database, script):
    """Of one transaction, in the process that serves it: what else the machine does takes no part in that."""
    cluster = pathlib.Path(folder, "data/postmaster.pid").read_text().split()[0]
    before = ended_seconds(cluster)
    backends = set()
    with subprocess.Popen(["pgbench", "-h", folder, "-U", "mp_server", "-n", "-M", "prepared", "-c", "1", "-t",
                           str(TRANSACTIONS), "-f", str(script), database], stdout=subprocess.DEVNULL) as bench:
        while bench.poll() is None:
            backends |= find_backends(cluster)
            time.sleep(0.05)
    assert bench.returncode == 0 and backends
    # Their parent has counted them once they are gone.
    while any(backend.exists() for backend in backends):
        time.sleep(0.01)
    return (ended_seconds(cluster) - before) / TRANSACTIONS * 1e6


def main():
    program, *more = sys.argv[1:]
    rounds = int(more[0]) if more else 5
    if not shutil.which("pgbench"):
        print("pgbench is not installed")
        sys.exit(77)
    host = re.match(r"host=(\S+)", os.environ["MP_TEST_POSTGRESQL"]).group(1)
    worst = 0
    with tempfile.TemporaryDirectory(prefix="mp-bench-") as folder:
        database = server.Server(program, folder + "/data", "postgresql").database
        run_sql(database, FILL)
        run_sql(database, "VACUUM ANALYZE record; VACUUM ANALYZE plain;".replace("; ", ";\n"))
        for name, statement in STATEMENTS.items():
            best = {}
            for _ in range(rounds):
                for table in ("plain", "record"):
                    script = pathlib.Path(folder, "script.sql")
                    script.write_text(SETTING + statement.format(table=table) + "\nCOMMIT;\n\\endpipeline\n")
                    best[table] = min(best.get(table, 1e9), cpu_us(host, database, script))
            ratio = best["record"] / best["plain"]
            worst = max(worst, ratio)
            print(f"{name:9} without {best['plain']:7.1f} us of CPU, with row-level security {best['record']:7.1f} us: {ratio:.2f}")
    print(f"load {os.getloadavg()[0]:.1f}; at most {MOST}")
    sys.exit(0 if worst <= MOST else 1)


if __name__ == "__main__":
    main()
