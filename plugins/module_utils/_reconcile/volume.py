# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes: made, grown, attached, detached, and never lost without leave."""

from __future__ import annotations

import dataclasses
import typing as t

from ..sdk.errors import Invalid
from ..sdk.models import Node, NodeState, Volume
from ..sdk.services import VolumeService, Where
from ..sdk.waiting import Operation
from .engine import Desk, reconcile
from .kinds import Field, Kind, Need, Unknown, Want, flat_extra, joins, shrinks, texts
from .names import named_want
from .plan import Change, Step, Steps
from .quantities import gib
from .refs import given, located, referred
from .task import Call, Result, Task


def in_gb(size: int) -> str:
    return f"{size} GB"


VOLUME = Kind(
    "volume",
    "volumes",
    "name",
    (
        Field("name"),
        Field("size_gb", option="size", say=in_gb, risk=shrinks),
        Field("type"),
        Field("iops"),
        Field("throughput"),
        Field("encrypted", default=False),
        Field("location"),
        Field("snapshot"),
        Field("labels", norm=texts, merge=joins),
    ),
    Volume,
)
OPTIONS = ("type", "iops", "throughput", "encrypted", "location", "snapshot", "labels", "extra")
PASSING = frozenset({"creating", "attaching", "detaching", "resizing", "restoring", "deleting"})
GONE = frozenset({"deleting", "deleted"})


def run(call: Call) -> Result:
    params = call.params
    fields = flat_extra(given(params, OPTIONS))
    if params.get("size") is not None:
        fields["size_gb"] = gib(params["size"])
    if params.get("device") and not params.get("node"):
        raise Invalid("device says how a node sees the volume; name the node too")
    base = Want(
        label="",
        fields={} if params["state"] == "absent" else fields,
        goal=params["state"],
        purge=frozenset({"labels"} if params.get("purge_labels") else ()),
        defaults=given(call.defaults, ("location", "labels")),
        also={} if params["state"] == "absent" else given(params, ("node", "device")),
    )
    return reconcile(call, VolumeDesk(call), [named_want(params, base, "volume")], one=True)


