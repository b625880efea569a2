# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Balancers: processes that forward TCP to their members."""

from __future__ import annotations

import dataclasses
import errno
import signal
import time
import typing as t
import uuid

from ...sdk.capabilities import Capabilities, How, Once
from ...sdk.errors import Conflict, Denied, Invalid, NotFound, Unavailable, Unsupported
from ...sdk.models import Balancer, HealthCheck, Listener, Member
from ...sdk.provider import Connection
from ...sdk.services import BalancerFields, BalancerService, Where
from ...sdk.waiting import Done, Failed, Operation, Pending, Progress
from .addresses import free_address, refusal
from .daemons import begun
from .directory import Directory, good_name, need_row, new_id, refuse_twin
from .market import FIRST_LOCATION, LOCATIONS, offered
from .state import Row, Transaction

ALGORITHMS = ("round_robin", "least_connections", "source_ip")
PROTOCOLS = ("tcp", "http")
STOPS_WITHIN = 5.0


class Balancers(BalancerService):
    def __init__(self, connection: Connection) -> None:
        self.directory = Directory(connection)
        self.daemons = self.directory.daemons

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            fields={
                "name": How.LIVE,
                "location": How.RECREATE,
                "algorithm": How.LIVE,
                "listeners": How.LIVE,
                "members": How.LIVE,
                "health_check": How.LIVE,
                "labels": How.LIVE,
            },
            create_once=Once.UNIQUE_NAME,
            algorithms=frozenset(ALGORITHMS),
            protocols=frozenset(PROTOCOLS),
            health_protocols=frozenset(PROTOCOLS),
            listener_fields=frozenset({"protocol", "target_port"}),
            limits={"weight": 256},
        )

    def check_name(self, noun: str, name: str) -> None:
        good_name(noun, name)

    def fetch(self, where: Where) -> t.Iterator[Balancer]:
        with self.directory.reading() as state:
            rows = state.rows("balancer")
            nodes = addresses_of(state)
        for row in rows:
            if where.names is None or row.name in where.names:
                self.directory.wake("forwarder", "balancer", row)
                yield self._decode(row, nodes)

    def create(self, fields: BalancerFields, token: str | None = None) -> Operation[Balancer]:
        name = good_name("balancer", fields.get("name"))
        body: dict[str, t.Any] = {
            "location": offered("location", fields.get("location", FIRST_LOCATION), LOCATIONS),
            "algorithm": offered("algorithm", fields.get("algorithm", ALGORITHMS[0]), dict.fromkeys(ALGORITHMS)),
            "listeners": [encode_listener(listener) for listener in fields.get("listeners", ())],
            "members": [encode_member(member) for member in fields.get("members", ())],
            "health_check": encode_check(fields.get("health_check")),
            "labels": dict(fields.get("labels", {})),
            "revision": 1,
        }
        ports = [listener["port"] for listener in body["listeners"]]
        with self.directory.transaction() as state:
            refuse_twin(state, "balancer", name)
            need_members(state, body["members"])
            address = free_address(state, self.directory.path, [port for port in ports if port >= 1024])
            need_ports(address, ports)
            row = state.insert("balancer", new_id("l"), name, {**body, "address": address, **begun(uuid.uuid4().hex)})
        return self._until_applied(row)

    def update(self, balancer: Balancer, changes: BalancerFields) -> Operation[Balancer]:
        parts: dict[str, t.Any] = {}
        if "algorithm" in changes:
            parts["algorithm"] = offered("algorithm", changes["algorithm"], dict.fromkeys(ALGORITHMS))
        if "members" in changes:
            parts["members"] = [encode_member(member) for member in changes["members"]]
        if "health_check" in changes:
            parts["health_check"] = encode_check(changes["health_check"])
        if "labels" in changes:
            parts["labels"] = dict(changes["labels"])
        with self.directory.transaction() as state:
            row = need_row(state, "balancer", balancer.id)
            need_members(state, parts.get("members", ()))
            name = changes.get("name", row.name)
            if name != row.name:
                refuse_twin(state, "balancer", good_name("balancer", name))
            row = state.change(row, name=name, revision=row.body["revision"] + 1, **parts)
        return self._until_applied(row)

    def delete(self, balancer: Balancer) -> Operation[None]:
        with self.directory.transaction() as state:
            row = state.row("balancer", balancer.id)
            if row is not None:
                state.remove(row)
        self.daemons.signal(balancer.id)
        impatient = time.monotonic() + STOPS_WITHIN

        def check() -> Progress[None]:
            if self.daemons.alive(balancer.id):
                if time.monotonic() > impatient:
                    self.daemons.signal(balancer.id, signal.SIGKILL)
                return Pending("deleting")
            self.daemons.forget(balancer.id)
            return Done(None)

        return Operation(check)

    def add_listener(self, balancer: Balancer, listener: Listener) -> Operation[Balancer]:
        new = encode_listener(listener)
        return self._change_listeners(balancer, lambda there: [*(old for old in there if not same(old, new)), new])

    def update_listener(
        self, balancer: Balancer, listener: Listener, changes: t.Mapping[str, t.Any]
    ) -> Operation[Balancer]:
        old = encode_listener(listener)
        new = encode_listener(dataclasses.replace(listener, **changes))
        return self._change_listeners(balancer, lambda there: [new if same(each, old) else each for each in there])

    def remove_listener(self, balancer: Balancer, listener: Listener) -> Operation[Balancer]:
        old = encode_listener(listener)
        return self._change_listeners(balancer, lambda there: [each for each in there if not same(each, old)])

    def _change_listeners(
        self, balancer: Balancer, change: t.Callable[[list[dict[str, t.Any]]], list[dict[str, t.Any]]]
    ) -> Operation[Balancer]:
        with self.directory.transaction() as state:
            row = need_row(state, "balancer", balancer.id)
            before = row.body["listeners"]
            after = change(before)
            need_ports(row.body["address"], {each["port"] for each in after} - {each["port"] for each in before})
            row = state.change(row, listeners=after, revision=row.body["revision"] + 1)
        return self._until_applied(row)

    def _until_applied(self, row: Row) -> Operation[Balancer]:
        """Until the process does what the row says."""

        def check() -> Progress[Balancer]:
            with self.directory.reading() as state:
                now = state.row("balancer", row.id)
                nodes = addresses_of(state)
            if now is None:
                return Failed(NotFound(f"balancer {row.name} was deleted meanwhile"))
            self.directory.wake("forwarder", "balancer", now)
            status = self.daemons.status(row.id)
            if status.get("token") == row.body["token"]:
                if status.get("error") or status.get("errors"):
                    reason = status.get("error") or "; ".join(status["errors"])
                    return Failed(Unavailable(f"balancer {row.name} does not serve all that it should: {reason}"))
                if status.get("revision", 0) >= row.body["revision"]:
                    return Done(self._decode(now, nodes))
            return Pending("starting")

        return Operation(check)

    def _decode(self, row: Row, nodes: t.Mapping[str, str]) -> Balancer:
        body = row.body
        status = self.daemons.status(row.id)
        told = status if status.get("token") == body["token"] and self.daemons.alive(row.id) else {}
        errors = [*filter(None, [status.get("error")]), *told.get("errors", ())]
        return Balancer(
            id=row.id,
            name=row.name,
            state="error" if errors else "active" if told.get("ready") else "starting",
            address=body["address"],
            addresses=(body["address"],),
            location=body["location"],
            algorithm=body["algorithm"],
            listeners=tuple(Listener(**listener, id=str(listener["port"])) for listener in body["listeners"]),
            members=tuple(decode_member(member, body["listeners"], nodes, told) for member in body["members"]),
            health_check=HealthCheck(**body["health_check"]) if body["health_check"] else None,
            labels=body["labels"],
            created=row.created,
            extra={"error": "; ".join(errors) or None},
        )


