# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Large objects: in parts, resumed, given up where there is no hope; and downloads that go on where they stopped."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import resource
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.folder import PART, Folder
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.landing import landing
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Denied, Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work

from ..memory import Killed, State, capable, lost, memory_cloud
from .object_ground import SMALL_PARTS, Text, contents, mutations, problem, run, site, tree, write
from .test_object_trees import buried

LARGE = "0123456789abcdefghi"


def small_parts(**changes: t.Any) -> State:
    return site(State(capabilities=capable("bucket", limits=SMALL_PARTS, **changes)))


def test_a_large_object_goes_up_in_parts() -> None:
    state = small_parts()

    made = run(state, name="a", content=LARGE, cache_control="no-store")

    assert contents(state) == {"a": LARGE.encode()}
    assert made["object"]["cache_control"] == "no-store"
    assert sorted(mutations(state)) == ["finish_upload a", *["put_part a"] * 5, "start_upload a"]


def test_a_killed_upload_is_resumed_with_the_parts_that_are_there() -> None:
    state = small_parts(part_checksums=True)
    state.kill_at(3, "after")
    with pytest.raises(Killed):
        run(state, name="a", content=LARGE)
    buried()
    state.revive()
    there = sum(len(upload.parts) for upload in state.uploads.values())
    state.log.clear()

    run(state, name="a", content=LARGE, metadata={"owner": "me"})

    assert there >= 1
    assert mutations(state).count("put_part a") == 5 - there
    assert "start_upload a" not in mutations(state)
    assert contents(state) == {"a": LARGE.encode()}
    assert state.all("object/site")[0].metadata == {"owner": "me"}
    assert not state.uploads


def test_an_upload_that_was_killed_before_its_first_part_is_taken_up_and_not_left_behind() -> None:
    state = small_parts(part_checksums=True)
    state.kill_at(1, "after")
    with pytest.raises(Killed):
        run(state, name="a", content=LARGE)
    buried()
    state.revive()
    begun = len(state.uploads)
    state.log.clear()

    run(state, name="a", content=LARGE)

    assert begun == 1
    assert "start_upload a" not in mutations(state)
    assert contents(state) == {"a": LARGE.encode()}
    assert not state.uploads


def test_parts_of_another_content_are_not_taken() -> None:
    state = small_parts()
    state.kill_at(4, "after")
    with pytest.raises(Killed):
        run(state, name="a", content=LARGE)
    buried()
    state.revive()

    run(state, name="a", content=LARGE.upper())

    assert contents(state) == {"a": LARGE.upper().encode()}


def test_an_upload_that_another_run_ended_meanwhile_is_begun_anew() -> None:
    state = small_parts()
    state.kill_at(3, "after")
    with pytest.raises(Killed):
        run(state, name="a", content=LARGE)
    buried()
    state.revive()
    mutation = state.mutation

    def meddling(*call: t.Any) -> t.Any:
        if "put_part" in call and "upload-1" in "".join(state.uploads):
            state.uploads.clear()
        return mutation(*call)

    state.mutation = meddling  # type: ignore[method-assign]
    state.uploads = {"upload-1": next(iter(state.uploads.values()))}

    made = run(state, name="a", content=LARGE)

    assert not made.get("failed")
    assert contents(state) == {"a": LARGE.encode()}
    assert mutations(state).count("start_upload a") == 2


def test_an_upload_that_cannot_be_is_given_up_and_one_that_may_is_kept() -> None:
    state = small_parts()
    state.fail_at(3, Denied("no more"))
    assert run(state, name="a", content=LARGE)["failure"]["kind"] == "denied"
    assert not state.uploads

    state.fail_at(3, Unavailable("the line went dead"))
    assert run(state, name="a", content=LARGE)["failure"]["kind"] == "unavailable"
    assert len(state.uploads) == 1


def test_an_end_whose_answer_was_lost_is_seen() -> None:
    state = small_parts()
    state.fail_at(7, lost(), acted=True)

    result = run(state, name="a", content=LARGE)

    assert not result.get("failed")
    assert contents(state) == {"a": LARGE.encode()}


def test_what_is_too_large_is_refused_before_anything_changes(tmp_path: pathlib.Path) -> None:
    limits = {**SMALL_PARTS, "put_max": 10}
    state = site(State(capabilities=capable("bucket", limits=limits), lacks=("bucket.start_upload",)))
    write(tmp_path, {"t/a": b"fits", "t/b": LARGE.encode()})

    message = problem(state, tmp_path, prefix="t", src="t")

    assert message == (
        f"{tmp_path}/t/b has 19 bytes, and this provider takes objects of at most 10 bytes; nothing was changed"
    )


@pytest.mark.parametrize("size", [5, len(LARGE)])
@pytest.mark.parametrize("content", [LARGE.upper(), "short"])
def test_a_file_that_changes_during_its_upload_is_a_conflict(tmp_path: pathlib.Path, size: int, content: str) -> None:
    state = small_parts()
    write(tmp_path, {"a": LARGE[:size].encode(), "b": content.encode()})
    mutation = state.mutation

    def meddling(*call: t.Any) -> t.Any:
        if {"start_upload", "put"} & set(call[:3]) and (tmp_path / "b").exists():
            os.replace(tmp_path / "b", tmp_path / "a")
        return mutation(*call)

    state.mutation = meddling  # type: ignore[method-assign]

    result = run(state, tmp_path, name="a", src="a")
    again = run(state, tmp_path, name="a", src="a")

    assert result["failure"]["kind"] == "conflict"
    assert again["changed"] is True
    assert contents(state) == {"a": content.encode()}
    assert not state.uploads


