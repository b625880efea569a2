# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes: what the user wrote becomes wants, sizes and images become choices, states become events."""

from __future__ import annotations

import dataclasses
import typing as t

from ..sdk.errors import Conflict, Invalid
from ..sdk.models import Node, NodeState, Volume
from ..sdk.services import NodeService, Where
from ..sdk.waiting import Done, Operation, Progress
from .choices import choose_image, choose_location, choose_size
from .engine import Desk, reconcile
from .group import check_member, members
from .kinds import Field, Kind, Need, Want, adds, flat_extra, joins, texts
from .plan import Change, Step, Steps
from .refs import given, missing
from .task import Call, Result, Task


def listed(value: t.Any) -> frozenset[str]:
    return frozenset(value or ())


NODE = Kind(
    "node",
    "nodes",
    "name",
    (
        Field("name"),
        Field("image"),
        Field("size"),
        Field("location"),
        Field("labels", norm=texts, merge=joins),
        Field("key_names", norm=listed, merge=adds),
        Field("networks", norm=listed, merge=adds),
        Field("security_groups", norm=listed, merge=adds),
        Field("public_ip"),
        Field("user_data", secret=True),
    ),
    Node,
)
STATE = Field("state")
FIELDS = ("image", "size", "location", "labels", "key_names", "networks", "security_groups", "public_ip", "user_data")
VERB_OF = {"started": "start", "stopped": "stop", "restarted": "restart", "rebuilt": "rebuild"}
CHOICES = {"image": choose_image, "size": choose_size, "location": choose_location}


def run(call: Call) -> Result:
    desk = NodeDesk(call)
    wants = parse(call, desk)
    return reconcile(call, desk, wants, one=bool(call.params.get("name") or call.params.get("id")))


def parse(call: Call, desk: NodeDesk) -> list[Want]:
    params = call.params
    fields = flat_extra(given(params, (*FIELDS, "extra")))
    base = Want(
        label="",
        fields=fields,
        goal=params["state"],
        purge=frozenset({"labels"} if params.get("purge_labels") else ()),
        defaults=given(call.defaults, FIELDS),
        also=given(params, ("volumes",)),
    )
    verb = VERB_OF.get(base.goal)
    if verb and not desk.service.can(verb):
        raise call.cloud.unsupported("node", verb, f"cannot {verb} a node (state: {base.goal})")
    if params.get("group"):
        return members(call, desk.service, base)
    if params.get("id"):
        name = {"name": params["name"]} if params.get("name") else {}
        return [dataclasses.replace(base, label=params["id"], id=params["id"], fields={**fields, **name})]
    names = params["names"] if params.get("names") is not None else [params["name"]]
    check_names(names)
    return [dataclasses.replace(base, label=name) for name in names]


def check_names(names: t.Sequence[str]) -> None:
    if not names:
        raise Invalid("names is an empty list; name at least one node")
    for name in names:
        if not name.strip() or len(name) > 255 or any(ord(sign) < 32 for sign in name):
            raise Invalid(f"{name!r} is no name for a node; it takes 1 to 255 printable characters")
        if names.count(name) > 1:
            raise Invalid(f"names has {name} more than once")


