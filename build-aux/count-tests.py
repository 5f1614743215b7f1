#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the logs of a Meson test run and ends with the line "N passed, N failed"; the status says which.

Each case of a TAP program counts, and each other program as one. Meson's JUnit log has the cases, but not that a program
crashed or hung after some good ones; its JSON log has that.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

GOOD = ("OK", "EXPECTEDFAIL", "SKIP")


def verdict_of(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def read_cases(junit):
    """The cases of each TAP program, by the program's name."""
    suites = ElementTree.parse(junit).getroot().iter("testsuite")
    return {suite.get("name").partition(".")[2]: [(verdict_of(case), case.get("name")) for case in suite.iter("testcase")]
            for suite in suites}


def read_verdicts(folder):
    """(verdict, name) of everything that ran."""
    cases = read_cases(folder / "testlog.junit.xml")
    for line in (folder / "testlog.json").read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        name, result = test["name"], test["result"]
        own = cases.get(name, [])
        for verdict, case in own:
            yield verdict, f"{name}: {case}"
        if result not in GOOD and not any(verdict == "failed" for verdict, _ in own):
            yield "failed", f"{name}: {result}, status {test['returncode']}"
        elif not own:
            yield "skipped" if result == "SKIP" else "passed", name


def main():
    verdicts = list(read_verdicts(pathlib.Path(sys.argv[1])))
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for verdict, name in verdicts:
        counts[verdict] += 1
        if verdict != "passed":
            print(f"{verdict}: {name}")
    if counts["skipped"]:
        print(f"{counts['skipped']} skipped")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
