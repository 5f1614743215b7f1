#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A tenant says where its CRM is: in a private network it is called where the operator allows that, and not else.

usage: check-private-addresses.py PROGRAM
"""
import http.server
import pathlib
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).parent / "durability"))
import server  # noqa: E402


class Crm(http.server.BaseHTTPRequestHandler):
    """Counts who asks; what it answers does not matter."""

    asked = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


def make_record(subject, connection, site):
    """One of a club whose CRM stands at SITE; answers its id."""
    _, shop = subject.add_credential(connection, "demo")
    status, key = subject.ask(connection, "POST", "/credentials", body={
        "kind": "crm", "platform": "espocrm", "label": "CRM", "mode": "live", "hint": "0815",
        **subject.seal(connection, "demo", {"key": "0815" * 8})})
    assert status == 201, key
    _, catalogue = subject.ask(connection, "GET", "/catalogue/member")
    fields = {field["name"]: f"p_{number}" for number, field in enumerate(catalogue["fields"]) if not field.get("locked")}
    status, record = subject.ask(connection, "POST", "/integration-settings", body={
        "name": "Main", "crm": {"platform": "espocrm", "connection": {"site": site}, "api_key": key["id"],
                                "member_object": "Contact", "member_fields": fields, "event_tag": "event"},
        "payment_gateway": {"platform": "stripe", "api_key": shop}})
    assert status == 201, record
    return record["id"]


def main():
    crm = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Crm)
    threading.Thread(target=crm.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="mp-private-") as folder:
        subject = server.Server(sys.argv[1], folder + "/data", "sqlite")
        config = pathlib.Path(folder, "server.conf")
        record = None
        for setting, is_called in (("", False), ("call-private-addresses=false\n", False),
                                   ("call-private-addresses=true\n", True)):
            config.write_text("[server]\n" + setting)
            Crm.asked.clear()
            subject.start(f"--config={config}")
            connection = subject.connect()
            record = record or make_record(subject, connection, f"http://127.0.0.1:{crm.server_port}")
            status, answer = subject.ask(connection, "POST", f"/test?section=crm&settings={record}")
            connection.close()
            subject.stop()
            assert bool(Crm.asked) == is_called, (setting, status, answer, Crm.asked)
            print(repr(setting), status, answer)
    crm.shutdown()


if __name__ == "__main__":
    main()