class NodeDesk(Desk):
    kind = NODE

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.service: NodeService = call.cloud.nodes
        self.offers: dict[str, t.Any] = {}

    def exists(self, resource: Node) -> bool:
        return resource.state is not NodeState.TERMINATED

    def settling(self, resource: Node) -> bool:
        return resource.state.passing

    def settled(self, resource: Node) -> Node | None:
        state = resource.state.settled
        return None if state is NodeState.TERMINATED else dataclasses.replace(resource, state=state)

    def resolve(self, want: Want, actual: Node | None) -> Want:
        if want.absent:
            return want
        if actual is not None:
            check_member(want, actual)
        fields, defaults = dict(want.fields), dict(want.defaults)
        for name, choose in CHOICES.items():
            for values in (fields,) if actual else (fields, defaults):
                if name in values and not isinstance(values[name], Need):
                    values[name] = choose(self, values[name], actual)
        self._check_keys(fields.get("key_names"), actual)
        return dataclasses.replace(want, fields=fields, defaults=defaults)

    def _check_keys(self, names: t.Sequence[str] | None, actual: Node | None) -> None:
        new = set(names or ()) - set(actual.key_names if actual else ())
        if not new or not self.call.cloud.offers("key"):
            return
        known = {key.name for key in self.call.cloud.keys.find(Where(names=frozenset(new)))}
        for name in sorted(new - known):
            missing(self.call, "key", name, (key.name for key in self.call.cloud.keys.find()))

    def steps(self, want: Want, actual: Node | None) -> Steps:
        planned = want
        if want.goal == "rebuilt" and actual is not None:
            planned = dataclasses.replace(want, fields={k: v for k, v in want.fields.items() if k != "image"})
        steps = super().steps(planned, actual)
        if want.absent:
            return surplus(want, steps)
        anew = any(step.verb == "create" for step in steps)
        steps += tuple(self._attachments(want, actual, anew))
        restarts = anew or any("restart" in step.needs for step in steps)
        event = event_step(want, None if anew else actual, restarts)
        return (*steps, event) if event else steps

    def _attachments(self, want: Want, actual: Node | None, anew: bool) -> t.Iterator[Step]:
        names = frozenset(want.also.get("volumes") or ())
        if not names:
            return
        found = {volume.name: volume for volume in self.call.cloud.volumes.find(Where(names=names))}
        for name in sorted(names):
            volume = found.get(name)
            if volume is None:
                missing(self.call, "volume", name, (each.name for each in self.call.cloud.volumes.find()))
                volume = Volume(id="", name=name)
            here = actual is not None and volume.node == actual.id
            if here and not anew:
                continue
            if volume.node and not here:
                raise Conflict(f"volume {name} is attached to another node (id {volume.node}); detach it there first")
            text = f"attach volume {name} to node {want.label}"
            yield Step("attach", NODE, want.label, resource=actual, part=volume, text=text)

    def perform(self, step: Step, resource: t.Any, want: Want) -> Operation[t.Any]:
        if step.verb == "attach":
            return and_then_the_node(self.call.cloud.volumes.attach(step.part, resource), resource)
        if step.verb == "rebuild":
            return self.service.rebuild(resource, step.part or resource.image)
        return super().perform(step, resource, want)


def and_then_the_node(operation: Operation[Volume], node: Node) -> Operation[Node]:
    """The operation on a volume, as one that ends with the node it belongs to."""

    def check() -> Progress[Node]:
        progress = operation.check()
        return Done(node) if isinstance(progress, Done) else progress

    return Operation(check, node)


def event_step(want: Want, actual: Node | None, restarts: bool) -> Step | None:
    """The step that brings the node to its state; one restart covers all that need it."""
    before = actual.state if actual else NodeState.RUNNING
    if want.goal == "stopped":
        return None if before is NodeState.STOPPED else event("stop", want, actual, before, "stopped")
    if want.goal == "rebuilt" and actual is not None:
        image = want.fields.get("image")
        chosen = image.choice if isinstance(image, Need) else image
        return event("rebuild", want, actual, before, "rebuilt", part=chosen)
    if want.goal in ("started", "restarted") and before is not NodeState.RUNNING:
        return event("start", want, actual, before, "running")
    if want.goal == "restarted" and not restarts:
        return event("restart", want, actual, before, "restarted")
    return None


def event(verb: str, want: Want, actual: Node | None, before: NodeState, after: str, part: t.Any = None) -> Step:
    change = Change(STATE, before.value, after)
    return Step(verb, NODE, want.label, (change,), resource=actual, part=part)


def surplus(want: Want, steps: Steps) -> Steps:
    """Taking away what a smaller ``count`` leaves over deletes nodes that nobody named."""
    if "surplus" not in want.also:
        return steps
    why = f"{want.also['surplus']} are wanted"
    return tuple(dataclasses.replace(step, needs=step.needs | {"data_loss"}, why=why) for step in steps)


TASK = Task(
    options={
        "name": {"type": "str"},
        "id": {"type": "str"},
        "names": {"type": "list", "elements": "str"},
        "group": {"type": "str"},
        "count": {"type": "int"},
        "state": {
            "type": "str",
            "choices": ["present", "absent", "started", "stopped", "restarted", "rebuilt"],
            "default": "present",
        },
        "size": {"type": "raw"},
        "image": {"type": "raw"},
        "location": {"type": "str"},
        "key_names": {"type": "list", "elements": "str", "no_log": False},
        "user_data": {"type": "str", "no_log": True},
        "labels": {"type": "dict"},
        "purge_labels": {"type": "bool", "default": False},
        "networks": {"type": "list", "elements": "str"},
        "security_groups": {"type": "list", "elements": "str"},
        "public_ip": {"type": "bool"},
        "volumes": {"type": "list", "elements": "str"},
    },
    run=run,
    rules={
        "mutually_exclusive": [("name", "names", "group"), ("id", "names", "group")],
        "required_one_of": [("name", "id", "names", "group")],
        "required_by": {"count": "group"},
    },
    groups=frozenset({"change", "wait", "many"}),
)
