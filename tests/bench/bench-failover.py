#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A primary of PostgreSQL with two synchronous standbys dies under the tenant server, and one of them takes its place.

usage: bench-failover.py PROGRAM [ROUNDS]

The server has a connection string of all three and is not told of anything. Clients make records meanwhile; what was
acknowledged has to be there afterwards. Each round is run three ways: the primary's processes are killed; the same when
what it had not sent dies with it, as on a lost machine; and as the second without synchronous standbys, where records
must be lost, or the rounds before say nothing.
"""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "server/durability"))
import server  # noqa: E402

CLIENTS = 8
NAMES = ("a", "b", "c")
BEFORE_SECONDS = 2
AFTER_SECONDS = 3
# Who watches sees so many failures in a row, so far apart, before a standby is promoted.
PROBES = 3
PROBE_SECONDS = 0.1
# How long nothing is acknowledged, beyond what watching and promoting take.
MOST_SECONDS = 0.5
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{folder}'
shared_buffers = 64MB
max_connections = 100
wal_level = replica
wal_keep_size = 128MB
hot_standby = on
wal_receiver_timeout = 5s
wal_sender_timeout = 5s
wal_retrieve_retry_interval = 200ms
synchronous_standby_names = '{synchronous}'
"""


def find_programs():
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not folders or not (folders[-1] / "initdb").exists():
        print("PostgreSQL's server is not installed")
        sys.exit(77)
    return folders[-1]


BIN = find_programs()


