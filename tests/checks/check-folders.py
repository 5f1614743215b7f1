#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may include whom: the folder rules, so that the folder names stay the architecture."""
import pathlib
import re
import sys

# Folder below src -> folders it may include from, and system headers it alone may use.
RULES = {
    "core": ([], []),
    "matching": (["core"], []),
    "http": (["core"], ["libsoup"]),
    "secrets": (["core"], ["libsecret", "sodium"]),
    "platforms": (["core", "http"], []),
    "store": (["core"], ["sqlite3"]),
    "sync": (["core", "http", "secrets", "store"], []),
    "session": (["core", "http", "secrets", "platforms", "store", "sync"], []),
    "app": (["core", "matching", "http", "secrets", "platforms", "store", "sync", "session"], ["gtk", "adwaita"]),
    "cli": (["core", "matching", "http", "secrets", "platforms", "store", "sync", "session"], []),
    "server/db": (["core"], ["sqlite3", "libpq"]),
    "server/vault": (["core", "server/db", "server/audit"], ["sodium"]),
    "server/audit": (["core", "server/db"], ["sodium"]),
    "server/auth": (["core", "server/db", "server/audit"], ["sodium"]),
    "server/api": (["core", "http", "platforms", "server/auth", "server/vault", "server/audit", "server/db"],
                   ["microhttpd"]),
    "server": (["core", "http", "platforms", "server/api", "server/auth", "server/vault", "server/audit",
                "server/db"], []),
    "sandbox": (["core"], ["libsoup"]),
}
SYSTEM = {"libsoup": r"libsoup/", "libsecret": r"libsecret/", "sodium": r"sodium\.h", "sqlite3": r"sqlite3\.h",
          "libpq": r"libpq-fe\.h", "gtk": r"(gtk|gdk)/", "adwaita": r"adwaita\.h", "microhttpd": r"microhttpd\.h"}
# The mapping editor's rows, a page's own parts: pages see the common folder and themselves, never each other.
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def room_of(folder):
    """The rule that governs a folder: its own, or that of the nearest folder above."""
    parts = folder.split("/")
    while parts:
        name = "/".join(parts)
        if name in RULES:
            return name
        parts.pop()
    return None


def page_of(folder):
    match = re.match(r"app/pages/([^/]+)", folder)
    return match.group(1) if match else None


def faults_of(root):
    homes = {}
    for header in root.rglob("*.h"):
        homes.setdefault(header.name, []).append(header.parent.relative_to(root).as_posix())
    for name, folders in sorted(homes.items()):
        if len(folders) > 1:
            yield f"{name} stands in more than one folder: {', '.join(folders)}"
    for source in sorted([*root.rglob("*.c"), *root.rglob("*.h")]):
        folder = source.parent.relative_to(root).as_posix()
        room = room_of(folder)
        where = source.relative_to(root)
        if room is None:
            yield f"{where}: no rule for this folder"
            continue
        rooms, systems = RULES[room]
        for kind, name in INCLUDE.findall(source.read_text()):
            if kind == "<":
                for system, pattern in SYSTEM.items():
                    if re.match(pattern, name) and system not in systems:
                        yield f"{where}: <{name}> is not for {room}"
                continue
            for home in homes.get(pathlib.PurePosixPath(name).name, []):
                target = room_of(home)
                if target != room and target not in rooms:
                    yield f"{where}: {room} may not include {name} of {target}"
                if folder == "app/common" and home.startswith("app") and home != "app/common":
                    yield f"{where}: app/common may not include {name} of {home}"
                if page_of(folder) and page_of(home) not in (None, page_of(folder)):
                    yield f"{where}: pages do not include each other ({name})"


def main():
    faults = list(faults_of(pathlib.Path(sys.argv[1]) / "src"))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
