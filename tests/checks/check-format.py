#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources are as clang-format 14 (Debian 12's) leaves them."""
import pathlib
import subprocess
import sys


def main():
    root = pathlib.Path(sys.argv[1])
    sources = sorted([*(root / "src").rglob("*.[ch]"), *(root / "tests").rglob("*.[ch]")])
    done = subprocess.run(["clang-format", "--dry-run", "--Werror", *map(str, sources)],
                          capture_output=True, text=True, check=False)
    for line in done.stderr.split("\n"):
        if "error:" in line:
            print(line)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
