#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole path from a shell: mpctl, a real tenant server, a real keyring, the platforms' sandbox. Runs inside a desk."""
import json
import os
import sqlite3
import sys

from stand import COMPATIBLE, KEYS, Stand, check, choose_targets, required_rows, secret_parts


def check_wrong_use(stand):
    """Each mistake ends with its own status and words, and leaves nothing behind."""
    stand.mpctl("settings", "set", "/crm/api_key", KEYS["hubspot"], expect=1)
    check(KEYS["hubspot"] not in stand.last_error, "a key where its id belongs is neither kept nor repeated")
    stand.mpctl("settings", "set", "/crm/member_fields/a/b", "x", expect=1)
    check("is no path" in stand.last_error and "CRITICAL" not in stand.last_error, "a path that is too deep is refused")
    stand.mpctl("mapping", "set", "member", "email", "email", "--not-sent", "both", expect=2)
    stand.mpctl("credential", "add", stdin=KEYS["stripe"], expect=2)
    stand.mpctl("nonsense", expect=2)
    check(json.loads(stand.last_error)["error"], "wrong use is told as JSON, too")
    stand.mpctl("settings", "set", "/name", "a\x1b[31mb\nc", "--no-sync")
    listed = stand.mpctl("settings", "list", json_answer=False)
    check("\x1b" not in listed and listed.count("\n") == 1, "a name can neither command the terminal nor begin a line")
    stand.mpctl("settings", "set", "/name", "Main integrations", "--no-sync")


def check_conflict_in_archive(stand):
    """One archives what another edits: the question is found without naming the record."""
    stand.mpctl("settings", "archive", "--no-sync")
    stand.mpctl("settings", "set", "/name", "Edited meanwhile", profile="second")
    stand.mpctl("sync", expect=6)
    stand.mpctl("conflicts", "resolve", "", "theirs")
    check(stand.mpctl("settings", "show")["record"]["name"] == "Edited meanwhile", "their edit stands")


def connect_crm(stand, source):
    stand.mpctl("settings", "create", "Main integrations")
    check_wrong_use(stand)
    stand.mpctl("settings", "set", "/crm/platform", "hubspot")
    stand.mpctl("credential", "add", "--for", "/crm/api_key", stdin="pat-na1-wrong-key-of-nobody-00", expect=4)
    check("pat-na1-wrong" not in stand.last_error, "a refused key is not in the message")
    stand.mpctl("credential", "add", "--for", "/crm/api_key", stdin=KEYS["hubspot"])
    objects = stand.mpctl("crm", "objects")
    check("contacts" in [entry["name"] for entry in objects], "the CRM's objects are read live")
    stand.mpctl("settings", "set", "/crm/member_object", "contacts")
    fields = stand.mpctl("crm", "fields", "contacts")
    check(len(fields) >= 3000, "a few thousand fields arrive")
    rows = [row for row in required_rows(source, "member") if row["field"] not in ("crmId", "accountingId")]
    targets = choose_targets(rows, fields, COMPATIBLE)
    not_sent = next(iter(targets))
    for field, target in targets.items():
        if field == not_sent:
            stand.mpctl("mapping", "set", "member", field, "--not-sent", "Kept in Member Pulse only", "--no-sync")
        else:
            stand.mpctl("mapping", "set", "member", field, target, "--no-sync")
    check(len(targets) == len(rows), "every required member field found a field of the CRM")
    free = [f["name"] for f in fields if f["writable"] and f["type"] in ("longtext", "text", "multienum")
            and f["name"] not in targets.values()]
    stand.mpctl("settings", "set", "/crm/event_tag", free[0], "--no-sync")
    stand.mpctl("settings", "set", "/crm/course_tag", free[1], "--no-sync")
    return free


def connect_orders(stand, source):
    stand.mpctl("settings", "set", "/crm/order_object", "orders", "--no-sync")
    fields = stand.mpctl("crm", "fields", "orders")
    rows = required_rows(source, "order")
    for field, target in choose_targets(rows, fields, COMPATIBLE).items():
        stand.mpctl("mapping", "set", "order", field, target, "--no-sync")
    suggested = {row["source"]: row["target"] for row in stand.mpctl("mapping", "suggest", "member")}
    check(suggested["email"] == "email", "the field of the same name is suggested")
    stand.mpctl("mapping", "rules", "refuse", "member", "email", "email")
    stand.mpctl("mapping", "rules", "accept", "member", "bio", "jobtitle")
    suggested = {row["source"]: row for row in stand.mpctl("mapping", "suggest", "member")}
    check(suggested["email"]["target"] != "email", "what was refused is not suggested again")
    check(suggested["bio"]["target"] == "jobtitle", "what was accepted is")
    check("accepted" in suggested["bio"]["reasons"][0], "and says why")
    rules = stand.mpctl("mapping", "rules", "list")
    check([rule["accepted"] for rule in rules] == [False, True], "the answers are rules that can be read")
    stand.mpctl("mapping", "rules", "remove", "2")
    stand.mpctl("mapping", "rules", "remove", "1")
    stand.mpctl("mapping", "rules", "remove", "1", expect=1)
    suggested = {row["source"]: row["target"] for row in stand.mpctl("mapping", "suggest", "member")}
    check(suggested["email"] == "email", "a rule that was removed has no effect")
    mapped = [row["field"] for row in stand.mpctl("mapping", "list", "order") if "target" in row]
    for row in rows:
        if row["field"] not in mapped:
            stand.mpctl("mapping", "set", "order", row["field"], "--not-sent", "No such field at the CRM", "--no-sync")


