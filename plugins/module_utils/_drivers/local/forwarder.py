# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of a balancer: takes TCP connections and hands each to a member that is well."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import signal
import typing as t

from .serving import Serving
from .state import Row

LOOKS_EVERY = 0.2
CONNECTS_WITHIN = 2.0
CHUNK = 1 << 16
INTERVAL, TIMEOUT, RISE, FALL = 1, 1, 1, 2
Json = t.Mapping[str, t.Any]


def run(serving: Serving) -> None:
    """Serves one balancer until its row is gone, or a signal ends it."""
    asyncio.run(Forwarder(serving).serve())


class Target:
    """An address and port that connections are handed to, and how it is."""

    def __init__(self, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self.well = True
        self.looked = False
        self.open = 0
        self._same = 0

    def told(self, answers: bool, needed: int) -> bool:
        """Counts one look; tells whether this changed its mind about the target."""
        first, self.looked = not self.looked, True
        self._same = 0 if answers == self.well else self._same + 1
        if self._same < needed:
            return first
        self.well, self._same = answers, 0
        return True


class Forwarder:
    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.body: Json = {}
        self.doors: dict[int, asyncio.Server] = {}
        self.errors: dict[int, str] = {}
        self.targets: dict[tuple[str, int], Target] = {}
        self.watchers: dict[tuple[str, int], asyncio.Task[None]] = {}
        self.nodes: dict[str, str] = {}
        self.turn = 0
        self.revision = 0

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for how in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(how, stop.set)
        version = None
        while not stop.is_set():
            seen = self.serving.version()
            row = self.serving.row()
            if row is None:
                return
            if seen != version:
                version = seen
                await self.apply(row)
                self.serving.answer()
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOKS_EVERY)

    async def apply(self, row: Row) -> None:
        """Opens and closes doors, and looks after other members, as the row says now."""
        changed = row.body != self.body
        self.body = row.body
        self.nodes = {node.id: node.body["address"] for node in self.serving.read.rows("node")}
        wanted = {listener["port"]: listener for listener in self.body["listeners"]}
        for port in set(self.doors) - set(wanted):
            self.doors.pop(port).close()
        self.errors = {}
        for port in set(wanted) - set(self.doors):
            try:
                self.doors[port] = await asyncio.start_server(self.greeter(port), self.body["address"], port)
            except OSError as error:
                self.errors[port] = f"port {port} of {self.body['address']} cannot be used: {error.strerror}"
        places = {place for listener in wanted.values() for place, _weight in self.places(listener)}
        for place in set(self.targets) - places:
            del self.targets[place]
            self.watchers.pop(place).cancel()
        for place in places - set(self.targets):
            self.targets[place] = Target(*place)
            self.watchers[place] = asyncio.create_task(self.watch(self.targets[place]))
        self.revision = self.body["revision"]
        if changed:
            self.tell()

    def places(self, listener: Json) -> t.Iterator[tuple[tuple[str, int], int]]:
        """Where the members are for one listener, with their weights; a node that is gone is nowhere."""
        for member in self.body["members"]:
            address = member["address"] or self.nodes.get(member["node"])
            port = member["port"] or listener["target_port"] or listener["port"]
            if address:
                yield (address, port), 1 if member["weight"] is None else member["weight"]

    def tell(self) -> None:
        self.serving.tell(
            ready=True,
            revision=self.revision,
            errors=list(self.errors.values()),
            well={
                f"{address}:{port}": target.well for (address, port), target in self.targets.items() if target.looked
            },
        )

    async def watch(self, target: Target) -> None:
        """Looks after one target, and tells when it goes or comes back."""
        while True:
            check = self.body["health_check"] or {}
            answers = await healthy(check, target)
            if target.told(answers, (check.get("rise") or RISE) if answers else (check.get("fall") or FALL)):
                self.tell()
            await asyncio.sleep(check.get("interval") or INTERVAL)

    def greeter(self, port: int) -> t.Callable[[asyncio.StreamReader, asyncio.StreamWriter], t.Awaitable[None]]:
        async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for target in self.order(port, writer.get_extra_info("peername")[0]):
                try:
                    link = asyncio.open_connection(target.address, target.port)
                    there = await asyncio.wait_for(link, CONNECTS_WITHIN)
                except (OSError, asyncio.TimeoutError):
                    if target.told(False, 1):
                        self.tell()
                    continue
                target.open += 1
                try:
                    await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
                finally:
                    target.open -= 1
                    there[1].close()
                break
            writer.close()

        return greet

    def order(self, port: int, caller: str) -> list[Target]:
        """Which targets to try, best first; those that seem ill only when nothing else is left."""
        listener = next((listener for listener in self.body["listeners"] if listener["port"] == port), None)
        weighed = [
            (self.targets[place], weight) for place, weight in (self.places(listener) if listener else ()) if weight
        ]
        well = [(target, weight) for target, weight in weighed if target.well]
        ill = [target for target, _weight in weighed if not target.well]
        algorithm = self.body["algorithm"]
        if algorithm == "least_connections":
            return [target for target, _weight in sorted(well, key=lambda entry: entry[0].open / entry[1])] + ill
        pool = [target for target, weight in well for _share in range(weight)]
        if algorithm == "source_ip":
            turn = int.from_bytes(hashlib.sha256(caller.encode()).digest()[:4], "big")
        else:
            turn = self.turn
            self.turn += 1
        turn %= len(pool) or 1
        return list(dict.fromkeys(pool[turn:] + pool[:turn])) + ill


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One direction of a connection; its end is passed on, the other direction may still flow."""
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except (OSError, RuntimeError):
        writer.transport.abort()


async def healthy(check: Json, target: Target) -> bool:
    """Whether a target takes a connection, or answers HTTP with a status below 400."""
    try:
        return await asyncio.wait_for(probe(check, target), check.get("timeout") or TIMEOUT)
    except (OSError, asyncio.TimeoutError, ValueError):
        return False


async def probe(check: Json, target: Target) -> bool:
    reader, writer = await asyncio.open_connection(target.address, check.get("port") or target.port)
    try:
        if check.get("protocol") != "http":
            return True
        request = f"GET {check.get('path') or '/'} HTTP/1.0\r\nHost: {target.address}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        status = (await reader.readline()).split()
        return len(status) > 1 and status[0].startswith(b"HTTP/") and 200 <= int(status[1]) < 400
    finally:
        writer.close()
