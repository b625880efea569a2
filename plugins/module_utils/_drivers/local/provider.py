# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cloud: a small cloud on this computer."""

from __future__ import annotations

from ...sdk.provider import Connection, Provider
from ...sdk.services import Service


def nodes(connection: Connection) -> Service:
    from .node import Nodes

    return Nodes(connection)


def keys(connection: Connection) -> Service:
    from .key import Keys

    return Keys(connection)


def volumes(connection: Connection) -> Service:
    from .volume import Volumes

    return Volumes(connection)


def buckets(connection: Connection) -> Service:
    from .bucket import Buckets

    return Buckets(connection)


def balancers(connection: Connection) -> Service:
    from .balancer import Balancers

    return Balancers(connection)


def zones(connection: Connection) -> Service:
    from .zone import Zones

    return Zones(connection)


PROVIDER = Provider(
    name="local",
    title="Local cloud on this computer",
    services={
        "node": nodes,
        "key": keys,
        "volume": volumes,
        "bucket": buckets,
        "balancer": balancers,
        "zone": zones,
    },
    options={
        "directory": "Where the cloud lives; by default $ANYCLOUD_LOCAL_DIR, or anycloud/local in the user's data folder.",
    },
)
