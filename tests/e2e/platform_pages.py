# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes pages of what a contract answers in one, as the document says that its platform cuts them."""
import copy
import json
import re


def find(node, path, named=None):
    """The value at a path such as data.objects[?name == @object].fields, @object being NAMED; None where there is none."""
    for word, key in re.findall(r"([^.\[]+)(?:\[\?(\w+) == @object\])?", path):
        node = node.get(word) if isinstance(node, dict) else None
        if key:
            node = next((item for item in node or [] if item.get(key) == named), None)
    return node


def put(node, path, value):
    *parents, last = path.split(".")
    for word in parents:
        node = node.setdefault(word, {}) if node.get(word) is not None else node.update({word: {}}) or node[word]
    node[last] = value


def lists_in_pages(document, kind):
    lists = document.get(kind) or []
    for entry in lists if isinstance(lists, list) else [lists]:
        if entry.get("paging", {}).get("kind", "none") != "none":
            yield entry


class Pages:
    """Answers the requests of one list with three pages of new items; with LOOPS, with the first one for ever."""

    def __init__(self, entry, reply, call, loops):
        self.paging = entry["paging"]
        self.path = reply["path"]
        self.headers = reply.get("headers", {})
        self.loops = loops
        paths = entry["items"] if isinstance(entry["items"], list) else [entry["items"]]
        self.object = call.get("object")
        self.items_path = next(path for path in paths if find(reply["body"], path, self.object))
        self.name_path = entry["name"]
        self.body = copy.deepcopy(reply["body"])
        items = find(self.body, self.items_path, self.object)
        given = json.dumps(call["gives"])
        self.item = next((item for item in items if str(find(item, self.name_path)) in given), items[0])
        self.size = self.paging.get("size", 0)
        self.by_number = self.paging["kind"] in ("offset", "page")
        self.names = []
        self.asked = []

    def make_body(self, page):
        body = copy.deepcopy(self.body)
        items = []
        for number in range(self.size if self.by_number and page < 2 else 1):
            item = copy.deepcopy(self.item)
            old = find(item, self.name_path)
            name = 100000 + page * 1000 + number if isinstance(old, int) else f"{old}p{page}n{number}"
            put(item, self.name_path, name)
            items.append(item)
            self.names.append(str(name))
        find(body, self.items_path, self.object)[:] = items
        return body

    def __call__(self, handler):
        path, _, query = handler.path.partition("?")
        if path != self.path:
            return False
        page = 0 if self.loops else min(len(self.asked), 2)
        self.asked.append(query or handler.request_text)
        body = self.make_body(page)
        headers = dict(self.headers)
        following = f"{path}?c={page + 1}"
        more = page < 2
        if self.paging["kind"] == "cursor_body":
            put(body, self.paging["next"], f"cursor{page + 1}" if more else None)
        elif self.paging["kind"] == "next_url_body":
            put(body, self.paging["next"], following if more else None)
        elif self.paging["kind"] == "link_header" and more:
            headers["Link"] = f'<{following}>; rel="next"'
        if "more" in self.paging and re.fullmatch(r"[\w.]+", self.paging["more"]):
            put(body, self.paging["more"], more)
        handler.send_json(200, body, headers)
        return True


def make_pages(entry, call, replies, loops=False):
    """None, where CALL is not made of this list."""
    request = entry.get("request", {}).get("path", "").replace("{object}", call.get("object", ""))
    for reply in replies:
        fits = reply.get("path", "").endswith(re.sub(r".*\}", "", request))
        if fits and reply.get("status", 200) == 200 and "body" in reply:
            try:
                return Pages(entry, reply, call, loops)
            except (StopIteration, IndexError, TypeError):
                continue
    return None