def as_user():
    """PostgreSQL does not run as root."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    """One primary and two standbys, each in a folder."""

    def __init__(self, folder, synchronous):
        self.folder = pathlib.Path(folder)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        self.ports = dict(zip(NAMES, free_ports(len(NAMES))))
        self.processes = {}
        hosts = ",".join("127.0.0.1" for _ in NAMES)
        self.address = f"host={hosts} port={','.join(map(str, self.ports.values()))}"
        settings = SETTINGS.format(folder=folder, synchronous=synchronous)
        self.run("initdb", "-D", f"{folder}/a", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.append("a/postgresql.conf", f"{settings}port = {self.ports['a']}\n")
        # Its roles and its standbys are made while nobody can be waited for.
        self.start("a", "-c", "synchronous_standby_names=")
        self.query("a", "CREATE ROLE mp_owner LOGIN CREATEDB", "CREATE ROLE mp_server LOGIN")
        for name in NAMES[1:]:
            self.run("pg_basebackup", "-h", "127.0.0.1", "-p", str(self.ports["a"]), "-U", "postgres", "-D",
                     f"{folder}/{name}", "-R", "-X", "stream", "-c", "fast")
            self.append(f"{name}/postgresql.auto.conf", f"port = {self.ports[name]}\ncluster_name = '{name}'\n"
                        f"primary_conninfo = '{self.address} user=postgres application_name={name}"
                        " target_session_attrs=read-write connect_timeout=2'\n")
            self.start(name)
        self.wait_for("a", "SELECT count (*) FROM pg_stat_replication WHERE state = 'streaming'", "2")
        self.query("a", f"ALTER SYSTEM SET synchronous_standby_names = '{synchronous}'")
        self.stop("a")
        self.start("a")
        self.wait_for("a", "SELECT count (*) FROM pg_stat_replication WHERE state = 'streaming'", "2")

    def run(self, name, *words):
        subprocess.run([*as_user(), str(BIN / name), *words], cwd=self.folder, check=True, capture_output=True)

    def append(self, name, text):
        with open(self.folder / name, "a", encoding="utf-8") as file:
            file.write(text)

    def start(self, name, *options):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                [*as_user(), str(BIN / "postgres"), "-D", str(self.folder / name), *options], cwd=self.folder, stdout=log,
                stderr=log)
        for _ in range(600):
            if self.is_ready(name):
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / f"{name}.log").read_text())

    def stop(self, name):
        self.processes[name].send_signal(signal.SIGINT)
        self.processes.pop(name).wait(60)

    def stop_all(self):
        for name in list(self.processes):
            self.processes[name].send_signal(signal.SIGQUIT)
            self.processes.pop(name).wait(60)

    def is_ready(self, name):
        return subprocess.run([str(BIN / "pg_isready"), "-q", "-t", "1", "-h", "127.0.0.1", "-p", str(self.ports[name])],
                              check=False).returncode == 0

    def query(self, name, *statements, database="postgres"):
        words = [word for statement in statements for word in ("-c", statement)]
        return subprocess.run(["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.ports[name]), "-U",
                               "postgres", "-d", database, *words], check=True, capture_output=True, text=True).stdout.strip()

    def wait_for(self, name, statement, value):
        for _ in range(600):
            if self.query(name, statement) == value:
                return
            time.sleep(0.05)
        raise AssertionError(f"{statement} is not {value}")

    def kill(self, name, cut):
        """Every process of the primary at once; with CUT, what it did not send in the last half second is lost too."""
        if cut:
            for pid in self.query(name, "SELECT pid FROM pg_stat_replication").split():
                os.kill(int(pid), signal.SIGSTOP)
            time.sleep(0.5)
        main = self.processes.pop(name)
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(main.pid)], capture_output=True, text=True, check=False)
        killed_at = time.monotonic()
        for pid in [main.pid, *map(int, children.stdout.split())]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        main.wait()
        return killed_at

    def take_over(self):
        """As whoever watches does: sees that it is gone, and promotes the standby that has most. Answers which, and when."""
        failures = 0
        while failures < PROBES:
            failures = 0 if self.is_ready("a") else failures + 1
            time.sleep(PROBE_SECONDS)
        received = {name: int(self.query(name, "SELECT pg_last_wal_receive_lsn () - '0/0'")) for name in NAMES[1:]}
        best = max(received, key=received.get)
        self.query(best, "SELECT pg_promote (true, 30)")
        return best, time.monotonic()


class Client(threading.Thread):
    """Makes records one after the other, and remembers those that were acknowledged, and when."""

    def __init__(self, subject, credential, end):
        super().__init__()
        self.subject = subject
        self.credential = credential
        self.end = end
        self.made = []  # (moment, id)

    def run(self):
        connection = self.subject.connect()
        while not self.end.is_set():
            try:
                status, record = self.subject.create(connection, "demo", self.credential)
            except (OSError, http.client.HTTPException, ValueError):
                connection.close()
                connection = self.subject.connect()
                continue
            if status == 200:
                self.made.append((time.monotonic(), record))
            else:
                time.sleep(0.01)
        connection.close()


def longest_gap(moments):
    return max(later - earlier for earlier, later in zip(moments, moments[1:]))


def fail_over(program, synchronous, cut):
    with tempfile.TemporaryDirectory(prefix="mp-bench-") as folder:
        os.chmod(folder, 0o755)
        cluster = Cluster(tempfile.mkdtemp(dir=folder), synchronous)
        try:
            os.environ["MP_TEST_POSTGRESQL"] = f"{cluster.address} user=postgres target_session_attrs=read-write"
            subject = server.Server(program, f"{folder}/data", "postgresql")
            subject.start()
            connection = subject.connect()
            status, credential = subject.add_credential(connection, "demo")
            assert status == 201, credential
            connection.close()

            end = threading.Event()
            clients = [Client(subject, credential, end) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            time.sleep(BEFORE_SECONDS)
            killed_at = cluster.kill("a", cut)
            best, promoted_at = cluster.take_over()
            time.sleep(AFTER_SECONDS)
            end.set()
            for client in clients:
                client.join()

            made = sorted(entry for client in clients for entry in client.made)
            there = set(cluster.query(best, "SELECT id FROM record", database=subject.database).split())
            lost = sum(record not in there for _, record in made)
            after = [moment for moment, _ in made if moment >= killed_at]
            assert after, "nothing was acknowledged any more"
            subject.command("audit", "verify", "--tenant", "demo")
            subject.stop()
            return {"made": len(made), "after": len(after), "lost": lost, "watched": promoted_at - killed_at,
                    "outage": longest_gap([killed_at, *after])}
        finally:
            cluster.stop_all()


def main():
    program, *more = sys.argv[1:]
    rounds = int(more[0]) if more else 2
    lost = {"control": 0, "synchronous": 0}
    over = []
    for _ in range(rounds):
        for kind, synchronous, cut in (("synchronous", "ANY 1 (b,c)", False), ("synchronous", "ANY 1 (b,c)", True),
                                       ("control", "", True)):
            result = fail_over(program, synchronous, cut)
            lost[kind] += result["lost"]
            over.append(result["outage"] - result["watched"])
            print(f"{kind:11} {'cut off' if cut else 'killed ':7} acknowledged {result['made']:5} ({result['after']} afterwards),"
                  f" lost {result['lost']:4}; watched and promoted {result['watched']:.2f} s, nothing acknowledged for"
                  f" {result['outage']:.2f} s")
    print(f"load {os.getloadavg()[0]:.1f}; beyond watching and promoting: best {min(over):.2f} s, worst {max(over):.2f} s;"
          f" at most {MOST_SECONDS} s")
    sys.exit(0 if lost["synchronous"] == 0 and lost["control"] > 0 and min(over) <= MOST_SECONDS else 1)


if __name__ == "__main__":
    main()
