# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads inventory files one after the other with Ansible's own loader: a process of its own, but one for all tests.

Each line of the input says where, with what in the environment, and whether the cache may be read; each line of
the output has the hosts and groups, or the error.
"""

from __future__ import annotations

import json
import os
import sys
import typing as t

Json = t.Dict[str, t.Any]
PLUGIN = "anycloud.core.cloud_nodes"


def read(asked: Json) -> Json:
    from ansible.errors import AnsibleError
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import inventory_loader

    os.chdir(asked["folder"])
    os.environ.update(asked["env"])
    found = InventoryData()
    plugin = inventory_loader.get(PLUGIN)
    try:
        plugin.parse(found, DataLoader(), asked["file"], cache=asked["cache"])
    except AnsibleError as error:
        return {"error": str(error), "hosts": {}, "groups": {}}
    return {
        "error": None,
        "hosts": {name: host.vars for name, host in found.hosts.items()},
        "groups": {name: [host.name for host in group.hosts] for name, group in found.groups.items() if group.hosts},
    }


def main() -> None:
    from ansible.plugins.loader import init_plugin_loader
    from ansible.utils.display import Display

    warnings: list[str] = []
    Display.warning = lambda self, msg, *args, **kwargs: warnings.append(msg)  # type: ignore[method-assign]
    init_plugin_loader()
    for line in sys.stdin:
        warnings.clear()
        print(json.dumps({**read(json.loads(line)), "warnings": warnings}), flush=True)


if __name__ == "__main__":
    main()
