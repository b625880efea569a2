# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory files for tests: read by the real ansible-inventory, about clouds of the driver crowd or any other."""

from __future__ import annotations

import json
import pathlib
import typing as t
from dataclasses import dataclass

from playing import TESTS, Ground

Json = t.Dict[str, t.Any]

DRIVER = str(TESTS / "crowd.py")
PLUGIN = "anycloud.core.cloud_nodes"
LOG = "requests.log"


@dataclass(frozen=True)
class Listing:
    """What ``ansible-inventory --list`` said."""

    hosts: dict[str, Json]
    groups: dict[str, list[str]]
    children: dict[str, list[str]]
    warnings: str

    @property
    def names(self) -> list[str]:
        return sorted(self.hosts)


def listed(play: Ground, config: t.Mapping[str, t.Any], *args: str, env: t.Mapping[str, str] | None = None) -> Listing:
    """The hosts of an inventory file with this in it."""
    done = play.command("ansible-inventory", "-i", write(play, config), "--list", *args, env=env)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout, object_hook=untrusted)
    hosts = found.pop("_meta")["hostvars"]
    names = {host for group in found.values() for host in group.get("hosts", ())}
    return Listing(
        hosts={name: hosts.get(name, {}) for name in names},
        groups={name: group["hosts"] for name, group in found.items() if group.get("hosts")},
        children={name: group["children"] for name, group in found.items() if group.get("children")},
        warnings=" ".join(done.stderr.split()),
    )


@dataclass(frozen=True)
class Reading:
    """What the plugin made of an inventory file, or the one sentence that says why it made nothing."""

    error: str | None
    hosts: dict[str, Json]
    groups: dict[str, list[str]]
    warnings: list[str]

    @property
    def names(self) -> list[str]:
        return sorted(self.hosts)


class Untrusted(str):
    """A text that Ansible will never take for a template."""


def untrusted(found: Json) -> t.Any:
    return Untrusted(found["__ansible_unsafe"]) if set(found) == {"__ansible_unsafe"} else found


def write(play: Ground, config: t.Mapping[str, t.Any], name: str = "test.anycloud.yml") -> str:
    """JSON is YAML too."""
    (play.folder / name).write_text(json.dumps({"plugin": PLUGIN, **config}), encoding="utf-8")
    return name


def crowd(folder: pathlib.Path, name: str, *nodes: Json, **options: t.Any) -> Json:
    """A source with these nodes; each request that it gets is logged, and it fails while its file ``down`` exists."""
    file = folder / f"{name}.json"
    numbered = [{"id": f"{name}-{number}", **node} for number, node in enumerate(nodes)]
    file.write_text(json.dumps({"nodes": numbered}), encoding="utf-8")
    own = {"file": str(file), "log": str(folder / LOG), "down": str(folder / f"{name}.down"), **options}
    return {"cloud": name, "provider": "crowd", "driver_path": DRIVER, "options": own}


def requests(folder: pathlib.Path) -> list[str]:
    """The requests since the last time, sorted."""
    log = folder / LOG
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return sorted(lines)


def take_down(folder: pathlib.Path, name: str) -> None:
    (folder / f"{name}.down").touch()


def bring_up(folder: pathlib.Path, name: str) -> None:
    (folder / f"{name}.down").unlink()
