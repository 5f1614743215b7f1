#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping editor by its accessible names: suggestions accepted, refused and remembered.

Runs inside a desk. Pictures go to the folder given as the third argument.
"""
import sys

from stand import KEYS, Stand, check, wait_until
from window import Window


def prepare(stand):
    """A record with a CRM and its member object, made from the shell."""
    stand.mpctl("login", "--server", stand.server_address, "--tenant", "demo", stdin=stand.make_token(), json_answer=False)
    stand.mpctl("settings", "create", "Main integrations")
    stand.mpctl("settings", "set", "/crm/platform", "hubspot")
    stand.mpctl("credential", "add", "--for", "/crm/api_key", stdin=KEYS["hubspot"])
    stand.mpctl("settings", "set", "/crm/member_object", "contacts")


def fields(stand):
    return stand.mpctl("settings", "show")["record"].get("crm", {}).get("member_fields", {})


def suggest(stand, window):
    suggested = {row["source"]: row["target"] for row in stand.mpctl("mapping", "suggest", "member")}
    count = sum(target is not None for target in suggested.values())
    check(count >= 10, f"{count} fields are suggested")
    window.ui("wait", "button", "/^Accept [0-9]+ Suggestion/", "--timeout", "30")
    window.shot("mapping-suggested")
    window.ui("wait", "any", "/^First Name, not mapped; .* is suggested because of: .* required left$/")
    window.ui("click", "button", "/^Accept .* for First Name$/", "--action")
    wait_until(lambda: fields(stand).get("firstName") == suggested["firstName"], "one suggestion is accepted")
    window.ui("wait", "any", "/^First Name, mapped to .*, suggested because of: .* required left$/")
    window.ui("click", "button", "/^Refuse .* for Last Name$/", "--action")
    wait_until(lambda: {row["source"]: row["target"] for row in stand.mpctl("mapping", "suggest", "member")}["lastName"]
               != suggested["lastName"], "one is refused, and not suggested again")
    window.shot("mapping-refused")
    window.ui("click", "button", "/^Accept [0-9]+ Suggestion/")
    wait_until(lambda: fields(stand).get("email") == suggested["email"], "all others are accepted at once")
    check(len(fields(stand)) >= count - 2, "in one step")
    window.ui("wait", "button", "/^Accept [0-9]+ Suggestion/", "--gone")
    window.shot("mapping-accepted")
    window.ui("click", "button", "Values of Gender", "--action")
    window.ui("wait", "any", "Any other value")
    window.shot("mapping-values")
    window.ui("key", "Escape")
    window.ui("wait", "any", "Any other value", "--gone")
    window.ui("key", "ctrl+z")
    wait_until(lambda: set(fields(stand)) == {"firstName"}, "one undo takes all of them back")
    window.ui("wait", "button", "/^Accept [0-9]+ Suggestion/")
    rules = stand.mpctl("mapping", "rules", "list")
    check([rule for rule in rules if rule["path"].endswith("/lastName") and not rule["accepted"]], "the refusal is a rule")


def main(build, pictures):
    with Stand(build) as stand:
        stand.make_tenant()
        stand.start_server()
        stand.start_sandbox()
        prepare(stand)
        window = Window(stand, pictures)
        window.start()
        window.ui("wait", "item", "CRM", "--timeout", "30")
        window.section("CRM")
        window.ui("click", "any", "All Member Fields")
        suggest(stand, window)
        stand.check_logs()


if __name__ == "__main__":
    main(*sys.argv[1:])
