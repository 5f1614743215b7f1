# SPDX-License-Identifier: GPL-3.0-or-later
"""A loopback server that answers as the contract of a platform says, or fails as a real one can."""
import http.server
import json
import re
import threading
import time
import urllib.parse

TOKEN = "t0ken5ecret"  # what every contract's sign-in answers
LIMIT_BYTES = 64 * 1024 * 1024
LATE_S = 20  # seen at real servers, so that passwords are not guessed
CHUNK = b"x" * 65536
PAGE = ("<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1>"
        + "<p>Please sign in.</p>" * 5000 + "</body></html>")


class PlatformServer(http.server.ThreadingHTTPServer):
    """Answers what set_replies () was given; a fault stands before it until its count is used up."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.replies = []
        self.requests = []
        self.fault = None
        self.left = 0
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def set_replies(self, replies, fault=None, count=1000):
        """FAULT answers the next COUNT requests that are no sign-in; called with the handler, it says False to leave one."""
        with self.lock:
            self.replies = [dict(reply) for reply in replies]
            self.requests = []
            self.fault = fault
            self.left = count if fault else 0

    def choose(self, method, path, query, body):
        for reply in self.replies:
            if (reply.get("method", method) == method and reply.get("path", path) == path
                    and reply.get("query", "") in query and reply.get("asks", "") in body and reply.get("times", 1) > 0):
                return reply
        return None

    def only_signs_in(self):
        return all(TOKEN in json.dumps(reply) for reply in self.replies)

    def handle_error(self, request, client_address):
        """A client that hangs up on an answer it does not want is no fault of the server."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def respond(self):
        parts = urllib.parse.urlsplit(self.path)
        path = urllib.parse.unquote(parts.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode(errors="replace")
        server = self.server
        with server.lock:
            reply = server.choose(self.command, path, parts.query, body)
            server.requests.append((self.command, self.path, dict(self.headers.items()), body))
            is_sign_in = reply is not None and TOKEN in json.dumps(reply) and not server.only_signs_in()
            fault = server.fault if server.left > 0 and not is_sign_in else None
            server.left -= fault is not None
            if fault is None and reply is not None and "times" in reply:
                reply["times"] -= 1
        self.request_text = "\n".join([self.path, *map(str, self.headers.values()), body])
        if fault is not None and fault(self) is not False:
            return
        if reply is None:
            self.send_json(404, {"message": f"The contract has no answer to {self.command} {path}"})
        elif "text" in reply:
            self.send_text(reply.get("status", 200), reply.get("content_type", "application/json"), reply["text"],
                           reply.get("headers", {}))
        else:
            self.send_json(reply.get("status", 200), reply.get("body"), reply.get("headers", {}))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond

    def send_text(self, status, kind, text, headers=()):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def send_json(self, status, body, headers=()):
        self.send_text(status, "application/json", "" if body is None else json.dumps(body), headers)


def refuse(handler):
    """As careless servers do: the refused key stands in the message, wherever a message may stand."""
    text = re.sub(r"\s+", " ", f"Not accepted: {handler.request_text}")
    handler.send_json(401, {"error": {"message": text, "code": 401, "errors": [{"message": text}]}, "message": text,
                            "errors": [{"message": text, "detail": text}], "error_description": text, "Message": text})


def refuse_late(handler):
    time.sleep(LATE_S)
    refuse(handler)


def forbid(handler):
    handler.send_json(403, {"error": {"message": "Not for you", "code": 403}, "message": "Not for you"})


def throttle(handler):
    handler.send_json(429, {"message": "Too many"}, {"Retry-After": "1"})


def throttle_long(handler):
    handler.send_json(429, {"message": "Too many"}, {"Retry-After": "3600"})


def break_down(handler):
    handler.send_text(503, "text/html", PAGE)


def send_page(handler):
    handler.send_text(200, "text/html; charset=utf-8", PAGE)


def cut_off(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"data": [{"name": "a"}, ')
    handler.close_connection = True


def promise_too_much(handler):
    """Says beforehand that more comes than is taken."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(LIMIT_BYTES + 1))
    handler.end_headers()
    handler.wfile.write(b'{"data": "')
    handler.close_connection = True


def never_end(handler):
    """Says nothing beforehand and sends until the other side has enough; at most twice what is taken."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.close_connection = True
    handler.wfile.write(b'{"data": "')
    for _ in range(2 * LIMIT_BYTES // len(CHUNK)):
        handler.wfile.write(CHUNK)


def send_elsewhere(address):
    def redirect(handler):
        handler.send_text(307, "text/plain", "", {"Location": address + handler.path})

    return redirect
