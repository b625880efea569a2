# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Balancers: the whole of one in one task, with its listeners and its members."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..sdk.errors import Conflict, Invalid
from ..sdk.models import Balancer, HealthCheck, Member, Node, NodeState, Stickiness
from ..sdk.services import BalancerService, Where
from ..sdk.waiting import Operation
from .doors import listener_steps, new_listener, parse_listeners, shown_listener
from .engine import Desk, reconcile
from .kinds import Field, Keep, Kind, Unknown, Want, flat_extra, joins, texts
from .names import named_want
from .nearest import nearest
from .places import Asked, Place, gathers, in_order, parse_member
from .plan import Change, Step, Steps
from .refs import given, located, referred
from .shown import shown
from .task import Call, Result, Task


def written(value: t.Any) -> dict[str, t.Any] | None:
    """A part of a balancer as the keys that are set."""
    plain = value if isinstance(value, t.Mapping) else shown(value)
    filled = {key: item for key, item in (plain or {}).items() if item is not None}
    return None if filled.get("type") == "none" else filled or None


def checks(old: t.Any, new: t.Any, purge: bool, keep: Keep) -> t.Any:
    """The keys of a health check that were written, over those that it has; only HTTP asks for a path."""
    merged = {**(old or {}), **(new or {})}
    if merged.get("protocol", "tcp") == "tcp" and (new or {}).get("path") is not None:
        raise Invalid("health_check.path goes with the protocol http or https; say which with health_check.protocol")
    if merged.get("protocol", "tcp") == "tcp":
        merged.pop("path", None)
    return merged


def check_numbers(health: t.Mapping[str, t.Any]) -> None:
    """Refuses what no health check can have."""
    for name in ("interval", "timeout", "rise", "fall"):
        if health.get(name) is not None and health[name] < 1:
            raise Invalid(f"health_check.{name} is {health[name]}; it is 1 at least")
    if health.get("port") is not None and not 1 <= health["port"] <= 65535:
        raise Invalid(f"health_check.port is {health['port']}; ports go from 1 to 65535")
    if health.get("path") is not None and not PATH.fullmatch(health["path"]):
        raise Invalid(f"health_check.path is {health['path']!r}; it begins with a slash and has no spaces")
    if health.get("path") is not None and health.get("protocol") == "tcp":
        raise Invalid("health_check.path goes with the protocol http or https, not with tcp")


def sticks(old: t.Any, new: t.Any, purge: bool, keep: Keep) -> t.Any:
    """What was not said of a stickiness stays as it is, unless it becomes one of another type."""
    same_type = old is not None and new is not None and old.get("type") == new.get("type")
    return {**old, **new} if same_type else new


def as_written(listeners: t.Any) -> list[dict[str, t.Any]]:
    return [shown_listener(listener) for listener in listeners]


def listed(value: t.Any) -> tuple[str, ...]:
    return tuple(sorted(value or ()))


BALANCER = Kind(
    "balancer",
    "balancers",
    "name",
    (
        Field("name"),
        Field("location"),
        Field("algorithm"),
        Field("listeners", say=as_written),
        Field("members", norm=in_order, merge=gathers),
        Field("health_check", norm=written, merge=checks),
        Field("stickiness", norm=written, merge=sticks),
        Field("networks", norm=listed),
        Field("size"),
        Field("labels", norm=texts, merge=joins),
    ),
    Balancer,
)
OPTIONS = ("location", "algorithm", "members", "health_check", "stickiness", "networks", "size", "labels", "extra")
PASSING = frozenset({"creating", "pending", "updating", "deleting"})
GONE = frozenset({"deleting", "deleted"})
PATH = re.compile(r"/[!-~]*")


def run(call: Call) -> Result:
    params = call.params
    absent = params["state"] == "absent"
    desk = BalancerDesk(call)
    fields = flat_extra(given(params, OPTIONS))
    if "members" in fields:
        fields["members"] = asked(fields["members"])
    base = Want(
        label="",
        fields={} if absent else fields,
        goal=params["state"],
        purge=frozenset(name for name in ("labels", "members", "listeners") if params.get(f"purge_{name}")),
        defaults=given(call.defaults, ("location", "networks", "labels")),
        also={} if absent or params.get("listeners") is None else {"listeners": parse_listeners(params["listeners"])},
    )
    desk.check_choices(base)
    return reconcile(call, desk, [named_want(params, base, "balancer")], one=True)


def asked(members: t.Sequence[t.Any]) -> tuple[Asked, ...]:
    parsed = [parse_member(each) for each in members]
    places = [(each.node, each.address, each.port) for each in parsed]
    for place in places:
        if places.count(place) > 1:
            raise Invalid(f"members has {place[0] or place[1]} more than once")
    return tuple(parsed)


