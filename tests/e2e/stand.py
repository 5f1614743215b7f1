# SPDX-License-Identifier: GPL-3.0-or-later
"""What an end-to-end test stands on: the real programs as processes, in a scratch folder of their own."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
KEYS = {
    "hubspot": "pat-na1-sandbox-e2e-hubspot-key-7341",
    "stripe": "sk_test_sandboxE2EstripeKey9512",
    "xero": {"client_id": "0123456789ABCDEFSANDBOX01234567", "client_secret": "sandbox-e2e-xero-secret-8823"},
}


def secret_parts():
    """Every secret text of the test, for the search."""
    for key in KEYS.values():
        yield from ([key] if isinstance(key, str) else [key["client_secret"]])


class Failed(AssertionError):
    """A check of the test did not hold."""


def check(holds, message):
    print(("ok - " if holds else "not ok - ") + message, flush=True)
    if not holds:
        raise Failed(message)


def wait_until(holds, message, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            check(True, message)
            return
        time.sleep(0.2)
    check(False, message)


class Stand:
    """A tenant server, a sandbox for the platforms, and where their files lie."""

    def __init__(self, build):
        self.build = pathlib.Path(build)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mp-e2e-"))
        self.processes = {}
        self.tokens = []
        self.reports = []  # what sanitizers found in a build with them
        self.server_address = None
        self.sandbox_address = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            for log in sorted(self.folder.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
        for name in list(self.processes):
            self.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        if kind is None and self.reports:
            raise Failed("\n".join(self.reports))

    def program(self, name):
        folders = {"mp-tenant-server": "server", "mpctl": "cli", "mp-integrations": "app", "mp-sandbox": "sandbox"}
        return str(self.build / "src" / folders[name] / name)

    def start(self, name, *command, **options):
        log = open(self.folder / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT,
                                                stdin=subprocess.DEVNULL, **options)
        return self.processes[name]

    def stop(self, name, signal_number=signal.SIGTERM):
        process = self.processes.pop(name, None)
        if process is not None and process.poll() is None:
            process.send_signal(signal_number)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        log = self.folder / f"{name}.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        if "Sanitizer" in text or "runtime error:" in text:
            self.reports.append(f"--- {name}\n{text[-8000:]}")

    def address_of(self, name):
        log = self.folder / f"{name}.log"
        for _ in range(300):
            found = re.findall(r"^listening on (\S+)", log.read_text(errors="replace"), re.M)
            if found:
                return found[-1]
            if self.processes[name].poll() is not None:
                break
            time.sleep(0.1)
        raise Failed(f"{name} did not start: {log.read_text(errors='replace')}")

    def run_server(self, *arguments):
        done = subprocess.run([self.program("mp-tenant-server"), *arguments, "--data-dir", str(self.folder / "server")],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"mp-tenant-server {arguments}: {done.stderr}")
        return done.stdout

    def make_tenant(self, tenant="demo"):
        self.run_server("init")
        self.run_server("tenant", "add", tenant, "--name", "Demonstration")

    def make_token(self, role="client_admin", actor="anna", tenant="demo"):
        token = re.search(r"mpt_[\w-]+", self.run_server("token", "add", tenant, "--role", role, "--actor", actor)).group()
        self.tokens.append(token)
        return token

    def start_server(self):
        # The same port again, so that a client finds the server where it was.
        listen = "127.0.0.1:0" if self.server_address is None else self.server_address.split("//")[1].rstrip("/")
        (self.folder / "server.log").unlink(missing_ok=True)
        self.start("server", self.program("mp-tenant-server"), "serve", "--data-dir", str(self.folder / "server"),
                   "--listen", listen)
        self.server_address = self.address_of("server")

    def start_sandbox(self, fields=3000):
        self.start("sandbox", self.program("mp-sandbox"), "--fields", str(fields))
        self.sandbox_address = self.address_of("sandbox")

    def base_urls(self):
        return [word for name in KEYS for word in ("--base-url", f"{name}={self.sandbox_address}")]

    def fault(self, **fault):
        """Tells the sandbox to fail from now on; without arguments, to work again."""
        body = json.dumps(fault).encode() if fault else None
        request = urllib.request.Request(self.sandbox_address.rstrip("/") + "/_sandbox/fault", data=body,
                                         method="POST" if fault else "DELETE",
                                         headers={"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=10).read()

    def mpctl(self, *arguments, stdin=None, profile="client", expect=0, json_answer=True):
        """Runs mpctl; a dictionary given as stdin is written as lines PART=VALUE.

        Another profile than "client" is another person's desktop, with a home and a keyring of its own.
        """
        if isinstance(stdin, dict):
            stdin = "".join(f"{part}={value}\n" for part, value in stdin.items())
        command = [self.program("mpctl"), "--data-dir", str(self.folder / profile), *self.base_urls(), *arguments]
        if json_answer:
            command.append("--json")
        if profile != "client":
            home = self.folder / f"home-{profile}"
            home.mkdir(exist_ok=True)
            command = [str(HERE / "desk"), "--keep-home", str(home), *command]
        done = subprocess.run(command, input=stdin if stdin is not None else "", capture_output=True, text=True,
                              timeout=90, check=False)
        if done.returncode != expect:
            raise Failed(f"mpctl {' '.join(arguments)}: status {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
        self.last_error = done.stderr
        return json.loads(done.stdout) if json_answer and done.stdout.strip() else done.stdout

    def mpctl_alone(self, *arguments, stdin=""):
        """Runs mpctl without a sandbox; it must end well."""
        done = subprocess.run([self.program("mpctl"), "--data-dir", str(self.folder / "client"), *arguments], input=stdin,
                              capture_output=True, text=True, timeout=90, check=False)
        if done.returncode:
            raise Failed(f"mpctl {' '.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}")

    def writes_no_core(self, name):
        """Whether the running program NAME would leave its memory in no file when it crashes."""
        limits = pathlib.Path(f"/proc/{self.processes[name].pid}/limits").read_text()
        return re.search(r"^Max core file size +0 +0 ", limits, re.M) is not None

    def check_logs(self, ignore=None):
        """No program complained of itself, GTK's complaints about it included; a known fault of a library is ignored."""
        for log in sorted(self.folder.glob("*.log")):
            found = re.findall(r"^.*-(?:CRITICAL|WARNING|ERROR) \*\*.*$", log.read_text(errors="replace"), re.M)
            found = [line for line in found if ignore is None or not ignore.search(line)]
            check(not found, f"{log.name} has no warning {found[:5]}")

    def find_secrets(self, folders, needles):
        """Files, arguments and environments that hold one of the needles; the keyring's own files are left out."""
        found = []
        for folder in folders:
            for path in pathlib.Path(folder).rglob("*"):
                if path.is_file() and "keyrings" not in path.parts:
                    text = path.read_bytes()
                    found += [f"{path}" for needle in needles if needle.encode() in text]
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                try:
                    text = (process / name).read_bytes()
                    hand = (process / "cmdline").read_bytes()
                except OSError:
                    continue
                # What types the key for the person: another test's, where two run on one machine.
                if b"xdotool" in hand or b"/e2e/ui\0" in hand:
                    continue
                found += [f"{process}/{name}" for needle in needles if needle.encode() in text]
        return found


