#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills the disk under the server: it says so, nothing is damaged, and it goes on when there is space again.

usage: test-full-disk.py PROGRAM sqlite|postgresql

The disk is a small tmpfs, which only root may mount; without that the test is skipped (77).
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import server

SIZE = "16m"
ROUNDS = 3
SKIP = 77


def mount(folder):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0777", "tmpfs", folder], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        print(f"no tmpfs can be mounted here: {done.stderr.strip()}")
        sys.exit(SKIP)


def fill(path):
    """Takes what is left of the disk."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, b"\0" * 4096)
    except OSError:
        os.close(file)


def make_tablespace(disk):
    """The tables lie on the small disk; the cluster's own log does not: a database server without it stops."""
    place = pathlib.Path(disk, "tables")
    place.mkdir()
    owner = pathlib.Path(os.environ["MP_TEST_POSTGRESQL_LOG"]).parent
    os.chown(place, owner.stat().st_uid, -1)
    server.Server.run_sql(f"CREATE TABLESPACE small LOCATION '{place}'", "GRANT CREATE ON TABLESPACE small TO mp_owner")
    return "small"


def write_until_refused(subject, connection, credential, acknowledged):
    while True:
        status, answer = subject.create(connection, "demo", credential, " " + "x" * 90)
        if status != 200:
            return status, answer
        acknowledged.add(answer)


def check(subject, connection, acknowledged):
    ids = subject.list_ids("demo")
    assert acknowledged <= ids, f"{len(acknowledged - ids)} acknowledged records are lost"
    for record in sorted(acknowledged)[:20]:
        status, _ = subject.ask(connection, "GET", f"/integration-settings/{record}")
        assert status == 200, status


def run(subject, disk):
    acknowledged = set()
    subject.start()
    connection = subject.connect()
    status, credential = subject.add_credential(connection, "demo")
    assert status == 201, credential
    for _ in range(ROUNDS):
        filler = pathlib.Path(disk, "filler")
        fill(filler)
        status, problem = write_until_refused(subject, connection, credential, acknowledged)
        assert status in (503, 507), (status, problem)
        assert problem["title"] and problem["detail"], problem
        check(subject, connection, acknowledged)  # reading goes on
        filler.unlink()
        for _ in range(20):
            status, record = subject.create(connection, "demo", credential)
            assert status == 200, (status, record)
            acknowledged.add(record)
    subject.verify()
    subject.kill()
    subject.start()
    check(subject, subject.connect(), acknowledged)
    subject.verify()
    subject.stop()
    return len(acknowledged)


def main():
    program, backend = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="mp-full-") as folder:
        os.chmod(folder, 0o755)
        disk = folder + "/disk"
        os.mkdir(disk)
        mount(disk)
        try:
            if backend == "postgresql":
                subject = server.Server(program, folder + "/data", backend, make_tablespace(disk))
            else:
                subject = server.Server(program, disk + "/data", backend)
            count = run(subject, disk)
        finally:
            subprocess.run(["umount", "-l", disk], check=False)
    print(f"{backend}: full {ROUNDS} times, {count} acknowledged writes, none lost, trails intact")


if __name__ == "__main__":
    main()
