# SPDX-License-Identifier: GPL-3.0-or-later
"""mp-tenant-server as a process, on a database of either kind, for programs that treat it badly."""
import base64
import ctypes
import ctypes.util
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import uuid

TENANTS = ("demo", "other")
SEAL_BYTES = 48


def seal(secret, public_key):
    """What a desktop does with a secret (libsodium's sealed box)."""
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    text = json.dumps(secret).encode()
    box = ctypes.create_string_buffer(len(text) + SEAL_BYTES)
    assert sodium.crypto_box_seal(box, text, ctypes.c_ulonglong(len(text)), base64.b64decode(public_key)) == 0
    return base64.b64encode(box.raw).decode()


class Server:
    """A data folder and the server that runs on it."""

    def __init__(self, program, folder, backend, tablespace=None):
        self.program = program
        self.folder = pathlib.Path(folder)
        self.log = open(self.folder.parent / "server.log", "ab")
        self.process = None
        self.port = None
        self.database = None  # its name, in PostgreSQL
        options = self.make_database(tablespace) if backend == "postgresql" else []
        self.command("init", *options)
        self.tokens = {}
        for tenant in TENANTS:
            self.command("tenant", "add", tenant, "--name", tenant)
            self.tokens[tenant] = self.command("token", "add", tenant, "--role", "client_admin", "--actor", "anna").strip()

    def make_database(self, tablespace):
        cluster = os.environ["MP_TEST_POSTGRESQL"]
        name = self.database = "d" + uuid.uuid4().hex
        place = f" TABLESPACE {tablespace}" if tablespace else ""
        self.run_sql(f"CREATE DATABASE {name} OWNER mp_owner{place}")
        return ["--database", f"{cluster} user=mp_server dbname={name}",
                "--owner-database", f"{cluster} user=mp_owner dbname={name}"]

    @staticmethod
    def run_sql(*statements):
        """As the cluster's superuser."""
        words = [word for statement in statements for word in ("-c", statement)]
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", f"{os.environ['MP_TEST_POSTGRESQL']} dbname=postgres", *words],
                       check=True)

    def command(self, *words):
        done = subprocess.run([self.program, *words, f"--data-dir={self.folder}"], capture_output=True, text=True,
                              check=False)
        if done.returncode:
            raise AssertionError(f"{' '.join(words[:2])}: {done.returncode} {done.stderr}")
        return done.stdout

    def start(self, *options):
        self.process = subprocess.Popen([self.program, "serve", "--listen", "127.0.0.1:0", f"--data-dir={self.folder}", *options],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        match = re.search(r":(\d+)$", line.strip())
        assert match, f"the server does not start: {line!r}"
        self.port = int(match.group(1))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0, "the server does not stop"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, connection, method, path, tenant="demo", body=None):
        headers = {"Authorization": f"Bearer {self.tokens[tenant]}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if body is not None:
            headers["Content-Type"] = "application/json"
        text = json.dumps(body) if body is not None else None
        connection.request(method, f"/v1/tenants/{tenant}{path}", text, headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else None

    def seal(self, connection, tenant, secret):
        status, key = self.ask(connection, "GET", "/sealing-key", tenant)
        assert status == 200, key
        return {"sealed": seal(secret, key["public_key"]), "key_id": key["key_id"]}

    def add_credential(self, connection, tenant):
        """Stores a key; answers the status and its id."""
        status, body = self.ask(connection, "POST", "/credentials", tenant, {
            "kind": "payment", "platform": "stripe", "label": "Shop", "mode": "test", "hint": "0815",
            **self.seal(connection, tenant, {"key": "sk_test_" + "a1" * 20})})
        return status, body.get("id") if status == 201 else body

    def create(self, connection, tenant, credential, filler=""):
        """Makes a record; answers the status and the record's id, or what is wrong."""
        operation = {"op": str(uuid.uuid4()), "target": str(uuid.uuid4()), "action": "create", "expect": {},
                     "set": {"/name": f"A record{filler}", "/payment_gateway/platform": "stripe",
                             "/payment_gateway/api_key": credential}}
        status, body = self.ask(connection, "POST", "/changes", tenant, {"operations": [operation]})
        if status != 200:
            return status, body
        result = body["results"][0]
        assert result["status"] == "applied", result
        return 200, operation["target"]

    def list_ids(self, tenant):
        connection = self.connect()
        ids, path = set(), "/changes?limit=500"
        while True:
            status, page = self.ask(connection, "GET", path, tenant)
            assert status == 200, (status, page)
            ids |= {change["record"]["id"] for change in page["changes"] if change["kind"] == "settings"}
            if not page["more"]:
                return ids
            path = f"/changes?limit=500&since={page['cursor']}"

    def verify(self):
        for tenant in TENANTS:
            self.command("audit", "verify", "--tenant", tenant)
