# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tiny cloud itself, on a loopback port: what its driver is tested against."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

Json = t.Dict[str, t.Any]

SIZES = [
    {"id": "s1", "cpus": 1, "ram": 1024, "price": 0.01},
    {"id": "s2", "cpus": 2, "ram": 4096, "price": 0.04},
]
IMAGES = [{"id": "i1", "title": "tiny-linux 1"}, {"id": "i2", "title": "tiny-linux 2"}]


class TinyCloud:
    """State and doors of one tiny cloud. ``requests`` holds what was asked, as (method, path)."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.nodes: dict[str, Json] = {}
        self.zones: dict[str, dict[tuple[str, str], Json]] = {"example.com": {}}
        self.requests: list[tuple[str, str]] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        parts = [unquote(part) for part in path.strip("/").split("/")]
        with self._lock:
            self.requests.append((method, path))
            act = getattr(self, f"{method.lower()}_{parts[0]}", None)
            if act is None:
                return 404, {"error": f"nothing at {path}"}
            return t.cast("tuple[int, Json]", act(parts[1:], query, body))

    @property
    def changes(self) -> list[tuple[str, str]]:
        return [request for request in self.requests if request[0] != "GET"]

    def get_sizes(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        return 200, {"sizes": SIZES}

    def get_images(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        return 200, {"images": IMAGES}

    def get_nodes(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        nodes = [dict(node) for node in self.nodes.values()]
        for node in self.nodes.values():
            if node["status"] == "booting":
                node.update(status="up", ip="192.0.2.10")
        if "name" in query:
            nodes = [node for node in nodes if node["name"] in query["name"]]
        return 200, {"nodes": nodes}

    def post_nodes(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        if parts:
            node = self.nodes[parts[0]]
            node["status"] = {"start": "booting", "stop": "down"}[parts[1]]
            return 200, node
        if any(node["name"] == body["name"] for node in self.nodes.values()):
            return 409, {"error": f"there is a node {body['name']}"}
        id = f"t-{next(self._ids)}"
        self.nodes[id] = {"id": id, "size": "s1", "image": "i1", "tags": {}, **body, "status": "booting"}
        return 201, self.nodes[id]

    def patch_nodes(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        self.nodes[parts[0]].update(body)
        return 200, self.nodes[parts[0]]

    def delete_nodes(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        self.nodes.pop(parts[0], None)
        return 204, {}

    def get_zones(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        if not parts:
            return 200, {"zones": list(self.zones)}
        records = [
            record
            for (name, type), record in self.zones[parts[0]].items()
            if name in query.get("name", [name]) and type in query.get("type", [type])
        ]
        return 200, {"records": records}

    def put_zones(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        zone, _records, name, type = parts
        self.zones[zone][name, type] = {"name": name, "type": type, **body}
        return 200, self.zones[zone][name, type]

    def delete_zones(self, parts: list[str], query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        zone, _records, name, type = parts
        self.zones[zone].pop((name, type), None)
        return 204, {}


@contextlib.contextmanager
def serving(cloud: TinyCloud) -> t.Iterator[str]:
    """The cloud's URL, while it answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            url = urlsplit(self.path)
            if self.headers.get("X-Tiny-Token") != cloud.token:
                status, answer = 401, {"error": f"no such token: {self.headers.get('X-Tiny-Token')}"}
            else:
                status, answer = cloud.answer(self.command, url.path, parse_qs(url.query), body)
            content = b"" if status == 204 else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
