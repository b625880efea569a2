# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real PowerDNS servers on loopback, each in a folder of its own, and what is asked of them past our driver."""

from __future__ import annotations

import contextlib
import json
import pathlib
import socket
import sqlite3
import subprocess
import time
import typing as t
import urllib.error
import urllib.request

import pytest

KEY = "a-key/with+odd=signs"
SCHEMAS = (
    "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql",
    "/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql",
    "/usr/share/doc/pdns/schema.sqlite3.sql",
)
CONFIG = """
launch=gsqlite3
gsqlite3-database={folder}/pdns.db
gsqlite3-dnssec=yes
gsqlite3-pragma-synchronous=0
local-address=127.0.0.1
local-port={dns}
api=yes
api-key={key}
webserver=yes
webserver-address=127.0.0.1
webserver-port={http}
webserver-allow-from=127.0.0.1
socket-dir={folder}
daemon=no
guardian=no
security-poll-suffix=
primary=yes
secondary=yes
allow-axfr-ips=127.0.0.1
expand-alias=yes
resolver=127.0.0.1:{dns}
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
"""


class PowerDNS:
    """A server that runs. ``url`` is where its API is, ``key`` what it wants to see."""

    def __init__(self, server: str, dig: str, folder: pathlib.Path) -> None:
        self.key = KEY
        self._dig = dig
        self._folder = folder
        self._server = server
        for _attempt in range(3):
            self.dns, self.http = free_port(), free_port()
            self._process = self._start()
            if self._answers():
                return
            self.stop()
        raise RuntimeError(f"pdns_server does not start:\n{(folder / 'log').read_text()}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    def api(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """What the API says to somebody who is not our driver."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/servers/localhost{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-API-Key": self.key},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def dig(self, name: str, type: str, *options: str) -> list[str]:
        """The answer as ``dig +short`` prints it, sorted."""
        command = [
            self._dig,
            "@127.0.0.1",
            "-p",
            str(self.dns),
            "+short",
            "+tries=3",
            "+time=2",
            *options,
            "-q",
            name,
            "-t",
            type,
        ]
        printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
        return sorted(line for line in printed.splitlines() if not line.startswith(";"))

    def ttl(self, name: str, type: str) -> int:
        command = [self._dig, "@127.0.0.1", "-p", str(self.dns), "+noall", "+answer", "-q", name, "-t", type]
        printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
        return int(printed.split()[1])

    def clear(self) -> None:
        for zone in self.api("GET", "/zones"):
            self.api("DELETE", f"/zones/{zone['id']}")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        folder = self._folder
        folder.mkdir(exist_ok=True)
        database = folder / "pdns.db"
        if not database.exists():
            schema = next((path for path in map(pathlib.Path, SCHEMAS) if path.exists()), None)
            if schema is None:
                raise RuntimeError("the package pdns-backend-sqlite3 brought no schema")
            with contextlib.closing(sqlite3.connect(database)) as made:
                made.executescript(schema.read_text())
        (folder / "pdns.conf").write_text(CONFIG.format(folder=folder, dns=self.dns, http=self.http, key=self.key))
        with (folder / "log").open("ab") as log:
            return subprocess.Popen([self._server, f"--config-dir={folder}"], stdout=log, stderr=log)

    def _answers(self) -> bool:
        ends = time.monotonic() + 15
        while time.monotonic() < ends and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError, subprocess.SubprocessError):
                self.api("GET", "")
                return self.dig("version.bind", "TXT", "-c", "CH") != []
            time.sleep(0.05)
        return False


def free_port() -> int:
    """A port that is free for TCP and UDP alike."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(("127.0.0.1", 0))
            with contextlib.suppress(OSError):
                udp.bind(tcp.getsockname())
                return int(tcp.getsockname()[1])


@contextlib.contextmanager
def running(needs: t.Callable[[str], str], folder: pathlib.Path) -> t.Iterator[PowerDNS]:
    server = PowerDNS(needs("pdns_server"), needs("dig"), folder)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def pdns(needs: t.Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[PowerDNS]:
    """One server for a file of tests; each test makes zones of its own."""
    with running(needs, tmp_path_factory.mktemp("pdns")) as server:
        yield server
