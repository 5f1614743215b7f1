#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the server in the middle of its writes, again and again: what it acknowledged is there, and the trail verifies.

usage: test-kill.py PROGRAM sqlite|postgresql [ROUNDS]
"""
import http.client
import random
import sys
import tempfile
import threading
import time

import server

WRITERS = 6


class Writer(threading.Thread):
    """Makes records until its server is gone."""

    def __init__(self, subject, tenant, credential):
        super().__init__()
        self.subject, self.tenant, self.credential = subject, tenant, credential
        self.acknowledged = []
        self.fault = None

    def run(self):
        connection = self.subject.connect()
        try:
            while True:
                status, record = self.subject.create(connection, self.tenant, self.credential)
                if status != 200:
                    self.fault = (status, record)
                    return
                self.acknowledged.append(record)
        except (OSError, http.client.HTTPException, ValueError):
            return  # the server is gone, perhaps in the middle of its answer


def run_round(subject, credentials, chance):
    writers = [Writer(subject, server.TENANTS[i % 2], credentials[server.TENANTS[i % 2]]) for i in range(WRITERS)]
    for writer in writers:
        writer.start()
    while not any(writer.acknowledged for writer in writers):
        assert any(writer.is_alive() for writer in writers), [writer.fault for writer in writers]
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.1))
    subject.kill()
    for writer in writers:
        writer.join()
        assert writer.fault is None, writer.fault
    return writers


def check_round(subject, writers):
    connection = subject.connect()
    for writer in writers:
        for record in writer.acknowledged:
            status, _ = subject.ask(connection, "GET", f"/integration-settings/{record}", writer.tenant)
            assert status == 200, f"the acknowledged record {record} of {writer.tenant} is lost: {status}"
    subject.verify()


def main():
    program, backend, *more = sys.argv[1:]
    rounds = int(more[0]) if more else 5
    seed = int(more[1]) if len(more) > 1 else 1
    chance = random.Random(seed)
    kept = {tenant: set() for tenant in server.TENANTS}
    with tempfile.TemporaryDirectory(prefix="mp-kill-") as folder:
        subject = server.Server(program, folder + "/data", backend)
        subject.start()
        connection = subject.connect()
        credentials = {tenant: subject.add_credential(connection, tenant)[1] for tenant in server.TENANTS}
        for number in range(rounds):
            writers = run_round(subject, credentials, chance)
            subject.start()
            check_round(subject, writers)
            for writer in writers:
                kept[writer.tenant] |= set(writer.acknowledged)
        for tenant in server.TENANTS:
            lost = kept[tenant] - subject.list_ids(tenant)
            assert not lost, f"{len(lost)} acknowledged records of {tenant} are lost"
        subject.stop()
    print(f"{backend}: {rounds} kills, {sum(map(len, kept.values()))} acknowledged writes, none lost, trails intact")


if __name__ == "__main__":
    main()