class BalancerDesk(Desk):
    kind = BALANCER

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.service: BalancerService = call.cloud.balancers
        self.called: dict[str, str] = {}
        self.resolved: dict[Asked, Place | Unknown] = {}

    def exists(self, resource: Balancer) -> bool:
        return resource.state != "deleted"

    def settling(self, resource: Balancer) -> bool:
        return resource.state in PASSING

    def settled(self, resource: Balancer) -> Balancer | None:
        return None if resource.state in GONE else resource

    def check_choices(self, want: Want) -> None:
        """Protocols and algorithms that the provider lacks, before anything is looked at."""
        can = self.capabilities
        protocols = {each.fields["protocol"] for each in want.also.get("listeners", ()) if "protocol" in each.fields}
        health = (want.fields.get("health_check") or {}).get("protocol")
        algorithm = want.fields.get("algorithm")
        if want.also.get("listeners") and "listeners" not in can.fields:
            raise self.unsupported("listeners")
        for name in sorted({name for each in want.also.get("listeners", ()) for name in each.fields}):
            if name not in can.listener_fields:
                raise self.unsupported(f"listeners.{name}")
        heaviest = max((each.weight or 0 for each in want.fields.get("members") or ()), default=0)
        if heaviest > can.limits.get("weight", heaviest):
            raise Invalid(
                f"a member has the weight {heaviest}; {self.call.cloud.name} takes 0 to {can.limits['weight']}"
            )
        check_numbers(want.fields.get("health_check") or {})
        self._check_choice("protocol", protocols, can.protocols)
        self._check_choice("protocol of a health check", {health} if health else set(), can.health_protocols)
        self._check_choice("algorithm", {algorithm} if algorithm else set(), can.algorithms)

    def _check_choice(self, what: str, chosen: set[str], known: frozenset[str]) -> None:
        strange = sorted(chosen - known)
        if known and strange:
            close = nearest(strange[0], known)
            raise Invalid(
                f"{self.call.cloud.name} has no {what} {strange[0]}{close}; known: {', '.join(sorted(known))}"
            )

    def resolve(self, want: Want, actual: Balancer | None) -> Want:
        fields, defaults = dict(want.fields), dict(want.defaults)
        if isinstance(fields.get("location"), str):
            fields["location"] = located(self.call, fields["location"], actual.location if actual else None)
        if actual is None and "location" not in fields and isinstance(defaults.get("location"), str):
            defaults["location"] = located(self.call, defaults["location"], None)
        if "members" in fields:
            self._look_up([each for each in fields["members"] if isinstance(each, Asked)])
            fields["members"] = tuple(self.resolved.get(each, each) for each in fields["members"])
        return dataclasses.replace(want, fields=fields, defaults=defaults)

    def _look_up(self, members: t.Sequence[Asked]) -> None:
        """All members that are nodes, by one look."""
        names = frozenset(each.node for each in members if each.node is not None)
        found = list(self._living(Where(names=names))) if names else []
        for each in members:
            self.resolved[each] = self._place(each, found)

    def _living(self, where: Where) -> t.Iterator[Node]:
        return (node for node in self.call.cloud.nodes.find(where) if node.state.settled is not NodeState.TERMINATED)

    def _place(self, each: Asked, nodes: t.Sequence[Node]) -> Place | Unknown:
        if each.node is None:
            written = each.address or ""
            if "address" not in self.capabilities.members:
                raise Invalid(
                    f"the balancers of {self.call.cloud.name} send to nodes only, and {written} is an address"
                )
            return Place(Member(address=written, port=each.port, weight=each.weight), written)
        named = [node for node in nodes if node.name == each.node]
        node = named[0] if len(named) == 1 else referred(self.call, "node", each.node, self._living)
        if isinstance(node, Unknown):
            return node
        if "node" in self.capabilities.members:
            self.called[node.id] = node.name
            return Place(Member(node=node.id, port=each.port, weight=each.weight), node.name)
        address = next(iter((*node.private_ips, *node.public_ips)), None)
        if address is None:
            raise Conflict(f"node {node.name} has no address yet that balancer members could have; wait until it runs")
        self.called[address] = node.name
        return Place(Member(address=address, port=each.port, weight=each.weight), node.name)

    def steps(self, want: Want, actual: Balancer | None) -> Steps:
        if want.absent:
            return super().steps(want, self._in_words(actual))
        listeners: t.Sequence[Want] = want.also.get("listeners", ())
        if actual is None:
            return tuple(with_listeners(step, listeners) for step in super().steps(want, None))
        steps = super().steps(want, self._in_words(actual))
        if any(step.verb == "create" for step in steps):
            return tuple(with_listeners(step, listeners) for step in steps)
        if not listeners and "listeners" not in want.also:
            return steps
        doors = listener_steps(actual, listeners, "listeners" in want.purge, self.service.can("update_listener"))
        for verb in {step.verb for step in doors}:
            if not self.service.can(verb):
                raise self.call.cloud.unsupported("balancer", verb, f"cannot {verb.replace('_', ' ')} of a balancer")
        return around(steps, doors)

    def _in_words(self, actual: Balancer | None) -> t.Any:
        """The balancer with its members as the user calls them."""
        if actual is None:
            return None
        places = tuple(Place(member, self._calls(member)) for member in actual.members)
        return dataclasses.replace(actual, members=places)  # type: ignore[arg-type]

    def _calls(self, member: Member) -> str:
        for known in (member.node, member.address):
            if known is not None and known in self.called:
                return self.called[known]
        return member.address or member.node or "unknown"

    def foretell(self, known: dict[str, t.Any], steps: Steps) -> dict[str, t.Any]:
        """Members and listeners as the result of a run has them."""
        members = [foretold_member(each) for each in known.get("members") or ()]
        listeners = {each["port"]: each for each in known.get("listeners") or ()}
        for step in steps:
            if step.verb == "remove_listener":
                listeners.pop(step.part.port, None)
            elif step.verb in ("add_listener", "update_listener"):
                listeners[step.part.port] = {**shown(step.part), **step.values}
        return {**known, "members": members, "listeners": list(listeners.values())}

    def perform(self, step: Step, resource: t.Any, want: Want) -> Operation[t.Any]:
        if step.verb == "add_listener":
            return self.service.add_listener(resource, step.part)
        if step.verb == "update_listener":
            return self.service.update_listener(resource, step.part, step.values)
        if step.verb == "remove_listener":
            return self.service.remove_listener(resource, step.part)
        return super().perform(for_driver(step), resource, want)


