# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own template engine and inventory loader, for the tests of the inventory."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions
from inventories import PLUGIN, Reading
from playing import TESTS, collections_root


@pytest.fixture(scope="session")
def templar() -> Templar:
    init_plugin_loader()
    return Templar(loader=DataLoader())


@pytest.fixture
def expressions(templar: Templar) -> Expressions:
    return Expressions(templar)


@pytest.fixture(scope="session")
def reader() -> t.Iterator[subprocess.Popen[str]]:
    """A process that reads inventory files; loading Ansible for each would take a second each."""
    with subprocess.Popen(
        [sys.executable, str(TESTS / "tools" / "inventory_reader.py")],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": str(collections_root())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        yield process
        process.stdin.close()  # type: ignore[union-attr]


@pytest.fixture
def read(reader: subprocess.Popen[str], tmp_path: pathlib.Path) -> t.Callable[..., Reading]:
    """Reads an inventory file in an empty home."""

    def read_file(config: t.Mapping[str, t.Any], *, cache: bool = True, **env: str) -> Reading:
        file = tmp_path / "test.anycloud.yml"
        file.write_text(json.dumps({"plugin": PLUGIN, **config}), encoding="utf-8")
        home = {"HOME": str(tmp_path), "ANYCLOUD_LOCAL_DIR": str(tmp_path / "cloud"), "ANSIBLE_HOME": str(tmp_path)}
        asked = {"folder": str(tmp_path), "file": str(file), "cache": cache, "env": {**home, **env}}
        assert reader.stdin and reader.stdout
        print(json.dumps(asked), file=reader.stdin, flush=True)
        return Reading(**json.loads(reader.stdout.readline()))

    return read_file
