# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each kind of thing that a cloud has is listed."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t
from dataclasses import dataclass

from ..sdk.capabilities import Capabilities
from ..sdk.dnsname import canonical_name, record_name
from ..sdk.errors import NotFound
from ..sdk.provider import Cloud
from ..sdk.services import (
    SERVICES,
    BalancerService,
    BucketService,
    KeyService,
    NodeService,
    Service,
    VolumeService,
    Where,
    ZoneService,
)
from .nearest import nearest
from .need import SizeNeed, offers
from .shown import shown

Row = t.Dict[str, t.Any]
ALWAYS_SAID = ("fields", "finds", "create_once", "extra", "limits")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The conditions on what is gathered. ``zones`` says whose records."""

    where: Where
    zones: t.Sequence[str] | None = None
    need: SizeNeed | None = None
    sort: str | None = None
    limit: int | None = None

    def first(self, found: t.Iterable[t.Any]) -> list[Row]:
        """No more pages are fetched than the limit takes, unless all have to be seen to sort them."""
        return [shown(one) for one in itertools.islice(found, None if self.sort else self.limit)]

    def named(self, found: t.Iterable[t.Any]) -> t.Iterator[t.Any]:
        """Those of the ids and names asked for; labels do not count for what has none."""
        return filter(dataclasses.replace(self.where, labels=None).accepts, found)


@dataclass(frozen=True)
class Gatherer:
    """``service`` is what a cloud must have for it, ``None``: it can always be asked."""

    service: type[Service] | None
    rows: t.Callable[[Cloud, Asked], list[Row]]


def nodes(cloud: Cloud, asked: Asked) -> list[Row]:
    return asked.first(cloud.nodes.find(asked.where))


def sizes(cloud: Cloud, asked: Asked) -> list[Row]:
    """Sizes, and with a need those that fit with the locations where they can be had."""
    found = asked.named(cloud.nodes.sizes())
    if asked.need is None:
        return asked.first(found)
    locations = () if asked.need.anywhere else list(cloud.nodes.locations())
    fitting = offers(found, locations, asked.need)
    if asked.need.anywhere:
        return asked.first(offer.size for offer in fitting)
    return asked.first(
        dataclasses.replace(offer.size, locations=tuple(location.id for location in offer.locations))
        for offer in fitting
    )


def images(cloud: Cloud, asked: Asked) -> list[Row]:
    where = dataclasses.replace(asked.where, labels=None)
    return asked.first(filter(where.accepts, cloud.nodes.images(where)))


def locations(cloud: Cloud, asked: Asked) -> list[Row]:
    return asked.first(asked.named(cloud.nodes.locations()))


def keys(cloud: Cloud, asked: Asked) -> list[Row]:
    return asked.first(cloud.keys.find(asked.where))


def volumes(cloud: Cloud, asked: Asked) -> list[Row]:
    return asked.first(cloud.volumes.find(asked.where))


def snapshots(cloud: Cloud, asked: Asked) -> list[Row]:
    return asked.first(cloud.volumes.find_snapshots(asked.where))


def buckets(cloud: Cloud, asked: Asked) -> list[Row]:
    return asked.first(cloud.buckets.find(asked.where))


def balancers(cloud: Cloud, asked: Asked) -> list[Row]:
    return asked.first(cloud.balancers.find(asked.where))


def zones(cloud: Cloud, asked: Asked) -> list[Row]:
    names = asked.where.names
    canonical = None if names is None else frozenset(map(canonical_name, names))
    return asked.first(cloud.zones.find(dataclasses.replace(asked.where, names=canonical)))


def records(cloud: Cloud, asked: Asked) -> list[Row]:
    """The record sets of the zones asked for, or of all; names are relative to their zone, as in cloud_record."""
    found: list[Row] = []
    for zone in record_zones(cloud, asked):
        names = asked.where.names
        within = None if names is None else frozenset(record_name(name, zone.name) for name in names)
        sets = cloud.zones.find_records(zone, Where(names=within))
        found += [{"zone": zone.name, **row} for row in asked.first(sets)]
    return found


def record_zones(cloud: Cloud, asked: Asked) -> list[t.Any]:
    if asked.zones is None:
        return list(cloud.zones.find())
    names = [canonical_name(name) for name in asked.zones]
    found = list(cloud.zones.find(Where(names=frozenset(names))))
    there = {zone.name for zone in found}
    for name in names:
        if name not in there:
            known = [zone.name for zone in cloud.zones.find()]
            raise NotFound(f"there is no zone {name}{nearest(name, known)}")
    return found


def capabilities(cloud: Cloud, asked: Asked) -> list[Row]:
    """One row for the cloud: for each of its services the verbs that it has and what else it can."""
    services = {}
    for name in sorted(cloud.provider.services):
        kind = SERVICES[name]
        service = cloud.service(kind)
        verbs = [verb for verb in sorted(vars(kind)) if callable(vars(kind)[verb]) and service.can(verb)]
        services[name] = {"verbs": verbs, **said(service.capabilities)}
    return [{"services": services}]


def said(known: Capabilities) -> Row:
    """What a service says of itself, without what only other services have."""
    unsaid = shown(Capabilities())
    return {name: value for name, value in shown(known).items() if name in ALWAYS_SAID or value != unsaid[name]}


GATHERERS: t.Mapping[str, Gatherer] = {
    "nodes": Gatherer(NodeService, nodes),
    "sizes": Gatherer(NodeService, sizes),
    "images": Gatherer(NodeService, images),
    "locations": Gatherer(NodeService, locations),
    "keys": Gatherer(KeyService, keys),
    "volumes": Gatherer(VolumeService, volumes),
    "snapshots": Gatherer(VolumeService, snapshots),
    "buckets": Gatherer(BucketService, buckets),
    "balancers": Gatherer(BalancerService, balancers),
    "zones": Gatherer(ZoneService, zones),
    "records": Gatherer(ZoneService, records),
    "capabilities": Gatherer(None, capabilities),
}