def foretold_member(each: t.Any) -> t.Any:
    """A member as results have it; of one that is not there yet, what is known."""
    if isinstance(each, str) and not isinstance(each, Place):
        each = Member(address=each)
    return shown(getattr(each, "member", each))


def with_listeners(step: Step, wants: t.Sequence[Want]) -> Step:
    """A balancer is made with its listeners."""
    if step.verb != "create" or not wants:
        return step
    field = next(field for field in BALANCER.fields if field.name == "listeners")
    listeners = tuple(new_listener(want) for want in wants)
    return dataclasses.replace(step, changes=(*step.changes, Change(field, None, listeners)))


def around(steps: Steps, doors: t.Sequence[Step]) -> Steps:
    """New doors open before the rest changes, and old ones close after it."""
    first = tuple(step for step in doors if step.verb == "add_listener" and not step.why)
    rest = tuple(step for step in doors if step not in first)
    return (*first, *steps, *rest)


def for_driver(step: Step) -> Step:
    """The step with the models that drivers take, in place of what was compared."""
    changes = tuple(dataclasses.replace(c, after=modelled(c.field.name, c.after)) for c in step.changes)
    return dataclasses.replace(step, changes=changes)


def modelled(name: str, value: t.Any) -> t.Any:
    if name == "members":
        return tuple(place.member for place in value)
    if name == "health_check":
        return HealthCheck(**value)
    if name == "stickiness" and value is not None:
        return Stickiness(**value)
    return value


PROTOCOLS = ["tcp", "udp", "tls", "http", "https"]

TASK = Task(
    options={
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "listeners": {
            "type": "list",
            "elements": "dict",
            "options": {
                "port": {"type": "int", "required": True},
                "protocol": {"type": "str", "choices": PROTOCOLS},
                "target_port": {"type": "int"},
                "target_protocol": {"type": "str", "choices": PROTOCOLS},
                "certificate": {"type": "str"},
            },
        },
        "purge_listeners": {"type": "bool", "default": False},
        "members": {"type": "list", "elements": "raw"},
        "purge_members": {"type": "bool", "default": False},
        "algorithm": {"type": "str"},
        "health_check": {
            "type": "dict",
            "options": {
                "protocol": {"type": "str", "choices": ["tcp", "http", "https"]},
                "port": {"type": "int"},
                "path": {"type": "str"},
                "interval": {"type": "int"},
                "timeout": {"type": "int"},
                "rise": {"type": "int"},
                "fall": {"type": "int"},
            },
        },
        "stickiness": {
            "type": "dict",
            "options": {
                "type": {"type": "str", "choices": ["none", "source_ip", "cookie"], "required": True},
                "cookie": {"type": "str"},
                "duration": {"type": "int"},
            },
        },
        "location": {"type": "str"},
        "networks": {"type": "list", "elements": "str"},
        "size": {"type": "str"},
        "labels": {"type": "dict"},
        "purge_labels": {"type": "bool", "default": False},
    },
    run=run,
    rules={"required_one_of": [("name", "id")]},
)
