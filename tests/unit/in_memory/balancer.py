# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Balancers in memory."""

from __future__ import annotations

import typing as t
from dataclasses import fields as fields_of
from dataclasses import replace

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Balancer, Listener, Member
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import BalancerFields, BalancerService, Where
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation

from .fields import check_created, check_updated
from .service import MemoryService


class MemoryBalancers(MemoryService, BalancerService):
    """One listener for each port; gives listeners and members ids of its own."""

    name = "balancer"

    def fetch(self, where: Where) -> t.Iterator[Balancer]:
        return self._look("balancer", where)

    def create(self, fields: BalancerFields, token: str | None = None) -> Operation[Balancer]:
        check_created(f"balancer {fields.get('name')}", fields, BalancerFields, self.capabilities)
        with self._mutation("create", fields["name"], fields):
            if again := self._again("balancer", fields, token):
                return again
            key = self.state.new_id("balancer")
            defaults: dict[str, t.Any] = {"algorithm": "round_robin"}
            values: dict[str, t.Any] = {**defaults, **fields}
            values["listeners"] = tuple(self._own(listener, "listener") for listener in fields.get("listeners", ()))
            values["members"] = self._members(fields.get("members", ()))
            self._check_ports(values["listeners"])
            balancer = Balancer(
                id=key, state="active", address=f"198.51.100.{key.split('-')[1]}", created=self.state.stamp(), **values
            )
            return self._made("balancer", token, fields, balancer, replace(balancer, state="creating"))

    def update(self, balancer: Balancer, changes: BalancerFields) -> Operation[Balancer]:
        check_updated(f"balancer {balancer.name}", changes, BalancerFields, self.capabilities, ("listeners",))
        with self._mutation("update", balancer.name, changes):
            values: dict[str, t.Any] = dict(changes)
            if "members" in changes:
                values["members"] = self._members(changes["members"])
            return self._becomes(balancer, **values)

    def delete(self, balancer: Balancer) -> Operation[None]:
        with self._mutation("delete", balancer.name):
            self._found(balancer)
            return self._operation(self.state.drop("balancer", balancer.id))

    def add_listener(self, balancer: Balancer, listener: Listener) -> Operation[Balancer]:
        with self._mutation("add_listener", f"{balancer.name}:{listener.port}", {"listener": listener}):
            listeners = (*self._found(balancer).listeners, self._own(listener, "listener"))
            self._check_ports(listeners)
            return self._becomes(balancer, listeners=listeners)

    def update_listener(
        self, balancer: Balancer, listener: Listener, changes: t.Mapping[str, t.Any]
    ) -> Operation[Balancer]:
        known = {field.name for field in fields_of(Listener)} - {"id"}
        assert changes and set(changes) <= known, f"update of listener {listener.port} with {dict(changes)}"
        with self._mutation("update_listener", f"{balancer.name}:{listener.port}", changes):
            found = self._listener(balancer, listener)
            listeners = tuple(
                replace(one, **changes) if one is found else one for one in self._found(balancer).listeners
            )
            self._check_ports(listeners)
            return self._becomes(balancer, listeners=listeners)

    def remove_listener(self, balancer: Balancer, listener: Listener) -> Operation[Balancer]:
        with self._mutation("remove_listener", f"{balancer.name}:{listener.port}"):
            found = self._listener(balancer, listener)
            return self._becomes(
                balancer, listeners=tuple(one for one in self._found(balancer).listeners if one is not found)
            )

    def _found(self, balancer: Balancer) -> Balancer:
        found: Balancer = self.state.shelf("balancer").get(balancer.id, "balancer")
        return found

    def _listener(self, balancer: Balancer, listener: Listener) -> Listener:
        for one in self._found(balancer).listeners:
            if one.id == listener.id if listener.id else one.port == listener.port:
                return one
        raise NotFound(f"the balancer {balancer.name} has no listener on port {listener.port}")

    def _becomes(self, balancer: Balancer, **values: t.Any) -> Operation[Balancer]:
        self._found(balancer)
        return self._operation(self.state.changed("balancer", balancer.id, values))

    def _members(self, members: t.Sequence[Member]) -> tuple[Member, ...]:
        for member in members:
            assert member.address or member.node, f"a member without an address or a node: {member}"
            if member.node is not None:
                self.state.shelf("node").get(member.node, "node")
        places = [(member.address, member.node, member.port) for member in members]
        if len(set(places)) < len(places):
            raise Conflict("a member is there twice")
        return tuple(replace(self._own(member, "member"), healthy=True) for member in members)

    def _own(self, child: t.Any, kind: str) -> t.Any:
        return child if child.id else replace(child, id=self.state.new_id(kind))

    def _check_ports(self, listeners: t.Sequence[Listener]) -> None:
        doors = [("udp" if one.protocol == "udp" else "tcp", one.port) for one in listeners]
        if len(set(doors)) < len(doors):
            raise Conflict("two listeners on one port")