class VolumeDesk(Desk):
    """``also['node']`` is the node as the user wrote it; resolved, it is a node, unknown, or empty to detach."""

    kind = VOLUME

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.service: VolumeService = call.cloud.volumes
        self.names: dict[str, str] = {}

    def exists(self, resource: Volume) -> bool:
        return resource.state != "deleted"

    def settling(self, resource: Volume) -> bool:
        return resource.state in PASSING

    def settled(self, resource: Volume) -> Volume | None:
        return None if resource.state in GONE else resource

    def resolve(self, want: Want, actual: Volume | None) -> Want:
        fields, also, defaults = dict(want.fields), dict(want.also), dict(want.defaults)
        if "snapshot" in fields and actual is not None:
            also["snapshot"] = fields.pop("snapshot")
        if "snapshot" in also and actual is None:
            fields["snapshot"] = also["snapshot"]
        if isinstance(fields.get("snapshot"), str):
            fields["snapshot"] = self._snapshot(fields["snapshot"])
        if isinstance(fields.get("location"), str):
            fields["location"] = located(self.call, fields["location"], actual.location if actual else None)
        if actual is None and "location" not in fields and isinstance(defaults.get("location"), str):
            defaults["location"] = located(self.call, defaults["location"], None)
        if isinstance(also.get("node"), str):
            also["node"] = self._node(also["node"])
        moves = want.absent or "node" in also
        if moves and actual is not None and actual.node is not None and actual.node not in self.names:
            self._learn(actual.node)
        return dataclasses.replace(want, fields=fields, also=also, defaults=defaults)

    def _snapshot(self, wanted: str) -> Need | Unknown:
        found = referred(self.call, "snapshot", wanted, self.service.find_snapshots)
        if isinstance(found, Unknown):
            return found
        return Need(wanted, frozenset({found.id}), found.id, {found.id: found.name})

    def _node(self, wanted: str) -> Node | Unknown | None:
        verb = "attach" if wanted else "detach"
        if not self.service.can(verb):
            raise self.call.cloud.unsupported("volume", verb, f"cannot {verb} a volume (option node)")
        if not wanted:
            return None
        found: Node | Unknown = referred(self.call, "node", wanted, self._living)
        if isinstance(found, Node):
            self.names[found.id] = found.name
        return found

    def _learn(self, id: str) -> None:
        """How the user calls the node with this id."""
        offered = self.call.cloud.offers("node")
        found = self.call.cloud.nodes.find(Where(ids=frozenset({id}))) if offered else ()
        self.names[id] = next((node.name for node in found), id)

    def _living(self, where: Where) -> t.Iterator[Node]:
        return (node for node in self.call.cloud.nodes.find(where) if node.state.settled is not NodeState.TERMINATED)

    def steps(self, want: Want, actual: Volume | None) -> Steps:
        if want.absent:
            return self._removal(want, actual)
        self._check_size(want, actual)
        steps = tuple(self._with_its_data(want, step) for step in super().steps(want, actual))
        at = None if actual is None else actual.node
        anew = any(step.verb == "delete" for step in steps)
        if anew:
            steps = self._anew(want, steps)
        target = want.also.get("node", None if anew else at)
        if id_of(target) == at and not anew:
            return steps
        before = (self._move("detach", want, actual, at, target),) if at else ()
        after = (self._move("attach", want, actual, at, target),) if target is not None else ()
        return (*before, *steps, *after)

    def _anew(self, want: Want, steps: Steps) -> Steps:
        """A volume that is made anew needs what a new one needs."""
        source = want.also.get("snapshot")
        if source is None and "size_gb" not in want.fields:
            raise Invalid(f"volume {want.label} would have to be made anew, and for that its size must be written")
        if source is None:
            return steps
        change = Change(Field("snapshot"), None, self._snapshot(source))
        return (*steps[:-1], dataclasses.replace(steps[-1], changes=(*steps[-1].changes, change)))

    def _check_size(self, want: Want, actual: Volume | None) -> None:
        size = want.fields.get("size_gb")
        if actual is None and size is None and "snapshot" not in want.fields:
            raise Invalid(f"there is no volume {want.label}; to make it give a size, or the snapshot it is made from")
        if size is None or actual is None or actual.size_gb is None or size >= actual.size_gb:
            return
        if "size_gb" not in self.capabilities.shrinks:
            raise Invalid(
                f"volume {want.label} has {actual.size_gb} GB and cannot shrink to {size} GB on this provider; "
                "make a smaller one and copy what it holds"
            )

    def _with_its_data(self, want: Want, step: Step) -> Step:
        if step.verb != "delete":
            return step
        also = " and its place at the node" if step.resource.node and "node" not in want.also else ""
        return dataclasses.replace(step, needs=step.needs | {"data_loss"}, why=f"{step.why}; loses what it holds{also}")

    def _removal(self, want: Want, actual: Volume | None) -> Steps:
        steps = super().steps(want, actual)
        if actual is None or actual.node is None:
            return steps
        text = f"detach volume {want.label} from node {self._called(actual.node)}"
        detach = Step("detach", VOLUME, want.label, needs=frozenset({"data_loss"}), resource=actual, text=text)
        return (detach, *steps)

    def _move(self, verb: str, want: Want, actual: Volume | None, at: str | None, target: t.Any) -> Step:
        """One half of a move; each shows the whole of it in the diff."""
        change = Change(Field("node", say=self._called), at, id_of(target))
        return Step(verb, VOLUME, want.label, (change,), resource=actual, part=target)

    def _called(self, id: t.Any) -> t.Any:
        return self.names.get(id, id)

    def perform(self, step: Step, resource: t.Any, want: Want) -> Operation[t.Any]:
        if step.verb == "attach":
            return self.service.attach(resource, step.part, want.also.get("device"))
        return super().perform(step, resource, want)


def id_of(node: t.Any) -> t.Any:
    return node.id if isinstance(node, Node) else node


TASK = Task(
    options={
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "size": {"type": "str"},
        "type": {"type": "str"},
        "iops": {"type": "int"},
        "throughput": {"type": "int"},
        "encrypted": {"type": "bool"},
        "location": {"type": "str"},
        "snapshot": {"type": "str"},
        "node": {"type": "str"},
        "device": {"type": "str"},
        "labels": {"type": "dict"},
        "purge_labels": {"type": "bool", "default": False},
    },
    run=run,
    rules={"required_one_of": [("name", "id")]},
)
