# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/providers.md: what each provider can do, as its driver says it."""

from __future__ import annotations

import pathlib
import sys
import typing as t

TESTS = pathlib.Path(__file__).resolve().parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from playing import collections_root  # noqa: E402

if str(collections_root()) not in sys.path:
    sys.path.insert(0, str(collections_root()))

from ansible_collections.anycloud.core.plugins.module_utils import _catalog  # noqa: E402
from ansible_collections.anycloud.core.plugins.module_utils.sdk import services  # noqa: E402
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities, How  # noqa: E402
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Connection, Provider, Settings  # noqa: E402
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work  # noqa: E402

PAGE = TESTS.parent / "docs" / "providers.md"
HEAD = """\
<!--
Copyright (c) 2026, the anycloud.core authors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-IDENTIFIER: GPL-3.0-or-later

Written by tests/tools/provider_table.py from what the drivers say; do not edit.
-->

# What each provider can do

A field that can change *at any time* is changed in place; *with a restart* needs `allow: [restart]`; *with a new one* means that
the resource is deleted and made anew, which needs `allow: [recreate]`; *when it is made* is not compared afterwards.
A dash: this provider does not have it, and a task that asks for it fails before anything is changed.
""".replace("IDENTIFIER", "Identifier")  # tools take the words themselves for the licence of this file
HOW = {
    How.LIVE: "at any time",
    How.RESTART: "with a restart",
    How.RECREATE: "with a new one",
    How.CREATE_ONLY: "when it is made",
}
TITLES = {
    "node": "Nodes",
    "key": "Keys",
    "volume": "Volumes",
    "bucket": "Buckets",
    "balancer": "Load balancers",
    "zone": "Zones",
}
MODULES = {
    "node": "cloud_node",
    "key": "cloud_key",
    "volume": "cloud_volume",
    "bucket": "cloud_bucket",
    "balancer": "cloud_lb",
    "zone": "cloud_zone",
}
FIELDS = {
    "node": services.NodeFields,
    "key": services.KeyFields,
    "volume": services.VolumeFields,
    "bucket": services.BucketFields,
    "balancer": services.BalancerFields,
    "zone": services.ZoneFields,
}
LISTS = (
    "record_types",
    "record_fields",
    "zone_kinds",
    "routing",
    "algorithms",
    "protocols",
    "health_protocols",
    "checksums",
    "object_fields",
)
PLUMBING = {"fetch", "find", "find_records", "find_snapshots", "fetch_records", "fetch_snapshots", "can", "cannot"}

Row = t.Sequence[str]


def table(heads: Row, rows: t.Iterable[Row]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def opened(provider: Provider) -> Connection:
    """A connection that is never used: what a service says of itself needs no cloud."""
    settings = Settings(
        provider=provider.name,
        endpoint="https://provider.invalid",
        region="region",
        auth=dict.fromkeys(provider.auth, "unused"),
    )
    return Connection(settings, Work())


def verbs(service: type[services.Service]) -> list[str]:
    return [
        name
        for name in vars(service)
        if not name.startswith("_") and name not in PLUMBING and callable(vars(service)[name])
    ]


def words(name: str) -> str:
    return name.replace("_", " ")


def service_page(name: str, offers: t.Mapping[str, services.Service]) -> str:
    kind = services.SERVICES[name]
    abilities: dict[str, Capabilities] = {provider: service.capabilities for provider, service in offers.items()}
    rows = [
        [words(verb), *("yes" if offer.can(verb) else "-" for offer in offers.values())]
        for verb in verbs(kind)
        if verb not in ("create", "update", "delete")
    ]
    rows += [
        [
            f"`{field}`",
            *(HOW[ability.fields[field]] if field in ability.fields else "-" for ability in abilities.values()),
        ]
        for field in FIELDS[name].__annotations__
        if field not in ("name", "extra")
    ]
    rows += [
        [
            f"`extra.{key}`",
            *(HOW[ability.extra[key].how] if key in ability.extra else "-" for ability in abilities.values()),
        ]
        for key in sorted({key for ability in abilities.values() for key in ability.extra})
    ]
    for listed in LISTS:
        values = [", ".join(sorted(getattr(ability, listed))) for ability in abilities.values()]
        shown = listed not in ("record_fields", "object_fields") or name == {"record_fields": "zone"}.get(
            listed, "bucket"
        )
        if any(values) and shown:
            rows.append([words(listed), *(value or "-" for value in values)])
    return f"\n## {TITLES[name]} (`{MODULES[name]}`)\n\n" + table(["", *(f"`{provider}`" for provider in offers)], rows)


def page() -> str:
    """The whole page, which changes only when a driver does."""
    providers = {name: row.load() for name, row in sorted(_catalog.PROVIDERS.items())}
    heads = ["provider", "", *(TITLES[name].lower() for name in services.SERVICES)]
    overview = [
        [
            f"`{name}`",
            provider.title,
            *("yes" if service in provider.services else "-" for service in services.SERVICES),
        ]
        for name, provider in providers.items()
    ]
    text = f"{HEAD}\n{table(heads, overview)}"
    for name in services.SERVICES:
        offers = {
            provider.name: provider.services[name](opened(provider))
            for provider in providers.values()
            if name in provider.services
        }
        text += service_page(name, offers)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
