# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that change nothing, in each lane, against as many of ``ansible.builtin.ping``, in one play each.

Run it as ``python tests/benchmarks/bench_lanes.py [tasks]``; ansible-playbook is that of the same Python.
"""

from __future__ import annotations

import pathlib
import sys
import time
import typing as t

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import playing

ZONE = {"anycloud.core.cloud_zone": {"provider": "local", "name": "bench.test"}}
RECORD = {
    "anycloud.core.cloud_record": {
        "provider": "local",
        "zone": "bench.test",
        "name": "www",
        "type": "A",
        "value": ["192.0.2.1"],
    }
}
PING: dict[str, t.Any] = {"ansible.builtin.ping": {}}
NOTHING: dict[str, t.Any] = {"ansible.builtin.meta": "noop"}


def wall(ground: playing.Ground, task: dict[str, t.Any], count: int, lane: str = "fast") -> float:
    began = time.monotonic()
    outcome = ground([task] * count, lane=lane, diff=False, timeout=900).ok()
    assert not outcome.changed, outcome.text
    return time.monotonic() - began


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    ground = playing.ground(playing.collections_root())
    try:
        ground([ZONE, RECORD]).ok()
        empty = wall(ground, NOTHING, 1)
        fast = wall(ground, RECORD, count)
        ping = wall(ground, PING, count)
        module = wall(ground, RECORD, max(1, count // 5), "module") * count / max(1, count // 5)
        looped = {**RECORD, "loop": list(range(count))}
        loop = wall(ground, looped, 1)
    finally:
        ground.close()
    print(f"{'an empty play':36} {empty:7.2f} s")
    for what, seconds in (
        (f"{count} x ping", ping),
        (f"{count} x cloud_record, fast lane", fast),
        (f"{count} x cloud_record, module lane", module),
        (f"a loop of {count} in the fast lane", loop),
    ):
        print(
            f"{what:36} {seconds:7.2f} s {(seconds - empty) / count * 1000:7.1f} ms each {seconds / ping:6.2f} of ping"
        )


if __name__ == "__main__":
    main()
