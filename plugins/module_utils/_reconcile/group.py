# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group of nodes: so many that are alike, named by number, and known by their label."""

from __future__ import annotations

import dataclasses
import itertools
import re
import typing as t

from ..sdk.errors import Conflict, Invalid
from ..sdk.models import Node, NodeState
from ..sdk.services import NodeService, Where
from .kinds import Want
from .task import Call

GROUP = "anycloud_group"
LARGEST = 10_000
GROUP_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")


def members(call: Call, service: NodeService, base: Want) -> list[Want]:
    """A want for each member: the lowest free numbers come, the highest go."""
    group, count = call.params["group"], call.params.get("count")
    if not GROUP_NAME.fullmatch(group):
        raise Invalid(
            f"{group!r} is no name for a group; it takes up to 63 letters, digits, dots, hyphens and underscores"
        )
    if "labels" not in service.capabilities.fields:
        raise call.cloud.unsupported("node", "labels", "has no labels on nodes, and a group is known by a label")
    existing = sorted(set(living(service, group)), key=lambda name: number(group, name))
    if base.absent:
        return [dataclasses.replace(base, label=name, also={"group": group}) for name in existing]
    if count is None:
        count = len(existing)
        if not count:
            raise Invalid(f"the group {group} has no nodes yet; say with count how many there should be")
    if not 1 <= count <= LARGEST:
        raise Invalid(f"count is {count}; a group has 1 to {LARGEST} nodes, and state: absent ends it")
    labels = {**(base.fields.get("labels") or {}), GROUP: group}
    wanted = dataclasses.replace(base, fields={**base.fields, "labels": labels}, also={**base.also, "group": group})
    names = [*existing[:count], *new_names(group, existing, count - len(existing))]
    gone = dataclasses.replace(base, goal="absent", also={"group": group, "surplus": count})
    return [
        *(dataclasses.replace(wanted, label=name) for name in sorted(names, key=lambda name: number(group, name))),
        *(dataclasses.replace(gone, label=name) for name in existing[count:]),
    ]


def living(service: NodeService, group: str) -> t.Iterator[str]:
    for node in service.find(Where(labels={GROUP: group})):
        if node.state.settled is not NodeState.TERMINATED:
            yield node.name


def number(group: str, name: str) -> tuple[float, str]:
    """Sorts by number; a member whose name has none comes last and so goes first."""
    digits = name[len(group) + 1 :] if name.startswith(f"{group}-") else ""
    return (int(digits) if digits.isdigit() else float("inf"), name)


def new_names(group: str, existing: t.Collection[str], count: int) -> list[str]:
    numbered = (f"{group}-{position}" for position in itertools.count(1))
    free = (name for name in numbered if name not in existing)
    return list(itertools.islice(free, max(count, 0)))


def check_member(want: Want, actual: Node) -> None:
    """A node that only has the name of a member is somebody else's."""
    group = want.also.get("group")
    if group and actual.labels.get(GROUP) != group:
        raise Conflict(
            f"a node {actual.name} exists and does not belong to the group {group} (it has no label {GROUP}={group}); "
            "rename it, delete it or label it"
        )
