# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A driver that is no part of the collection: as an installed package and as a file, in both lanes."""

from __future__ import annotations

import ast
import pathlib
import shutil
import subprocess
import sys
import typing as t

import pytest
from playing import TESTS, Ground

OUTSIDE = TESTS / "outside"
sys.path.insert(0, str(OUTSIDE))

from server import TinyCloud, serving  # noqa: E402

TOKEN = "tiny/token+0123456789"
SDK = "ansible_collections.anycloud.core.plugins.module_utils.sdk."


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder that pip has installed the driver's package into."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "anycloud_tiny.py"):
        shutil.copy(OUTSIDE / name, source)
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, *offline, "--target", str(target), str(source)], check=True)
    return target


@pytest.fixture
def tiny() -> t.Iterator[tuple[TinyCloud, str]]:
    cloud = TinyCloud(TOKEN)
    with serving(cloud) as url:
        yield cloud, url


@pytest.fixture(params=["entry point", "driver_path"])
def way(request: pytest.FixtureRequest, installed: pathlib.Path) -> tuple[dict[str, str], dict[str, str]]:
    """How the driver is found: options of the tasks, and the environment."""
    if request.param == "entry point":
        return {"provider": "tiny"}, {"PYTHONPATH": str(installed)}
    return {"driver_path": str(OUTSIDE / "anycloud_tiny.py")}, {}


TASKS = """
- name: node
  anycloud.core.cloud_node:
    name: web-1
    image: tiny-linux 2
    size: {cpus: 2, cheapest: true}
    labels: {team: shop}
- name: record
  anycloud.core.cloud_record:
    zone: example.com
    name: www
    type: A
    value: [192.0.2.10]
    ttl: 300
"""


def test_a_driver_from_outside_makes_nodes_and_records_once(
    play: Ground, lane: str, tiny: tuple[TinyCloud, str], way: tuple[dict[str, str], dict[str, str]]
) -> None:
    cloud, url = tiny
    options, env = way
    given = {**options, "endpoint": url, "auth": {"token": TOKEN}}
    more: dict[str, t.Any] = {
        "lane": lane,
        "env": env,
        "keywords": {"module_defaults": {"group/anycloud.core.cloud": given}},
        "extra_args": ("-vvv",),
    }

    planned = play(TASKS, check=True, **more).ok()
    assert planned.result("node")["changed"] and planned.result("record")["changed"]
    assert cloud.changes == []

    made = play(TASKS, **more).ok()
    assert made.result("node")["plan"] == planned.result("node")["plan"]
    assert made.result("node")["diff"] == planned.result("node")["diff"]
    node = made.result("node")["node"]
    assert (node["name"], node["size"], node["image"], node["labels"]["team"]) == ("web-1", "s2", "i2", "shop")
    assert node["public_ips"] == ["192.0.2.10"]
    assert cloud.zones["example.com"]["www.example.com", "A"]["values"] == ["192.0.2.10"]

    assert lane == "module" or f"GET {url}/nodes?name=web-1 -> 200" in made.stdout

    changes = list(cloud.changes)
    again = play(TASKS, **more).ok()
    assert not again.changed
    assert cloud.changes == changes

    gone = play([{"name": "node", "anycloud.core.cloud_node": {"name": "web-1", "state": "absent"}}], **more).ok()
    assert gone.changed
    assert cloud.nodes == {}
    assert TOKEN not in "".join(run.text for run in (planned, made, again, gone))


def test_what_goes_wrong_over_there_is_told(play: Ground, lane: str, tiny: tuple[TinyCloud, str]) -> None:
    driver = {"driver_path": str(OUTSIDE / "anycloud_tiny.py"), "endpoint": tiny[1]}
    record = {"zone": "example.com", "name": "www", "type": "A", "value": ["192.0.2.10"], **driver}
    node = {"name": "web-1", "state": "restarted", "auth": {"token": TOKEN}, **driver}
    tasks = [
        {"name": "no token", "anycloud.core.cloud_record": record, "ignore_errors": True},
        {
            "name": "wrong token",
            "anycloud.core.cloud_record": {**record, "auth": {"token": "{{ lookup('env', 'WRONG') }}"}},
            "ignore_errors": True,
        },
        {"name": "cannot", "anycloud.core.cloud_node": node, "ignore_errors": True},
        {
            "name": "no service",
            "anycloud.core.cloud_bucket": {"name": "b", "auth": {"token": TOKEN}, **driver},
            "ignore_errors": True,
        },
    ]
    outcome = play(tasks, lane=lane, env={"WRONG": "wrong+token/9876543210"}).ok()
    assert "the provider tiny needs auth.token" in outcome.result("no token")["msg"]
    assert outcome.result("wrong token")["failure"]["kind"] == "auth"
    assert "wrong+token" not in outcome.text
    assert outcome.result("cannot")["failure"]["kind"] == "unsupported"
    assert "restart" in outcome.result("cannot")["msg"]
    assert outcome.result("no service")["msg"] == "the provider tiny has no bucket service; these can: local"


def test_a_driver_can_come_with_the_vendor_s_variables(play: Ground, lane: str, tiny: tuple[TinyCloud, str]) -> None:
    task = {
        "name": "record",
        "anycloud.core.cloud_record": {
            "driver_path": str(OUTSIDE / "anycloud_tiny.py"),
            "zone": "example.com",
            "name": "www",
            "type": "A",
            "value": ["192.0.2.10"],
        },
        "environment": {"TINY_URL": tiny[1], "TINY_TOKEN": TOKEN},
    }
    assert play([task], lane=lane).ok().changed


def test_the_package_imports_nothing_of_the_collection_but_its_sdk() -> None:
    tree = ast.parse((OUTSIDE / "anycloud_tiny.py").read_text(encoding="utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [name for name in imported if name.startswith("ansible_collections")]
    assert ours
    assert [name for name in ours if not name.startswith(SDK)] == []
