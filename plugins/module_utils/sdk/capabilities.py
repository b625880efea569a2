# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service's provider can do, as data on the instance."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from enum import Enum

from .models import nothing


class How(str, Enum):
    """How a field of an existing resource can change.

    ``RESTART``: the driver's ``update`` does it, and the resource is away for a while.
    ``RECREATE``: only a new resource can have the other value.
    ``CREATE_ONLY``: counts when the resource is made and is not compared afterwards.
    """

    LIVE = "live"
    RESTART = "restart"
    RECREATE = "recreate"
    CREATE_ONLY = "create_only"


class Once(str, Enum):
    """What keeps a create from making two.

    ``TOKEN``: the API takes a client's token. ``UNIQUE_NAME``: it refuses a second one of the same name.
    ``LOOK``: neither, one has to look.
    """

    TOKEN = "token"
    UNIQUE_NAME = "unique_name"
    LOOK = "look"


@dataclass(frozen=True, kw_only=True)
class ExtraKey:
    """A key of ``extra``: the type of its value as Ansible names types (str, int, bool, list, dict, float)."""

    type: str
    how: How = How.CREATE_ONLY
    description: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """A field that is missing from ``fields`` is not supported.

    ``finds`` names the parts of ``Where`` that the server itself filters by.
    ``required`` are the fields that a new resource cannot do without; ``shrinks`` those sizes that can also get
    smaller. ``record_fields`` is what a record set can have beside its value: ``ttl``, ``comment``;
    ``record_extra`` are the keys of its ``extra``.
    ``checksums`` are those that listed objects have, with ``part_checksums`` also when they came up in parts;
    ``object_fields`` are what an object can have beside its content. ``members`` says what a balancer's members
    are known by: ``address``, ``node`` (its id) or both, ``listener_fields`` what a listener has beside its port.
    """

    fields: t.Mapping[str, How] = field(default_factory=nothing)
    required: frozenset[str] = frozenset()
    finds: frozenset[str] = frozenset()
    create_once: Once = Once.LOOK
    extra: t.Mapping[str, ExtraKey] = field(default_factory=nothing)
    reserved_labels: tuple[str, ...] = ()
    limits: t.Mapping[str, int] = field(default_factory=nothing)
    record_types: frozenset[str] = frozenset()
    record_fields: frozenset[str] = frozenset({"ttl"})
    record_extra: t.Mapping[str, ExtraKey] = field(default_factory=nothing)
    alias: bool = False
    routing: frozenset[str] = frozenset()
    atomic: bool = False
    zone_kinds: frozenset[str] = frozenset()
    algorithms: frozenset[str] = frozenset()
    protocols: frozenset[str] = frozenset()
    health_protocols: frozenset[str] = frozenset()
    checksums: tuple[str, ...] = ()
    part_checksums: bool = False
    object_fields: frozenset[str] = frozenset({"metadata", "content_type", "cache_control"})
    shrinks: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset({"address"})
    listener_fields: frozenset[str] = frozenset({"protocol", "target_port", "target_protocol", "certificate"})
