#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the desktop, the server or both in the middle of their syncs, again and again: nothing that was said to be
saved is lost, nothing is there twice, and in the end nothing waits.

usage: test-kill.py SERVER-PROGRAM WORKER-PROGRAM [ROUNDS-OF-EACH [SEED]]
"""
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "server" / "durability"))
import server  # noqa: E402

EDITED = "01890a5d-ac96-774b-bcce-b302099a8057"
LONGEST_S = 0.12


class Desktop:
    def __init__(self, program, folder, subject, credential):
        self.program, self.folder, self.subject, self.credential = program, folder, subject, credential
        self.number = 0
        self.process = None
        self.saved = {}  # record -> the last name that was said to be saved

    def words(self, what):
        return [self.program, what, self.folder, f"http://127.0.0.1:{self.subject.port}", self.subject.tokens["demo"],
                self.credential, str(self.number)]

    def start(self):
        self.number += 1
        self.process = subprocess.Popen(self.words("work"), stdout=subprocess.PIPE, text=True)
        self.take(self.process.stdout.readline())

    def take(self, line):
        word, record, name = line.split()
        assert word == "saved", line
        self.saved[record] = name

    def kill(self):
        self.process.kill()
        for line in self.process.communicate()[0].split("\n"):
            if line.count(" ") == 2 and line.startswith("saved "):
                self.take(line)

    def finish(self):
        done = subprocess.run(self.words("finish"), capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        word, n_records, n_conflicts = done.stdout.split()
        assert word == "settled" and n_conflicts == "0", done.stdout
        return int(n_records)


def order(name):
    return tuple(map(int, name.split("-")))


def check(subject, desktop):
    n_records = desktop.finish()
    connection = subject.connect()
    names, path = {}, "/changes?limit=500"
    while True:
        status, page = subject.ask(connection, "GET", path)
        assert status == 200, page
        for change in page["changes"]:
            if change["kind"] == "settings":
                names[change["record"]["id"]] = change["record"]["name"]
        if not page["more"]:
            break
        path = f"/changes?limit=500&since={page['cursor']}"
    assert len(names) == n_records, f"{len(names)} records there, {n_records} here"
    for record, name in desktop.saved.items():
        assert record in names, f"{record} {name} was saved and is lost"
        # A later one may have been saved without having been said so.
        is_there = order(names[record]) >= order(name) if record == EDITED else names[record] == name
        assert is_there, f"{record} was {name} and is {names[record]}"
    single = [name for record, name in names.items() if record != EDITED]
    assert len(single) == len(set(single)), "a record is there twice"
    for record in list(desktop.saved)[-20:]:
        if record != EDITED:
            status, history = subject.ask(connection, "GET", f"/integration-settings/{record}/history")
            assert status == 200 and len(history["items"]) == 1, (record, history)
    subject.verify()
    return len(names)


def main():
    program, worker, *more = sys.argv[1:]
    rounds = int(more[0]) if more else 6
    chance = random.Random(int(more[1]) if len(more) > 1 else 1)
    with tempfile.TemporaryDirectory(prefix="mp-kill-") as folder:
        subject = server.Server(program, folder + "/data", "sqlite")
        subject.start()
        status, credential = subject.add_credential(subject.connect(), "demo")
        assert status == 201, credential
        desktop = Desktop(worker, folder + "/desktop", subject, credential)
        for victims in (("client",), ("server",), ("client", "server")):
            for number in range(rounds):
                desktop.start()
                time.sleep(chance.uniform(0, LONGEST_S))
                if "server" in victims:
                    subject.kill()
                    time.sleep(chance.uniform(0, LONGEST_S / 4))
                desktop.kill()
                if "server" in victims:
                    subject.start()
                if number % 50 == 49:
                    check(subject, desktop)
            kept = check(subject, desktop)
            print(f"{' and '.join(victims)}: {rounds} kills, {kept} records: none lost, none twice, nothing waits", flush=True)
        subject.stop()


if __name__ == "__main__":
    main()
