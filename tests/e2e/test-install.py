#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: test-install.py SOURCE-FOLDER BUILD-FOLDER

What `meson install` puts where, file by file, and whether what a desktop or a shell reads of it is right.
"""
import configparser
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE, BUILD = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
APPLICATION = "org.memberpulse.Integrations"
SHARE = {
    f"applications/{APPLICATION}.desktop",
    "bash-completion/completions/mp-tenant-server",
    "bash-completion/completions/mpctl",
    f"dbus-1/services/{APPLICATION}.service",
    "doc/mp-tenant-server/mp-tenant-server.conf",
    "doc/mp-tenant-server/mp-tenant-server.service",
    "doc/mp-tenant-server/mp-tenant-server.socket",
    "doc/mp-tenant-server/nginx.conf",
    "fish/vendor_completions.d/mp-tenant-server.fish",
    "fish/vendor_completions.d/mpctl.fish",
    f"glib-2.0/schemas/{APPLICATION}.gschema.xml",
    f"icons/hicolor/scalable/apps/{APPLICATION}.svg",
    f"icons/hicolor/symbolic/apps/{APPLICATION}-symbolic.svg",
    "man/man1/mp-integrations.1",
    "man/man1/mpctl.1",
    "man/man8/mp-tenant-server.8",
    f"metainfo/{APPLICATION}.metainfo.xml",
    "mp-integrations/completions/candidates.awk",
    "mp-integrations/platform.schema.json",
    "zsh/site-functions/_mp-tenant-server",
    "zsh/site-functions/_mpctl",
}
BIN = {"mp-integrations", "mp-sandbox", "mp-tenant-server", "mpctl"}
passed = 0


def check(what, right, detail=""):
    global passed
    if not right:
        sys.exit(f"FAIL {what}\n{detail}")
    passed += 1
    print(f"ok {what}", flush=True)


def run(what, *command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    check(what, done.returncode == 0, done.stdout + done.stderr)
    return done.stdout


def files_of(root):
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir()}


def check_files(prefix):
    lines = (SOURCE / "po/LINGUAS").read_text().splitlines()
    languages = [line for line in lines if line and not line.startswith("#")]
    wanted = {f"bin/{name}" for name in BIN} | {f"share/{name}" for name in SHARE}
    wanted |= {f"share/locale/{language}/LC_MESSAGES/mp-integrations.mo" for language in languages}
    found = files_of(prefix)
    check("every file is installed, and no other", found == wanted,
          f"missing: {sorted(wanted - found)}\nnot named: {sorted(found - wanted)}")
    for name in BIN:
        check(f"{name} runs", os.access(prefix / "bin" / name, os.X_OK))


def check_desktop(share):
    entry_file = share / f"applications/{APPLICATION}.desktop"
    run("the desktop entry", "desktop-file-validate", entry_file)
    run("the metainfo", "appstreamcli", "validate", "--no-net", share / f"metainfo/{APPLICATION}.metainfo.xml")
    run("the preferences", "glib-compile-schemas", "--strict", "--dry-run", share / "glib-2.0/schemas")
    for icon in (share / "icons").rglob("*.svg"):
        run(icon.name, "xmllint", "--noout", icon)

    entry = configparser.ConfigParser(interpolation=None)
    entry.read(entry_file, encoding="utf-8")
    service = configparser.ConfigParser(interpolation=None)
    service.read(share / f"dbus-1/services/{APPLICATION}.service", encoding="utf-8")
    check("a link is handed to the program", "x-scheme-handler/mp-integrations;" == entry["Desktop Entry"]["MimeType"])
    check("the bus starts the program by its name", entry["Desktop Entry"]["DBusActivatable"] == "true" and
          service["D-BUS Service"]["Name"] == APPLICATION and
          service["D-BUS Service"]["Exec"].endswith("/bin/mp-integrations --gapplication-service"))


def check_manuals(share):
    for page in sorted((share / "man").rglob("*.[18]")):
        warnings = subprocess.run(["groff", "-ww", "-man", "-Tutf8", "-z", page], capture_output=True, text=True, check=True)
        check(f"{page.name} is without a fault", not warnings.stderr, warnings.stderr)


def complete_with_bash(script, words):
    line = f"""
source '{script}'
COMP_WORDS=({' '.join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
_{words[0].replace('-', '_')} {words[0]}
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    return run("bash completes", "bash", "--norc", "-c", line).split()


def complete_with_fish(script, words):
    """fish says what follows the name with a tabulator behind each candidate's."""
    line = f"source '{script}'; complete -C \"{' '.join(words)}\""
    return [found.split("\t")[0] for found in run("fish completes", "fish", "--no-config", "-c", line).splitlines()]


def complete_with_zsh(script, words):
    """Outside its line editor zsh has no compadd: here it prints, and narrows as the editor does."""
    line = f"""
function compadd {{ shift; print -l -- ${{(M)@:#${{words[CURRENT]}}*}} }}
function _files {{ }}
words=({' '.join(f"'{word}'" for word in words)}); CURRENT={len(words)}
source '{script}'
"""
    return run("zsh completes", "zsh", "-f", "-c", line).split()


def check_completions(prefix, folder):
    """Run from the folder of the installation: only the script's own place is written down in it."""
    awk = prefix / "share/mp-integrations/completions/candidates.awk"
    cases = {
        ("mpctl", ""): {"login", "crm", "mapping", "settings", "audit"},
        ("mpctl", "crm", "sa"): {"sample"},
        ("mpctl", "--settings", "Main", "crm", "te"): {"test"},
        ("mpctl", "conflicts", "resolve", "/crm/platform", ""): {"mine", "theirs"},
        ("mpctl", "platform", "try", "hubspot", "obj"): {"objects"},
        ("mpctl", "crm", "test", "--refr"): {"--refresh"},
        ("mp-tenant-server", "token", "re"): {"revoke"},
        ("mp-tenant-server", "serve", "--conf"): {"--config"},
        ("mp-tenant-server", "token", "add", "--rol"): {"--role"},
    }
    shells = {
        "bash": (complete_with_bash, "bash-completion/completions/{}"),
        "zsh": (complete_with_zsh, "zsh/site-functions/_{}"),
        "fish": (complete_with_fish, "fish/vendor_completions.d/{}.fish"),
    }
    for shell, (complete, place) in shells.items():
        for words, wanted in cases.items():
            text = (prefix / "share" / place.format(words[0])).read_text()
            lines = [line for line in text.splitlines() if "candidates.awk" in line]
            check(f"{shell} reads the installed script", len(lines) == 1)
            script = folder / f"{shell}-{words[0]}"
            installed = lines[0].split("-f '")[1].split("'")[0]
            script.write_text(text.replace(installed, str(awk)))
            found = set(complete(script, words))
            check(f"{shell}: {' '.join(words)}", found >= wanted and (words[-1] == "" or found == wanted),
                  f"wanted {wanted}, found {found}")


def main():
    with tempfile.TemporaryDirectory(prefix="mp-install.") as name:
        folder = pathlib.Path(name)
        environment = {**os.environ, "DESTDIR": str(folder / "root")}
        run("meson install", "meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", env=environment)
        prefix = next((folder / "root").rglob("bin")).parent
        os.environ["PATH"] = f"{prefix / 'bin'}:{os.environ['PATH']}"
        check_files(prefix)
        check_desktop(prefix / "share")
        check_manuals(prefix / "share")
        check_completions(prefix, folder)
    print(f"{passed} checks passed")


main()
