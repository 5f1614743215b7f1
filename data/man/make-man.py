#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: make-man.py TEMPLATE VERSION PROGRAM [ARGUMENT ...]

Prints the manual page TEMPLATE, in which the lines .OPTIONS and .COMMANDS stand for what the program says of itself
(PROGRAM ARGUMENT ... --help), so that the two never differ.
"""
import os
import re
import subprocess
import sys

OPTION = re.compile(r"^  (?:(-\w), )?(--[a-z][a-z-]*)(?:=(\S+))?\s{2,}(.*)$")
COMMAND = re.compile(r"^  (\S.*)$")


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", text)
    return "\\&" + text if text[:1] in ".'" else text


def format_option(short, name, value, summary):
    head = (f"\\fB{escape(short)}\\fR, " if short else "") + f"\\fB{escape(name)}\\fR"
    if value:
        head += f"=\\fI{escape(value)}\\fR"
    return f".TP\n{head}\n{escape(summary)}"


def format_command(usage, summary):
    """The words of the command are bold; what stands for something else is as --help has it."""
    words = usage.split()
    count = next((index for index, word in enumerate(words) if not re.fullmatch(r"[a-z-]+", word)), len(words))
    rest = escape(" ".join(words[count:]))
    return f".TP\n\\fB{escape(' '.join(words[:count]))}\\fR {rest}".rstrip() + f"\n{escape(summary)}"


def read_help(text):
    options, commands, section = [], [], ""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.endswith(":") and not line.startswith(" "):
            section = line
        elif not line:
            section = ""
        elif section == "Commands:" and (match := COMMAND.match(line)) and not line.startswith("   "):
            commands.append(format_command(match[1], lines[number + 1].strip()))
        elif section.endswith("Options:") or section.endswith("options"):
            if match := OPTION.match(line):
                options.append(format_option(*match.groups()))
    return {".OPTIONS": options, ".COMMANDS": commands}


def main(template, version, *program):
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    answer = subprocess.run([*program, "--help"], env=environment, check=True, capture_output=True, text=True).stdout
    parts = read_help(answer)
    for line in open(template, encoding="utf-8").read().splitlines():
        part = parts.get(line)
        if part == []:
            sys.exit(f"{program[0]} --help has nothing for {line} of {template}")
        print("\n".join(part) if part else line.replace("@version@", version))


if __name__ == "__main__":
    main(*sys.argv[1:])
