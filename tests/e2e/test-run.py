#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""build-aux/run without a display: it comes up signed in, says what is in its way, and leaves nothing behind."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request

from stand import check, wait_until

SKIPPED = 77
READY = "press Ctrl+C to end"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Demonstration:
    """The command with a home of its own, in a folder with a space."""

    def __init__(self, source, build):
        self.command = [str(pathlib.Path(source) / "build-aux/run"), "--sandbox"]
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="mp run "))
        self.data = self.home / ".local/state/mp-integrations-demo"
        self.port = free_port()
        left_out = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS")
        self.env = {name: value for name, value in os.environ.items() if name not in left_out and not name.startswith("XDG_")}
        self.env.update(HOME=str(self.home), MP_BUILD_DIR=str(pathlib.Path(build)), LC_ALL="C")
        self.process = None

    def start(self):
        self.output = open(self.home / "output", "w+")
        self.process = subprocess.Popen([*self.command, "--port", str(self.port)], env=self.env, cwd="/",
                                        stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT,
                                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        wait_until(lambda: self.process.poll() is not None or READY in self.said(), "the command is ready or ended", 120)
        if self.process.poll() is not None:
            print(self.said())
        check(self.process.poll() is None, "it is ready")

    def said(self):
        return (self.home / "output").read_text()

    def try_again(self, *arguments):
        return subprocess.run([*self.command, *arguments], env=self.env, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120, check=False)

    def server_log(self):
        return (self.data / "server.log").read_text()

    def processes(self):
        mark = f"HOME={self.home}".encode()
        for environ in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in environ.read_bytes().split(b"\0"):
                    yield int(environ.parent.name), (environ.parent / "cmdline").read_bytes().decode()
            except OSError:
                continue

    def end(self, number, status):
        self.process.send_signal(number)
        check(self.process.wait(30) == status, f"{signal.Signals(number).name} ends it")
        self.check_gone()

    def check_gone(self):
        wait_until(lambda: not list(self.processes()), "no process is left", 10)

    def clean_up(self):
        for pid, _ in self.processes():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)


def scratch_folders():
    return set(pathlib.Path("/tmp").glob("mp-run.*"))


def run(demo):
    before = scratch_folders()
    demo.start()
    check("Sandbox CRM" in demo.said() and f"http://127.0.0.1:{demo.port}/" in demo.said(), "it says what to open")
    page = urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/broadway.js", timeout=10).read().decode()
    check("winX, pos.winY, s, button]" in page, "the page holds a button until it is let go")
    wait_until(lambda: "/changes" in demo.server_log(), "the window is signed in and syncs")
    check((demo.data / "client/platforms/sandbox-crm.json").exists(), "the sandbox is a platform")

    again = demo.try_again("--port", str(free_port()))
    check(again.returncode == 1 and "is running already" in again.stderr, "the same data are not used twice")
    again = demo.try_again("--port", str(demo.port), "--data-dir", str(demo.home / "other"))
    check(again.returncode == 1 and f"Port {demo.port}" in again.stderr, "a port in use is named")
    again = demo.try_again("--port", "no")
    check(again.returncode == 1 and "--port is a number" in again.stderr, "a wrong port is refused")
    check(demo.try_again("--unknown").returncode == 2, "an unknown option is refused")

    address = re.search(r"Tenant server: (\S+),", demo.said()).group(1)
    kept = (demo.data / "keyring/password").read_bytes()
    demo.end(signal.SIGTERM, 143)

    demo.start()
    check(f"Tenant server: {address}," in demo.said(), "the server has the same address again")
    check((demo.data / "keyring/password").read_bytes() == kept, "the keyring is the same again")
    demo.end(signal.SIGINT, 130)

    demo.start()
    window = next(pid for pid, command in demo.processes() if "/mp-integrations\0" in command)
    os.kill(window, signal.SIGKILL)
    check(demo.process.wait(30) == 1 and "The window ended" in demo.said(), "it ends with the window")
    demo.check_gone()
    check(scratch_folders() <= before, "no folder is left")

    demo.start()
    demo.process.kill()
    demo.check_gone()
    for folder in scratch_folders() - before:
        shutil.rmtree(folder)


def main():
    if shutil.which("apt-get") is None:
        return SKIPPED
    demo = Demonstration(sys.argv[1], sys.argv[2])
    try:
        run(demo)
    finally:
        demo.clean_up()
    return 0


if __name__ == "__main__":
    sys.exit(main())
