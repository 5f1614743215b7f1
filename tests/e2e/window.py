# SPDX-License-Identifier: GPL-3.0-or-later
"""The desktop program in a desk, used as a person would: seen by its accessible names, clicked and typed into."""
import os
import pathlib
import re
import subprocess

from stand import check, secret_parts

HERE = pathlib.Path(__file__).resolve().parent


class Window:
    """The desktop program, used as a person would."""

    def __init__(self, stand, pictures, profile="client"):
        self.stand = stand
        self.pictures = pathlib.Path(pictures)
        self.profile = profile
        self.pictures.mkdir(parents=True, exist_ok=True)

    def start(self):
        environment = dict(os.environ, G_MESSAGES_DEBUG="", GSETTINGS_SCHEMA_DIR=str(self.stand.build / "data"))
        self.stand.start("app", self.stand.program("mp-integrations"), "--data-dir",
                         str(self.stand.folder / self.profile), *self.stand.base_urls(), env=environment)

    def ui(self, *words, expect=0, stdin=None):
        done = subprocess.run([str(HERE / "ui"), *words], capture_output=True, text=True, input=stdin, check=False)
        if done.returncode != expect:
            self.shot("failed")
            check(False, f"ui {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def choose(self, name, item, *words):
        """Opens a list and chooses. A click that falls into a list just being filtered is lost: then Return chooses."""
        done = subprocess.run([str(HERE / "ui"), "choose", name, item, *words], capture_output=True, text=True, check=False)
        if done.returncode == 1 and "stays open" in done.stderr:
            self.ui("key", "Return")
        elif done.returncode == 1 and f"['{item}\\n" in done.stderr:
            pass  # the row shows what was chosen with a second line under it
        elif done.returncode:
            self.shot("failed")
            check(False, f"ui choose {name} {item}: {done.stdout}{done.stderr}")

    def shot(self, name):
        subprocess.run([str(HERE / "ui"), "shot", str(self.pictures / f"{name}.png")], check=False, capture_output=True)

    def says(self, words, picture=None, *options):
        """Waits until the words (a pattern) are read somewhere; then no key must be, anywhere."""
        self.ui("wait", "label", f"/{words}/", *options)
        # GTK 4.8 gives assistive technology what is typed into a password row; the eye sees dots there.
        read = re.sub(r"^ *(?:text|password text) .*$", "", self.ui("tree"), flags=re.M)
        if picture is not None:
            self.shot(picture)
        leaks = [line.strip() for line in read.splitlines() if any(key in line for key in secret_parts())]
        check(not leaks, f"says: {words} {leaks or ''}")

    def unsays(self, words, *options):
        self.ui("wait", "label", f"/{words}/", "--gone", *options)
        check(True, f"no longer says: {words}")

    def sees(self, role, name):
        """Whether such a widget comes within two seconds."""
        done = subprocess.run([str(HERE / "ui"), "wait", role, name, "--timeout", "2"], capture_output=True, check=False)
        return done.returncode == 0

    def editable(self):
        """The entries into which something could be typed now."""
        return re.findall(r"^ *(?:text|password text|entry) (.*\beditable\b.*)$", self.ui("tree"), re.M)

    def section(self, name):
        # The overview names the sections too: leave it first.
        self.ui("click", "item", "Credentials")
        self.ui("click", "item", f"/^{name}/")

    def sign_in(self, token):
        self.ui("wait", "entry", "Server address", "--timeout", "30")
        self.ui("type", "entry", "Server address", self.stand.server_address)
        self.ui("type", "entry", "Tenant", "demo")
        self.ui("type", "entry", "Token", token)
        self.ui("click", "button", "/Sign in/")
