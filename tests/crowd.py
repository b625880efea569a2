# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A driver of a cloud that only tells of nodes: those of a JSON file, or as many as one likes. For tests and benchmarks."""

from __future__ import annotations

import json
import pathlib
import time
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Image, Location, Node, NodeState, Size
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import AuthKey, Connection, Provider
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import ALL, NodeService, Where

KINDS: t.Mapping[str, t.Any] = {"nodes": Node, "sizes": Size, "images": Image, "locations": Location}
ROLES = ("web", "db", "cache", "queue")
PLACES = ("fsn1", "nbg1", "hel1")


class CrowdNodes(NodeService):
    """``file`` has lists of nodes, sizes, images and locations; ``log`` gets a line for each request."""

    def __init__(self, connection: Connection) -> None:
        self._settings = connection.settings
        self._options = connection.settings.options
        self._work = connection.work

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    def fetch(self, where: Where) -> t.Iterator[Node]:
        self._ask("nodes")
        for number in range(int(self._options.get("count", 0))):
            yield node_number(number)
        yield from self._listed("nodes")

    def sizes(self) -> t.Iterator[Size]:
        self._ask("sizes")
        return self._listed("sizes")

    def images(self, where: Where = ALL) -> t.Iterator[Image]:
        self._ask("images")
        return filter(where.accepts, self._listed("images"))

    def locations(self) -> t.Iterator[Location]:
        self._ask("locations")
        return self._listed("locations")

    def _ask(self, what: str) -> None:
        self._work.count(calls=1)
        if "log" in self._options:
            with open(self._options["log"], "a", encoding="utf-8") as log:
                log.write(f"{self._settings.cloud} {self._settings.region or '-'} {what}\n")
        if "down" in self._options and pathlib.Path(self._options["down"]).exists():
            raise Unavailable(f"no answer to the token {self._settings.auth.get('token', 'none')}")
        self._meet(int(self._options.get("meet", 0)))

    def _meet(self, others: int) -> None:
        """Answers when so many requests have come in, which takes that they are made at the same time."""
        patience = time.monotonic() + 30
        while others and len(pathlib.Path(self._options["log"]).read_text(encoding="utf-8").splitlines()) < others:
            if time.monotonic() > patience:
                raise Unavailable(f"{others} requests did not come together")
            time.sleep(0.01)

    def _listed(self, what: str) -> t.Iterator[t.Any]:
        if "file" in self._options:
            for fields in json.loads(pathlib.Path(self._options["file"]).read_text(encoding="utf-8")).get(what, ()):
                yield KINDS[what](**{name: model_value(name, value) for name, value in fields.items()})


def model_value(name: str, value: t.Any) -> t.Any:
    if name == "state":
        return NodeState(value)
    return tuple(value) if isinstance(value, list) else value


def node_number(number: int) -> Node:
    return Node(
        id=f"n-{number:06}",
        name=f"node-{number:06}",
        state=NodeState.RUNNING,
        public_ips=(f"203.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",),
        private_ips=(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",),
        size="small",
        image="debian-13",
        location=PLACES[number % 3],
        labels={"role": ROLES[number % 4], "env": "prod" if number % 10 else "test"},
        created="2026-01-01T00:00:00Z",
        price_hourly=0.01,
        currency="EUR",
    )


PROVIDER = Provider(
    name="crowd",
    title="Crowd",
    services={"node": CrowdNodes},
    auth={"token": AuthKey(secret=True)},
    options=dict.fromkeys(("count", "file", "log", "down", "meet"), ""),
)