def choose_targets(rows, fields, compatible):
    """A field of the CRM for each required row, each at most once: same name or label first, then any of its type."""
    taken = set()
    by_text = {}
    for field in fields:
        if field["writable"]:
            for text in (field["name"], field["label"]):
                by_text.setdefault(re.sub(r"[^a-z]", "", text.lower()), field)
    chosen = {}
    for row in rows:
        field = by_text.get(re.sub(r"[^a-z]", "", row["field"].lower()))
        if field is None or field["name"] in taken or field["type"] not in compatible[row["type"]]:
            field = next((f for f in fields if f["writable"] and f["name"] not in taken
                          and f["type"] in compatible[row["type"]]), None)
        if field is not None:
            taken.add(field["name"])
            chosen[row["field"]] = field["name"]
    return chosen


COMPATIBLE = {
    "text": ["text", "longtext"], "longtext": ["longtext", "text"], "email": ["email", "text"],
    "phone": ["phone", "text"], "url": ["url", "text"], "select": ["enum", "text"], "multiselect": ["multienum"],
    "boolean": ["boolean"], "date": ["date", "datetime"], "datetime": ["datetime"], "money": ["money", "decimal"],
    "decimal": ["decimal"], "integer": ["integer", "decimal"], "id": ["text"],
}


def required_rows(source_root, name):
    catalogue = json.loads((pathlib.Path(source_root) / "data/catalogue" / f"{name}.json").read_text())
    return [{"field": field["name"], "type": field["type"]} for field in catalogue if field["required"]]
