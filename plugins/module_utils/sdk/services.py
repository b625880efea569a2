# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs: what a driver overrides to offer a service.

``create`` takes the fields of a new resource, ``update`` the fields that differ, both in the user's
vocabulary with references already turned into the provider's ids. A verb that a class does not override
is one that its provider does not have: ``can`` tells.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .capabilities import Capabilities
from .errors import CloudError, Unsupported
from .models import (
    Balancer,
    Bucket,
    HealthCheck,
    Image,
    KeyPair,
    Listener,
    Location,
    Member,
    Node,
    Object,
    RecordSet,
    Size,
    Snapshot,
    Stickiness,
    Volume,
    Zone,
)
from .waiting import Operation

T = t.TypeVar("T")
Labels = t.Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Where:
    """Which resources to find; every part that is set must hold. ``types`` are record types."""

    ids: frozenset[str] | None = None
    names: frozenset[str] | None = None
    labels: Labels | None = None
    types: frozenset[str] | None = None
    prefix: str | None = None

    def accepts(self, resource: t.Any) -> bool:
        if self.ids is not None and resource.id not in self.ids:
            return False
        if self.names is not None and resource.name not in self.names:
            return False
        if self.types is not None and resource.type not in self.types:
            return False
        if self.prefix is not None and not resource.name.startswith(self.prefix):
            return False
        return self.labels is None or all(resource.labels.get(k) == v for k, v in self.labels.items())


ALL = Where()


class NodeFields(t.TypedDict, total=False):
    name: str
    size: str
    image: str
    location: str
    labels: Labels
    key_names: tuple[str, ...]
    networks: tuple[str, ...]
    security_groups: tuple[str, ...]
    public_ip: bool
    user_data: str
    extra: t.Mapping[str, t.Any]


class KeyFields(t.TypedDict, total=False):
    name: str
    public_key: str
    labels: Labels
    extra: t.Mapping[str, t.Any]


class VolumeFields(t.TypedDict, total=False):
    name: str
    size_gb: int
    type: str
    iops: int
    throughput: int
    encrypted: bool
    location: str
    snapshot: str
    labels: Labels
    extra: t.Mapping[str, t.Any]


class SnapshotFields(t.TypedDict, total=False):
    name: str
    description: str
    labels: Labels
    extra: t.Mapping[str, t.Any]


class BucketFields(t.TypedDict, total=False):
    name: str
    location: str
    versioning: bool
    encryption: t.Mapping[str, t.Any]
    access: str
    policy: t.Mapping[str, t.Any] | None
    lifecycle: tuple[t.Mapping[str, t.Any], ...]
    cors: tuple[t.Mapping[str, t.Any], ...]
    website: t.Mapping[str, t.Any] | None
    cdn: bool
    labels: Labels
    extra: t.Mapping[str, t.Any]


class ObjectFields(t.TypedDict, total=False):
    metadata: Labels
    content_type: str
    cache_control: str
    extra: t.Mapping[str, t.Any]


class BalancerFields(t.TypedDict, total=False):
    name: str
    location: str
    algorithm: str
    listeners: tuple[Listener, ...]
    members: tuple[Member, ...]
    health_check: HealthCheck
    stickiness: Stickiness | None
    networks: tuple[str, ...]
    size: str
    labels: Labels
    extra: t.Mapping[str, t.Any]


class ZoneFields(t.TypedDict, total=False):
    name: str
    kind: str
    primaries: tuple[str, ...]
    nameservers: tuple[str, ...]
    ttl: int
    private: bool
    networks: tuple[str, ...]
    comment: str | None
    labels: Labels
    extra: t.Mapping[str, t.Any]


@dataclass(frozen=True, kw_only=True)
class RecordChange:
    """``before`` is absent for a new set, ``after`` for one that goes."""

    before: RecordSet | None = None
    after: RecordSet | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """One uploaded part of an object, as the provider wants it back at the end."""

    number: int
    etag: str
    size: int


class Source(t.Protocol):
    """Where the bytes of an object come from; ``open`` may be called again, for a retry or a range."""

    size: int

    def open(self, start: int = 0, length: int | None = None) -> t.BinaryIO:
        raise NotImplementedError


class Service:
    """What all services have. ``name`` is the service's name in the user's words."""

    name: t.ClassVar[str]

    @property
    def capabilities(self) -> Capabilities:
        raise NotImplementedError

    def check_name(self, noun: str, name: str) -> None:
        """Raises ``Invalid`` for a name that this provider would refuse for a new ``noun``; asks nobody."""

    @classmethod
    def can(cls, verb: str) -> bool:
        """Whether the driver has this verb of its service."""
        for base in cls.__mro__:
            if verb in vars(base):
                return base.__module__ != __name__
        return False

    def cannot(self, verb: str) -> Unsupported:
        return Unsupported(f"this provider cannot {verb.replace('_', ' ')} ({self.name} service)")


