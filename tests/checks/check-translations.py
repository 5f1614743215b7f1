#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on the translations: check-translations.py ROOT"""
import ast
import collections
import pathlib
import re
import subprocess
import sys

PRINTF = re.compile(r"%(?:\d+\$)?([-+ #0']*\d*(?:\.\d+)?(?:hh|h|ll|l|z)?[diouxXeEfgGcsp%])")
BRACES = re.compile(r"\{[a-z_]+\}")
MNEMONIC = re.compile(r"_(?=\w)")


def read_entries(path):
    """Each entry of a .po file: what it says in English, and its translations."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.split("\n") if not line.startswith("#")]
        entry = collections.defaultdict(str)
        for line in lines:
            if not line.startswith('"'):
                name, line = line.split(" ", 1) if " " in line else (line, '""')
            entry[name] += ast.literal_eval(line)
        if entry["msgid"]:
            yield entry


def is_mnemonic(text):
    """One letter is marked; a key such as rzp_live_… has underscores of its own."""
    return len(MNEMONIC.findall(text)) == 1 and text.count("_") == 1


def faults_of_pair(text, translation, takes_number):
    if not translation:
        return
    if translation[:1].isspace() != text[:1].isspace() or translation[-1:].isspace() != text[-1:].isspace():
        yield "blanks at an end differ"
    if translation.endswith("…") != text.endswith("…") or "..." in translation:
        yield "an ellipsis differs"
    if sorted(set(BRACES.findall(text))) != sorted(set(BRACES.findall(translation))):
        yield "the words in braces differ"
    places = collections.Counter(PRINTF.findall(text)), collections.Counter(PRINTF.findall(translation))
    # "One minute ago" may leave the number out; msgfmt says where it may not.
    if not takes_number and not re.match(r"%-?[a-zA-Z] ", text) and places[0] != places[1]:
        yield "the places (%s and the like) differ"
    if is_mnemonic(text) != is_mnemonic(translation):
        yield "the mnemonic is missing, or there is one too many"


def faults_of_file(path):
    made = subprocess.run(["msgfmt", "--check", "--output-file=/dev/null", path], capture_output=True, text=True)
    if made.returncode != 0:
        yield made.stderr.strip()
    if ", fuzzy" in path.read_text(encoding="utf-8"):
        yield f"{path}: a fuzzy translation is not used: correct it and take the mark away"
    for entry in read_entries(path):
        takes_number = bool(entry["msgid_plural"])
        for member, translation in entry.items():
            if member.startswith("msgstr"):
                for fault in faults_of_pair(entry["msgid"], translation, takes_number):
                    yield f"{path}: {fault}: {entry['msgid']!r} and {translation!r}"


def main():
    root = pathlib.Path(sys.argv[1])
    listed = [line for line in (root / "po/LINGUAS").read_text().split("\n") if line and not line.startswith("#")]
    faults = [] if listed == sorted(listed) else ["po/LINGUAS is not sorted"]
    files = sorted((root / "po").glob("*.po"))
    if set(listed) != {path.stem for path in files}:
        faults.append("po/LINGUAS and the .po files differ")
    for path in files:
        faults += faults_of_file(path)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