def addresses_of(state: Transaction) -> dict[str, str]:
    return {node.id: node.body["address"] for node in state.rows("node")}


def decode_member(
    member: t.Mapping[str, t.Any],
    listeners: t.Sequence[t.Mapping[str, t.Any]],
    nodes: t.Mapping[str, str],
    told: t.Mapping[str, t.Any],
) -> Member:
    """``healthy`` is false where one of the listeners cannot reach it, and unknown before the first look."""
    address = member["address"] or nodes.get(member["node"])
    ports = {member["port"] or listener["target_port"] or listener["port"] for listener in listeners}
    looks = [told.get("well", {}).get(f"{address}:{port}") for port in ports]
    healthy = False if False in looks else True if looks and None not in looks else None
    return Member(**member, healthy=healthy, id=f"{member['node'] or member['address']}:{member['port'] or ''}")


def encode_listener(listener: Listener) -> dict[str, t.Any]:
    if listener.protocol not in PROTOCOLS:
        raise Unsupported(f"the local cloud forwards {' and '.join(PROTOCOLS)}, not {listener.protocol}")
    return {"port": good_port(listener.port), "protocol": listener.protocol, "target_port": listener.target_port}


def encode_member(member: Member) -> dict[str, t.Any]:
    if (member.node is None) == (member.address is None):
        raise Invalid("a member of a balancer has either a node or an address")
    if member.port is not None:
        good_port(member.port)
    if member.weight is not None and not 0 <= member.weight <= 256:
        raise Invalid(f"the weight of a member is 0 to 256, not {member.weight}")
    return {"node": member.node, "address": member.address, "port": member.port, "weight": member.weight}


def encode_check(check: HealthCheck | None) -> dict[str, t.Any] | None:
    if check is not None and check.protocol not in PROTOCOLS:
        raise Unsupported(f"the local cloud checks health by {' and '.join(PROTOCOLS)}, not {check.protocol}")
    return dataclasses.asdict(check) if check else None


def same(one: t.Mapping[str, t.Any], other: t.Mapping[str, t.Any]) -> bool:
    return bool(one["port"] == other["port"])


def good_port(port: int) -> int:
    if not 1 <= port <= 65535:
        raise Invalid(f"{port} is no port; choose 1 to 65535")
    return port


def need_members(state: Transaction, members: t.Iterable[t.Mapping[str, t.Any]]) -> None:
    for member in members:
        if member["node"] is not None and state.row("node", member["node"]) is None:
            raise NotFound(f"the member {member['node']} is no node of the local cloud")


def need_ports(address: str, ports: t.Iterable[int]) -> None:
    for port in ports:
        error = refusal(address, port)
        if error is not None and error.errno in (errno.EACCES, errno.EPERM):
            raise Denied(f"this user may not listen on port {port}; choose one from 1024 to 65535")
        if error is not None:
            raise Conflict(f"port {port} of {address} cannot be used: {error.strerror}; choose another one")
