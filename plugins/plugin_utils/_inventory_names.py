# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts are called, and what happens when two are called the same."""

from __future__ import annotations

import collections
import itertools
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Ambiguous
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions, Failure, Scope
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_nodes import version_of

UNUSABLE = re.compile(r"[^\w.-]+")
RESERVED = frozenset({"localhost", "127.0.0.1", "::1", "all", "ungrouped"})


@dataclass(frozen=True)
class Named:
    """``names`` has one for each host in order, ``None`` for a host that is left out; ``warnings`` say why."""

    names: list[str | None]
    warnings: list[str]


def name_hosts(
    expressions: Expressions, wanted: t.Sequence[t.Any], scopes: t.Sequence[Scope], on_duplicate: str
) -> Named:
    """The first of ``wanted`` that gives a host a name counts; its id does when none does."""
    names = [usable(scope["id"]) or f"node_{place}" for place, scope in enumerate(scopes)]
    unnamed = list(range(len(scopes)))
    for number, text in enumerate(wanted):
        column = expressions.column(f"hostnames[{number}]", text, [scopes[place] for place in unnamed])
        found = {place: usable(value) for place, value in zip(unnamed, column, strict=True)}
        names = [found.get(place) or name for place, name in enumerate(names)]
        unnamed = [place for place in unnamed if not found[place]]
        if not unnamed:
            break
    return without_duplicates(names, scopes, on_duplicate)


def usable(value: object) -> str | None:
    """A name that is no pattern, no option of ssh and no path; what cannot be in one becomes an underscore."""
    if isinstance(value, (Failure, bool)) or not isinstance(value, (str, int)):
        return None
    text = str(value).strip()
    if version_of(text) == 6:
        return text
    name = UNUSABLE.sub("_", text)
    if name.startswith("-"):
        name = "_" + name[1:]
    return name if name.strip("._") else None


def without_duplicates(names: list[str], scopes: t.Sequence[Scope], on_duplicate: str) -> Named:
    """Every one of the same name gets a suffix, or else a name would move from one node to another when one goes."""
    places = by_name(names)
    shared = {name: where for name, where in places.items() if len(where) > 1}
    if shared and on_duplicate == "fail":
        raise Ambiguous(f"{listed(shared, scopes)}; set hostnames so that they differ, or on_duplicate")
    result: list[str | None] = list(names)
    warnings = []
    if shared and on_duplicate == "warn":
        for where in shared.values():
            for place in where[1:]:
                result[place] = None
        warnings = [f"{listed(shared, scopes)}; only the first of each is in the inventory"]
        shared = {}
    reserved = {name: where[:1] for name, where in places.items() if name in RESERVED and name not in shared}
    suffixed(result, {**shared, **reserved}, scopes)
    return Named(result, warnings)


def suffixed(result: list[str | None], shared: t.Mapping[str, list[int]], scopes: t.Sequence[Scope]) -> None:
    """The name of the cloud where that tells them apart, else the id. Nothing of a cloud is called like the controller, or as all hosts are."""
    taken = {name for name in result if name is not None}
    for name, where in shared.items():
        for key in ("cloud", "id"):
            own = [f"{name}_{usable(scopes[place][key])}" for place in where]
            if len(set(own)) == len(own) and not taken & set(own):
                break
        else:
            own = numbered(name, len(where), taken)
        taken.update(own)
        for place, new in zip(where, own, strict=True):
            result[place] = new


def numbered(name: str, count: int, taken: t.Collection[str]) -> list[str]:
    free = (f"{name}_{number}" for number in itertools.count(1) if f"{name}_{number}" not in taken)
    return list(itertools.islice(free, count))


def by_name(names: t.Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = collections.defaultdict(list)
    for place, name in enumerate(names):
        places[name].append(place)
    return places


def listed(shared: t.Mapping[str, list[int]], scopes: t.Sequence[Scope]) -> str:
    """``2 nodes are called web-1 (prod/i-1, lab/7)`` for the first few names."""
    parts = []
    for name, where in list(shared.items())[:3]:
        nodes = ", ".join(f"{scopes[place]['cloud']}/{scopes[place]['id']}" for place in where[:4])
        parts.append(f"{len(where)} nodes are called {name} ({nodes}{', ...' if len(where) > 4 else ''})")
    return "; ".join(parts) + (f"; and {len(shared) - 3} more names" if len(shared) > 3 else "")
