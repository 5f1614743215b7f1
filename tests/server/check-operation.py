#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator copies works: the sample settings, the unit, the manual page, and nginx in front.
check-operation.py PROGRAM UNIT MANUAL DATA-FOLDER. What is not installed here is left out, and said."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

PROGRAM, UNIT, MANUAL, DATA = map(os.path.abspath, sys.argv[1:5])
HALF_SENT = 400
CLOSED_WITHIN_S = 60
FAST_S = 0.05
# systemd's own scale: 0 is best, and "OK" ends at 5.
EXPOSURE_MAX = 2.0
# The test's own certificate is nobody's to verify.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE


def run(*arguments, check=True):
    return subprocess.run([PROGRAM, *arguments], check=check, text=True, capture_output=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The program with a tenant "demo", started with a file of settings."""

    def __init__(self, folder, settings):
        self.data = f"{folder}/data"
        if not os.path.exists(self.data):
            run("init", "--data-dir", self.data)
            run("tenant", "add", "demo", "--name", "Demo", "--data-dir", self.data)
        config = pathlib.Path(folder, "server.conf")
        config.write_text(settings)
        self.process = subprocess.Popen([PROGRAM, "serve", "--config", str(config), "--data-dir", self.data],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), line
        self.port = int(line.rsplit(":", 1)[1])

    def token(self, role):
        return run("token", "add", "demo", "--role", role, "--actor", "anna", "--data-dir", self.data).stdout.strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0


def check_settings(folder):
    """Every line that is commented out is a setting, and has a value that works."""
    text = pathlib.Path(DATA, "mp-tenant-server.conf").read_text()
    keys = re.findall(r"^#([a-z-]+)=(.*)$", text, re.M)
    assert len(keys) >= 8, keys
    settings = re.sub(r"^#([a-z-]+=)", r"\1", text, flags=re.M)
    settings = re.sub(r"^(certificate|private-key)=.*\n", "", settings, flags=re.M)
    settings = settings.replace("listen=127.0.0.1:8080", "listen=127.0.0.1:0")
    Server(folder, settings).stop()
    Server(folder, text.replace("#listen=127.0.0.1:8080", "listen=127.0.0.1:0")).stop()
    print(f"settings: {len(keys)} samples are taken")


def check_manual():
    """Each command of --help and each option of serve --help stands in the manual."""
    manual = re.sub(r"\\f[BIR]", "", pathlib.Path(MANUAL).read_text().replace("\\-", "-"))
    commands = re.findall(r"^  ([a-z]+(?: [a-z-]+)?)(?: |$)", run("--help").stdout.split("\nOptions:")[0], re.M)
    options = re.findall(r"^  (--[a-z-]+)", run("serve", "--help").stdout, re.M)
    assert len(commands) > 10 and len(options) > 5, (commands, options)
    missing = [command for command in commands if not re.search(rf"^\.B (.*, )?{command}\b", manual, re.M)]
    missing += [option for option in options if option not in manual and option not in ("--base-url", "--help")]
    assert not missing, f"not in the manual: {missing}"
    if shutil.which("groff"):
        warnings = subprocess.run(["groff", "-ww", "-man", "-Tutf8", "-z", MANUAL], capture_output=True, text=True, check=True)
        assert not warnings.stderr, warnings.stderr
    print(f"manual: {len(commands)} commands, {len(options)} options")


def check_unit(folder):
    if not shutil.which("systemd-analyze"):
        print("unit: left out, systemd-analyze is not here")
        return
    unit = pathlib.Path(folder, "mp-tenant-server.service")
    unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={PROGRAM}", pathlib.Path(UNIT).read_text(), flags=re.M))
    shutil.copy(f"{DATA}/mp-tenant-server.socket", folder)
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit), f"{folder}/mp-tenant-server.socket"],
                              capture_output=True, text=True, check=False)
    faults = [line for line in verified.stderr.splitlines() if "mp-tenant-server" in line]
    assert not faults, "\n".join(faults)
    judged = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
                            capture_output=True, text=True, check=False)
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", judged.stdout)
    if exposure is None:
        print("unit: verified; its exposure cannot be judged here:", judged.stderr.strip())
        return
    assert float(exposure.group(1)) <= EXPOSURE_MAX, judged.stdout
    print(f"unit: verified, exposure {exposure.group(1)}")


def request(port, path, source=None, headers=None, body=None):
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=TLS, timeout=20,
                                             source_address=(source, 0) if source else None)
    connection.request("POST" if body else "GET", path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text, answer.headers


def start_nginx(folder, server_port):
    port = free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=test", "-keyout", f"{folder}/tls.key", "-out", f"{folder}/tls.crt"],
                   check=True, capture_output=True)
    shipped = pathlib.Path(DATA, "nginx.conf").read_text()
    for old, new in [("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"), ("127.0.0.1:8080", f"127.0.0.1:{server_port}"),
                     ("/etc/ssl/mp-tenant-server.crt", f"{folder}/tls.crt"),
                     ("/etc/ssl/private/mp-tenant-server.key", f"{folder}/tls.key")]:
        assert old in shipped, old
        shipped = shipped.replace(old, new)
    pathlib.Path(folder, "site.conf").write_text(shipped)
    pathlib.Path(folder, "nginx.conf").write_text(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; worker_rlimit_nofile 4096;
events {{ worker_connections 2048; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; include {folder}/site.conf; }}""")
    process = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return process, port
        except OSError:
            time.sleep(0.05)
    raise AssertionError(pathlib.Path(folder, "error.log").read_text())


