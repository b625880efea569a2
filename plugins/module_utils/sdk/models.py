# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nouns: what every provider has, spelled one way."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from enum import Enum

Labels = t.Mapping[str, str]
Extra = t.Mapping[str, t.Any]


def nothing() -> dict[str, t.Any]:
    return {}


class NodeState(str, Enum):
    RUNNING = "running"
    STARTING = "starting"
    REBOOTING = "rebooting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    PAUSED = "paused"
    DELETING = "deleting"
    TERMINATED = "terminated"
    ERROR = "error"
    UNKNOWN = "unknown"

    @property
    def passing(self) -> bool:
        return self in SETTLES_TO

    @property
    def settled(self) -> NodeState:
        """The state that this one becomes when left alone."""
        return SETTLES_TO.get(self, self)


SETTLES_TO = {
    NodeState.STARTING: NodeState.RUNNING,
    NodeState.REBOOTING: NodeState.RUNNING,
    NodeState.STOPPING: NodeState.STOPPED,
    NodeState.DELETING: NodeState.TERMINATED,
}


@dataclass(frozen=True, kw_only=True)
class Node:
    """A machine. ``size``, ``image`` and ``location`` are ids; times are RFC 3339 in UTC.

    How to log in, where it is not as everywhere, stands in ``extra``: ``ssh_port``, ``ssh_user`` and ``host_keys``
    (a list of public keys as OpenSSH writes them, which the node shows).
    """

    id: str
    name: str
    state: NodeState = NodeState.UNKNOWN
    public_ips: tuple[str, ...] = ()
    private_ips: tuple[str, ...] = ()
    size: str | None = None
    image: str | None = None
    location: str | None = None
    labels: Labels = field(default_factory=nothing)
    key_names: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    created: str | None = None
    price_hourly: float | None = None
    currency: str | None = None
    extra: Extra = field(default_factory=nothing)

    @property
    def public_ip(self) -> bool:
        return bool(self.public_ips)


@dataclass(frozen=True, kw_only=True)
class Size:
    """``locations`` has the ids of those that offer it; ``None``: all do."""

    id: str
    name: str
    cpus: float | None = None
    ram_mb: int | None = None
    disk_gb: float | None = None
    bandwidth: float | None = None
    price_hourly: float | None = None
    currency: str | None = None
    locations: tuple[str, ...] | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Image:
    """``user`` is the account that its makers meant for the first login."""

    id: str
    name: str
    family: str | None = None
    version: str | None = None
    architecture: str | None = None
    user: str | None = None
    created: str | None = None
    state: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Location:
    """``country`` is the two-letter code of ISO 3166."""

    id: str
    name: str
    country: str | None = None
    region: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """The public half of an SSH key; ``fingerprint`` as the provider writes it."""

    id: str
    name: str
    public_key: str | None = None
    fingerprint: str | None = None
    labels: Labels = field(default_factory=nothing)
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Volume:
    """``node`` is the id of the node that it is attached to, ``snapshot`` of what it was made from."""

    id: str
    name: str
    state: str | None = None
    size_gb: int | None = None
    type: str | None = None
    iops: int | None = None
    throughput: int | None = None
    encrypted: bool | None = None
    location: str | None = None
    node: str | None = None
    device: str | None = None
    snapshot: str | None = None
    labels: Labels = field(default_factory=nothing)
    created: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """``volume`` is the id of the volume that it shows."""

    id: str
    name: str
    volume: str | None = None
    state: str | None = None
    size_gb: int | None = None
    description: str | None = None
    labels: Labels = field(default_factory=nothing)
    created: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """A setting that is ``None`` is unknown, or not had by the provider.

    ``access`` is ``private`` or ``public_read``; ``encryption`` has ``type`` (``none``, ``provider``,
    ``kms``) and ``key``; ``policy`` is the provider's own document; ``lifecycle`` and ``cors`` are lists of
    rules; ``website`` has ``index`` and ``error``; ``cdn`` tells whether one stands in front.
    """

    id: str
    name: str
    location: str | None = None
    created: str | None = None
    versioning: bool | None = None
    encryption: t.Mapping[str, t.Any] | None = None
    access: str | None = None
    policy: t.Mapping[str, t.Any] | None = None
    lifecycle: tuple[t.Mapping[str, t.Any], ...] | None = None
    cors: tuple[t.Mapping[str, t.Any], ...] | None = None
    website: t.Mapping[str, t.Any] | None = None
    cdn: bool | None = None
    labels: Labels = field(default_factory=nothing)
    url: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Object:
    """``checksums`` maps an algorithm (``md5``, ``sha256``, ``crc32c``) to lower-case hex digits."""

    name: str
    size: int
    etag: str | None = None
    checksums: t.Mapping[str, str] = field(default_factory=nothing)
    modified: str | None = None
    metadata: Labels = field(default_factory=nothing)
    content_type: str | None = None
    cache_control: str | None = None
    version: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A door of a balancer. ``protocol`` is ``tcp``, ``udp``, ``tls``, ``http`` or ``https``."""

    port: int
    protocol: str = "tcp"
    target_port: int | None = None
    target_protocol: str | None = None
    certificate: str | None = None
    id: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One that a balancer sends to; without ``port`` the listener's ``target_port`` counts."""

    address: str | None = None
    port: int | None = None
    node: str | None = None
    weight: int | None = None
    healthy: bool | None = None
    id: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """Seconds for ``interval`` and ``timeout``; counts for ``rise`` and ``fall``."""

    protocol: str = "tcp"
    port: int | None = None
    path: str | None = None
    interval: int | None = None
    timeout: int | None = None
    rise: int | None = None
    fall: int | None = None


