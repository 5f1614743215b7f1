#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""“Add a platform in twenty minutes” works from the text alone: its files and commands are taken from CONTRIBUTING.md."""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time


def check(holds, message):
    print(("ok - " if holds else "not ok - ") + message, flush=True)
    if not holds:
        sys.exit(1)


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def read_page(source, port):
    text = (pathlib.Path(source) / "CONTRIBUTING.md").read_text()
    page = re.search(r"^## Add a platform in twenty minutes\n(.*?)^## ", text, re.S | re.M).group(1)
    return page.replace("8099", str(port))


def block(page, language):
    return re.search(rf"^```{language}\n(.*?)^```", page, re.S | re.M).group(1)


def commands(page):
    """The commands that are typed, without the one that starts the stand-in."""
    outside = re.sub(r"^```.*?^```", "", page, flags=re.S | re.M)
    joined = re.sub(r"\\\n\s*", "", outside)
    return [line.strip() for line in joined.splitlines() if line.startswith("    ") and "mpctl" in line]


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    check(False, "the stand-in answers")


def main(source, build):
    port = free_port()
    page = read_page(source, port)
    with tempfile.TemporaryDirectory(prefix="mp-walk-") as name:
        folder = pathlib.Path(name)
        documents = folder / "home/.local/share/mp-integrations/platforms"
        documents.mkdir(parents=True)
        (documents / "orchard.json").write_text(block(page, "json"))
        (folder / "orchard.py").write_text(block(page, "python"))
        (folder / "build").symlink_to(build)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
        environment["HOME"] = str(folder / "home")

        def run(command):
            return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True,
                                  timeout=60, check=False)

        stand_in = subprocess.Popen([sys.executable, "orchard.py"], cwd=folder, stderr=subprocess.DEVNULL)
        try:
            wait_for(port)
            checked, tested, listed = [run(command) for command in commands(page)]
            check((checked.returncode, checked.stdout) == (0, ""), f"the document has no fault {checked.stdout}")
            check(tested.stdout.split() == "connected Orchard Club test".split(), f"the key is accepted {tested.stderr}")
            fields = [(field["name"], field["label"], field["type"], field["required"], field["writable"])
                      for field in json.loads(listed.stdout)]
            check(fields == [("mail", "E-mail", "email", True, True), ("joined_on", "Joined on", "date", False, True),
                             ("level", "Level", "enum", False, False)], f"three fields over two pages {fields}")
            wrong = run(commands(page)[1].replace("orc_0123456789abcdef", "orc_00000000deadbeef"))
            check(wrong.returncode == 4 and "Unknown token" in wrong.stdout, "a wrong key is rejected in Orchard's words")
            public = run(commands(page)[1].replace("orc_0123456789abcdef", "pub_0"))
            check(public.returncode == 1 and "public token" in public.stderr, "a public one is refused by name, unsent")
            check("deadbeef" not in wrong.stdout + wrong.stderr, "no key is shown")
        finally:
            stand_in.terminate()
            stand_in.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
