# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found before: one entry for each source, under a key that says whose it is and what was asked."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible.plugins.cache import BaseCacheModule
from ansible.plugins.loader import cache_loader
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Settings
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_nodes import Row, row_of

FORMAT = 1
FIELDS = frozenset(row_of(Node(id="", name=""), {}, raw=False))
ROUNDS = 20_000


class Cache:
    """Writes through Ansible's cache plugin at once, so that an entry's age is its own and not its neighbour's."""

    def __init__(self, plugin: str, options: t.Mapping[str, t.Any]) -> None:
        self._fresh = opened(plugin, options)
        self._any_age = opened(plugin, {**options, "_timeout": 0})

    def read(self, key: str) -> list[Row] | None:
        """What the source gave, unless that is too long ago."""
        return entry(self._fresh, key)

    def read_old(self, key: str) -> list[Row] | None:
        """What the source gave last, however long ago."""
        return entry(self._any_age, key)

    def write(self, key: str, rows: list[Row]) -> None:
        self._fresh.set(key, {"format": FORMAT, "nodes": rows})


def opened(plugin: str, options: t.Mapping[str, t.Any]) -> BaseCacheModule:
    found = cache_loader.get(plugin, **options)
    if found is None:
        raise Invalid(f"no cache plugin {plugin}; set cache_plugin to one that is installed, for example jsonfile")
    return t.cast(BaseCacheModule, found)


def entry(plugin: BaseCacheModule, key: str) -> list[Row] | None:
    """A cache that cannot be read, or holds something else, holds nothing; plugins raise what they like."""
    try:
        found = plugin.get(key) if plugin.contains(key) else None
    except Exception:
        return None
    rows = found.get("nodes") if isinstance(found, dict) and found.get("format") == FORMAT else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.keys() >= FIELDS for row in rows):
        return None
    return rows


def account_key(settings: Settings) -> str:
    """Stands for a provider, its endpoint and the credentials, and tells none of them."""
    place = [settings.provider, settings.endpoint, settings.options, settings.validate_certs, settings.ca_path]
    environment = {name: value for name, value in settings.env.items() if name.startswith("ANYCLOUD_")}
    return digest([place, environment], settings.auth)


def source_key(account: str, asked: t.Sequence[t.Any]) -> str:
    return f"anycloud_nodes_{digest([account, *asked], '')}"


def digest(open_part: t.Any, secret_part: t.Any) -> str:
    """Slow on purpose: the name of a cache file must not help to guess a password."""
    salt = json.dumps(open_part, sort_keys=True, default=str).encode()
    secret = json.dumps(secret_part, sort_keys=True, default=str).encode()
    return hashlib.pbkdf2_hmac("sha256", secret, salt, ROUNDS).hex()[:32]
