#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup made while the server writes is whole; put back, it is the state of then, in a new epoch.

usage: test-backup.py PROGRAM sqlite|postgresql
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import server


def write_on(subject, credential, acknowledged, is_over):
    connection = subject.connect()
    while not is_over.is_set():
        status, record = subject.create(connection, "demo", credential)
        assert status == 200, record
        acknowledged.append(record)


def tool(*words, database):
    subprocess.run([*words, f"--dbname={os.environ['MP_TEST_POSTGRESQL']} user=mp_owner dbname={database}"], check=True)


def back_up(subject, file):
    if not subject.database:
        subject.command("backup", file)
        refuse(subject, "backup", file)  # what is there is not written over
        return
    refuse(subject, "backup", file)
    tool("pg_dump", "--format=custom", f"--file={file}", database=subject.database)


def restore(subject, file):
    if not subject.database:
        subject.command("restore", file)
        return
    refuse(subject, "restore", file)
    subject.run_sql(f"DROP DATABASE {subject.database}", f"CREATE DATABASE {subject.database} OWNER mp_owner")
    tool("pg_restore", file, database=subject.database)
    subject.command("restored")


def refuse(subject, *words):
    try:
        subject.command(*words)
    except AssertionError as error:
        assert "mp-tenant-server: " in str(error)
        return
    raise AssertionError(f"{words} was not refused")


def check_damage(subject, file):
    """What is damaged, or something else, is not put back."""
    before = subject.command("token", "list", "demo")
    content = bytearray(pathlib.Path(file).read_bytes())
    middle = len(content) // 2
    content[middle:middle + 4000] = os.urandom(4000)
    for number, bad in enumerate((bytes(content), b"no database", os.urandom(5000))):
        path = f"{file}.bad{number}"
        pathlib.Path(path).write_bytes(bad)
        refuse(subject, "restore", path)
    assert subject.command("token", "list", "demo") == before


def main():
    program, backend = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="mp-backup-") as folder:
        subject = server.Server(program, folder + "/data", backend)
        subject.start()
        connection = subject.connect()
        _, credential = subject.add_credential(connection, "demo")
        _, page = subject.ask(connection, "GET", "/changes?limit=1")
        before = [subject.create(connection, "demo", credential)[1] for _ in range(20)]
        acknowledged, is_over = [], threading.Event()

        writer = threading.Thread(target=write_on, args=(subject, credential, acknowledged, is_over))
        writer.start()
        file = folder + "/saved"
        back_up(subject, file)
        is_over.set()
        writer.join()
        _, later = subject.create(connection, "demo", credential)
        subject.stop()

        restore(subject, file)
        subject.start()
        ids = subject.list_ids("demo")
        assert set(before) <= ids and later not in ids
        # What there is of the writer's is the first of it, without a gap.
        kept = [record in ids for record in acknowledged]
        assert kept == sorted(kept, reverse=True), kept
        status, _ = subject.ask(subject.connect(), "GET", f"/changes?since={page['cursor']}")
        assert status == 410, status
        check_new_epoch(subject, page["epoch"])
        status, _ = subject.create(subject.connect(), "demo", credential)
        assert status == 200, status
        subject.verify()
        subject.stop()
        if backend == "sqlite":
            check_damage(subject, file)
            subject.command("doctor")
            os.chmod(subject.folder / "server.db", 0o644)
        find_problem(subject, "can be read by others" if backend == "sqlite" else "the setting fsync is off")


def check_new_epoch(subject, old_epoch):
    """Its first entry names the head that the trail goes on from, and a witness is told of the epoch."""
    connection = subject.connect()
    _, restored = subject.ask(connection, "GET", "/audit?action=server.restored")
    entry = restored["entries"][-1]["entry"]
    last = entry["sequence"] - 1
    _, before = subject.ask(connection, "GET", f"/audit?since={last - 1}&limit=1")
    assert entry["detail"] == f"continues from entry {last}, {before['entries'][0]['hash']}", entry
    _, proof = subject.ask(connection, "GET", f"/audit/proof?from={last}")
    assert proof["epoch"] != old_epoch and proof["digests"], proof


def find_problem(subject, words):
    """The doctor tells of it, and of what is well; the cluster of the tests does not wait for the disk."""
    done = subprocess.run([subject.program, "doctor", f"--data-dir={subject.folder}"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and words in done.stdout, done.stdout
    assert "The audit trail is intact" in done.stdout, done.stdout


if __name__ == "__main__":
    main()