def check_mapping(stand):
    """Each mapped field says how it fits; a rule for one of its values is kept, checked and taken back."""
    rows = {row["field"]: row for row in stand.mpctl("mapping", "check", "Main integrations", expect=3)["member"]}
    fits = {row["fit"] for row in rows.values() if "target" in row}
    check("exact" in fits and fits <= {"exact", "safe", "lossy"}, f"each mapped field fits: {fits}")
    row = next(row for row in rows.values() if row.get("values"))
    value = row["values"][0]["value"]
    stand.mpctl("mapping", "value", "member", row["field"], value, "sent-instead", "--no-sync")
    sent = {v["value"]: v["sent"] for r in stand.mpctl("mapping", "check", expect=3)["member"]
            if r["field"] == row["field"] for v in r["values"]}
    check(sent[value] == "sent-instead", "a value has a rule of its own")
    stand.mpctl("mapping", "value", "member", row["field"], value, "--no-sync")
    stand.mpctl("mapping", "value", "member", "bio", "x", "y", expect=1)
    check("is not mapped" in stand.last_error, "a field that goes nowhere has no values")
    check(stand.mpctl("mapping", "check", expect=3)["member"] == list(rows.values()), "without the rule all is as before")
    for name, json_answer in (("mapping.csv", False), ("mapping.json", True)):
        path = stand.folder / name
        text = stand.mpctl("mapping", "export", "member", json_answer=json_answer)
        path.write_text(json.dumps(text) if json_answer else text)
        stand.mpctl("mapping", "set", "member", row["field"], "--no-sync")
        stand.mpctl("mapping", "import", "member", str(path), "--no-sync")
        check(stand.mpctl("mapping", "check", expect=3)["member"] == list(rows.values()), f"{name} brings it back")


def connect_payment_and_accounting(stand):
    stand.mpctl("settings", "set", "/payment_gateway/platform", "stripe", "--no-sync")
    stand.mpctl("credential", "add", "--for", "/payment_gateway/api_key", stdin="pk_test_sandbox000000000000", expect=1)
    check("publishable" in stand.last_error, "a publishable key is refused by name")
    stand.mpctl("credential", "add", "--for", "/payment_gateway/api_key", "--label", "Stripe main", stdin=KEYS["stripe"])
    stand.mpctl("settings", "set", "/accounting/platform", "xero", "--no-sync")
    stand.mpctl("credential", "add", "--for", "/accounting/api_key", stdin=KEYS["xero"])


def check_faults(stand):
    """Each way in which a CRM fails has its own words and its own exit status."""
    cases = [
        ({"status": 401, "count": 9}, 4, "accept"),
        ({"status": 403, "count": 9}, 4, "does not let it"),
        ({"status": 429, "retry_after": 60, "count": 9}, 1, "60"),
        ({"status": 500, "count": 9}, 1, "500"),
        ({"mode": "html", "count": 9}, 1, "web page"),
        ({"mode": "cut", "count": 9}, 1, "cut off"),
    ]
    for fault, status, words in cases:
        stand.fault(**fault)
        try:
            stand.mpctl("crm", "fields", "contacts", "--refresh", expect=status)
        finally:
            stand.fault()
        check(words.lower() in stand.last_error.lower(), f"{fault}: {stand.last_error.strip()}")
        check(not any(key in stand.last_error for key in secret_parts()), "no key in the message")


def check_offline_edits(stand, free):
    stand.stop("server")
    stand.mpctl("settings", "set", "/name", "Renamed offline")
    check("not sent yet" in stand.last_error, "an edit without a server is saved here")
    stand.mpctl("mapping", "set", "member", "middleName", free[2], "--no-sync")
    key = next(key for key in stand.mpctl("credential", "list") if key["platform"] == "stripe")
    stand.mpctl("credential", "replace", key["id"], "--no-test", "--no-sync", stdin="", expect=1)
    check("No secret came in" in stand.last_error, "an empty key replaces nothing")
    stand.mpctl("credential", "replace", key["id"], "--no-test", "--no-sync", stdin=KEYS["stripe"])
    check(stand.mpctl("status")["pending"] >= 2, "the changes wait")
    stand.start_server()
    stand.mpctl("sync")
    check(stand.mpctl("status")["pending"] == 0, "nothing waits once the server is back")
    check(stand.mpctl("settings", "show")["state"] == "synced", "the record is synced")


