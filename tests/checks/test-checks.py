#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks themselves: each notices the fault it is for, in a small tree made for it."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TAG = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
HEADERS = {"src/http/mp-http.h": TAG, "src/core/mp-core.h": TAG, "src/app/pages/crm/mp-crm.h": TAG,
           "src/app/common/mp-common.h": TAG}


def comment(told="@x: a number", returns="Returns: (transfer full): a text", code="char *\nmp_f (int x)"):
    """A source of core with one function, which a file of http uses."""
    return {"src/core/a.h": TAG + "char *mp_f (int x);\n", "src/http/b.c": TAG + '#include "a.h"\n',
            "src/core/a.c": f"{TAG}/**\n * mp_f:\n * {told}\n *\n * {returns}\n */\n{code}\n{{\n}}\n"}


def translated(text, translation, head="Content-Type: text/plain; charset=UTF-8\\n"):
    """A German file with one text."""
    return {"po/LINGUAS": "de\n", "po/de.po": f'msgid ""\nmsgstr "{head}"\n\n#, c-format\nmsgid "{text}"\nmsgstr "{translation}"\n'}


CASES = [
    ("folders", {"src/core/a.c": TAG + '#include "mp-core.h"\n'}, None),
    ("folders", {"src/core/a.c": TAG + '#include "mp-http.h"\n'}, "core may not include mp-http.h of http"),
    ("folders", {"src/core/a.c": TAG + "#include <gtk/gtk.h>\n"}, "<gtk/gtk.h> is not for core"),
    ("folders", {"src/http/a.c": TAG + "#include <sqlite3.h>\n"}, "<sqlite3.h> is not for http"),
    ("folders", {"src/app/common/a.c": TAG + '#include "mp-crm.h"\n'}, "app/common may not include mp-crm.h"),
    ("folders", {"src/app/pages/payment/a.c": TAG + '#include "mp-crm.h"\n'}, "pages do not include each other"),
    ("folders", {"src/elsewhere/a.c": TAG}, "no rule for this folder"),
    ("source", {"src/core/a.c": TAG + "int f (void);\n"}, None),
    ("source", {"src/core/a.c": "int f (void);\n"}, "the first line is the licence tag"),
    ("source", {"src/core/a.c": TAG + 'int x = atoi ("1");\n'}, "unchecked number parsing"),
    ("source", {"src/core/a.c": TAG + "/* TODO */\n"}, "unfinished"),
    ("source", {"src/core/a.c": TAG + 'char *t = _ ("Hello");\n'}, "po/POTFILES.in lacks src/core/a.c"),
    ("doc-comments", comment(), None),
    ("doc-comments", {**comment(), "src/core/a.c": TAG}, "mp_f () has no doc comment"),
    ("doc-comments", {"src/core/a.h": TAG + "char *mp_f (int x);\n"}, None),
    ("doc-comments", comment(told="@y: a number"), "mp_f () has no parameter y"),
    ("doc-comments", comment(told="It doubles."), "mp_f () does not tell of x"),
    ("doc-comments", comment(told="@x: a number, not @y"), "mp_f () speaks of @y, which it has not"),
    ("doc-comments", comment(returns="It is a text."), "mp_f () does not tell what it returns"),
    ("doc-comments", comment(returns="Returns: a text"), "mp_f () does not tell who owns what it returns"),
    ("doc-comments", comment(code="void\nmp_f (int x)"), "mp_f () returns nothing"),
    ("doc-comments", comment(code="char *\nmp_g (int x)"), "the comment of mp_f () stands before something else"),
    ("translations", translated("Save %s…", "%s speichern…"), None),
    ("translations", {"po/LINGUAS": "de\n"}, "po/LINGUAS and the .po files differ"),
    ("translations", translated("Save", "Speichern "), "blanks at an end differ"),
    ("translations", translated("Save…", "Speichern"), "an ellipsis differs"),
    ("translations", translated("Save {name}", "{nahme} speichern"), "the words in braces differ"),
    ("translations", translated("Save %s of %s", "Speichern"), "number of format specifications"),
    ("translations", translated("_Save", "Speichern"), "the mnemonic is missing"),
    ("translations", translated("Begins with sk_.", "Beginnt mit sk_."), None),
    ("format", {"src/core/a.c": TAG + "int  f(void) ;\n"}, "should be clang-formatted"),
]


def run(check, files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**HEADERS, **files, "po/POTFILES.in": ""}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        (root / "tests").mkdir()
        (root / ".clang-format").write_text((HERE.parent.parent / ".clang-format").read_text())
        return subprocess.run([sys.executable, str(HERE / f"check-{check}.py"), folder],
                              capture_output=True, text=True, check=False)


def main():
    failed = 0
    print(f"1..{len(CASES)}")
    for number, (check, files, fault) in enumerate(CASES, 1):
        done = run(check, files)
        holds = done.returncode == 0 if fault is None else done.returncode == 1 and fault in done.stdout
        failed += not holds
        print("ok" if holds else "not ok", number, "-", check, fault or "is content with a right tree")
        if not holds:
            print("#", done.stdout, done.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
