#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every function in a header that another folder includes has a doc comment, and what it names exists."""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
DOC = re.compile(r"/\*\*\n \* (mp_\w+):\n(.*?)\*/\n*([^{;]*)", re.S)
PROTOTYPE = re.compile(r"^(?!typedef)(?:[\w *]+[\s*]+)(mp_\w+)\s*\(([^;{]*)\)\s*(?:G_GNUC_\w+(?:\s*\([^)]*\))?\s*)*;", re.M)
DEFINITION = re.compile(r"([\w *\n]+?[\s*]+)(mp_\w+)\s*\((.*)\)\s*$", re.S)
# What each of these takes and does is in its name.
PLAIN = re.compile(r"mp_\w+_(free|clear|quark|get_type)$")


def strip_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def parameters_of(text):
    """The names in a parameter list; None for one with a callback in brackets, which is not taken apart."""
    if "(" in text:
        return None
    names = []
    for part in text.split(","):
        match = re.search(r"(\w+)\s*(\[\w*\])?$", part.strip())
        if part.strip() == "...":
            names.append("...")
        elif match and part.strip() != "void":
            names.append(match.group(1))
    return names


def shared_headers(root):
    """Headers that a file of another folder includes."""
    homes = {header.name: header for header in root.rglob("*.h")}
    shared = set()
    for source in [*root.rglob("*.c"), *root.rglob("*.h")]:
        for name in INCLUDE.findall(source.read_text()):
            if name in homes and homes[name].parent != source.parent:
                shared.add(homes[name])
    return sorted(shared)


def faults_of_comment(where, name, body, after):
    code = DEFINITION.match(strip_comments(after).strip())
    if code is None or code.group(2) != name:
        yield f"{where}: the comment of {name} () stands before something else"
        return
    known = parameters_of(code.group(3))
    told = re.findall(r"^ \* @([\w.]+):", body, re.M)
    if known is not None:
        for parameter in told:
            if parameter not in known:
                yield f"{where}: {name} () has no parameter {parameter}"
        for parameter in known:
            if parameter not in told:
                yield f"{where}: {name} () does not tell of {parameter}"
        mentioned = re.findall(r"(?<![\w`])@(\w+)", re.sub(r"^ \* @[\w.]+:", "", body, flags=re.M))
        for parameter in mentioned:
            if parameter not in known:
                yield f"{where}: {name} () speaks of @{parameter}, which it has not"
    returns = re.search(r"^ \* Returns:", body, re.M)
    result = " ".join(code.group(1).split())
    if result == "void" and returns:
        yield f"{where}: {name} () returns nothing"
    if result != "void" and not returns:
        yield f"{where}: {name} () does not tell what it returns"
    if returns and ("*" in result or result == "GStrv") and not result.startswith("const"):
        if not re.search(r"^ \* Returns:[^:]*\((transfer|not nullable|nullable)", body, re.M):
            yield f"{where}: {name} () does not tell who owns what it returns"


def main():
    root = pathlib.Path(sys.argv[1]) / "src"
    documented = set()
    faults = []
    for source in sorted(root.rglob("*.c")):
        text = source.read_text()
        for match in DOC.finditer(text):
            name, body, after = match.groups()
            documented.add(name)
            where = f"{source.relative_to(root.parent)}:{text.count(chr(10), 0, match.start()) + 2}"
            faults += faults_of_comment(where, name, body, after)
    for header in shared_headers(root):
        text = strip_comments(header.read_text())
        for match in PROTOTYPE.finditer(text):
            name = match.group(1)
            if name not in documented and not PLAIN.match(name):
                faults.append(f"{header.relative_to(root.parent)}: {name} () has no doc comment")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
