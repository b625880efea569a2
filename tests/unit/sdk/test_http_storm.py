# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many threads through one client while the server fails at random: every answer is the right one, nothing is doubled."""

from __future__ import annotations

import json
import random
import socket
import threading
import typing as t
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.conversation import end

from .http_client import Client

THREADS = 6
REQUESTS = 60
METHODS = ("GET", "PUT", "DELETE", "POST", "PATCH")


class Storm:
    """Does what it is asked, counts it by method and path, and answers as the dice fall."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.done: Counter[str] = Counter()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            stream = connection.makefile("rb")
            while line := stream.readline().decode().split():
                size = 0
                while (head := stream.readline().strip()) != b"":
                    name, _colon, value = head.partition(b":")
                    size = int(value) if name.lower() == b"content-length" else size
                stream.read(size)
                if not self._answer(connection, f"{line[0]} {line[1]}"):
                    return
        except (OSError, ValueError):
            return

    def _answer(self, connection: socket.socket, asked: str) -> bool:
        with self._lock:
            fate = self._dice.choice(["well"] * 6 + ["refuse", "before", "after", "half", "page", "late close"])
            if fate not in ("refuse", "before"):
                self.done[asked] += 1
        body = json.dumps({"asked": asked}).encode()
        good = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        if fate == "refuse":
            connection.sendall(b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n")
        elif fate in ("before", "after"):
            return end(connection, "reset")
        elif fate == "half":
            connection.sendall(good[:-5])
            return end(connection, "close")
        elif fate == "page":
            connection.sendall(b"HTTP/1.1 502 Bad\r\nContent-Length: 6\r\n\r\n<html>")
        else:
            connection.sendall(good)
            return end(connection, "close") if fate == "late close" else True
        return True


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_a_storm(seed: int) -> None:
    storm = Storm(seed)
    http = Client(storm.url, retries=40)
    asked = [f"{random.Random(seed + at).choice(METHODS)} /{at}" for at in range(REQUESTS)]

    def ask(request: str) -> tuple[str, t.Any]:
        method, path = request.split()
        try:
            return request, http.request(method, path, json={} if method in ("PUT", "POST", "PATCH") else None).value
        except CloudError as error:
            return request, error

    with ThreadPoolExecutor(THREADS) as threads:
        outcomes = list(threads.map(ask, asked))
    storm.close()
    for request, outcome in outcomes:
        once_only = request.startswith(("POST", "PATCH"))
        if isinstance(outcome, CloudError):
            assert once_only and outcome.outcome_unknown, f"{request}: {outcome}"
        else:
            assert outcome == {"asked": request}
        assert storm.done[request] <= 1 or not once_only
        assert storm.done[request] >= 1 or isinstance(outcome, CloudError)
