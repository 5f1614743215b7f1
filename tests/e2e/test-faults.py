#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck on the way, in a real window: each kind has its clear message at its row, and no key is in it.

Arguments: source, build, pictures, and the cases to run (all when none is named). Runs inside a desk; the cases that need
another kind of keyring start a desk of their own.
"""
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

from stand import KEYS, Stand, check, secret_parts, wait_until
from window import HERE, Window

WRONG_KEY = "pat-na1-wrong-key-of-nobody-00"
DEADLINE_S = 30


def record(stand):
    return stand.mpctl("settings", "show")


def login(stand, token):
    stand.mpctl("login", "--server", stand.server_address, "--tenant", "demo", stdin=token, json_answer=False)


def start_signed_in(stand, pictures):
    """A window with one record that has nothing but its name; signed in from the shell, which is faster."""
    login(stand, stand.make_token())
    stand.mpctl("settings", "create", "Main integrations")
    window = Window(stand, pictures)
    window.start()
    window.ui("wait", "item", "CRM", "--timeout", "30")
    return window


def complete(stand):
    """Makes the record one that the server takes: a payment gateway, and nothing else that is required."""
    stand.mpctl("settings", "set", "/payment_gateway/platform", "stripe", "--no-sync")
    stand.mpctl("credential", "add", "--for", "/payment_gateway/api_key", "--label", "Stripe main", stdin=KEYS["stripe"])
    stand.mpctl("sync")
    check(record(stand)["state"] == "synced", "a complete record is on the server")


def request(stand, token, method, path, body=None, revision=None):
    """Another client: one call of the tenant server's API."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if revision is not None:
        headers["If-Match"] = f'"{revision}"'
    if method == "PATCH":
        headers["Content-Type"] = "application/merge-patch+json"
    address = f"{stand.server_address.rstrip('/')}/v1/tenants/demo{path}"
    call = urllib.request.Request(address, method=method, headers=headers,
                                  data=None if body is None else json.dumps(body).encode())
    try:
        text = urllib.request.urlopen(call, timeout=10).read()
    except urllib.error.HTTPError as error:
        check(False, f"{method} {path}: {error.code} {error.read().decode()}")
    return json.loads(text) if text else None


# The cases. Each gets a stand with a tenant, a server and a sandbox at work.

def test_wrong_keys(stand, pictures):
    window = start_signed_in(stand, pictures)
    window.section("CRM")
    window.choose("Platform", "HubSpot")
    window.ui("type", "entry", "Access token", WRONG_KEY)
    window.says("HubSpot did not accept the key", "crm-wrong-key")
    window.ui("wait", "entry", "Access token", "--state", "invalid-entry")
    window.section("Payment Gateway")
    window.choose("Platform", "Stripe")
    window.ui("click", "any", "API Key")
    window.ui("click", "button", "Add a key…", "--action")
    window.ui("type", "entry", "API key", "pk_test_sandbox000000000000")
    window.says("publishable", "payment-publishable-key")
    window.ui("click", "button", "Save")
    window.ui("wait", "entry", "API key", "--state", "invalid-entry")
    check(not stand.mpctl("credential", "list"), "no wrong key was kept")


CRM_FAULTS = (
    ("401", {"status": 401}, "HubSpot did not accept the key. Replace it"),
    ("403", {"status": 403}, "The key is right, but HubSpot does not let it do this"),
    ("429", {"status": 429, "retry_after": 47}, "too many requests. Try again in 47 seconds"),
    ("500", {"status": 500}, "HubSpot has a problem of its own .status 500.. Try again later"),
    ("html", {"mode": "html"}, "HubSpot answered a web page instead of data"),
    ("cut", {"mode": "cut"}, "The answer of HubSpot is cut off. Try again"),
    ("drop", {"mode": "drop"}, "HubSpot could not be reached .*closed the connection"),
)


def connect_crm(stand, window):
    window.section("CRM")
    window.choose("Platform", "HubSpot")
    window.ui("type", "entry", "Access token", KEYS["hubspot"])
    window.ui("wait", "any", "Member Object", "--timeout", "30")
    window.choose("Member Object", "Contacts")
    window.ui("wait", "any", "Event Tag")


def test_crm_faults(stand, pictures):
    window = start_signed_in(stand, pictures)
    window.section("CRM")
    window.choose("Platform", "HubSpot")
    for name, fault, words in CRM_FAULTS:
        if name == "403":
            continue  # a test that is answered so says that the key is right: it would be kept
        stand.fault(**fault, count=99)
        window.ui("type", "entry", "Access token", KEYS["hubspot"])
        window.says(words.replace(" Replace it", ""), f"crm-test-{name}")
    stand.fault()
    connect_crm(stand, window)
    for name, fault, words in CRM_FAULTS:
        stand.fault(**fault, count=99)
        window.ui("click", "button", "Read the CRM again")
        window.says(words, f"crm-{name}", "--timeout", "20")
    stand.fault()
    window.ui("click", "button", "Try again")
    window.unsays("could not be reached")


def test_crm_silence(stand, pictures):
    window = start_signed_in(stand, pictures)
    connect_crm(stand, window)
    stand.fault(mode="hang", count=99)
    window.ui("click", "button", "Read the CRM again")
    begin = time.monotonic()
    window.section("Overview")
    window.ui("type", "entry", "Name", "Renamed while it waits")
    wait_until(lambda: record(stand)["record"]["name"] == "Renamed while it waits", "the window works meanwhile", 8)
    window.section("CRM")
    window.says("HubSpot could not be reached .*did not answer within", "crm-silence", "--timeout", "60")
    took = time.monotonic() - begin
    check(took < DEADLINE_S + 15, f"after the deadline it is said ({took:.0f} s)")


def test_documents(stand, pictures):
    folder = stand.folder / "client" / "platforms"
    folder.mkdir(parents=True)
    (folder / "acme.json").write_text('{"id": "acme", "label": "Acme & <Sons>", ')
    (folder / "other.json").write_text('{"id": "other", "colour": "blue & <green>"}')
    window = start_signed_in(stand, pictures)
    window.section("CRM")
    window.says("A platform document of yours cannot be used")
    window.says("acme.json")
    window.says("other.json.*colour", "document")
    window.choose("Platform", "HubSpot")
    window.ui("wait", "entry", "Access token")
    check(True, "a broken document stops nothing")


CASES = {
    "wrong-keys": test_wrong_keys,
    "crm-faults": test_crm_faults,
    "crm-silence": test_crm_silence,
    "documents": test_documents,
}


def run(name, build, pictures):
    print(f"# {name}", flush=True)
    with Stand(build) as stand:
        stand.make_tenant()
        stand.start_server()
        stand.start_sandbox(300)
        CASES[name](stand, pictures)
        stand.check_logs()
        found = stand.find_secrets([stand.folder, os.environ["HOME"]], [*secret_parts(), *stand.tokens, WRONG_KEY])
        check(not found, f"{name}: no secret outside the keyring {found}")


def main(build, pictures, *names):
    for name in names or CASES:
        run(name, build, pictures)


if __name__ == "__main__":
    main(*sys.argv[2:])
