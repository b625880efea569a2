# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of a balancer as users write them, and as one can compare them."""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass, replace

from ..sdk.errors import Invalid
from ..sdk.models import Member

WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
FORMS = (
    "write web-1, web-1:8080, 192.0.2.7:8080, [2001:db8::7]:8080, or a dictionary with node or address, port and weight"
)


@dataclass(frozen=True)
class Asked:
    """A member as the user wrote it: an address, or the name or id of a node."""

    node: str | None = None
    address: str | None = None
    port: int | None = None
    weight: int | None = None


class Place(str):
    """A member in the user's words, such as ``web-1:8080``, equal to another that says the same."""

    member: Member
    key: tuple[str, int | None]

    def __new__(cls, member: Member, called: str) -> Place:
        shown = f"[{called}]" if ":" in called and member.port else called
        text = shown + (f":{member.port}" if member.port else "")
        place = super().__new__(cls, f"{text} (weight {member.weight})" if member.weight is not None else text)
        place.member = member
        place.key = (called, member.port)
        return place


def parse_member(written: t.Any) -> Asked:
    if isinstance(written, bool) or not isinstance(written, (str, dict)):
        raise Invalid(f"member {written!r} is neither text nor a dictionary; {FORMS}")
    if isinstance(written, dict):
        return parse_dictionary(written)
    text = written.strip()
    found = WITH_PORT.fullmatch(text)
    host, port = (found["v6"] or found["host"], int(found["port"])) if found else (text, None)
    check_port(port, written)
    if is_address(host):
        return Asked(address=str(ipaddress.ip_address(host)), port=port)
    if not host or (found and found["v6"]) or set(host) & set("[]:/ "):
        raise Invalid(f"member {written!r} is neither a node nor an IP address; {FORMS}")
    return Asked(node=host, port=port)


def parse_dictionary(written: t.Mapping[str, t.Any]) -> Asked:
    filled = {name: value for name, value in written.items() if value is not None}
    strange = sorted(set(filled) - {"node", "address", "port", "weight"})
    if strange or ("node" in filled) == ("address" in filled):
        raise Invalid(f"member {dict(written)!r} has to have either node or address, and may have port and weight")
    port, weight = (whole(filled.get(name), f"{name} of member {dict(written)!r}") for name in ("port", "weight"))
    check_port(port, written)
    if weight is not None and weight < 0:
        raise Invalid(f"member {dict(written)!r} has a negative weight")
    address = filled.get("address")
    if address is not None:
        address = str(ipaddress.ip_address(address)) if is_address(str(address)) else str(address).lower().rstrip(".")
        if not is_address(address) and not HOST.fullmatch(address):
            raise Invalid(f"member {dict(written)!r} has an address that is neither an IP address nor a host name")
    node = filled.get("node")
    return Asked(node=None if node is None else str(node), address=address, port=port, weight=weight)


def whole(value: t.Any, what: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}", str(value)):
        raise Invalid(f"{what} is {value!r}, which is no whole number")
    return int(value)


def check_port(port: int | None, written: t.Any) -> None:
    if port is not None and not 1 <= port <= 65535:
        raise Invalid(f"member {written!r} has the port {port}; ports go from 1 to 65535")


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def in_order(places: t.Iterable[t.Any]) -> tuple[t.Any, ...]:
    """Members, of whose order nothing depends, in one that does not change."""
    return tuple(sorted(places or (), key=str))


def gathers(old: t.Any, new: t.Any, purge: bool, keep: t.Any) -> t.Any:
    """The wanted members beside the old ones, or alone with a purge; what was not said of one stays as it is."""
    known = {place.key: place for place in old or () if isinstance(place, Place)}
    wanted = [carried(known.get(place.key), place) if isinstance(place, Place) else place for place in new or ()]
    keys = {place.key for place in wanted if isinstance(place, Place)}
    rest = [] if purge else [place for place in old or () if getattr(place, "key", None) not in keys]
    return in_order([*rest, *wanted])


def carried(old: Place | None, new: Place) -> Place:
    """The new one with the weight and the identity that the old one has, where it says nothing else."""
    if old is None:
        return new
    weight = old.member.weight if new.member.weight is None else new.member.weight
    return Place(replace(old.member, weight=weight), new.key[0])
