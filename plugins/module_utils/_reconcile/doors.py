# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners of a balancer: a kind of their own below it."""

from __future__ import annotations

import typing as t
from dataclasses import fields as fields_of
from dataclasses import replace

from ..sdk.errors import Invalid
from ..sdk.models import Balancer, Listener
from .kinds import Field, Kind, Want
from .plan import Change, Step
from .refs import given

LISTENER = Kind(
    "listener",
    "listeners",
    "port",
    (
        Field("port"),
        Field("protocol"),
        Field("target_port"),
        Field("target_protocol"),
        Field("certificate"),
    ),
    Listener,
)
OPTIONS = ("protocol", "target_port", "target_protocol", "certificate")


def parse_listeners(written: t.Sequence[t.Mapping[str, t.Any]]) -> list[Want]:
    """What should be true of each listener, by its port."""
    ports = [each["port"] for each in written]
    for each in written:
        for name in ("port", "target_port"):
            if each.get(name) is not None and not 1 <= each[name] <= 65535:
                raise Invalid(f"a listener has the {name} {each[name]}; ports go from 1 to 65535")
        if ports.count(each["port"]) > 1:
            raise Invalid(f"listeners has port {each['port']} more than once")
    return [Want(label=str(each["port"]), fields=given(each, OPTIONS), also={"port": each["port"]}) for each in written]


def new_listener(want: Want) -> Listener:
    return Listener(port=want.also["port"], **want.fields)


def listener_steps(balancer: Balancer, wants: t.Sequence[Want], purge: bool, can_update: bool) -> tuple[Step, ...]:
    """First what comes, then what changes, last what goes, so that some door is always open."""
    there = {listener.port: listener for listener in balancer.listeners}
    added = [added_step(balancer, want) for want in wants if want.also["port"] not in there]
    changed = []
    for want in wants:
        listener = there.get(want.also["port"])
        if listener is not None and (changes := differing(listener, want)):
            changed += changed_steps(balancer, listener, changes, can_update)
    kept = {want.also["port"] for want in wants}
    gone = [listener for listener in balancer.listeners if listener.port not in kept] if purge else []
    return (*added, *changed, *(removed_step(balancer, listener) for listener in gone))


def differing(listener: Listener, want: Want) -> tuple[Change, ...]:
    pairs = ((field, field.of(listener)) for field in LISTENER.fields if field.name in want.fields)
    return tuple(Change(field, old, want.fields[field.name]) for field, old in pairs if want.fields[field.name] != old)


def filled(listener: Listener) -> tuple[Change, ...]:
    """All that a listener says, as changes from nothing."""
    values = ((field, field.of(listener)) for field in LISTENER.fields if field.name in OPTIONS)
    return tuple(Change(field, None, value) for field, value in values if value is not None)


def label(balancer: Balancer, listener: Listener) -> str:
    return f"{listener.port} of balancer {balancer.name}"


def added_step(balancer: Balancer, want: Want) -> Step:
    listener = new_listener(want)
    return child("add_listener", balancer, listener, filled(listener))


def changed_steps(balancer: Balancer, listener: Listener, changes: tuple[Change, ...], can_update: bool) -> list[Step]:
    if can_update:
        return [child("update_listener", balancer, listener, changes)]
    values = {change.field.name: change.after for change in changes}
    why = "this provider cannot change it in place"
    other = replace(listener, id=None, **values)
    return [
        replace(child("remove_listener", balancer, listener, ()), why=why),
        replace(child("add_listener", balancer, other, changes), why=why),
    ]


def removed_step(balancer: Balancer, listener: Listener) -> Step:
    changes = tuple(Change(each.field, each.after, None) for each in filled(listener))
    return child("remove_listener", balancer, listener, changes)


def child(verb: str, balancer: Balancer, listener: Listener, changes: tuple[Change, ...]) -> Step:
    return Step(
        verb,
        LISTENER,
        label(balancer, listener),
        changes,
        resource=balancer,
        part=listener,
        within=f"listener {listener.port}",
    )


def shown_listener(listener: Listener) -> dict[str, t.Any]:
    """A listener as a user would write it."""
    values = {field.name: getattr(listener, field.name) for field in fields_of(listener)}
    return {name: values[name] for name in ("port", *OPTIONS) if values[name] is not None}
