# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node as the inventory keeps it: flat, normalised, plain; what a cache holds and what host variables are made of."""

from __future__ import annotations

import functools
import ipaddress
import re
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.shown import shown
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node

Row = t.Dict[str, t.Any]

HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
USER_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@\\-]*")
HOST_KEY = re.compile(r"[a-z][a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}")
WAYS = ("public", "private", "ipv6", "name")


def row_of(node: Node, users: t.Mapping[str, str], *, raw: bool) -> Row:
    """A node as plain values; ``users`` has the first user of each image."""
    return {
        "id": node.id,
        "name": node.name,
        "state": node.state.value,
        "public_ips": list(node.public_ips),
        "private_ips": list(node.private_ips),
        "size": node.size,
        "image": node.image,
        "location": node.location,
        "labels": dict(node.labels),
        "key_names": list(node.key_names),
        "networks": list(node.networks),
        "security_groups": list(node.security_groups),
        "created": node.created,
        "price_hourly": node.price_hourly,
        "currency": node.currency,
        "user": user_name(node.extra.get("ssh_user") or users.get(node.image or "")),
        "ssh_port": port(node.extra.get("ssh_port")),
        "host_keys": host_keys(node.extra.get("host_keys")),
        **({"extra": shown(node.extra)} if raw else {}),
    }


def address(row: Row, ways: t.Sequence[str]) -> str | None:
    """Where to connect to: the first of ``ways`` that this node has."""
    for way in ways:
        found = next(addresses(row, way), None)
        if found:
            return found
    return None


def addresses(row: Row, way: str) -> t.Iterator[str]:
    """A cloud says what these are and they become arguments of ssh: nothing but an address or a host name passes."""
    if way == "name":
        if HOST_NAME.fullmatch(row["name"]):
            yield row["name"]
        return
    version = 6 if way == "ipv6" else 4
    places = {"public": ("public_ips",), "private": ("private_ips",), "ipv6": ("public_ips", "private_ips")}[way]
    for place in places:
        for text in row[place]:
            if version_of(text) == version:
                yield text


@functools.lru_cache(maxsize=1024)
def version_of(text: str) -> int | None:
    try:
        return ipaddress.ip_address(text).version
    except ValueError:
        return None


def port(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536 else None


def user_name(value: object) -> str | None:
    return value if isinstance(value, str) and USER_NAME.fullmatch(value) else None


def host_keys(value: object) -> list[str]:
    """Public keys as a known_hosts file has them, behind the name of the host."""
    keys = value if isinstance(value, (list, tuple)) else ()
    return [key for key in keys if isinstance(key, str) and HOST_KEY.fullmatch(key)]
