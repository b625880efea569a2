# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes in memory."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Image, Location, Node, NodeState, Size
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import ALL, NodeFields, NodeService, Where
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation

from .fields import check_created, check_updated
from .service import MemoryService


class MemoryNodes(MemoryService, NodeService):
    """Refuses a change of a node that is still on its way to another state."""

    name = "node"

    def fetch(self, where: Where) -> t.Iterator[Node]:
        return self._look("node", where)

    def sizes(self) -> t.Iterator[Size]:
        self._read("sizes")
        return iter(self.state.sizes)

    def images(self, where: Where = ALL) -> t.Iterator[Image]:
        self._read("images")
        return filter(where.accepts, self.state.images) if where.labels is None else iter(self.state.images)

    def locations(self) -> t.Iterator[Location]:
        self._read("locations")
        return iter(self.state.locations)

    def create(self, fields: NodeFields, token: str | None = None) -> Operation[Node]:
        check_created(f"node {fields.get('name')}", fields, NodeFields, self.capabilities)
        with self._mutation("create", fields["name"], fields):
            if again := self._again("node", fields, token):
                return again
            self._check_references(fields)
            values: dict[str, t.Any] = {
                key: value for key, value in fields.items() if key not in ("user_data", "public_ip")
            }
            key = self.state.new_id("node")
            node = Node(
                id=key,
                state=NodeState.RUNNING,
                private_ips=(f"10.0.0.{key.split('-')[1]}",),
                public_ips=self._public(key) if fields.get("public_ip", True) else (),
                created=self.state.stamp(),
                **values,
            )
            if "user_data" in fields:
                self.state.user_data[key] = fields["user_data"]
            return self._made("node", token, fields, node, replace(node, state=NodeState.STARTING))

    def update(self, node: Node, changes: NodeFields) -> Operation[Node]:
        check_updated(f"node {node.name}", changes, NodeFields, self.capabilities)
        with self._mutation("update", node.name, changes):
            found = self._settled(node)
            self._check_references(changes)
            values: dict[str, t.Any] = dict(changes)
            if "public_ip" in values:
                values["public_ips"] = self._public(node.id) if values.pop("public_ip") else ()
            if "user_data" in values:
                self.state.user_data[node.id] = values.pop("user_data")
            if "extra" in values:
                values["extra"] = {**found.extra, **values["extra"]}
            return self._becomes(node, replace(found, **values), found.state)

    def delete(self, node: Node) -> Operation[None]:
        with self._mutation("delete", node.name):
            found = self.state.shelf("node").get(node.id, "node")
            for volume in self.state.all("volume"):
                if volume.node == node.id:
                    self.state.changed("volume", volume.id, {"node": None, "device": None})
            self.state.user_data.pop(node.id, None)
            meanwhile = replace(found, state=NodeState.DELETING)
            return self._operation(self.state.drop("node", node.id, meanwhile=meanwhile))

    def start(self, node: Node) -> Operation[Node]:
        return self._event(node, "start", NodeState.RUNNING, NodeState.STARTING)

    def stop(self, node: Node) -> Operation[Node]:
        return self._event(node, "stop", NodeState.STOPPED, NodeState.STOPPING)

    def restart(self, node: Node) -> Operation[Node]:
        return self._event(node, "restart", NodeState.RUNNING, NodeState.REBOOTING)

    def rebuild(self, node: Node, image: str) -> Operation[Node]:
        with self._mutation("rebuild", node.name, {"image": image}):
            found = self._settled(node)
            self._check_references({"image": image})
            return self._becomes(node, replace(found, image=image, state=NodeState.RUNNING), NodeState.REBOOTING)

    def _event(self, node: Node, verb: str, state: NodeState, meanwhile: NodeState) -> Operation[Node]:
        with self._mutation(verb, node.name):
            found = self._settled(node)
            if verb == "restart" and found.state is not NodeState.RUNNING:
                raise Conflict(f"node {node.name} is {found.state.value} and cannot restart")
            return self._becomes(node, replace(found, state=state), meanwhile)

    def _becomes(self, node: Node, later: Node, meanwhile: NodeState) -> Operation[Node]:
        return self._operation(self.state.put("node", node.id, later, meanwhile=replace(later, state=meanwhile)))

    def _settled(self, node: Node) -> Node:
        found: Node = self.state.shelf("node").get(node.id, "node")
        truth = self.state.shelf("node").entries[node.id].truth
        if truth is not None and truth.state.passing:
            raise Conflict(f"node {node.name} is busy: {truth.state.value}")
        return found

    def _check_references(self, fields: t.Mapping[str, t.Any]) -> None:
        for name, known in (
            ("size", self.state.sizes),
            ("image", self.state.images),
            ("location", self.state.locations),
        ):
            if name in fields and fields[name] not in {thing.id for thing in known}:
                raise Invalid(f"there is no {name} with the id {fields[name]}")

    def _public(self, key: str) -> tuple[str, ...]:
        return (f"192.0.2.{key.split('-')[1]}",)