class NodeService(Service):
    name = "node"

    def fetch(self, where: Where) -> t.Iterator[Node]:
        """Nodes page by page; may use any part of ``where`` to ask the server for less."""
        raise self.cannot("find nodes")

    def find(self, where: Where = ALL) -> t.Iterator[Node]:
        return filter(where.accepts, self.fetch(where))

    def create(self, fields: NodeFields, token: str | None = None) -> Operation[Node]:
        raise self.cannot("create")

    def update(self, node: Node, changes: NodeFields) -> Operation[Node]:
        raise self.cannot("update")

    def delete(self, node: Node) -> Operation[None]:
        raise self.cannot("delete")

    def start(self, node: Node) -> Operation[Node]:
        raise self.cannot("start")

    def stop(self, node: Node) -> Operation[Node]:
        raise self.cannot("stop")

    def restart(self, node: Node) -> Operation[Node]:
        raise self.cannot("restart")

    def rebuild(self, node: Node, image: str) -> Operation[Node]:
        """The same node with the disk of ``image`` anew."""
        raise self.cannot("rebuild")

    def sizes(self) -> t.Iterator[Size]:
        raise self.cannot("list sizes")

    def images(self, where: Where = ALL) -> t.Iterator[Image]:
        raise self.cannot("list images")

    def locations(self) -> t.Iterator[Location]:
        raise self.cannot("list locations")


class KeyService(Service):
    name = "key"

    def fetch(self, where: Where) -> t.Iterator[KeyPair]:
        raise self.cannot("find keys")

    def find(self, where: Where = ALL) -> t.Iterator[KeyPair]:
        return filter(where.accepts, self.fetch(where))

    def create(self, fields: KeyFields, token: str | None = None) -> Operation[KeyPair]:
        raise self.cannot("create")

    def update(self, key: KeyPair, changes: KeyFields) -> Operation[KeyPair]:
        raise self.cannot("update")

    def delete(self, key: KeyPair) -> Operation[None]:
        raise self.cannot("delete")


class VolumeService(Service):
    """Volumes and snapshots on their way have a ``state`` that says so: creating, pending, attaching, detaching,
    resizing, restoring, deleting; tasks wait for it to pass."""

    name = "volume"

    def fetch(self, where: Where) -> t.Iterator[Volume]:
        raise self.cannot("find volumes")

    def find(self, where: Where = ALL) -> t.Iterator[Volume]:
        return filter(where.accepts, self.fetch(where))

    def create(self, fields: VolumeFields, token: str | None = None) -> Operation[Volume]:
        raise self.cannot("create")

    def update(self, volume: Volume, changes: VolumeFields) -> Operation[Volume]:
        raise self.cannot("update")

    def delete(self, volume: Volume) -> Operation[None]:
        raise self.cannot("delete")

    def attach(self, volume: Volume, node: Node, device: str | None = None) -> Operation[Volume]:
        raise self.cannot("attach")

    def detach(self, volume: Volume) -> Operation[Volume]:
        raise self.cannot("detach")

    @property
    def snapshot_capabilities(self) -> Capabilities:
        return Capabilities()

    def fetch_snapshots(self, where: Where) -> t.Iterator[Snapshot]:
        raise self.cannot("find snapshots")

    def find_snapshots(self, where: Where = ALL) -> t.Iterator[Snapshot]:
        return filter(where.accepts, self.fetch_snapshots(where))

    def create_snapshot(self, volume: Volume, fields: SnapshotFields, token: str | None = None) -> Operation[Snapshot]:
        raise self.cannot("create snapshot")

    def update_snapshot(self, snapshot: Snapshot, changes: SnapshotFields) -> Operation[Snapshot]:
        raise self.cannot("update snapshot")

    def delete_snapshot(self, snapshot: Snapshot) -> Operation[None]:
        raise self.cannot("delete snapshot")


