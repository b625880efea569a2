# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cloud in memory can do unless a test says otherwise."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities, ExtraKey, How, Once

FINDS = frozenset({"ids", "names"})

CAPABILITIES: t.Mapping[str, Capabilities] = {
    "node": Capabilities(
        fields={
            "name": How.LIVE,
            "size": How.RESTART,
            "image": How.RECREATE,
            "location": How.RECREATE,
            "labels": How.LIVE,
            "key_names": How.CREATE_ONLY,
            "networks": How.RECREATE,
            "security_groups": How.LIVE,
            "public_ip": How.LIVE,
            "user_data": How.CREATE_ONLY,
        },
        extra={"colour": ExtraKey(type="str"), "turbo": ExtraKey(type="bool", how=How.LIVE)},
        finds=FINDS,
        required=frozenset({"size", "image"}),
        reserved_labels=("memory:",),
    ),
    "key": Capabilities(
        fields={"name": How.CREATE_ONLY, "public_key": How.RECREATE, "labels": How.LIVE},
        required=frozenset({"public_key"}),
        finds=FINDS,
        create_once=Once.UNIQUE_NAME,
    ),
    "volume": Capabilities(
        fields={
            "name": How.LIVE,
            "size_gb": How.LIVE,
            "type": How.LIVE,
            "iops": How.LIVE,
            "throughput": How.LIVE,
            "encrypted": How.RECREATE,
            "location": How.RECREATE,
            "snapshot": How.CREATE_ONLY,
            "labels": How.LIVE,
        },
        finds=FINDS,
        create_once=Once.TOKEN,
    ),
    "snapshot": Capabilities(
        fields={"name": How.LIVE, "description": How.LIVE, "labels": How.LIVE},
        finds=FINDS,
    ),
    "bucket": Capabilities(
        fields={
            "name": How.CREATE_ONLY,
            "location": How.RECREATE,
            "versioning": How.LIVE,
            "encryption": How.LIVE,
            "access": How.LIVE,
            "policy": How.LIVE,
            "lifecycle": How.LIVE,
            "cors": How.LIVE,
            "website": How.LIVE,
            "cdn": How.LIVE,
            "labels": How.LIVE,
            "metadata": How.LIVE,
            "content_type": How.LIVE,
            "cache_control": How.LIVE,
        },
        finds=FINDS,
        create_once=Once.UNIQUE_NAME,
        limits={"delete_objects": 3, "part_min": 5, "part_max": 1000, "parts": 100, "put_max": 1000},
        checksums=("md5", "sha256"),
    ),
    "balancer": Capabilities(
        fields={
            "name": How.LIVE,
            "location": How.RECREATE,
            "algorithm": How.LIVE,
            "listeners": How.LIVE,
            "members": How.LIVE,
            "health_check": How.LIVE,
            "stickiness": How.LIVE,
            "networks": How.RECREATE,
            "size": How.LIVE,
            "labels": How.LIVE,
        },
        finds=FINDS,
        create_once=Once.TOKEN,
        algorithms=frozenset({"round_robin", "least_connections", "source_ip"}),
        protocols=frozenset({"tcp", "udp", "tls", "http", "https"}),
        health_protocols=frozenset({"tcp", "http", "https"}),
    ),
    "zone": Capabilities(
        fields={
            "name": How.CREATE_ONLY,
            "kind": How.LIVE,
            "primaries": How.LIVE,
            "nameservers": How.CREATE_ONLY,
            "ttl": How.LIVE,
            "private": How.RECREATE,
            "networks": How.LIVE,
            "comment": How.LIVE,
            "labels": How.LIVE,
            "value": How.LIVE,
            "alias": How.LIVE,
            "routing": How.LIVE,
            "set_id": How.LIVE,
        },
        finds=FINDS | {"types"},
        create_once=Once.UNIQUE_NAME,
        limits={"record_changes": 4},
        record_fields=frozenset({"ttl", "comment"}),
        record_types=frozenset({"A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"}),
        alias=True,
        routing=frozenset({"weight", "region"}),
        atomic=True,
        zone_kinds=frozenset({"native", "primary", "secondary"}),
    ),
}


def capable(kind: str, **changes: t.Any) -> dict[str, Capabilities]:
    """The default capabilities of a kind with other values, as ``State`` takes them."""
    return {kind: replace(CAPABILITIES[kind], **changes)}


def changing(kind: str, **hows: How | None) -> dict[str, Capabilities]:
    """The default capabilities of a kind with fields that change otherwise; ``None`` takes a field away."""
    fields = {**CAPABILITIES[kind].fields, **hows}
    return capable(kind, fields={name: how for name, how in fields.items() if how is not None})
