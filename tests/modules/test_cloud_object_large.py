# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects larger than memory should be, and tasks that are killed with one half way."""

from __future__ import annotations

import contextlib
import filecmp
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading
import time
import typing as t

from playing import Ground

LARGE = 300 << 20
LOCAL = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}
BUCKET = {"anycloud.core.cloud_bucket": {"name": "site"}}


def task(**params: t.Any) -> dict[str, t.Any]:
    return {"name": "it", "anycloud.core.cloud_object": {"bucket": "site", "name": "large", **params}}


def large_file(path: pathlib.Path) -> pathlib.Path:
    """A file that is large and takes no room, with something at each end."""
    with path.open("wb") as file:
        file.write(b"beginning")
        file.seek(LARGE - 3)
        file.write(b"end")
    return path


def kill_when(play: Ground, seen: t.Callable[[], bool], wanted: dict[str, t.Any], lane: str) -> None:
    """Plays a task and kills all of its processes as soon as something is seen."""
    running = threading.Thread(target=lambda: play([wanted], lane=lane, keywords=LOCAL))
    running.start()
    while not seen():
        assert running.is_alive(), "it was over before it was seen"
        time.sleep(0.002)
    for pid in play.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.join()


def test_an_upload_that_was_killed_goes_on_where_it_was(play: Ground, lane: str) -> None:
    play([BUCKET], keywords=LOCAL).ok()
    source = large_file(play.folder / "large")
    staging = play.local / "staging"

    kill_when(play, lambda: any(staging.glob("upload-*/*")), task(src=str(source)), lane)
    assert play([task(dest=str(play.folder / "none"))], keywords=LOCAL).failed
    parts = {part.name: part.stat().st_mtime_ns for part in staging.glob("upload-*/*")}
    result = play([task(src=str(source)), task(src=str(source))], lane=lane, keywords=LOCAL).ok()

    assert parts
    assert [step.changed for step in result.steps] == [True, False]
    assert filecmp.cmp(play.local / "buckets" / "site" / "large", source, shallow=False)
    assert not list(staging.glob("upload-*"))


def test_a_download_that_was_killed_leaves_the_old_file_and_goes_on(play: Ground, lane: str) -> None:
    source = large_file(play.folder / "large")
    play([BUCKET, task(src=str(source))], keywords=LOCAL).ok()
    down = play.folder / "down"
    down.mkdir()
    (down / "out").write_bytes(b"old")

    def begun() -> bool:
        return any(path.stat().st_size for path in down.glob(".anycloud-*.part"))

    kill_when(play, begun, task(dest=str(down / "out")), lane)
    assert (down / "out").read_bytes() == b"old"
    play([task(dest=str(down / "out"))], lane=lane, keywords=LOCAL).ok()

    assert filecmp.cmp(down / "out", source, shallow=False)
    assert os.listdir(down) == ["out"]


RUN = """
    import resource, sys
    from ansible_collections.anycloud.core.plugins.module_utils import _task
    from ansible_collections.anycloud.core.plugins.module_utils._reconcile import bucket, object

    def run(task, **params):
        spec = {name: option.get("default") for name, option in _task.argument_spec(task).items()}
        given = {**spec, "provider": "local", **params}
        call = _task.call_of(given, check_mode=False, diff=True, env={"ANYCLOUD_LOCAL_DIR": folder + "/cloud"}, cwd=folder, secrets=set())
        result = _task.outcome(task, call)
        assert not result.get("failed"), result
        return result

    folder = sys.argv[1]
    run(bucket.TASK, name="site")
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert run(object.TASK, bucket="site", name="large", src="large")["changed"]
    assert not run(object.TASK, bucket="site", name="large", src="large")["changed"]
    assert run(object.TASK, bucket="site", name="large", dest="out")["changed"]
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - begun)
"""


def test_a_file_is_never_in_memory(play: Ground) -> None:
    source = large_file(play.folder / "large")

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(RUN), str(play.folder)],
        env={**play.env, "PYTHONPATH": str(play.collections)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 100_000, f"it took {done.stdout} kB more than before"
    assert filecmp.cmp(play.folder / "out", source, shallow=False)
