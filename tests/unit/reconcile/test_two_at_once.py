# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs of one task at the same moment make one resource."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile import node, volume
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Result, Task
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Once
from ansible_collections.anycloud.core.tests.unit.memory import Lag, State, capable, run

ROUNDS = 15


class Shared(State):
    """Its clock is the only one, but who sleeps lets the other one have a turn."""

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        time.sleep(0.0005)


def at_once(state: State, task: Task, given: t.Mapping[str, t.Any], count: int) -> list[Result]:
    barrier = threading.Barrier(count)
    results: list[Result] = []

    def one() -> None:
        barrier.wait()
        results.append(run(state, task, given))

    threads = [threading.Thread(target=one) for _unused in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("once", list(Once))
@pytest.mark.parametrize("lag", [Lag(), Lag(pending=2), Lag(listed=2, pending=1, gone=2)], ids=["none", "slow", "late"])
@pytest.mark.parametrize(
    ("task", "given"),
    [
        (node.TASK, {"name": "web", "size": "small", "image": "debian-13"}),
        (volume.TASK, {"name": "web", "size": "1 GB"}),
    ],
    ids=["node", "volume"],
)
def test_two_runs_at_once_make_one(task: Task, given: t.Mapping[str, t.Any], lag: Lag, once: Once) -> None:
    kind = "node" if task is node.TASK else "volume"
    for _unused in range(ROUNDS):
        state = Shared(capabilities=capable(kind, create_once=once), lag=lag)

        results = at_once(state, task, given, 2)

        state.settle()
        left = state.one(kind, "web")
        again = run(state, task, given)
        assert again["changed"] is False
        for result in results:
            assert "failed" not in result, result["msg"]
            assert result[kind]["id"] == left.id
