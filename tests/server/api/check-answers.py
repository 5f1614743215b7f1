#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the API's description true? Runs the server's test programs, collects every answer they got, and holds each
against the description: that its status is described, its type, and its body's schema. Then holds the record's
schema against the registry: check-answers.py DESCRIPTION REGISTRY PROGRAM..."""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

FORMATS = jsonschema.FormatChecker()
PROBLEM = {"$ref": "#/components/schemas/Problem"}


def collect(programs, file):
    answers = []
    for program in programs:
        file.write_text("")
        run = subprocess.run([program], env=dict(os.environ, MP_TEST_ANSWERS=str(file)), stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True, check=False)
        if run.returncode != 0:
            sys.exit(f"{program} failed:\n{run.stdout}")
        answers += [json.loads(line) for line in file.read_text().splitlines()]
    return answers


def find_path(paths, path):
    if path.count("/") == 4 and path.endswith("/"):
        path = path[:-1]
    for pattern in paths:
        parts = [re.escape(part) if not part.startswith("{") else "[^/]+" for part in pattern.split("/")]
        if re.fullmatch("/".join(parts), path):
            return pattern
    return None


def resolve(document, node):
    while "$ref" in node:
        place = document
        for part in node["$ref"][2:].split("/"):
            place = place[part]
        node = place
    return node


def expected(document, answer):
    """The media types of the answer, with their schemas; or why there should be no such answer."""
    pattern = find_path(document["paths"], answer["path"])
    status = str(answer["status"])
    method = "get" if answer["method"] == "HEAD" else answer["method"].lower()
    problem = {"application/problem+json": {"schema": PROBLEM}}
    if pattern is None:
        return problem if status == "404" else "no such path is described"
    operation = document["paths"][pattern].get(method)
    if operation is None:
        return problem if status == "405" else "no such method is described"
    if status not in operation["responses"]:
        return f"{status} is not described for {method} {pattern}"
    return resolve(document, operation["responses"][status]).get("content", {None: {}})


def faults_of(document, answer):
    content = expected(document, answer)
    if isinstance(content, str):
        yield content
    elif answer["type"] not in content:
        yield f"the type {answer['type']} is not described"
    elif answer["method"] != "HEAD" and answer["type"] and answer["type"].endswith("json"):
        schema = {**content[answer["type"]]["schema"], "components": document["components"]}
        validator = jsonschema.Draft202012Validator(schema, format_checker=FORMATS)
        for fault in validator.iter_errors(json.loads(answer["body"])):
            yield f"/{'/'.join(map(str, fault.absolute_path))}: {fault.message}"


def registry_faults(document, registry):
    """Each row of the registry has its place in both schemas, and nothing else has."""
    own = {"id", "revision", "created", "updated", "archived"}
    for name in ("Settings", "SettingsContent"):
        schema = document["components"]["schemas"][name]["properties"]
        described = set()
        for member, value in schema.items():
            if member in own:
                continue
            inner = value.get("properties")
            described |= {f"/{member}/{key}" for key in inner} if inner else {f"/{member}"}
        rows = {row["path"] for row in registry["fields"]}
        for path in sorted(described ^ rows):
            yield f"{name}: {path} stands in {'the description' if path in described else 'the registry'} only"


def main():
    document = json.loads(pathlib.Path(sys.argv[1]).read_text())
    registry = json.loads(pathlib.Path(sys.argv[2]).read_text())
    faults = list(registry_faults(document, registry))
    with tempfile.TemporaryDirectory() as folder:
        answers = collect(sys.argv[3:], pathlib.Path(folder) / "answers")
    counts = collections.Counter()
    for answer in answers:
        counts[answer["status"]] += 1
        for fault in faults_of(document, answer):
            faults.append(f"{answer['method']} {answer['path']} {answer['status']}: {fault}")
    operations = {operation["operationId"] for path in document["paths"].values()
                  for method, operation in path.items() if method != "parameters"}
    answered = set()
    for answer in answers:
        pattern = find_path(document["paths"], answer["path"])
        operation = document["paths"].get(pattern, {}).get(answer["method"].lower())
        if operation and answer["status"] < 300:
            answered.add(operation["operationId"])
    faults += [f"no test had a good answer of {name}" for name in sorted(operations - answered)]
    print(f"{len(answers)} answers:", ", ".join(f"{count}x {status}" for status, count in sorted(counts.items())))
    for fault in sorted(set(faults)):
        print(fault)
    sys.exit(1 if faults else 0)


main()
