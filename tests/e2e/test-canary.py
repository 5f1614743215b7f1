#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A key known to nobody else, looked for wherever a key could have gone: in no file, log, packet, process or trail but the keyring.

Also: a record as a person works on it from a shell (a conflict chosen from, undone, revisions read), and a locked keyring,
which must never look like a key that was removed. Runs inside a desk.
"""
import base64
import json
import pathlib
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

from stand import Stand, check

CANARY = "sk_test_CANARY7f3a91c2ofNobodyElse"
NEXT_CANARY = "sk_test_CANARYbb07d5e8thatReplacedIt"


def forms(secret):
    """How a secret may be written: as it is, in base64 at each of the three places, in hexadecimal, escaped."""
    raw = secret.encode()
    yield raw
    yield raw[::-1]
    yield raw.hex().encode()
    yield secret.replace("_", "%5F").encode()
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + raw)[4:-4]


NEEDLES = [form for secret in (CANARY, NEXT_CANARY) for form in forms(secret)]


class Wire:
    """Between the client and the tenant server, keeping every byte of both directions."""

    def __init__(self, address):
        self.target = urllib.parse.urlparse(address)
        self.bytes = bytearray()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection((self.target.hostname, self.target.port))
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=(source, target), daemon=True).start()

    def copy(self, source, target):
        try:
            while data := source.recv(65536):
                self.bytes += data
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def found_in(data):
    return [needle for needle in NEEDLES if needle in data]


def search_folder(folder):
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file() and "keyrings" not in path.parts and found_in(path.read_bytes()):
            yield str(path)


def memory_of(pid):
    """All that a core of the process would hold; where that may not be read, nothing is said."""
    text = bytearray()
    for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
        place, rights = line.split()[:2]
        if "w" not in rights:
            continue
        first, last = (int(number, 16) for number in place.split("-"))
        try:
            with open(f"/proc/{pid}/mem", "rb") as memory:
                memory.seek(first)
                text += memory.read(last - first)
        except OSError:
            continue
    return text


def request(stand, token, method, path, body=None, revision=None, expect=200):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if revision is not None:
        headers["If-Match"] = f'"{revision}"'
    if method == "PATCH":
        headers["Content-Type"] = "application/merge-patch+json"
    call = urllib.request.Request(f"{stand.wire.address}/v1/tenants/demo{path}", method=method, headers=headers,
                                  data=None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    check(status == expect, f"{method} {path} answers {expect}")
    return json.loads(text) if text else None


def record(stand):
    return stand.mpctl("settings", "show")


def work_with_a_key(stand):
    stand.mpctl("settings", "create", "Main integrations", "--no-sync")
    stand.mpctl("settings", "set", "/payment_gateway/platform", "stripe", "--no-sync")
    stand.mpctl("credential", "add", "--for", "/payment_gateway/api_key", "--label", "Main", "--no-test", "--no-sync", stdin=CANARY)
    check(not list(search_folder(stand.folder)), "the outbox before the sync, with its log, has no key")
    key = stand.mpctl("credential", "list")[0]["id"]
    stand.mpctl("sync")
    stand.mpctl("credential", "replace", key, "--no-test", stdin=NEXT_CANARY)
    check(record(stand)["state"] == "synced", "the key and its record are on the server")
    return key


def check_trouble(stand, token, key):
    """Refusals name what was wrong, and repeat no secret."""
    for body in ({"sealed": CANARY, "key_id": "none"}, {"sealed": 5}):
        for method, path in (("PUT", f"/credentials/{key}/secret"), ("POST", "/credentials")):
            try:
                call = urllib.request.Request(f"{stand.server_address.rstrip('/')}/v1/tenants/demo{path}", method=method,
                                              data=json.dumps(body).encode(),
                                              headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json",
                                                       "If-Match": "*", "Idempotency-Key": "canary"})
                urllib.request.urlopen(call, timeout=10)
                check(False, f"{method} {path} is refused")
            except urllib.error.HTTPError as error:
                check(not found_in(error.read()), f"{method} {path}: a problem of status {error.code} repeats no secret")


def set_locked(locked):
    method = "Lock" if locked else "Unlock"
    subprocess.run(["gdbus", "call", "--session", "--dest", "org.freedesktop.secrets", "--object-path",
                    "/org/freedesktop/secrets", "--method", f"org.freedesktop.Secret.Service.{method}",
                    "['/org/freedesktop/secrets/collection/login']"], check=True, capture_output=True)


def check_locked(stand, token, key):
    before = request(stand, token, "GET", "/credentials")
    set_locked(True)
    done = subprocess.run([stand.program("mpctl"), "--data-dir", str(stand.folder / "client"), "sync"],
                          capture_output=True, text=True, timeout=60, check=False)
    check(done.returncode == 7, f"a locked keyring ends a sync with its own status {done.returncode} {done.stderr.strip()}")
    after = request(stand, token, "GET", "/credentials")
    check(before == after, "and changes nothing of the key on the server")
    check(record(stand)["record"]["payment_gateway"]["api_key"] == key, "nor in the record")


def check_conflict(stand, bert):
    """As the window does it: what each has, what would come of a choice, the choice, undo, the revisions."""
    current = request(stand, bert, "GET", "/integration-settings")["items"][0]
    request(stand, bert, "PATCH", f"/integration-settings/{current['id']}", {"name": "Named by Bert"}, current["revision"])
    stand.mpctl("settings", "set", "/name", "Named by Anna", "--no-sync")
    stand.mpctl("sync", expect=6)
    shown = stand.mpctl("conflicts", "show", "/name")[0]
    check((shown["base"], shown["yours"], shown["theirs"], shown["by"]) ==
          ("Main integrations", "Named by Anna", "Named by Bert", "bert"), "a conflict says before, mine, theirs and who")
    would = stand.mpctl("conflicts", "resolve", "/name", "theirs", "--dry-run")
    check(would["record"]["name"] == "Named by Bert" and record(stand)["state"] == "conflict", "what would be is only said")
    stand.mpctl("conflicts", "resolve", "all", "theirs")
    check(record(stand)["record"]["name"] == "Named by Bert", "all theirs")
    stand.mpctl("undo")
    check(record(stand)["record"]["name"] == "Named by Anna" and record(stand)["state"] == "synced", "undo puts mine back")
    stand.mpctl("redo")
    check(record(stand)["record"]["name"] == "Named by Bert", "redo after a restart")
    revisions = stand.mpctl("settings", "history")
    check([entry["by"] for entry in revisions[:3]] == ["anna", "anna", "bert"], "the revisions say who made them")
    check(revisions[1]["changes"]["/name"] == {"before": "Named by Bert", "after": "Named by Anna"}, "and what each changed")
    differs = stand.mpctl("settings", "compare", revisions[-1]["revision"], revisions[0]["revision"])
    check(differs["/name"]["after"] == "Named by Bert", "two revisions are compared")
    stand.mpctl("settings", "revert", revisions[1]["revision"])
    check(record(stand)["record"]["name"] == "Named by Anna", "and one is brought back")


def main(build):
    with Stand(build) as stand:
        stand.make_tenant()
        stand.start_server()
        stand.start_sandbox(50)
        stand.wire = Wire(stand.server_address)
        anna, bert = stand.make_token(), stand.make_token(actor="bert")
        stand.mpctl("login", "--server", stand.wire.address, "--tenant", "demo", stdin=anna)
        key = work_with_a_key(stand)
        check_trouble(stand, anna, key)
        check_conflict(stand, bert)
        stand.run_server("backup", str(stand.folder / "backup.db"))
        stand.run_server("audit", "export", "demo", str(stand.folder / "trail.jsonl"))
        check(stand.writes_no_core("server"), "the server leaves no core")
        check(not found_in(memory_of(stand.processes["server"].pid)), "nor would a core of it hold a key that it never opened")
        check(len(stand.wire.bytes) > 5000 and b"sealed" in stand.wire.bytes, "the wire was watched")
        check(not found_in(bytes(stand.wire.bytes)), "no key on the wire, in whatever form")
        found = list(search_folder(stand.folder))
        check(not found, f"no key in a file: databases, logs, backup, trail {found}")
        check(not list(search_folder(pathlib.Path.home())), "nor beside the keyring in the home folder")
        check(not stand.find_secrets([], [CANARY, NEXT_CANARY]), "nor in a process' arguments or environment")
        check_locked(stand, anna, key)


if __name__ == "__main__":
    main(sys.argv[2])
