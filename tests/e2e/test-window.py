#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole path in a real window: sign in, connect a CRM, map, orders, payment, accounting, kill, offline, second desktop.

Runs inside a desk (virtual display, window manager, session bus, accessibility bus, unlocked keyring). Pictures go to the
folder given as the third argument.
"""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys

from stand import COMPATIBLE, KEYS, Stand, check, choose_targets, required_rows, secret_parts, wait_until
from window import HERE, Window


def record(stand):
    return stand.mpctl("settings", "show")


def value(stand, *path):
    found = record(stand)["record"]
    for name in path:
        found = found.get(name, {}) if isinstance(found, dict) else None
    return found


def connect_crm(stand, window):
    window.section("CRM")
    window.choose("Platform", "HubSpot")
    window.ui("wait", "entry", "Access token")
    window.ui("type", "entry", "Access token", "pat-na1-wrong-key-of-nobody-00")
    window.ui("wait", "label", "/did not accept/", "--timeout", "20")
    window.shot("crm-wrong-key")
    window.ui("type", "entry", "Access token", KEYS["hubspot"])
    window.ui("wait", "any", "Member Object", "--timeout", "30")
    window.shot("crm-connected")
    window.choose("Member Object", "Contacts")
    wait_until(lambda: value(stand, "crm", "member_object") == "contacts", "the member object is saved")


def map_members(stand, window, source):
    fields = stand.mpctl("crm", "fields", "contacts")
    labels = {field["name"]: field["label"] for field in fields}
    catalogue = {entry["name"]: entry for entry in json.loads((pathlib.Path(source) / "data/catalogue/member.json").read_text())}
    rows = [row for row in required_rows(source, "member") if row["field"] not in ("crmId", "accountingId")]
    targets = choose_targets(rows, fields, COMPATIBLE)
    window.ui("click", "any", "All Member Fields")
    names = list(targets)
    # By hand through the window: the first few, and one that is not sent; the rest from the shell, into the same store.
    for name in names[:3]:
        window.choose(f"CRM field for {catalogue[name]['label']}", labels[targets[name]], "--scroll")
    label = catalogue[names[3]]["label"]
    window.ui("click", "dropdown", f"CRM field for {label}", "--scroll")
    window.ui("click", "button", "/(?i)^not sent, because/", "--action")
    window.ui("type", "entry", f"Why {label} is not sent", "Kept in Member Pulse only")
    wait_until(lambda: value(stand, "crm", "member_fields", names[3]) == {"not_sent": "Kept in Member Pulse only"},
               "a field that is not sent keeps its reason")
    window.shot("mapping")
    for name in names[4:]:
        stand.mpctl("mapping", "set", "member", name, targets[name], "--no-sync")
    window.ui("wait", "label", "/25 of 26 required/", "--timeout", "30")
    window.ui("click", "button", "Back")
    free = [field for field in fields if field["writable"] and field["type"] == "longtext"
            and field["name"] not in targets.values()]
    window.choose("Event Tag", free[0]["label"])
    window.choose("Course Tag", free[1]["label"])
    wait_until(lambda: value(stand, "crm", "course_tag") == free[1]["name"], "the tags are saved")


def map_orders(stand, window, source):
    window.choose("Order Object", "Orders")
    wait_until(lambda: value(stand, "crm", "order_object") == "orders", "the order object is saved")
    window.ui("wait", "any", "All Order Fields")
    targets = choose_targets(required_rows(source, "order"), stand.mpctl("crm", "fields", "orders"), COMPATIBLE)
    for name, target in targets.items():
        stand.mpctl("mapping", "set", "order", name, target, "--no-sync")
    window.shot("crm-complete")


def add_payment(stand, window):
    window.section("Payment Gateway")
    window.choose("Platform", "Stripe")
    window.ui("click", "any", "API Key")
    window.ui("click", "button", "/(?i)^add a key/", "--action")
    window.ui("type", "entry", "API key", "pk_test_sandbox000000000000")
    window.ui("wait", "label", "/publishable/")
    window.shot("payment-publishable-key")
    window.ui("type", "entry", "API key", KEYS["stripe"])
    window.ui("click", "button", "/^Save$/")
    wait_until(lambda: value(stand, "payment_gateway", "api_key"), "the new key is tested and chosen by itself")
    window.shot("payment")


def add_accounting(stand, window):
    window.section("Accounting")
    window.choose("Platform", "Xero")
    window.ui("type", "entry", "Client id", KEYS["xero"]["client_id"])
    window.ui("type", "entry", "Client secret", KEYS["xero"]["client_secret"])
    wait_until(lambda: value(stand, "accounting", "api_key"), "the accounting key is tested and saved")
    window.shot("accounting")


def content(stand):
    """The record without what a sync writes into it, which may come at any time."""
    return {name: part for name, part in record(stand)["record"].items() if name not in ("revision", "created", "updated")}


def kill_and_start(stand, window):
    before = content(stand)
    stand.stop("app", signal.SIGKILL)
    window.start()
    window.ui("wait", "item", "CRM", "--timeout", "30")
    check(content(stand) == before, "killed and started again: the record is as it was")
    check(all(key["on_this_computer"] for key in stand.mpctl("credential", "list")), "and the keys are there")
    window.section("CRM")
    window.ui("wait", "label", "/••••7341/")


def work_offline(stand, window):
    wait_until(lambda: record(stand)["state"] == "synced", "the record reaches the server by itself", 40)
    stand.stop("server")
    window.section("Overview")
    window.ui("type", "entry", "Name", "Renamed in a tunnel")
    wait_until(lambda: value(stand, "name") == "Renamed in a tunnel", "an edit offline is saved here")
    stand.mpctl("mapping", "set", "member", "middleName", "member_middle_name", "--no-sync")
    stand.mpctl("settings", "unset", "/crm/course_tag", "--no-sync")
    window.shot("offline")
    stand.start_server()
    wait_until(lambda: "Renamed in a tunnel" in dump(stand), "the changes arrive by themselves", 60)
    wait_until(lambda: record(stand)["state"] == "synced", "and the record is synced", 40)


def dump(stand):
    database = sqlite3.connect(f"file:{next((stand.folder / 'server').glob('*.db'))}?mode=ro", uri=True)
    try:
        return "\n".join(database.iterdump())
    finally:
        database.close()


def look_at_sections(window):
    for scheme in ("default", "prefer-dark"):
        subprocess.run(["gsettings", "set", "org.gnome.desktop.interface", "color-scheme", scheme], check=True)
        for section in ("Overview", "CRM", "Accounting", "Payment Gateway", "Credentials", "Activity"):
            window.section(section)
            window.shot(f"{section.lower().replace(' ', '-')}-{scheme}")


def second_desktop(stand, pictures):
    """Another person's desktop: its own home, its own keyring."""
    token = stand.make_token(actor="bert")
    done = subprocess.run([str(HERE / "desk"), "--timeout", "120", sys.executable, __file__, "--second",
                           str(stand.build), stand.server_address, str(pictures)], input=token, text=True,
                          check=False)
    check(done.returncode == 0, "a second desktop sees the same record and the keys without their secrets")


