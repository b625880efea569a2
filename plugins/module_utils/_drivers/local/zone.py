# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones: kept in the state, answered by one process for all of them."""

from __future__ import annotations

import json
import socket
import typing as t
import uuid

from ...sdk.capabilities import Capabilities, How, Once
from ...sdk.dns import canonical_name, canonical_values, check_sets, within
from ...sdk.dnsname import labels
from ...sdk.errors import Conflict, Invalid, Unavailable, Unsupported
from ...sdk.models import RecordSet, Zone
from ...sdk.provider import Connection
from ...sdk.services import RecordChange, Where, ZoneFields, ZoneService
from ...sdk.waiting import Done, Failed, Operation, Pending, Progress, done
from .addresses import free_address, free_port
from .daemons import begun
from .directory import Directory, need_row, new_id, refuse_twin
from .rdata import TYPES, record_data
from .state import Row, Transaction
from .wire import owner_key

SERVER = "dns"
PORT = 5300
TTL = 300
NAMESERVER = "ns1.anycloud.invalid"
SOA_TIMES = "7200 900 1209600 300"
BOTH = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
COLUMNS = "name, type, ttl, value, comment"


class Zones(ZoneService):
    def __init__(self, connection: Connection) -> None:
        self.directory = Directory(connection)
        self.daemons = self.directory.daemons

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            fields={"ttl": How.LIVE, "comment": How.LIVE, "labels": How.LIVE, "nameservers": How.CREATE_ONLY},
            finds=frozenset({"names", "types"}),
            create_once=Once.UNIQUE_NAME,
            record_types=frozenset(TYPES),
            record_fields=frozenset({"ttl", "comment"}),
            atomic=True,
            zone_kinds=frozenset({"native"}),
        )

    def fetch(self, where: Where) -> t.Iterator[Zone]:
        with self.directory.reading() as state:
            server = state.row("dns", SERVER)
            rows = state.rows("zone")
        if server is not None:
            self.directory.wake("dnsd", "dns", server)
        return (self._decode(row, server) for row in rows)

    def create(self, fields: ZoneFields, token: str | None = None) -> Operation[Zone]:
        name = canonical_name(fields["name"])
        if fields.get("kind", "native") != "native":
            raise Unsupported(f"zones of the local cloud are native, not {fields['kind']}")
        servers = [canonical_name(server) for server in fields.get("nameservers") or (NAMESERVER,)]
        body = {
            "origin": owner_key(labels(name)).hex(),
            "ttl": fields.get("ttl", TTL),
            "comment": fields.get("comment"),
            "labels": dict(fields.get("labels", {})),
            "nameservers": servers,
            "serial": 1,
        }
        with self.directory.transaction() as state:
            refuse_twin(state, "zone", name)
            row = state.insert("zone", new_id("z"), name, body)
            soa = f"{servers[0]} hostmaster.{name} 1 {SOA_TIMES}"
            write_set(state, row, RecordSet(name=name, type="SOA", value=(soa,)))
            write_set(state, row, RecordSet(name=name, type="NS", value=tuple(servers)))
            server = state.row("dns", SERVER) or self._new_server(state)
        return self._until_served(row, server)

    def update(self, zone: Zone, changes: ZoneFields) -> Operation[Zone]:
        with self.directory.transaction() as state:
            row = need_row(state, "zone", zone.id)
            parts: dict[str, t.Any] = {key: changes[key] for key in ("ttl", "comment") if key in changes}
            if "labels" in changes:
                parts["labels"] = dict(changes["labels"])
            row = raise_serial(state, state.change(row, **parts))
            server = state.row("dns", SERVER)
        return done(self._decode(row, server))

    def delete(self, zone: Zone) -> Operation[None]:
        with self.directory.transaction() as state:
            row = state.row("zone", zone.id)
            if row is not None:
                state.remove(row)
            server = state.row("dns", SERVER)
            if state.rows("zone") or server is None:
                return done(None)
            state.remove(server)
        self.daemons.signal(SERVER)

        def check() -> Progress[None]:
            with self.directory.reading() as state:
                again = state.row("dns", SERVER) is not None
            if not again and self.daemons.alive(SERVER):
                return Pending("ending")
            return Done(None)

        return Operation(check)

    def fetch_records(self, zone: Zone, where: Where) -> t.Iterator[RecordSet]:
        with self.directory.reading() as state:
            row = need_row(state, "zone", zone.id)
            return iter(read_sets(state, row, where))

    def change_records(self, zone: Zone, changes: t.Sequence[RecordChange]) -> Operation[None]:
        """One transaction for all. A set that is not as it was seen is a conflict, and so nothing is lost."""
        with self.directory.transaction() as state:
            row = need_row(state, "zone", zone.id)
            for change in changes:
                if change.before is not None:
                    if change.after is None and change.before.name == row.name and change.before.type in ("SOA", "NS"):
                        raise Invalid(f"the {change.before.type} set of the zone {row.name} itself cannot be deleted")
                    refuse_overtaken(state, row, change.before)
                    remove_set(state, row, change.before)
            for change in changes:
                if change.after is not None:
                    write_set(state, row, change.after)
            names = frozenset(change.after.name for change in changes if change.after is not None)
            check_sets(row.name, read_sets(state, row, Where(names=names)))
            if not any(change.after is not None and change.after.type == "SOA" for change in changes):
                raise_serial(state, row)
        return done(None)

    def _new_server(self, state: Transaction) -> Row:
        """The row of the process that answers for all zones; it is there from the first zone to the last."""
        address = free_address(state, self.directory.path, (PORT,))
        place = {"address": address, "port": free_port(state, address, PORT, BOTH)}
        return state.insert("dns", SERVER, SERVER, {**place, **begun(uuid.uuid4().hex)})

    def _until_served(self, row: Row, server: Row) -> Operation[Zone]:
        def check() -> Progress[Zone]:
            self.directory.wake("dnsd", "dns", server)
            status = self.daemons.status(SERVER)
            if status.get("token") != server.body["token"]:
                return Pending("starting")
            if status.get("error"):
                return Failed(Unavailable(f"zone {row.name} is kept, but not answered: {status['error']}"))
            return Done(self._decode(row, server))

        return Operation(check)

    def _error(self, server: Row) -> str | None:
        status = self.daemons.status(SERVER)
        return status.get("error") if status.get("token") == server.body["token"] else None

    def _decode(self, row: Row, server: Row | None) -> Zone:
        body = row.body
        return Zone(
            id=row.id,
            name=row.name,
            kind="native",
            nameservers=tuple(body["nameservers"]),
            ttl=body["ttl"],
            comment=body["comment"],
            serial=body["serial"],
            labels=body["labels"],
            extra={
                "dns_address": server.body["address"] if server else None,
                "dns_port": server.body["port"] if server else None,
                "error": self._error(server) if server else None,
            },
        )


