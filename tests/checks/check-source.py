#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules on the text of the sources: licence tags, banned functions, translations."""
import pathlib
import re
import sys

BANNED = {
    r"\b(atoi|atol|atof|strtol|strtoul|strtoll)\s*\(": "unchecked number parsing: g_ascii_string_to_signed ()",
    r"\b(strcpy|strcat|sprintf|vsprintf|gets)\s*\(": "unbounded string function",
    r"\bsystem\s*\(|\bg_spawn_\w+\s*\(": "no shell, no child process",
    r"\bg_random_\w+\s*\(": "not for secrets, not repeatable",
    r"\bg_error\s*\(": "a program does not abort on a failure",
    r"\bjson_object_get_(string|int|double|boolean)_member\s*\(": "only warns: the readers of mp-json.h",
    r"\bg(char|int|long|double|float|short)\b(?!8|16|32|64)": "plain C types",
}
# Back-off with jitter needs chance, not secrecy.
EXCEPTIONS = {("http", r"g_random_"), ("session", r"g_random_"), ("sync", r"g_random_")}


def strip_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)


def faults_of_source(path, folder):
    text = path.read_text()
    if "SPDX-License-Identifier: GPL-3.0-or-later" not in text.split("\n", 1)[0]:
        yield f"{path}: the first line is the licence tag"
    code = strip_comments(text)
    for pattern, why in BANNED.items():
        if any(folder.startswith(where) and bad in pattern for where, bad in EXCEPTIONS):
            continue
        for match in re.finditer(pattern, code):
            line = code.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: {match.group().strip()}: {why}"
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(r"\b(TODO|FIXME|XXX)\b", line):
            yield f"{path}:{number}: unfinished"


# What the build makes of the texts in data files.
GENERATED = "po/data-strings.h"


def translatable(root):
    if (root / "po/data-strings.py").exists():
        yield GENERATED
    for path in sorted([*(root / "src").rglob("*.c"), *(root / "src").rglob("*.ui"), *(root / "data").rglob("*.in")]):
        text = path.read_text()
        if path.suffix == ".c" and re.search(r'\b(_|C_|N_|NC_|ngettext|g_dngettext)\s*\(\s*(\w+,\s*)?"', text):
            yield path.relative_to(root).as_posix()
        elif path.suffix == ".ui" and 'translatable="yes"' in text:
            yield path.relative_to(root).as_posix()
        elif path.name.endswith((".desktop.in", ".metainfo.xml.in")):
            yield path.relative_to(root).as_posix()


def faults_of_translations(root):
    listed = [line for line in (root / "po/POTFILES.in").read_text().split("\n") if line and not line.startswith("#")]
    wanted = sorted(translatable(root))
    if listed != sorted(listed):
        yield "po/POTFILES.in is not sorted"
    for path in sorted(set(wanted) - set(listed)):
        yield f"po/POTFILES.in lacks {path}"
    for path in sorted(set(listed) - set(wanted)):
        if not (root / path).exists() or path not in wanted:
            yield f"po/POTFILES.in names {path}, which has nothing to translate"


def main():
    root = pathlib.Path(sys.argv[1])
    faults = []
    for path in sorted([*(root / "src").rglob("*.[ch]"), *(root / "tests").rglob("*.[ch]")]):
        folder = path.relative_to(root).as_posix().split("/", 1)[1]
        faults += faults_of_source(path, folder)
    faults += faults_of_translations(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
