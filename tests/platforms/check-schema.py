#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema is a schema, and every shipped document fits it."""
import json
import pathlib
import sys

import jsonschema


def main():
    folder = pathlib.Path(sys.argv[1])
    schema = json.loads((folder / "platform.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    faults = 0
    for path in sorted(folder.glob("*.json")):
        if path.name == "platform.schema.json":
            continue
        for fault in validator.iter_errors(json.loads(path.read_text())):
            print(f"{path.name} {fault.json_path}: {fault.message}")
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