def read_sets(state: Transaction, row: Row, where: Where) -> list[RecordSet]:
    query, values = f"SELECT {COLUMNS} FROM record WHERE zone = ?", [row.id]
    for column, wanted in (("name", where.names), ("type", where.types)):
        if wanted is not None and len(wanted) < 500:
            query += f" AND {column} IN ({', '.join('?' * len(wanted))})"
            values += sorted(wanted)
    return [
        RecordSet(
            name=name,
            type=type,
            value=tuple(json.loads(value)),
            ttl=row.body["ttl"] if ttl is None else ttl,
            comment=comment,
        )
        for name, type, ttl, value, comment in state.sql.execute(f"{query} ORDER BY owner, type", values)
    ]


def write_set(state: Transaction, row: Row, new: RecordSet) -> None:
    if new.type not in TYPES:
        raise Unsupported(f"the local cloud has no records of type {new.type}; it has {', '.join(sorted(TYPES))}")
    if new.alias is not None or new.set_id is not None:
        raise Unsupported(f"{new.name} {new.type}: the local cloud has neither aliases nor routed sets")
    if not within(new.name, row.name):
        raise Invalid(f"{new.name} is not in the zone {row.name}")
    if not new.value:
        raise Invalid(f"{new.name} {new.type} has no value; delete the set instead")
    values = canonical_values(new.type, new.value)
    there = state.sql.execute(
        "SELECT 1 FROM record WHERE zone = ? AND name = ? AND type = ?", (row.id, new.name, new.type)
    ).fetchone()
    if there:
        raise Conflict(f"{new.name} {new.type} was made by another task meanwhile")
    state.sql.execute(
        "INSERT INTO record (zone, name, type, ttl, value, comment, owner, number, wire) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.id,
            new.name,
            new.type,
            new.ttl,
            json.dumps(values),
            new.comment,
            owner_key(labels(new.name, strict=False)),
            TYPES[new.type][0],
            json.dumps([record_data(new.type, value).hex() for value in values]),
        ),
    )


def refuse_overtaken(state: Transaction, row: Row, seen: RecordSet) -> None:
    found = read_sets(state, row, Where(names=frozenset({seen.name}), types=frozenset({seen.type})))
    if not any(set(each.value) == set(seen.value) for each in found):
        raise Conflict(f"{seen.name} {seen.type} was changed by another task meanwhile")


def remove_set(state: Transaction, row: Row, old: RecordSet) -> None:
    state.sql.execute("DELETE FROM record WHERE zone = ? AND name = ? AND type = ?", (row.id, old.name, old.type))


def raise_serial(state: Transaction, row: Row) -> Row:
    """Every change of a zone is seen in its SOA."""
    apex = Where(names=frozenset({row.name}), types=frozenset({"SOA"}))
    for soa in read_sets(state, row, apex):
        primary, mailbox, serial, *times = soa.value[0].split()
        number = (max(int(serial), row.body["serial"]) + 1) % (1 << 32) or 1
        remove_set(state, row, soa)
        value = (" ".join([primary, mailbox, str(number), *times]),)
        write_set(state, row, RecordSet(name=soa.name, type="SOA", value=value, ttl=soa.ttl, comment=soa.comment))
        row = state.change(row, serial=number)
    return row
