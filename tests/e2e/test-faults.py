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
DEADLINE_S = 45
# libsecret 0.20.5 ends the task of a prompt that its caller cancelled twice, or without an error (secret-prompt.c, seen in gdb).
LIBSECRET_FAULT = re.compile(r"g_task_return_error: assertion '(?:!task->ever_returned|error != NULL)' failed"
                             r"|GTask .*secret_.* finalized without ever returning")


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
    window.says("HubSpot could not be reached .*did not answer within", "crm-silence", "--timeout", "75")
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


def open_database(stand):
    return sqlite3.connect(next((stand.folder / "server").glob("*.db")), timeout=10)


def test_refused(stand, pictures):
    """The server knows of a fault that this computer cannot know: there the key is revoked, and no news tells of it."""
    window = start_signed_in(stand, pictures)
    complete(stand)
    key = stand.mpctl("credential", "add", "--platform", "stripe", "--label", "Stripe other", stdin=KEYS["stripe"])["id"]
    stand.mpctl("sync")
    with open_database(stand) as database:
        database.execute("UPDATE credential SET revoked = 1, json = json_set(json, '$.revoked', json('true')) WHERE id = ?",
                         (key,))
    window.section("Payment Gateway")
    window.choose("API Key", "Stripe other")
    window.says("was revoked. Choose or enter another one", "refused", "--timeout", "20")
    window.section("Overview")
    window.says("Saved on this computer; the server refused it")
    kept = record(stand)
    check(kept["record"]["payment_gateway"]["api_key"] == key and kept["state"] == "refused", "what was chosen stays")
    window.section("Payment Gateway")
    window.choose("API Key", "Stripe main")
    window.unsays("was revoked")
    wait_until(lambda: record(stand)["state"] == "synced", "with another key the server takes the record")


def test_server_gone(stand, pictures):
    window = start_signed_in(stand, pictures)
    complete(stand)
    stand.stop("server")
    window.section("Overview")
    window.ui("type", "entry", "Name", "Renamed alone")
    wait_until(lambda: record(stand)["record"]["name"] == "Renamed alone", "an edit without a server is kept")
    window.says("Offline since .*, 1 change waiting", "server-gone", "--timeout", "20")
    window.ui("click", "button", "/Offline/")
    window.says("The server cannot be reached. Everything you change is kept on this computer")
    window.ui("key", "Escape")
    stand.start_server()
    window.says("^Synced$", None, "--timeout", "40")


def test_token_revoked(stand, pictures):
    window = start_signed_in(stand, pictures)
    complete(stand)
    identifier = stand.run_server("token", "list", "demo").split()[0]
    stand.run_server("token", "revoke", "demo", identifier)
    window.section("Overview")
    window.ui("type", "entry", "Name", "Renamed signed out")
    window.says("You are signed out: the server refused the token", "token-revoked", "--timeout", "20")
    wait_until(lambda: record(stand)["record"]["name"] == "Renamed signed out", "an edit signed out is kept")
    window.ui("click", "button", "Sign in again…")
    window.ui("wait", "entry", "Token")
    window.ui("type", "entry", "Token", stand.tokens[0])
    window.ui("click", "button", "/^Sign in/")
    window.says("The server refused this token: it is wrong, expired or revoked", "token-refused")
    window.ui("type", "entry", "Token", stand.make_token())
    window.ui("click", "button", "/^Sign in/")
    window.ui("wait", "item", "CRM", "--timeout", "20")
    wait_until(lambda: record(stand)["state"] == "synced", "signed in again, the edit is sent")
    window.unsays("You are signed out")