def test_a_download_goes_on_where_a_killed_one_stopped(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    with landing(Folder(str(tmp_path)), "out", Work()) as spot:
        spot.write(LARGE[:8].encode())
    (part,) = tmp_path.iterdir()
    assert PART.fullmatch(part.name)
    before = state.bytes["site", "a"]
    state.bytes["site", "a"] = b"XXXXXXXX" + before[8:]

    run(state, tmp_path, name="a", dest="out")

    assert tree(tmp_path) == {"out": LARGE.encode()}


def test_a_beginning_that_belongs_to_another_content_is_thrown_away(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    with landing(Folder(str(tmp_path)), "out", Work()) as spot:
        spot.write(b"something else that is longer than all of it")

    run(state, tmp_path, name="a", dest="out")

    assert tree(tmp_path) == {"out": LARGE.encode()}


def test_what_arrives_damaged_leaves_the_old_file(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    write(tmp_path, {"out": b"old"})
    state.bytes["site", "a"] = LARGE.upper().encode()

    result = run(state, tmp_path, name="a", dest="out")

    assert "arrived with another checksum or size than it was listed with" in result["msg"]
    assert tree(tmp_path) == {"out": b"old"}


def test_an_object_without_checksums_that_changes_meanwhile_leaves_the_old_file(tmp_path: pathlib.Path) -> None:
    state = site(State(capabilities=capable("bucket", checksums=())), {"a": b"before"})
    write(tmp_path, {"out": b"old"})
    read = state.read

    def meddling(*call: t.Any) -> None:
        read(*call)
        if "get" in call:
            memory_cloud(state).buckets.put("site", "a", Text(b"after!"), {})

    state.read = meddling  # type: ignore[method-assign]

    result = run(state, tmp_path, name="a", dest="out")

    assert "so the file was left as it was; it may just be changing, run again" in result["msg"]
    assert tree(tmp_path) == {"out": b"old"}


def test_a_link_that_stands_in_for_the_beginning_gets_nothing_written_to(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    (tmp_path / "here").mkdir()
    with landing(Folder(str(tmp_path / "here")), "out", Work()):
        pass
    (part,) = (tmp_path / "here").iterdir()
    part.unlink()
    write(tmp_path, {"precious": b"of old"})
    os.link(tmp_path / "precious", part)

    run(state, tmp_path, name="a", dest="here/out")

    assert tree(tmp_path) == {"here/out": LARGE.encode(), "precious": b"of old"}
    assert (tmp_path / "here/out").stat().st_nlink == 1


def test_what_is_downloaded_over_a_program_does_not_run_as_its_owner(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    write(tmp_path, {"out": b"old"})
    (tmp_path / "out").chmod(0o4750)

    run(state, tmp_path, name="a", dest="out")

    assert (tmp_path / "out").stat().st_mode & 0o7777 == 0o750


@pytest.mark.parametrize("limit", [5, 15])
def test_a_disk_without_room_keeps_the_old_file_and_nothing_else(tmp_path: pathlib.Path, limit: int) -> None:
    state = site(objects={"a": LARGE.encode()})
    write(tmp_path, {"out": b"old"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        result = run(state, tmp_path, name="a", dest="out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert result["msg"] == f"cannot write {tmp_path}/out: File too large"
    assert tree(tmp_path) == {"out": b"old"}


def test_a_download_waits_for_another_that_is_at_it_and_in_the_end_gives_up(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    with landing(Folder(str(tmp_path)), "out", Work()):
        (part,) = tmp_path.iterdir()
        with part.open("rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

        result = run(state, tmp_path, name="a", dest="out")

    assert result["msg"] == (
        f"gave up waiting to write {tmp_path}/out after 600 s; last state: another task is downloading to it"
    )
    assert result["failure"]["kind"] == "timeout"


def test_what_another_download_has_brought_meanwhile_is_not_brought_again(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    other = contextlib.ExitStack()
    spot = other.enter_context(landing(Folder(str(tmp_path)), "out", Work()))
    sleep = state.sleep

    def other_ends(seconds: float) -> None:
        sleep(seconds)
        if not (tmp_path / "out").exists():
            spot.write(LARGE.encode())
            spot.take_place()
            other.close()

    state.sleep = other_ends  # type: ignore[method-assign]

    run(state, tmp_path, name="a", dest="out")

    assert tree(tmp_path) == {"out": LARGE.encode()}
    assert "get" not in [call.verb for call in state.log]


def test_a_line_that_goes_dead_again_and_again_is_taken_up_as_long_as_something_comes(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": LARGE.encode()})
    for number in (2, 3, 4):
        state.fail_at(number, Unavailable("the line went dead"), reads=True)

    run(state, tmp_path, name="a", dest="out")

    assert tree(tmp_path) == {"out": LARGE.encode()}


def test_the_parent_that_becomes_a_link_is_not_followed(tmp_path: pathlib.Path) -> None:
    write(tmp_path, {"outside/kept": b"kept"})
    folder = Folder(str(tmp_path / "dest"))
    write(tmp_path / "dest", {})
    (tmp_path / "dest" / "sub").symlink_to(tmp_path / "outside")

    with pytest.raises(Conflict, match="a link or file stands in its way"), landing(folder, "sub/new", Work()):
        pass

    assert tree(tmp_path / "outside") == {"kept": b"kept"}


def test_a_part_is_as_large_as_it_must_be_for_the_count_of_parts() -> None:
    limits = {**SMALL_PARTS, "parts": 2, "part_size": 1}
    state = site(State(capabilities=capable("bucket", limits=limits)))

    run(state, name="a", content=LARGE)

    assert mutations(state).count("put_part a") == 2
