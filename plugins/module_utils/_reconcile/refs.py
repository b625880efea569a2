# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that stand for other resources, and what is missing among them."""

from __future__ import annotations

import typing as t

from ..sdk.errors import Ambiguous, Invalid, NotFound
from ..sdk.services import ALL, Where
from .kinds import Need, Unknown
from .nearest import nearest
from .task import Call


def missing(call: Call, noun: str, name: str, known: t.Iterable[str]) -> Unknown:
    """For a resource that is named and not there: an earlier task may make it, so check mode only warns."""
    if not name.strip():
        raise Invalid(f"the name of a {noun} is empty; write which {noun} is meant, or leave the option out")
    if call.check_mode:
        near = nearest(name, known)
        call.work.warn(f"there is no {noun} {name} yet{near}; this goes on as if an earlier task had made it")
        return Unknown(f"create {noun} {name}")
    raise NotFound(f"there is no {noun} {name} on {call.cloud.name}{nearest(name, known)}")


def given(params: t.Mapping[str, t.Any], names: t.Iterable[str]) -> dict[str, t.Any]:
    """The options among ``names`` that the user wrote; the rest stay absent."""
    return {name: params[name] for name in names if params.get(name) is not None}


def referred(call: Call, noun: str, wanted: str, find: t.Callable[[Where], t.Iterable[t.Any]]) -> t.Any:
    """The one resource with this name, or else this id; unknown where an earlier task may make it."""
    found = {each.id: each for each in find(Where(names=frozenset({wanted}))) if each.name == wanted}
    if not found:
        found = {each.id: each for each in find(Where(ids=frozenset({wanted}))) if each.id == wanted}
    if len(found) > 1:
        ids = ", ".join(sorted(found))
        raise Ambiguous(f"{len(found)} {noun}s are called {wanted} (ids {ids}); name the one you mean by its id")
    if not found:
        return missing(call, noun, wanted, (each.name for each in find(ALL)))
    return next(iter(found.values()))


def located(call: Call, wanted: str, actual: str | None) -> Need:
    """A location by id or name, looked up only where it differs from what is there."""
    if wanted == actual or not call.cloud.offers("node") or not call.cloud.nodes.can("locations"):
        return Need(wanted, frozenset({wanted}), wanted)
    offered = list(call.cloud.nodes.locations())
    found = [each for each in offered if each.id == wanted] or [each for each in offered if each.name == wanted]
    if not found:
        known = [name for each in offered for name in (each.id, each.name)]
        close = nearest(wanted, known) or f"; known: {', '.join(sorted(each.id for each in offered)[:10])}"
        raise NotFound(f'no location "{wanted}" on {call.cloud.name}{close}')
    return Need(wanted, frozenset({found[0].id}), found[0].id, {each.id: each.name for each in offered})