def check_server(stand):
    database = sqlite3.connect(f"file:{stand.folder / 'server' / 'server.db'}?mode=ro", uri=True)
    text = "\n".join(database.iterdump())
    check("Renamed offline" in text, "the server's database holds the record")
    check("Stripe main" in text, "and the credential's label")
    check("••••" not in text, "and no mask in place of a hint")


def check_second_profile(stand):
    token = stand.make_token(actor="bert")
    stand.mpctl("login", "--server", stand.server_address, "--tenant", "demo", stdin=token, profile="second",
                json_answer=False)
    stand.mpctl("sync", profile="second")
    record = stand.mpctl("settings", "show", profile="second")["record"]
    check(record["name"] == "Renamed offline", "a second profile sees the same record")
    keys = stand.mpctl("credential", "list", profile="second")
    check(len(keys) == 3 and not any(key["on_this_computer"] for key in keys), "and the keys without their secrets")
    check({key.get("hint") for key in keys} == {"7341", "9512", "8823"} or len({key.get("hint") for key in keys}) == 3,
          "the keys show their last four characters")
    reader = stand.make_token(role="client_user", actor="carla")
    stand.mpctl("login", "--server", stand.server_address, "--tenant", "demo", stdin=reader, profile="reader",
                json_answer=False)
    stand.mpctl("sync", profile="reader")
    stand.mpctl("settings", "set", "/name", "Not allowed", profile="reader", expect=4)


def check_exported_trail(stand):
    """The server's export is verified by the key of the sign-in, or a given one; another head is found out."""
    export = stand.folder / "trail.jsonl"
    key = stand.run_server("audit", "export", "demo", str(export)).strip()
    intact = stand.mpctl("audit", "verify", str(export))
    check(intact["intact"] and "note" not in intact, "an exported trail is verified with its signature")
    lines = export.read_text().splitlines()
    head = json.loads(lines[-1])
    head["head"]["sequence"] -= 1
    head["head"]["hash"] = json.loads(lines[-3])["hash"]
    forged = stand.folder / "forged.jsonl"
    forged.write_text("\n".join([*lines[:-2], json.dumps(head)]) + "\n")
    check(not stand.mpctl("audit", "verify", str(forged), expect=3)["intact"], "a head that was not signed is found out")
    stranger = stand.mpctl("audit", "verify", str(export), profile="nobody")
    check("not checked" in stranger["note"], "a computer that does not know the key says so")
    check("note" not in stand.mpctl("audit", "verify", str(export), "--key", key, profile="nobody"),
          "the key may be given")
    stand.mpctl("audit", "verify", str(forged), "--key", key, profile="nobody", expect=3)


def main():
    source, build = sys.argv[1:]
    with Stand(build) as stand:
        stand.make_tenant()
        stand.start_server()
        stand.start_sandbox()
        check(stand.writes_no_core("server"), "the server leaves no core dump")
        token = stand.make_token()
        stand.mpctl("login", "--server", stand.server_address, "--tenant", "demo", stdin="mpt_" + "x" * 43, expect=4,
                    json_answer=False)
        check(stand.mpctl("login", "--server", stand.server_address, "--tenant", "demo", stdin=token)["role"] == "client_admin",
              "signing in says the role")
        free = connect_crm(stand, source)
        connect_orders(stand, source)
        check_mapping(stand)
        connect_payment_and_accounting(stand)
        parts = stand.mpctl("platform", "show", "xero")["credential"]
        check([part["id"] for part in parts if part["secret"]] == ["client_secret"], "a platform says what its key is")
        faults = stand.mpctl("settings", "validate")
        check(not [fault for fault in faults if fault["severity"] == "error"], "the record has no error")
        stand.mpctl("sync")
        check(stand.mpctl("settings", "show")["state"] == "synced", "the record is on the server")
        check_faults(stand)
        check_offline_edits(stand, free)
        check_server(stand)
        check_second_profile(stand)
        check_conflict_in_archive(stand)
        stand.mpctl("audit", "verify")
        check_exported_trail(stand)
        lines = stand.mpctl("audit", "list", "--json", json_answer=False).strip().split("\n")
        check(any("credential.use" in line for line in lines), "each use of a key is in the audit trail")
        found = stand.find_secrets([stand.folder, os.environ["HOME"]], [*secret_parts(), *stand.tokens])
        check(not found, f"no secret outside the keyring {found}")


if __name__ == "__main__":
    main()
