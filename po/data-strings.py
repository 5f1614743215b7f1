#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of data files as C, so that xgettext finds them: data-strings.py ROOT; or the names of these files: --files ROOT."""
import json
import pathlib
import sys

# The names of platforms, and of their own objects and fields, are not translated.
PLATFORM = ["key_help", "unavailable", "unverified"]
INPUT = ["label", "help"]


def texts_of_platform(document):
    for member in PLATFORM:
        yield document["label"], document.get(member)
    for entry in [*document.get("connection", []), *document.get("credential", [])]:
        for member in INPUT:
            yield f"{document['label']}, {entry['id']}", entry.get(member)
        for refusal in entry.get("refuse", []):
            yield f"{document['label']}, {entry['id']}", refusal["message"]
    for hint in document.get("errors", {}).get("hints", []):
        yield f"{document['label']}, what a refusal means", hint["say"]


def texts_of_registry(document):
    for entry in [*document["sections"], *document["fields"]]:
        yield entry.get("path", "a section"), entry["label"]


def texts_of_catalogue(fields):
    for field in fields:
        yield f"the field {field['name']} of Member Pulse", field["label"]
        yield f"the field {field['name']} of Member Pulse", field.get("description")


READERS = {"catalogue": texts_of_catalogue, "platforms": texts_of_platform, "registry": texts_of_registry}


def files_of(root):
    for folder in READERS:
        for path in sorted((root / "data" / folder).glob("*.json")):
            if not path.name.endswith(".schema.json"):
                yield path


def strings_of(root):
    yield "/* Made by po/data-strings.py from the files in data; nothing compiles it. */"
    for path in files_of(root):
        document = json.loads(path.read_text(encoding="utf-8"))
        for place, text in READERS[path.parent.name](document):
            if text:
                yield f"/* Translators: {place} */"
                yield f"N_ ({json.dumps(text, ensure_ascii=False)})"


def main():
    root = pathlib.Path(sys.argv[-1])
    print(*(files_of(root) if sys.argv[1] == "--files" else strings_of(root)), sep="\n")


if __name__ == "__main__":
    main()
