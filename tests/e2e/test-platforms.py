#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every shipped platform document through the whole program: a real tenant server, a real keyring, and mpctl
against a server that answers as the document's contract says, and fails as real ones do. Runs inside a desk."""
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import platform_server as faults
from platform_pages import lists_in_pages, make_pages
from platform_server import PlatformServer
from stand import Failed, Stand, check

WORKERS = 4
WINDOW = 7  # so many characters of a key in a row are a part of it
LONGEST_MESSAGE = 600
SECTIONS = {"crm": ("crm", "crm"), "accounting": ("accounting", "accounting"), "payment": ("payment_gateway", "payment")}
STATUSES = {"unauthorized": 4, "forbidden": 4, "offline": 5}


class Case:
    """One document, its contract, its record in the profile and its server."""

    def __init__(self, stand, document, contract, name=None):
        self.stand = stand
        self.document = document
        self.contract = contract
        self.id = document["id"]
        self.name = name or self.id  # of its record
        self.section, self.group = SECTIONS[document["kind"]]
        self.needles = self.make_needles()
        self.server = PlatformServer()
        self.faults = []
        self.runs = 0

    def secret_texts(self):
        secrets = {part["id"] for part in self.document["credential"] if part.get("secret", True)}
        return [value for part, value in self.contract["credential"].items() if part in secrets] + [faults.TOKEN]

    def make_needles(self):
        """Every few characters in a row of what is secret, but for what the document itself says or the answers hold."""
        public = json.dumps(self.document) + json.dumps(self.contract["calls"]) + json.dumps(self.contract.get("connection"))
        windows = (text[start:start + WINDOW] for text in self.secret_texts() for start in range(len(text) - WINDOW + 1))
        return {window for window in windows if window not in public.replace(self.contract["secret"], "")}

    def expect(self, holds, message):
        if not holds:
            self.faults.append(f"{self.id}: {message}")

    def program(self, *arguments):
        return [self.stand.program("mpctl"), "--data-dir", str(self.stand.folder / "client"), "--no-sync", "--json",
                "--base-url", f"{self.id}={self.server.address}", "--settings", self.name, *arguments]

    def run(self, *arguments, stdin=""):
        """(status, what was printed, what was said); nothing of it holds a part of the key."""
        done = subprocess.run(self.program(*arguments), input=stdin, capture_output=True, text=True, timeout=120, check=False)
        self.runs += 1
        shown = sorted(needle for needle in self.needles if needle in done.stdout + done.stderr)
        self.expect(not shown, f"{arguments}: a part of the key is shown: {shown} in {done.stdout[-300:]}{done.stderr[-500:]}")
        said = done.stderr.strip()
        if "Sanitizer" in said or "runtime error:" in said or "CRITICAL" in said or "WARNING" in said:
            self.expect(False, f"{arguments}: {said[-3000:]}")
        try:
            printed = json.loads(done.stdout) if done.stdout.strip() else None
        except ValueError:
            printed = None
            self.expect(False, f"{arguments}: no JSON: {done.stdout[:200]}")
        return done.returncode, printed, said

    def must(self, *arguments, stdin=""):
        status, printed, said = self.run(*arguments, stdin=stdin)
        if status:
            raise Failed(f"{self.id}: mpctl {' '.join(arguments)}: status {status}: {said}")
        return printed

    def set_up(self):
        self.must("settings", "create", self.name)
        self.must("settings", "set", f"/{self.section}/platform", self.id)
        for name, value in self.contract.get("connection", {}).items():
            self.must("settings", "set", f"/{self.section}/connection/{name}", value)
        parts = self.contract["credential"]
        key = "".join(f"{part}={value}\n" for part, value in parts.items()) if len(parts) > 1 else next(iter(parts.values()))
        self.must("credential", "add", "--no-test", "--for", f"/{self.section}/api_key", stdin=key)

    @staticmethod
    def is_own(call):
        """Whether it is made with the key and connection of the contract; and no test that needs what one before it kept."""
        return not {"credential", "connection"} & call.keys() and not (call["call"] == "test" and "continues" in call)

    def command(self, call):
        if call["call"] == "test":
            return [self.group, "test"]
        if call["call"] == "objects":
            return ["crm", "objects", "--refresh"]
        if call["call"] == "sample":
            return ["crm", "sample", call["object"], "--fields", call["fields"]]
        return ["crm", "fields", call["object"], "--refresh"]

    def replies(self, call):
        """What is answered; a list that continues a sign-in gets that first, as every run of mpctl is a new one."""
        sign_in = self.connected()["replies"][:1] if "continues" in call else []
        return sign_in + call.get("replies", []) + self.contract.get("replies", [])

    def check_contract(self):
        """mpctl prints what the contract says is made of the answers."""
        for call in self.contract["calls"]:
            if not self.is_own(call) or call["call"] not in ("test", "objects", "fields", "sample"):
                continue
            self.server.set_replies(self.replies(call))
            command = self.command(call)
            status, printed, said = self.run(*command)
            expected = call["gives"]
            kind = expected[0].split(" | ")[0] if expected else ""
            if call["call"] == "test" and printed is not None:
                self.expect(describe_result(printed) == expected[0], f"test gives {describe_result(printed)}, not {expected[0]}")
                self.expect(status == (4 if kind == "rejected" else 0), f"{expected[0]}: status {status}")
            elif is_error(call):
                code = STATUSES.get(kind, 1)
                self.expect(status == code and printed is None, f"{command}: status {status}, not {code}: {printed} {said}")
                self.check_message(command, said)
            else:
                self.expect(status == 0 and printed is not None, f"{command}: status {status}: {said}")
                self.check_lines(command, printed or [], expected)

    def check_lines(self, command, printed, expected):
        if command[1] == "sample":
            lines = [" | ".join("-" if value is None else value for value in record.values()) for record in printed]
            self.expect(lines == expected, f"{command}: {lines}, not {expected}")
            return
        describe = describe_object if command[1] == "objects" else describe_field
        self.expect(len(printed) == len(expected), f"{command}: {len(printed)} items, not {len(expected)}")
        for item, line in zip(printed, expected):
            start, options = describe(item)
            rest = line[len(start):]
            self.expect(line.startswith(start), f"{command}: {start}, not {line}")
            shown = re.findall(r"(?: \| |, )([^=]*)=", rest) if rest else []
            if rest and len(shown) == len(options):
                self.expect(shown == options, f"{command}: options {options}, not {shown}")
            else:
                self.expect(bool(rest) == bool(options), f"{command}: options {options}, not {rest}")

    def check_message(self, command, said):
        """Short, one thing at a time, no page of a browser, and it names whom it is about."""
        try:
            message = json.loads(said.splitlines()[-1])["error"]
        except (ValueError, KeyError, IndexError):
            self.expect(False, f"{command}: {said[:300]} is no error of its own")
            return ""
        self.expect(len(message) <= LONGEST_MESSAGE, f"{command}: {len(message)} characters: {message}")
        self.expect(not re.search(r"</?[a-z]+[ >]", message), f"{command}: a page is shown: {message}")
        self.expect(self.document["label"] in message or self.id in message, f"{command}: it names no platform: {message}")
        return message

    def probe(self):
        """The call whose requests are made to fail: the fields, where they are read live, else the test."""
        def is_live(call):
            return call["call"] in ("objects", "fields") and call.get("replies") and self.is_own(call)

        calls = [call for call in self.contract["calls"] if is_live(call) and not is_error(call)]
        calls.sort(key=lambda call: call["call"] != "fields")
        if calls and self.document["kind"] == "crm":
            return calls[0]
        return self.connected()

    def connected(self):
        return next((call for call in self.contract["calls"]
                     if call["call"] == "test" and call["gives"][0].startswith(("connected", "limited"))
                     and self.is_own(call)), None)

    def fail(self, call, fault, count=1000):
        self.server.set_replies(self.replies(call), fault, count)
        status, printed, said = self.run(*self.command(call))
        return status, printed, said

    def check_refusals(self, elsewhere):
        test = self.connected()
        self.expect(test is not None, "its contract has no test that is connected")
        probe = self.probe()
        if test is None or probe is None:
            return
        command = self.command(probe)
        is_test = probe["call"] == "test"

        status, printed, said = self.fail(test, faults.refuse)
        self.expect(status == 4 and (printed or {}).get("outcome", "rejected") == "rejected",
                    f"a wrong key: status {status}, {printed} {said}")
        self.expect(len((printed or {}).get("message", said)) <= LONGEST_MESSAGE, f"a wrong key: {printed} {said}")
        if not is_test:
            status, printed, said = self.fail(probe, faults.refuse)
            self.expect(status == 4 and printed is None, f"{command}: a wrong key: status {status} {said}")
            self.check_message(command, said)

        status, printed, said = self.fail(probe, faults.forbid)
        if printed is None:
            self.expect(status == 4, f"{command}: 403: status {status} {said}")
            self.check_message(command, said)
        else:
            self.expect((printed["outcome"], status) in (("limited", 0), ("rejected", 4)) if is_test else status == 0,
                        f"{command}: 403: status {status} {printed}")

        for name, fault in (("429", faults.throttle), ("503", faults.break_down)):
            if is_test:
                status, printed, said = self.fail(probe, fault)
                self.expect(status == 1 and printed is None, f"{command}: {name}: status {status} {printed} {said}")
                self.check_message(command, said)
                status, printed, said = self.fail(probe, None)
            else:
                status, printed, said = self.fail(probe, fault, 1)
            self.expect(status == 0 and printed, f"{command}: {name}, then an answer: status {status} {said}")
        status, printed, said = self.fail(probe, faults.throttle_long)
        self.expect(status == 1, f"{command}: 429 for an hour: status {status} {said}")
        self.check_message(command, said)

        cases = [(faults.send_page, 1), (faults.cut_off, 5), (faults.promise_too_much, 1),
                 (faults.send_elsewhere(elsewhere.address.replace("127.0.0.1", "localhost")), 1)]
        for fault, expected in cases:
            status, printed, said = self.fail(probe, fault)
            self.expect(status == expected and printed is None, f"{command} {fault.__name__}: status {status} {printed} {said}")
            self.check_message(command, said)

    def check_paging(self):
        """Every list that comes in pages is read to its third, and given up where they lead in a circle."""
        for kind in ("objects", "fields"):
            for entry in lists_in_pages(self.document, kind):
                calls = [call for call in self.contract["calls"]
                         if call["call"] == kind and self.is_own(call) and not is_error(call)]
                made = [(call, pages) for call in calls
                        for pages in [make_pages(entry, call, self.replies(call))] if pages is not None]
                if not made:
                    self.expect(False, f"its contract shows no page of {kind} {entry.get('when', '')}")
                    continue
                self.read_pages(*made[0])
                if entry["paging"]["kind"] not in ("offset", "page"):
                    self.read_loop(made[0][0], make_pages(entry, made[0][0], self.replies(made[0][0]), loops=True))

    def read_pages(self, call, pages):
        status, printed, said = self.fail(call, pages)
        names = " ".join(item["name"] for item in printed or [])
        missing = [name for name in pages.names if name not in names]
        self.expect(status == 0 and len(pages.asked) == 3 and not missing,
                    f"{self.command(call)} in pages: status {status}, asked {pages.asked}, missing {missing[:3]} {said}")

    def read_loop(self, call, pages):
        status, printed, said = self.fail(call, pages)
        self.expect(status == 1 and printed is None and len(pages.asked) <= 3,
                    f"{self.command(call)} in a circle: status {status}, {len(pages.asked)} requests {said}")
        self.check_message(self.command(call), said)


    def check_late_refusal(self):
        """A server that delays the refusal of a wrong key is waited for, and can be left at any moment."""
        test = self.connected()
        command = self.command(test)
        started = time.monotonic()
        status, printed, said = self.fail(test, faults.refuse_late)
        took = time.monotonic() - started
        self.expect(status == 4 and (printed or {}).get("outcome") == "rejected" and took >= faults.LATE_S,
                    f"a late refusal: status {status} after {took:.1f} s: {printed} {said}")
        self.expect("answer within" not in json.dumps(printed) + said, f"a late refusal is no time-out: {printed} {said}")

        self.server.set_replies(self.replies(test), faults.refuse_late)
        process = subprocess.Popen(self.program(*command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not self.server.requests and process.poll() is None:
            time.sleep(0.05)
        self.expect(process.poll() is None, "it waits for a late refusal")
        process.send_signal(signal.SIGINT)
        left = time.monotonic()
        printed, said = process.communicate(timeout=60)
        took = time.monotonic() - left
        self.expect(took < 0.5 and process.returncode, f"left after {took:.2f} s: status {process.returncode} {printed} {said}")


def is_error(call):
    return bool(call["gives"]) and call["gives"][0].split(" | ")[0] in (
        "invalid", "not found", "unauthorized", "forbidden", "rate limited", "unavailable", "offline", "too large", "wrong host")


def describe_result(result):
    outcome = result["outcome"]
    if outcome != "connected":
        lacking = f" | {result['missing']}" if "missing" in result else ""
        whose = f" | {result['account_id']}" if "account_id" in result else ""
        return f"{outcome} | {result.get('message', '-')}{lacking}{whose}"
    parts = [result.get(name, "-") for name in ("account", "account_id", "details")]
    return " | ".join([outcome, *parts, result["mode"]])


def describe_object(item):
    return f"{item['name']} | {item['label']}" + (" | custom" if item["custom"] else ""), []


def describe_field(field):
    words = [field["name"], field["label"], field["type"]]
    words += ["required"] * field["required"] + ["read-only"] * (not field["writable"])
    words += ["custom"] * field["custom"] + ["restricted"] * field["restricted"]
    if "max_length" in field:
        words.append(f"at most {field['max_length']}")
    return " | ".join(words), field.get("options", [])


def check_document(case, elsewhere):
    try:
        case.set_up()
        case.check_contract()
        case.check_refusals(elsewhere)
        case.check_paging()
    except Failed as failure:
        case.faults.append(str(failure))
    case.server.shutdown()


def check_late(case):
    try:
        case.set_up()
        case.check_late_refusal()
    except Failed as failure:
        case.faults.append(str(failure))
    case.server.shutdown()


def check_endless(case):
    """An answer without an end is given up at the limit, and costs no more memory than that."""
    case.server = PlatformServer()
    status, _, said = case.fail(case.probe(), faults.never_end)
    check(status == 1 and "larger" in said, f"an endless answer is given up: {said}")


def load(source):
    """Documents with their contracts, and the ids of documents that have none."""
    documents = []
    for path in sorted((source / "data/platforms").glob("*.json")):
        document = json.loads(path.read_text())
        if path.name != "platform.schema.json" and "unavailable" not in document:
            documents.append(document)
    contracts = {document["id"]: source / "tests/platforms/contracts" / f"{document['id']}.json" for document in documents}
    missing = [name for name, path in contracts.items() if not path.exists()]
    return [(document, json.loads(contracts[document["id"]].read_text())) for document in documents
            if document["id"] not in missing], missing


def main():
    source, build = pathlib.Path(sys.argv[1]), sys.argv[2]
    only = sys.argv[3:]
    with Stand(build) as stand:
        pairs, missing = load(source)
        pairs = [pair for pair in pairs if not only or pair[0]["id"] in only]
        stand.make_tenant()
        stand.start_server()
        token = stand.make_token()
        os.environ["G_DEBUG"] = "fatal-warnings"
        stand.mpctl_alone("login", "--server", stand.server_address, "--tenant", "demo", stdin=token)
        elsewhere = PlatformServer()
        cases = [Case(stand, *pair) for pair in pairs]
        late = [Case(stand, *pairs[0], name="late")] if not only else []
        with concurrent.futures.ThreadPoolExecutor(WORKERS + 1) as pool:
            waiting = [pool.submit(check_late, case) for case in late]
            list(pool.map(check_document, cases, [elsewhere] * len(cases)))
            for future in waiting:
                future.result()
        for case in cases + late:
            print("\n".join(f"not ok - {fault}" for fault in case.faults) or f"ok - {case.name}: {case.runs} runs", flush=True)
        check(not missing or only, f"every document has a contract {missing}")
        check(not any(case.faults for case in cases + late), "every document works through the whole program")
        check(not elsewhere.requests, "nothing was sent to where a redirect pointed")
        check_endless(cases[0])
        stand.mpctl_alone("sync")
        secrets = sorted({text for case in cases for text in case.secret_texts() if len(text) >= WINDOW})
        found = stand.find_secrets([stand.folder, os.environ["HOME"]], [*secrets, *stand.tokens])
        check(not found, f"no secret outside the keyring {found}")


if __name__ == "__main__":
    main()
