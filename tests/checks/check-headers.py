#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every header compiles alone: it includes what it needs."""
import concurrent.futures
import pathlib
import shlex
import subprocess
import sys


def compile_alone(header, flags):
    done = subprocess.run(["gcc", "-fsyntax-only", "-x", "c", *flags, "-include", str(header), "/dev/null"],
                          capture_output=True, text=True, check=False)
    return f"{header}:\n{done.stderr}" if done.returncode else None


def main():
    root, build, *flags = sys.argv[1:]
    root = pathlib.Path(root)
    headers = sorted((root / "src").rglob("*.h"))
    folders = sorted({header.parent for header in headers})
    flags = [flag for text in flags for flag in shlex.split(text)]
    flags += [f"-I{folder}" for folder in folders] + [f"-I{build}", "-std=gnu17"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        faults = [fault for fault in pool.map(lambda header: compile_alone(header, flags), headers) if fault]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