def test_reader(stand, pictures):
    login(stand, stand.make_token())
    stand.mpctl("settings", "create", "Main integrations")
    stand.mpctl("settings", "set", "/crm/platform", "hubspot", "--no-sync")
    complete(stand)
    before = record(stand)["record"]
    window = Window(stand, pictures, "reader")
    window.start()
    window.sign_in(stand.make_token(role="client_user", actor="carla"))
    window.ui("wait", "item", "CRM", "--timeout", "30")
    for section in ("Overview", "CRM", "Accounting", "Payment Gateway", "Credentials"):
        window.section(section)
        window.says("may only read: everything is shown, and nothing can be changed",
                    f"reader-{section.lower().replace(' ', '-')}")
        check(not window.editable(), f"{section}: nothing can be typed {window.editable()}")
    window.section("Payment Gateway")
    window.says("Stripe main")
    for name in ("New record…", "Add a key…", "Replace…", "Remove…"):
        window.ui("wait", "button", name, "--gone")
    after = request(stand, stand.tokens[-1], "GET", f"/integration-settings/{before['id']}")
    check(after["revision"] == before["revision"], "and nothing is changed")


def disagree(stand, window, bert, number, mine):
    """Bert and Anna change the name at the same time; the window learns of both at once."""
    stand.processes["app"].send_signal(signal.SIGSTOP)
    current = record(stand)["record"]
    request(stand, bert, "PATCH", f"/integration-settings/{current['id']}", {"name": f"Named by Bert {number}"},
            current["revision"])
    stand.mpctl("settings", "set", "/name", mine, "--no-sync")
    stand.processes["app"].send_signal(signal.SIGCONT)
    window.says("1 conflict", None, "--timeout", "30")


def look_at_history(stand, window):
    """The newest revision beside the one before it, and beside what is here."""
    window.ui("click", "button", "Record menu")
    window.ui("click", "any", "History…", "--action")
    window.says("Named by Anna 1 → Named by Bert 1", "conflict-history", "--timeout", "20")
    window.choose("Compared with", "What is here now")
    window.says("Nothing differs")


def test_conflict(stand, pictures):
    """Both choices, each seen before it is applied; undo puts the other side's name back."""
    window = start_signed_in(stand, pictures)
    complete(stand)
    bert = stand.make_token(actor="bert")
    window.section("Overview")
    for number, (side, expected) in enumerate((("Yours", "Named by Anna 0"), ("On the server, by bert", "Named by Bert 1"))):
        disagree(stand, window, bert, number, f"Named by Anna {number}")
        window.says("Somebody changed the same: choose what to keep")
        window.says("Somebody else changed this too", f"conflict-{number}-met")
        window.ui("click", "button", "Settle conflict…")
        window.says(f"Named by Bert {number}")
        check(window.ui("get", "button", "Apply", "--field", "states").find("sensitive") < 0, "nothing to apply yet")
        window.ui("click", "check", f"/^{side}.*: Named by/")
        window.says("It|The record afterwards", f"conflict-{number}-chosen")
        check(record(stand)["state"] == "conflict", "nothing is changed before it is applied")
        window.ui("click", "button", "Apply")
        wait_until(lambda name=expected: record(stand)["record"]["name"] == name, f"{side}: {expected}")
        window.says("The conflict is settled", f"conflict-{number}-resolved")
        wait_until(lambda: record(stand)["state"] == "synced", "settled and synced", 30)
    window.ui("key", "ctrl+z")
    wait_until(lambda: record(stand)["record"]["name"] == "Named by Anna 1", "undone: the other name is back")
    wait_until(lambda: record(stand)["state"] == "synced", "and goes to the server", 30)
    window.shot("conflict-1-undone")
    stand.stop("app")
    window.start()
    window.ui("wait", "item", "CRM", "--timeout", "30")
    window.ui("key", "ctrl+shift+z")
    wait_until(lambda: record(stand)["record"]["name"] == "Named by Bert 1", "made again after a restart")
    wait_until(lambda: record(stand)["state"] == "synced", "and goes to the server", 30)
    look_at_history(stand, window)


KEYRING_LOCKED = "The keyring is locked, so no key can be read or kept. Unlock it"


def lock_keyring():
    subprocess.run(["gdbus", "call", "--session", "--dest", "org.freedesktop.secrets", "--object-path",
                    "/org/freedesktop/secrets", "--method", "org.freedesktop.Secret.Service.Lock",
                    "['/org/freedesktop/secrets/collection/login']"], check=True, capture_output=True)


