#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last line of build-aux/test is true: also of a program that crashes or hangs after some good cases."""
import json
import pathlib
import subprocess
import sys
import tempfile

JUNIT = """<testsuites>
<testsuite name="p.good"><testcase name="1 /a"/><testcase name="2 /b"><skipped/></testcase></testsuite>
<testsuite name="p.bad"><testcase name="1 /a"/><testcase name="2 /b"><failure/></testcase></testsuite>
<testsuite name="p.crash"><testcase name="1 /a"/></testsuite>
<testsuite name="p"><testcase name="plain" classname="p"/><testcase name="hung" classname="p"/></testsuite>
</testsuites>"""
RESULTS = [("good", "OK", 0), ("bad", "ERROR", 1), ("crash", "ERROR", -11), ("plain", "OK", 0), ("hung", "TIMEOUT", -15),
           ("left-out", "SKIP", 77)]
WANTED = """skipped: good: 2 /b
failed: bad: 2 /b
failed: crash: ERROR, status -11
failed: hung: TIMEOUT, status -15
skipped: left-out
2 skipped
4 passed, 3 failed
"""


def count(script, results):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "testlog.junit.xml").write_text(JUNIT)
        (folder / "testlog.json").write_text("".join(
            json.dumps({"name": name, "result": result, "returncode": status}) + "\n" for name, result, status in results))
        return subprocess.run([sys.executable, script, name], capture_output=True, text=True, check=False)


def main():
    script = pathlib.Path(sys.argv[1]) / "build-aux/count-tests.py"
    bad, good, none = count(script, RESULTS), count(script, RESULTS[:1]), count(script, [])
    assert bad.stdout == WANTED and bad.returncode == 1, bad.stdout
    assert good.stdout.endswith("\n1 passed, 0 failed\n") and good.returncode == 0, good.stdout
    assert none.stdout == "0 passed, 0 failed\n" and none.returncode == 1, none.stdout


if __name__ == "__main__":
    main()
