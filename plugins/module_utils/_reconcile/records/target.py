# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a name is to point to, an address, a host or a balancer, as the record sets that do it."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ...sdk.dns import canonical, canonical_name
from ...sdk.errors import Ambiguous, Conflict, Invalid
from ...sdk.services import Where
from ..kinds import Unknown
from ..refs import missing
from ..task import Call

FAMILIES = {4: "A", 6: "AAAA"}


@dataclass(frozen=True)
class Pointing:
    """A record set of a target: its type, and its values or its alias."""

    type: str
    value: tuple[t.Any, ...] = ()
    alias: t.Mapping[str, t.Any] | None = None


def pointings(call: Call, target: str, type: str | None, apex: bool) -> list[Pointing]:
    """The sets that make a name point to ``target``; ``type`` is what the user insists on, ``apex`` says whose name."""
    family = family_of(target)
    if family is not None:
        return of_type([Pointing(family, (canonical(family, target),))], type, f"target {target}")
    if "." in target:
        return [to_host(call, canonical_name(target), type, apex, own=False)]
    return to_balancer(call, target, type, apex)


def family_of(text: str) -> str | None:
    try:
        return FAMILIES[ipaddress.ip_address(text).version]
    except ValueError:
        return None


def of_type(found: list[Pointing], type: str | None, what: str) -> list[Pointing]:
    fitting = [each for each in found if type in (None, each.type)]
    if not fitting:
        have = ", ".join(each.type for each in found)
        raise Invalid(
            f"{what} gives records of type {have} and none of type {type}; leave type out, or name another target"
        )
    return fitting


def to_balancer(call: Call, name: str, type: str | None, apex: bool) -> list[Pointing]:
    if not call.cloud.offers("balancer"):
        raise Invalid(
            f'the target "{name}" is neither an address nor a full host name, and the provider '
            f"{call.cloud.provider.name} has no balancers that could be called so; write a host name with its domain"
        )
    balancers = call.cloud.balancers
    found = list(balancers.find(Where(names=frozenset({name}))))
    if not found:
        unknown = missing(call, "balancer", name, () if call.check_mode else [each.name for each in balancers.find()])
        return [Pointing(type or "A", (unknown,))]
    if len(found) > 1:
        ids = ", ".join(sorted(each.id for each in found))
        raise Ambiguous(f"{len(found)} balancers are called {name} (ids {ids}); write its address as the target")
    addresses = [each for each in dict.fromkeys((*found[0].addresses, found[0].address)) if each]
    if not addresses:
        if call.check_mode:
            return [Pointing(type or "A", (Unknown(f"start balancer {name}"),))]
        raise Conflict(f"the balancer {name} has no address yet; wait until it is up and try again")
    numeric: dict[str, list[str]] = {}
    for address in addresses:
        family = family_of(address)
        if family is not None:
            numeric.setdefault(family, []).append(canonical(family, address))
    if numeric:
        made = [Pointing(family, tuple(numeric[family])) for family in sorted(numeric)]
        return of_type(made, type, f"balancer {name}")
    return [to_host(call, canonical_name(addresses[0]), type, apex, own=True)]


def to_host(call: Call, host: str, type: str | None, apex: bool, *, own: bool) -> Pointing:
    """An alias where the provider has them and it is needed or its own resource, else a CNAME."""
    can = call.cloud.zones.capabilities
    if type == "ALIAS" or (type is None and apex and "ALIAS" in can.record_types and not can.alias):
        return Pointing("ALIAS", (host,))
    if can.alias and type != "CNAME" and (apex or own or type is not None):
        return Pointing(type or "A", alias={"target": host})
    if type in ("A", "AAAA"):
        raise Invalid(f"the target {host} is a host name, which gives a CNAME and no {type}; leave type out")
    if apex:
        raise Invalid(
            f"the zone's own name cannot point to the host name {host}, for that would be a CNAME and the provider "
            f"{call.cloud.provider.name} has no aliases; point it to an address, or use a name below the zone's"
        )
    return Pointing("CNAME", (host,))
