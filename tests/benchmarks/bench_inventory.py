# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory of 10,000 hosts: cloud_nodes side by side with the least that a plugin can do."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from playing import collections_root  # noqa: E402

PEER = '''
DOCUMENTATION = """
name: least
short_description: adds 8 flat variables to each host
description: [The least that a plugin can do.]
options:
  plugin: {description: Its name., required: true}
  count: {description: How many., type: int, required: true}
"""

from ansible.plugins.inventory import BaseInventoryPlugin


class InventoryModule(BaseInventoryPlugin):
    NAME = "least"

    def verify_file(self, path):
        return path.endswith("least.yml")

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path)
        self._read_config_data(path)
        for number in range(self.get_option("count")):
            name = f"node-{number:06}"
            inventory.add_host(name)
            for variable, value in {
                "ansible_host": f"203.0.113.{number % 250}",
                "least_id": f"n-{number:06}",
                "least_name": name,
                "least_state": "running",
                "least_size": "small",
                "least_image": "debian-13",
                "least_location": "fsn1",
                "least_private_ip": f"10.0.0.{number % 250}",
            }.items():
                inventory.set_variable(name, variable, value)
'''

CONSTRUCTED = {
    "include": ["state == 'running'"],
    "hostnames": ["labels.fqdn", "name"],
    "compose": {"tier": "labels.env | default('none')", "role": "labels.role"},
    "groups": {"webservers": "labels.role == 'web'"},
    "keyed_groups": [{"key": "labels.role", "prefix": "role"}, {"key": "location", "prefix": "at"}],
}
WITH_JINJA = {**CONSTRUCTED, "compose": {"loud": "name | upper", "short": "name | regex_replace('^node-', '')"}}


class Cost(t.NamedTuple):
    wall: float
    cpu: float
    peak_mb: float


def cost(folder: pathlib.Path, file: str) -> Cost:
    """What one ``ansible-inventory --list`` takes."""
    program = pathlib.Path(sys.executable).parent / "ansible-inventory"
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(collections_root()),
        "ANSIBLE_INVENTORY_PLUGINS": str(folder),
        "ANSIBLE_INVENTORY_ENABLED": "least,anycloud.core.cloud_nodes",
    }
    started = time.monotonic()
    with (folder / "out.json").open("w", encoding="utf-8") as out:
        process = subprocess.Popen([str(program), "-i", file, "--list"], cwd=folder, env=env, stdout=out)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{file}: ansible-inventory ended with {process.returncode}")
    return Cost(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def hosts(folder: pathlib.Path) -> int:
    return len(json.loads((folder / "out.json").read_text(encoding="utf-8"))["_meta"]["hostvars"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=10_000)
    count = parser.parse_args().hosts
    with tempfile.TemporaryDirectory(prefix="any-") as made:
        folder = pathlib.Path(made)
        (folder / "least.py").write_text(PEER, encoding="utf-8")
        source = {"provider": "crowd", "driver_path": str(TESTS / "crowd.py"), "options": {"count": count}}
        nodes = {"plugin": "anycloud.core.cloud_nodes", "sources": [source]}
        cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder / "cache")}
        subjects: dict[str, tuple[str, dict[str, t.Any]]] = {
            "least: 8 variables, no groups": ("least.yml", {"plugin": "least", "count": count}),
            "cloud_nodes: 22 variables, 9 groups": ("plain.anycloud.yml", nodes),
            "the same from the cache": ("cached.anycloud.yml", {**nodes, **cache}),
            "constructed: 5 expressions, 2 keyed groups": ("constructed.anycloud.yml", {**nodes, **CONSTRUCTED}),
            "constructed, 2 of them for Jinja": ("jinja.anycloud.yml", {**nodes, **WITH_JINJA}),
        }
        for file, config in subjects.values():
            (folder / file).write_text(json.dumps(config), encoding="utf-8")
        cost(folder, "cached.anycloud.yml")
        print(f"ansible-inventory --list, {count} hosts")
        print(f"{'':44}{'wall':>9}{'CPU':>9}{'peak':>10}")
        for name, (file, _config) in subjects.items():
            spent = cost(folder, file)
            if hosts(folder) != count:
                raise SystemExit(f"{name}: {hosts(folder)} hosts instead of {count}")
            print(f"{name:44}{spent.wall:>7.1f} s{spent.cpu:>7.1f} s{spent.peak_mb:>7.0f} MB")


if __name__ == "__main__":
    main()