@dataclass(frozen=True, kw_only=True)
class Stickiness:
    """``type`` is ``source_ip`` or ``cookie``; ``duration`` in seconds."""

    type: str
    cookie: str | None = None
    duration: int | None = None


@dataclass(frozen=True, kw_only=True)
class Balancer:
    """``address`` is an IP address or a host name; ``addresses`` has all of them."""

    id: str
    name: str
    state: str | None = None
    address: str | None = None
    addresses: tuple[str, ...] = ()
    location: str | None = None
    algorithm: str | None = None
    listeners: tuple[Listener, ...] = ()
    members: tuple[Member, ...] = ()
    health_check: HealthCheck | None = None
    stickiness: Stickiness | None = None
    networks: tuple[str, ...] = ()
    size: str | None = None
    labels: Labels = field(default_factory=nothing)
    created: str | None = None
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Zone:
    """``name`` is lower-case, IDNA, without the last dot; ``kind`` is ``native``, ``primary`` or ``secondary``."""

    id: str
    name: str
    kind: str | None = None
    primaries: tuple[str, ...] | None = None
    nameservers: tuple[str, ...] = ()
    ttl: int | None = None
    private: bool | None = None
    networks: tuple[str, ...] = ()
    comment: str | None = None
    serial: int | None = None
    labels: Labels = field(default_factory=nothing)
    extra: Extra = field(default_factory=nothing)


@dataclass(frozen=True, kw_only=True)
class Alias:
    """Points to another resource of the provider; ``zone`` is the provider's id of the zone it lives in."""

    target: str
    zone: str | None = None
    evaluate_health: bool | None = None


@dataclass(frozen=True, kw_only=True)
class RecordSet:
    """All values of one name and type; ``set_id`` tells routed sets of one name and type apart.

    ``name`` is absolute, lower-case, IDNA, without the last dot; ``value`` is canonical as ``sdk.dns`` makes
    it. ``complete`` is false where the driver cannot say all that the set holds, so that a purge leaves it.
    """

    name: str
    type: str
    value: tuple[str, ...] = ()
    ttl: int | None = None
    alias: Alias | None = None
    set_id: str | None = None
    routing: t.Mapping[str, t.Any] | None = None
    comment: str | None = None
    id: str | None = None
    complete: bool = True
    extra: Extra = field(default_factory=nothing)

    @property
    def identity(self) -> tuple[str, str, str | None]:
        return self.name, self.type, self.set_id
