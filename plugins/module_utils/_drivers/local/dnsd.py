# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that answers DNS for all zones of a directory, over UDP and TCP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import struct
import typing as t

from . import wire
from .serving import Serving
from .state import Row, Transaction

LOOKS_EVERY = 0.5
IDLE = 30.0
MOST_ALIASES = 8


def run(serving: Serving) -> None:
    """Serves until the last zone is gone, or a signal ends it."""
    row = serving.row()
    if row is None:
        return
    address, port = row.body["address"], row.body["port"]
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    streams = socket.socket()
    streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        datagrams.bind((address, port))
        streams.bind((address, port))
    except OSError as error:
        serving.failed(f"port {port} of {address} cannot be used: {error.strerror}")
        return
    asyncio.run(serve(serving, datagrams, streams))


async def serve(serving: Serving, datagrams: socket.socket, streams: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for how in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(how, stop.set)
    book = Book(serving)
    await loop.create_datagram_endpoint(lambda: Datagrams(book), sock=datagrams)
    await asyncio.start_server(lambda reader, writer: talk(book, reader, writer), sock=streams)
    serving.ready()
    while not stop.is_set() and serving.row() is not None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOKS_EVERY)


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, book: Book) -> None:
        self.book = book

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = t.cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: t.Any) -> None:
        answer = respond(self.book, data)
        if answer is not None:
            self.transport.sendto(answer, addr)


async def talk(book: Book, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One TCP connection with as many questions as the client has."""
    with contextlib.suppress(asyncio.TimeoutError, asyncio.IncompleteReadError, OSError):
        while True:
            (length,) = struct.unpack("!H", await asyncio.wait_for(reader.readexactly(2), IDLE))
            answer = respond(book, await asyncio.wait_for(reader.readexactly(length), IDLE), wire.TCP_LIMIT)
            if answer is None:
                break
            writer.write(struct.pack("!H", len(answer)) + answer)
            await writer.drain()
    writer.close()


def respond(book: Book, message: bytes, limit: int | None = None) -> bytes | None:
    """The answer to one message; without ``limit`` what the question allows."""
    try:
        question = wire.read_question(message)
    except wire.Garbled:
        return wire.refusal(message, wire.FORMERR)
    if question.flags & 0x7800:
        return wire.refusal(message, wire.NOTIMP)
    return wire.write_answer(question, book.answer(question), limit or min(question.limit, 4096))


class Book:
    """All zones, looked up in the state at each question, so that what was changed is answered at once."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._version: int | None = None
        self._zones: dict[bytes, Row] = {}

    def answer(self, question: wire.Question) -> wire.Answer:
        version = self._serving.version()
        if version != self._version:
            self._zones = {bytes.fromhex(row.body["origin"]): row for row in self._serving.read.rows("zone")}
            self._version = version
        if question.group not in (wire.IN, wire.ANY) or question.type == wire.AXFR:
            return wire.Answer(code=wire.REFUSED, ours=False)
        return self._follow(question)

    def _follow(self, question: wire.Question) -> wire.Answer:
        """Follows aliases as long as they stay in zones of this server."""
        name, found = question.name, wire.Answer(code=wire.REFUSED, ours=False)
        chain: list[wire.Resource] = []
        for _hop in range(MOST_ALIASES):
            row = self._zone(name)
            if row is None:
                break
            found = Zone(self._serving.read, row).look(name, question.type)
            chain += found.answers
            alias = found.answers[-1] if found.answers else None
            if alias is None or alias.type != wire.CNAME or question.type in (wire.CNAME, wire.ANY):
                break
            name, _end = wire.read_name(alias.content, 0)
            found = wire.Answer()
        return wire.Answer(
            code=found.code,
            ours=bool(chain) or found.ours,
            answers=chain,
            authority=found.authority,
            additional=found.additional,
        )

    def _zone(self, name: wire.Labels) -> Row | None:
        """The zone that a name is in: the longest one."""
        for at in range(len(name) + 1):
            row = self._zones.get(wire.owner_key(name[at:]))
            if row is not None:
                return row
        return None


class Zone:
    """One zone during one question."""

    def __init__(self, state: Transaction, row: Row) -> None:
        self.sql = state.sql
        self.id = row.id
        self.ttl: int = row.body["ttl"]
        self.origin = labels_of(bytes.fromhex(row.body["origin"]))

    def look(self, name: wire.Labels, type: int) -> wire.Answer:
        cut = self._cut(name, type)
        if cut is not None:
            return cut
        asked = wire.owner_key(name)
        owner = asked if self._exists(asked) else self._wildcard(name)
        if owner is None:
            return wire.Answer(code=wire.NXDOMAIN, authority=self._soa())
        records = self._records(owner, name)
        wanted = [record for record in records if type in (record.type, wire.ANY)]
        wanted = wanted or [record for record in records if record.type == wire.CNAME]
        return wire.Answer(answers=wanted, authority=() if wanted else self._soa())

    def _cut(self, name: wire.Labels, type: int) -> wire.Answer | None:
        """The referral for a name that was given away to other servers."""
        below = len(name) - len(self.origin)
        for count in range(1, below + 1):
            owner = name[below - count :]
            servers = [record for record in self._records(wire.owner_key(owner), owner) if record.type == wire.NS]
            if servers and not (type == wire.DS and owner == name):
                hosts = [wire.read_name(server.content, 0)[0] for server in servers]
                glue = [record for host in hosts for record in self._records(wire.owner_key(host), host)]
                addresses = [record for record in glue if record.type in (wire.A, wire.AAAA)]
                return wire.Answer(ours=False, authority=servers, additional=addresses)
        return None

    def _exists(self, owner: bytes) -> bool:
        found = self.sql.execute(
            "SELECT 1 FROM record WHERE zone = ? AND owner >= ? AND owner < ? LIMIT 1",
            (self.id, owner, owner + b"\xff"),
        )
        return found.fetchone() is not None

    def _wildcard(self, name: wire.Labels) -> bytes | None:
        """The ``*`` below the nearest name that exists."""
        for at in range(1, len(name) - len(self.origin) + 1):
            above = wire.owner_key(name[at:])
            if self._exists(above):
                star = above + b"\x01*"
                return star if self._exists(star) else None
        return None

    def _records(self, owner: bytes, name: wire.Labels) -> list[wire.Resource]:
        found = self.sql.execute(
            "SELECT number, ttl, wire FROM record WHERE zone = ? AND owner = ? ORDER BY number", (self.id, owner)
        )
        return [
            wire.Resource(name, number, self.ttl if ttl is None else ttl, bytes.fromhex(content))
            for number, ttl, contents in found
            for content in json.loads(contents)
        ]

    def _soa(self) -> list[wire.Resource]:
        """For how long nothing may be remembered."""
        return [
            wire.Resource(soa.name, soa.type, min(soa.ttl, *struct.unpack("!I", soa.content[-4:])), soa.content)
            for soa in self._records(wire.owner_key(self.origin), self.origin)
            if soa.type == wire.SOA
        ]


def labels_of(owner: bytes) -> wire.Labels:
    labels: list[bytes] = []
    while owner:
        length = owner[0]
        labels.insert(0, owner[1 : 1 + length])
        owner = owner[1 + length :]
    return tuple(labels)