class SecondStand(Stand):
    """On the second desktop: the same programs and server, files of its own."""

    def __init__(self, build, server_address):
        super().__init__(build)
        self.server_address = server_address
        self.sandbox_address = "http://127.0.0.1:9"


def main_second(build, server_address, pictures):
    token = sys.stdin.read().strip()
    with SecondStand(build, server_address) as stand:
        window = Window(stand, pictures)
        window.start()
        window.sign_in(token)
        window.ui("wait", "item", "CRM", "--timeout", "30")
        wait_until(lambda: value(stand, "name") == "Renamed in a tunnel", "the record is here", 40)
        window.section("CRM")
        window.ui("wait", "label", "/••••7341.*anna/", "--timeout", "30")
        window.shot("second-desktop")
        check(not any(key["on_this_computer"] for key in stand.mpctl("credential", "list")), "no secret is here")


def main(source, build, pictures):
    with Stand(build) as stand:
        stand.make_tenant()
        stand.start_server()
        stand.start_sandbox()
        window = Window(stand, pictures)
        window.start()
        window.sign_in(stand.make_token())
        window.ui("click", "button", "/New record/")
        window.ui("type", "entry", "Name", "Main integrations")
        window.ui("click", "button", "/Create/")
        wait_until(lambda: stand.mpctl("settings", "list"), "the new record is saved")
        connect_crm(stand, window)
        map_members(stand, window, source)
        map_orders(stand, window, source)
        add_payment(stand, window)
        add_accounting(stand, window)
        kill_and_start(stand, window)
        work_offline(stand, window)
        check("credential.use" in dump(stand), "each use of a key is in the server's audit trail")
        second_desktop(stand, pictures)
        look_at_sections(window)
        needles = [*secret_parts(), *stand.tokens]
        found = stand.find_secrets([stand.folder, os.environ["HOME"]], needles)
        check(not found, f"no secret outside the keyring {found}")
        stand.mpctl("audit", "verify")
        stand.check_logs()


if __name__ == "__main__":
    if sys.argv[1] == "--second":
        main_second(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
