# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of the tiny cloud: nodes and DNS records behind a small JSON API."""

from __future__ import annotations

import typing as t

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities, How, Once
from ansible_collections.anycloud.core.plugins.module_utils.sdk.http import Http, segment
from ansible_collections.anycloud.core.plugins.module_utils.sdk.messages import Request
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import (
    Image,
    Location,
    Node,
    NodeState,
    RecordSet,
    Size,
    Zone,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import AuthKey, Connection, Provider
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import (
    ALL,
    NodeFields,
    NodeService,
    RecordChange,
    Where,
    ZoneService,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation, done, until_gone, until_state

Json = t.Mapping[str, t.Any]

STATES = {"up": NodeState.RUNNING, "booting": NodeState.STARTING, "down": NodeState.STOPPED}


def connect(connection: Connection) -> Http:
    """A client that shows the token with each request."""
    token = connection.settings.need("token")

    def sign(request: Request, now: float) -> Request:
        return request.with_headers({"X-Tiny-Token": token})

    return connection.http(connection.settings.endpoint or "", sign)


class TinyNodes(NodeService):
    capabilities = Capabilities(
        fields={
            "name": How.LIVE,
            "image": How.RECREATE,
            "size": How.RESTART,
            "labels": How.LIVE,
        },
        finds=frozenset({"names"}),
        create_once=Once.UNIQUE_NAME,
    )

    def __init__(self, connection: Connection) -> None:
        self.http = connect(connection)

    def fetch(self, where: Where) -> t.Iterator[Node]:
        params = {"name": sorted(where.names)} if where.names else None
        for node in self.http.get("/nodes", params)["nodes"]:
            yield decode_node(node)

    def create(self, fields: NodeFields, token: str | None = None) -> Operation[Node]:
        node = self.http.post("/nodes", encode_node(fields))
        return self._until(node, "up")

    def update(self, node: Node, changes: NodeFields) -> Operation[Node]:
        return self._until(self.http.patch(f"/nodes/{segment(node.id)}", encode_node(changes)), "up", "down")

    def delete(self, node: Node) -> Operation[None]:
        self.http.delete(f"/nodes/{segment(node.id)}")
        return until_gone(lambda: self._read(node.id))

    def start(self, node: Node) -> Operation[Node]:
        return self._until(self.http.post(f"/nodes/{segment(node.id)}/start"), "up")

    def stop(self, node: Node) -> Operation[Node]:
        return self._until(self.http.post(f"/nodes/{segment(node.id)}/stop"), "down")

    def sizes(self) -> t.Iterator[Size]:
        for size in self.http.get("/sizes")["sizes"]:
            yield Size(
                id=size["id"], name=size["id"], cpus=size["cpus"], ram_mb=size["ram"], price_hourly=size["price"]
            )

    def images(self, where: Where = ALL) -> t.Iterator[Image]:
        for image in self.http.get("/images")["images"]:
            yield Image(id=image["id"], name=image["title"])

    def locations(self) -> t.Iterator[Location]:
        yield Location(id="here", name="here")

    def _read(self, id: str) -> Node | None:
        found = [node for node in self.http.get("/nodes", {"id": id})["nodes"] if node["id"] == id]
        return decode_node(found[0]) if found else None

    def _until(self, node: Json, *states: str) -> Operation[Node]:
        good = [STATES[state].value for state in states]
        return until_state(
            lambda: self._read(node["id"]), lambda found: found.state.value, good, started=decode_node(node)
        )


def decode_node(node: Json) -> Node:
    return Node(
        id=node["id"],
        name=node["name"],
        state=STATES.get(node["status"], NodeState.UNKNOWN),
        public_ips=(node["ip"],) if node.get("ip") else (),
        size=node.get("size"),
        image=node.get("image"),
        location="here",
        labels=node.get("tags") or {},
    )


def encode_node(fields: NodeFields) -> dict[str, t.Any]:
    names = {"labels": "tags"}
    return {names.get(key, key): value for key, value in fields.items() if key != "location"}


class TinyZones(ZoneService):
    capabilities = Capabilities(
        fields={"name": How.CREATE_ONLY, "value": How.LIVE, "ttl": How.LIVE},
        finds=frozenset({"names", "types"}),
        create_once=Once.UNIQUE_NAME,
        record_types=frozenset({"A", "AAAA", "CNAME", "MX", "TXT"}),
    )

    def __init__(self, connection: Connection) -> None:
        self.http = connect(connection)

    def fetch(self, where: Where) -> t.Iterator[Zone]:
        for name in self.http.get("/zones")["zones"]:
            yield Zone(id=name, name=name)

    def fetch_records(self, zone: Zone, where: Where) -> t.Iterator[RecordSet]:
        params = {
            "name": sorted(where.names) if where.names else None,
            "type": sorted(where.types) if where.types else None,
        }
        for record in self.http.get(f"/zones/{segment(zone.id)}/records", params)["records"]:
            yield decode_record(record)

    def change_records(self, zone: Zone, changes: t.Sequence[RecordChange]) -> Operation[None]:
        for change in changes:
            record = change.after or change.before
            if record is None:
                continue
            path = f"/zones/{segment(zone.id)}/records/{segment(record.name)}/{segment(record.type)}"
            if change.after is None:
                self.http.delete(path)
            else:
                self.http.put(path, {"values": list(record.value), "ttl": record.ttl})
        return done(None)


def decode_record(record: Json) -> RecordSet:
    return RecordSet(name=record["name"], type=record["type"], value=tuple(record["values"]), ttl=record["ttl"])


PROVIDER = Provider(
    name="tiny",
    title="The tiny cloud",
    services={"node": TinyNodes, "zone": TinyZones},
    auth={"token": AuthKey(description="The token of the account.", env=("TINY_TOKEN",), secret=True)},
    options={"motto": "Goes with no request; shows how an option of a provider's own is declared."},
    endpoint_env=("TINY_URL",),
    needs_endpoint=True,
)
