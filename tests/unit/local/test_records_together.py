# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several tasks on the records of one zone at once."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.record import TASK
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Call
from ansible_collections.anycloud.core.plugins.module_utils._task import argument_spec

from .ground import Ground, do, open_cloud

TASKS = 8


def run(local: Ground, **given: t.Any) -> dict[str, t.Any]:
    cloud = open_cloud(local.directory)
    params = {name: given.get(name, option.get("default")) for name, option in argument_spec(TASK).items()}
    return TASK.run(Call(params, False, True, {}, "/", cloud.connection.work, lambda name: cloud))


def test_tasks_that_add_to_one_record_lose_nothing_of_each_other(local: Ground) -> None:
    zone = do(local.cloud.zones.create({"name": "example.org"}))

    def add(number: int) -> dict[str, t.Any]:
        value = f"192.0.2.{number}"
        return run(local, zone="example.org", name="www", type="A", value=value, purge_values=False)

    with ThreadPoolExecutor(TASKS) as pool:
        results = list(pool.map(add, range(TASKS)))

    assert all(result["changed"] and "failed" not in result for result in results)
    (found,) = (each for each in local.cloud.zones.find_records(zone) if each.name == "www.example.org")
    assert sorted(found.value) == [f"192.0.2.{number}" for number in range(TASKS)]


def test_tasks_that_want_the_same_all_succeed_and_make_one(local: Ground) -> None:
    zone = do(local.cloud.zones.create({"name": "example.org"}))

    def make(number: int) -> dict[str, t.Any]:
        return run(local, zone="example.org", name="www", type="A", value="192.0.2.1", ttl=60)

    with ThreadPoolExecutor(TASKS) as pool:
        results = list(pool.map(make, range(TASKS)))

    assert all("failed" not in result for result in results)
    assert any(result["changed"] for result in results)
    (found,) = (each for each in local.cloud.zones.find_records(zone) if each.name == "www.example.org")
    assert (found.value, found.ttl) == (("192.0.2.1",), 60)
