# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy before a real HTTP server that fails on purpose, on the wire and in HTTP.

::

    with faulty(server.url) as proxy:
        proxy.next(reset_after, method="PATCH")
        ...                                      # the server acts, its answer never arrives
        assert proxy.seen == [("PATCH", "/zones/example.org.", "reset_after")]
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

LINE = b"\r\n"
END = b"\r\n\r\n"


@dataclass(frozen=True)
class Passing:
    """A request on its way: the client's side, and the server's answer to it when it is sent on."""

    client: socket.socket
    forward: t.Callable[[], bytes]
    released: threading.Event


Fault = t.Callable[[Passing], None]
"""What happens to a request; its ``__name__`` is how it is called."""


def named(fault: Fault, name: str) -> Fault:
    fault.__name__ = name
    return fault


def passes(passing: Passing) -> None:
    passing.client.sendall(passing.forward())


def reset_before(passing: Passing) -> None:
    """The request was read, and went nowhere."""
    reset(passing.client)


def reset_after(passing: Passing) -> None:
    """The server acted; its answer is lost."""
    passing.forward()
    reset(passing.client)


def closed_after(passing: Passing) -> None:
    passing.forward()


def half(passing: Passing) -> None:
    """Half of the answer's bytes, then a reset."""
    answer = passing.forward()
    passing.client.sendall(answer[: len(answer) // 2])
    time.sleep(0.01)  # lest the reset overtake what was sent
    reset(passing.client)


def truncated(passing: Passing) -> None:
    """Head and half of the body, then an orderly end."""
    head, _unused, body = passing.forward().partition(END)
    passing.client.sendall(head + END + body[: len(body) // 2])


def trickle(passing: Passing) -> None:
    for byte in passing.forward():
        passing.client.sendall(bytes([byte]))
        time.sleep(0.001)


def black_hole(passing: Passing) -> None:
    """No answer, and nothing was sent on."""
    passing.released.wait(30)


def black_hole_after(passing: Passing) -> None:
    """The server acted; its answer never comes."""
    passing.forward()
    passing.released.wait(30)


def status(code: int, headers: t.Mapping[str, str] | None = None, body: str = "") -> Fault:
    """An answer of somebody in between; the request went nowhere."""

    def fault(passing: Passing) -> None:
        passing.client.sendall(answer(code, headers or {}, body.encode()))

    return named(fault, f"status {code}")


def status_after(code: int) -> Fault:
    """The server acted, but somebody in between says this instead."""

    def fault(passing: Passing) -> None:
        passing.forward()
        passing.client.sendall(answer(code, {}, b"<html><h1>gateway</h1></html>"))

    return named(fault, f"status {code} after")


def body_of(content: bytes, name: str) -> Fault:
    """The server's own status with another body."""

    def fault(passing: Passing) -> None:
        code = int(passing.forward().split(b" ", 2)[1])
        passing.client.sendall(answer(code, {}, content))

    return named(fault, name)


bad_json = body_of(b'{"truncated": [1, 2,', "bad json")
web_page = body_of(b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page")
garbage = body_of(b"\x00\xff\xfe\x01garbage", "garbage")
empty = body_of(b"", "empty")


def answer(code: int, headers: t.Mapping[str, str], body: bytes) -> bytes:
    told = {"Content-Length": str(len(body)), "Connection": "close", **headers}
    if code == 204:
        told.pop("Content-Length")
        body = b""
    lines = [f"HTTP/1.1 {code} Fault", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(sock.detach())


class FaultProxy:
    """``seen`` lists what came through: method, path, and the fault that met it (``passes`` for none)."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._plan: list[tuple[Fault, str | None]] = []
        self._at_accept = 0
        self._lock = threading.Lock()
        self._released = threading.Event()
        self.seen: list[tuple[str, str, str]] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def next(self, fault: Fault, *, method: str | None = None, times: int = 1) -> None:
        """The next requests, or the next of that method, meet this fault."""
        with self._lock:
            self._plan += [(fault, method)] * times

    def reset_connections(self, times: int) -> None:
        """The next connections are reset as soon as they stand."""
        with self._lock:
            self._at_accept = times

    def count(self, method: str) -> int:
        return sum(each[0] == method for each in self.seen)

    def close(self) -> None:
        self._released.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _unused = self._listener.accept()
            except OSError:
                return
            with self._lock:
                broken = self._at_accept > 0
                self._at_accept -= broken
            if broken:
                reset(client)
            else:
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            request = read_message(client)
            if not request:
                return
            method, path, _unused = request.split(b" ", 2)
            fault = self._meet(method.decode())
            with self._lock:
                self.seen.append((method.decode(), path.decode(), fault.__name__))
            fault(Passing(client, lambda: self._forward(request), self._released))

    def _meet(self, method: str) -> Fault:
        with self._lock:
            for at, (fault, only) in enumerate(self._plan):
                if only in (None, method):
                    del self._plan[at]
                    return fault
        return passes

    def _forward(self, request: bytes) -> bytes:
        head, _unused, body = request.partition(END)
        lines = [line for line in head.split(LINE) if not line.lower().startswith(b"connection:")]
        with socket.create_connection(self._upstream, timeout=30) as server:
            server.sendall(LINE.join([*lines, b"Connection: close"]) + END + body)
            return b"".join(iter(lambda: server.recv(65536), b""))


def read_message(sock: socket.socket) -> bytes:
    """One whole request."""
    message = b""
    while END not in message:
        block = sock.recv(65536)
        if not block:
            return b""
        message += block
    head, _unused, body = message.partition(END)
    sizes = [line.split(b":")[1] for line in head.split(LINE) if line.lower().startswith(b"content-length:")]
    missing = int(sizes[0]) - len(body) if sizes else 0
    while missing > 0:
        block = sock.recv(65536)
        if not block:
            return b""
        message += block
        missing -= len(block)
    return message


@contextlib.contextmanager
def faulty(upstream: str) -> t.Iterator[FaultProxy]:
    proxy = FaultProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.close()
