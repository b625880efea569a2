# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HTTP server on loopback that holds one declared conversation.

::

    with conversation(
        expect("GET", "/servers", query={"page": "1"}).answer(json={"servers": []}),
        expect("POST", "/servers", json={"name": "web-1"}).answer(201, json={"id": 1}),
    ) as cloud:
        Http(cloud.url, ...)

Requests must come in this order, unless ``in_order=False``. One that was not declared, or not as declared, is
answered 599 and fails the test at the end, as does one that never came. Half a request counts as none.
"""

from __future__ import annotations

import contextlib
import json as jsons
import os
import socket
import struct
import threading
import time
import typing as t
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

UNSAID: t.Any = object()


@dataclass(frozen=True)
class Said:
    """A request as it came in."""

    method: str
    path: str
    query: t.Mapping[str, str]
    headers: t.Mapping[str, str]
    body: bytes

    @property
    def json(self) -> t.Any:
        return jsons.loads(self.body)

    def __str__(self) -> str:
        asked = "&".join(f"{name}={value}" for name, value in self.query.items())
        return (
            f"{self.method} {self.path}"
            + (f"?{asked}" if asked else "")
            + (f" {self.body[:200]!r}" if self.body else "")
        )


@dataclass
class Exchange:
    """What is expected, and what is answered: bytes on the wire and how the connection is treated."""

    method: str
    path: str
    query: t.Mapping[str, str] | None = None
    json: t.Any = UNSAID
    body: bytes | None = None
    headers: t.Mapping[str, str | None] = field(default_factory=dict)
    reply: t.Callable[[socket.socket], bool] | None = None
    times: int = 1

    def answer(
        self,
        status: int = 200,
        *,
        json: t.Any = UNSAID,
        body: bytes | str = b"",
        headers: t.Mapping[str, str] | None = None,
    ) -> Exchange:
        told = dict(headers or {})
        if json is not UNSAID:
            body = jsons.dumps(json)
            told.setdefault("Content-Type", "application/json")
        content = body.encode() if isinstance(body, str) else body
        if status != 204:
            told.setdefault("Content-Length", str(len(content)))
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in told.items()), "", ""]
        return self.say("\r\n".join(lines).encode("latin-1") + (b"" if self.method == "HEAD" else content))

    def say(self, raw: bytes, *, then: str = "stay") -> Exchange:
        """These bytes, and then ``stay``, ``close`` (in order) or ``reset``."""

        def reply(connection: socket.socket) -> bool:
            connection.sendall(raw)
            return end(connection, then)

        self.reply = reply
        return self

    def drip(self, raw: bytes, seconds: float) -> Exchange:
        """One byte after the other, so many seconds apart."""

        def reply(connection: socket.socket) -> bool:
            for byte in raw:
                connection.sendall(bytes([byte]))
                time.sleep(seconds)
            return end(connection, "close")

        self.reply = reply
        return self

    def reset(self) -> Exchange:
        return self.say(b"", then="reset")

    def hang(self, released: threading.Event) -> Exchange:
        """No answer until the event is set."""

        def reply(connection: socket.socket) -> bool:
            released.wait(30)
            return end(connection, "close")

        self.reply = reply
        return self

    def often(self, times: int) -> Exchange:
        self.times = times
        return self

    def wrong(self, said: Said) -> str | None:
        """What about a request is not as declared."""
        if (said.method, said.path) != (self.method, self.path):
            return f"expected {self.method} {self.path}"
        if self.query is not None and said.query != self.query:
            return f"expected the query {dict(self.query)}"
        if self.body is not None and said.body != self.body:
            return f"expected the body {self.body!r}"
        if self.json is not UNSAID and (not said.body or said.json != self.json):
            return f"expected the body {jsons.dumps(self.json)}"
        for name, value in self.headers.items():
            found = said.headers.get(name.lower())
            if found != value:
                return f"expected the header {name}: {value}, found {found}"
        return None


def expect(method: str, path: str, **said: t.Any) -> Exchange:
    """A request that is to come: ``query``, ``json``, ``body`` and ``headers`` (``None``: must be absent) when it matters."""
    return Exchange(method, path, **said).answer()


def end(connection: socket.socket, how: str) -> bool:
    """Whether the connection stays open."""
    if how == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if how != "stay":
        os.close(connection.detach())
    return how == "stay"


class Conversation:
    def __init__(self, exchanges: t.Sequence[Exchange], in_order: bool) -> None:
        self.url = ""
        self.said: list[Said] = []
        self.connections = 0
        self.faults: list[str] = []
        self._open = [each for each in exchanges for _unused in range(each.times)]
        self._in_order = in_order
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    def hear(self, said: Said) -> Exchange:
        with self._lock:
            self.said.append(said)
            found = None if self._in_order else next((each for each in self._open if not each.wrong(said)), None)
            exchange = found or (self._open[0] if self._open else None)
            wrong = exchange.wrong(said) if exchange else "expected nothing more"
            if exchange is None or wrong:
                self.faults.append(f"unexpected {said}: {wrong}")
                return Exchange(said.method, said.path).answer(599, body="not in the conversation")
            self._open.remove(exchange)
            return exchange

    def finish(self) -> None:
        missing = [f"missing {each.method} {each.path}" for each in self._open]
        assert not self.faults + missing, "\n".join(self.faults + missing)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, held: Conversation) -> None:
        self.held = held
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), Listener)

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client may go at any time."""


class Listener(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.held.connections += 1
        self.server.open.add(self.connection)

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        if self.headers.get("Expect") == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        if len(body) < size:
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        said = Said(
            self.command,
            parts.path if not parts.netloc else self.path.split("?")[0],
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        exchange = self.server.held.hear(said)
        stays = exchange.reply(self.connection) if exchange.reply else True
        self.close_connection = not stays

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()


@contextlib.contextmanager
def conversation(*exchanges: Exchange, in_order: bool = True) -> t.Iterator[Conversation]:
    held = Conversation(exchanges, in_order)
    server = Server(held)
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        for connection in server.open:
            with contextlib.suppress(OSError):
                connection.close()
        thread.join()
    held.finish()