def unlock(window):
    window.ui("wait", "dialog", "/Unlock/")
    window.ui("type", "password text", "", os.environ["DESK_PASSWORD"], "--action")
    window.ui("click", "button", "Unlock", "--action")


def cancel_until_said(window, words, picture):
    """The sync may ask for its token meanwhile, and a prompt that just opens loses a click: each is cancelled until it goes."""
    for _ in range(10):
        if window.sees("button", "Cancel"):
            window.ui("click", "button", "Cancel", "--action")
        if window.sees("label", f"/{words}/"):
            break
    window.says(words, picture)


def test_locked_keyring(stand, pictures):
    token = stand.make_token()
    window = Window(stand, pictures)
    window.start()
    window.sign_in(token)
    window.ui("wait", "dialog", "/Unlock/")
    cancel_until_said(window, KEYRING_LOCKED, "keyring-locked-sign-in")
    check(window.ui("get", "entry", "Token", "--field", "text") == token, "the typed token is not lost")
    window.ui("click", "button", "Sign in")
    window.ui("wait", "dialog", "/Unlock/")
    window.unsays(KEYRING_LOCKED)
    window.says(KEYRING_LOCKED, "keyring-unanswered", "--timeout", "40")
    window.ui("click", "button", "Sign in")
    unlock(window)
    window.ui("click", "button", "/New record/", "--timeout", "20")
    window.ui("type", "entry", "Name", "Main integrations")
    window.ui("click", "button", "/Create/")
    window.section("CRM")
    window.choose("Platform", "HubSpot")
    window.says("Saved here, 1 draft|^Synced|1 change waiting")
    lock_keyring()
    window.ui("type", "entry", "Access token", KEYS["hubspot"], "--action")
    cancel_until_said(window, KEYRING_LOCKED, "keyring-locked-key")
    window.says("The key is not saved")
    check(window.ui("get", "entry", "Access token", "--field", "text") == KEYS["hubspot"], "the typed key is not lost")
    window.ui("click", "button", "Save again")
    unlock(window)
    window.says("••••7341", "keyring-unlocked", "--timeout", "20")


def test_no_keyring(stand, pictures):
    token = stand.make_token()
    window = Window(stand, pictures)
    window.start()
    window.sign_in(token)
    window.says("No keyring answers, and keys are kept nowhere else. Install and start one", "keyring-missing")
    check(window.ui("get", "entry", "Token", "--field", "text") == token, "the typed token is not lost")


KEYRINGS = {"locked-keyring": "--locked-keyring", "no-keyring": "--no-keyring"}
CASES = {
    "wrong-keys": test_wrong_keys,
    "crm-faults": test_crm_faults,
    "crm-silence": test_crm_silence,
    "documents": test_documents,
    "refused": test_refused,
    "server-gone": test_server_gone,
    "token-revoked": test_token_revoked,
    "reader": test_reader,
    "conflict": test_conflict,
    "locked-keyring": test_locked_keyring,
    "no-keyring": test_no_keyring,
}


def run(name, build, pictures):
    print(f"# {name}", flush=True)
    with Stand(build) as stand:
        stand.make_tenant()
        stand.start_server()
        stand.start_sandbox(300)
        CASES[name](stand, pictures)
        stand.check_logs(ignore=LIBSECRET_FAULT if name == "locked-keyring" else None)
        found = stand.find_secrets([stand.folder, os.environ["HOME"]], [*secret_parts(), *stand.tokens, WRONG_KEY])
        check(not found, f"{name}: no secret outside the keyring {found}")


def run_in_desk(name, build, pictures):
    """A desk with another kind of keyring."""
    done = subprocess.run([str(HERE / "desk"), "--timeout", "200", KEYRINGS[name], sys.executable, __file__, "--here", build,
                           pictures, name], check=False)
    check(done.returncode == 0, f"{name}: all of it")


def main(build, pictures, *names):
    for name in names or CASES:
        (run_in_desk if name in KEYRINGS else run)(name, build, pictures)


if __name__ == "__main__":
    if sys.argv[1] == "--here":
        run(sys.argv[4], *sys.argv[2:4])
    else:
        main(*sys.argv[2:])