def check_addresses(server, port):
    """The trail has the client's own address, whatever the client says of it."""
    bearer = {"Authorization": f"Bearer {server.token('auditor')}"}
    status, _, _ = request(port, "/v1/tenants/demo?purpose=sign-in", "127.0.0.7", {**bearer, "X-Forwarded-For": "192.0.2.1"})
    assert status == 200, status
    _, text, _ = request(port, "/v1/tenants/demo/audit?action=sign-in", None, bearer)
    addresses = [entry["entry"]["address"] for entry in json.loads(text)["entries"]]
    assert addresses == ["127.0.0.7"], addresses


def check_slow(port):
    """Half-sent requests are closed, and others answered meanwhile."""
    slow = []
    for _ in range(HALF_SENT):
        raw = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.9", 0))
        tls = TLS.wrap_socket(raw)
        tls.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        tls.setblocking(False)
        slow.append(tls)
    start = time.monotonic()
    times = []
    while slow and time.monotonic() - start < CLOSED_WITHIN_S:
        before = time.monotonic()
        status, _, _ = request(port, "/healthz", "127.0.0.8")
        times.append(time.monotonic() - before)
        assert status == 200, status
        for tls in list(slow):
            try:
                if not tls.recv(100):
                    slow.remove(tls)
            except (ssl.SSLWantReadError, BlockingIOError):
                continue
            except OSError:
                slow.remove(tls)
        time.sleep(0.2)
    assert not slow, f"{len(slow)} are still open"
    times.sort()
    middle = times[len(times) // 2]
    assert middle < FAST_S, f"{middle * 1000:.0f} ms"
    return time.monotonic() - start, middle


def check_nginx(folder):
    if not shutil.which("nginx") or not shutil.which("openssl"):
        print("nginx: left out, it is not here")
        return
    server = Server(folder, "[server]\nlisten=127.0.0.1:0\nbehind-proxy=true\ntrusted-proxies=127.0.0.1\n")
    process, port = start_nginx(folder, server.port)
    try:
        assert request(port, "/healthz")[0] == 200
        assert request(port, "/metrics")[0] == 404
        status, _, headers = request(port, "/v1/tenants/demo", headers={"Authorization": "Bearer mpt_x"})
        assert status == 401 and headers["Content-Type"] == "application/problem+json", status
        assert request(port, "/v1/tenants/demo/changes", body=b"x" * (2 << 20))[0] == 413
        check_addresses(server, port)
        closed_s, middle_s = check_slow(port)
        print(f"nginx: the trail has the client's address; {HALF_SENT} half-sent requests closed after {closed_s:.0f} s, "
              f"others answered in {middle_s * 1000:.1f} ms (the middle one)")
    finally:
        process.terminate()
        process.wait(20)
        server.stop()


with tempfile.TemporaryDirectory(prefix="mp-operation-") as place:
    os.chmod(place, 0o755)
    check_settings(place)
    check_manual()
    check_unit(place)
    check_nginx(place)