class BucketService(Service):
    """Buckets and what is in them. Names of objects are taken as they are, byte for byte."""

    name = "bucket"

    def fetch(self, where: Where) -> t.Iterator[Bucket]:
        """Every setting of a bucket is filled in when ``where`` names it; a plain listing may leave them out."""
        raise self.cannot("find buckets")

    def find(self, where: Where = ALL) -> t.Iterator[Bucket]:
        return filter(where.accepts, self.fetch(where))

    def create(self, fields: BucketFields, token: str | None = None) -> Operation[Bucket]:
        raise self.cannot("create")

    def update(self, bucket: Bucket, changes: BucketFields) -> Operation[Bucket]:
        raise self.cannot("update")

    def delete(self, bucket: Bucket) -> Operation[None]:
        """Deletes an empty bucket; ``Conflict`` for a full one."""
        raise self.cannot("delete")

    def objects(self, bucket: str, prefix: str = "") -> t.Iterator[Object]:
        """In the order of their names' bytes, page by page."""
        raise self.cannot("list objects")

    def stat(self, bucket: str, name: str) -> Object | None:
        raise self.cannot("stat")

    def put(self, bucket: str, name: str, source: Source, fields: ObjectFields) -> Object:
        """Uploads in one request; the object is there wholly or not at all."""
        raise self.cannot("put")

    def get(self, bucket: str, name: str, start: int = 0, length: int | None = None) -> t.Iterator[bytes]:
        raise self.cannot("get")

    def copy(self, bucket: str, name: str, to_bucket: str, to_name: str, fields: ObjectFields) -> Object:
        raise self.cannot("copy")

    def delete_objects(self, bucket: str, names: t.Sequence[str]) -> t.Mapping[str, CloudError]:
        """Deletes at most ``limits['delete_objects']`` at once; the answer holds those that stayed, and why."""
        raise self.cannot("delete objects")

    def empty(self, bucket: str) -> t.Iterator[int]:
        """Deletes all that a bucket holds, versions and unfinished uploads too; yields each batch's count."""
        limit = self.capabilities.limits.get("delete_objects", 1000)
        batch: list[str] = []
        for found in self.objects(bucket):
            batch.append(found.name)
            if len(batch) == limit:
                yield self._delete_batch(bucket, batch)
                batch = []
        if batch:
            yield self._delete_batch(bucket, batch)

    def _delete_batch(self, bucket: str, names: list[str]) -> int:
        for error in self.delete_objects(bucket, names).values():
            raise error
        return len(names)

    def start_upload(self, bucket: str, name: str, fields: ObjectFields) -> str:
        raise self.cannot("upload in parts")

    def uploads(self, bucket: str, name: str) -> t.Iterator[str]:
        """Ids of the uploads of this object that were begun and not finished, newest first."""
        raise self.cannot("list uploads")

    def parts(self, bucket: str, name: str, upload: str) -> t.Iterator[Part]:
        raise self.cannot("list parts")

    def put_part(
        self, bucket: str, name: str, upload: str, number: int, source: Source, start: int, length: int
    ) -> Part:
        raise self.cannot("upload a part")

    def finish_upload(self, bucket: str, name: str, upload: str, parts: t.Sequence[Part]) -> Object:
        raise self.cannot("finish an upload")

    def abort_upload(self, bucket: str, name: str, upload: str) -> None:
        raise self.cannot("abort an upload")

    def presign(self, bucket: str, name: str, method: str, expires: int) -> str:
        raise self.cannot("presign")


class BalancerService(Service):
    """Balancers on their way have a ``state`` that says so: creating, pending, updating, deleting; tasks wait for it
    to pass."""

    name = "balancer"

    def fetch(self, where: Where) -> t.Iterator[Balancer]:
        raise self.cannot("find balancers")

    def find(self, where: Where = ALL) -> t.Iterator[Balancer]:
        return filter(where.accepts, self.fetch(where))

    def create(self, fields: BalancerFields, token: str | None = None) -> Operation[Balancer]:
        """Makes the whole: listeners and members come along in ``fields``."""
        raise self.cannot("create")

    def update(self, balancer: Balancer, changes: BalancerFields) -> Operation[Balancer]:
        """``changes['members']`` is the whole new set; listeners have verbs of their own."""
        raise self.cannot("update")

    def delete(self, balancer: Balancer) -> Operation[None]:
        raise self.cannot("delete")

    def add_listener(self, balancer: Balancer, listener: Listener) -> Operation[Balancer]:
        raise self.cannot("add listener")

    def update_listener(
        self, balancer: Balancer, listener: Listener, changes: t.Mapping[str, t.Any]
    ) -> Operation[Balancer]:
        raise self.cannot("update listener")

    def remove_listener(self, balancer: Balancer, listener: Listener) -> Operation[Balancer]:
        raise self.cannot("remove listener")


class ZoneService(Service):
    name = "zone"

    def fetch(self, where: Where) -> t.Iterator[Zone]:
        raise self.cannot("find zones")

    def find(self, where: Where = ALL) -> t.Iterator[Zone]:
        return filter(where.accepts, self.fetch(where))

    def create(self, fields: ZoneFields, token: str | None = None) -> Operation[Zone]:
        raise self.cannot("create")

    def update(self, zone: Zone, changes: ZoneFields) -> Operation[Zone]:
        raise self.cannot("update")

    def delete(self, zone: Zone) -> Operation[None]:
        raise self.cannot("delete")

    def fetch_records(self, zone: Zone, where: Where) -> t.Iterator[RecordSet]:
        raise self.cannot("find records")

    def find_records(self, zone: Zone, where: Where = ALL) -> t.Iterator[RecordSet]:
        return filter(where.accepts, self.fetch_records(zone, where))

    def change_records(self, zone: Zone, changes: t.Sequence[RecordChange]) -> Operation[None]:
        """At most ``limits['record_changes']`` at once; all or nothing where ``capabilities.atomic``."""
        raise self.cannot("change records")


SERVICES: t.Mapping[str, type[Service]] = {
    service.name: service
    for service in (NodeService, KeyService, VolumeService, BucketService, BalancerService, ZoneService)
}
