# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever two trees hold, one run makes them alike, the next finds nothing to do, and nothing else is touched."""

from __future__ import annotations

import os
import pathlib
import tempfile
import threading
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Stopped
from hypothesis import given
from hypothesis import strategies as st

from ..memory import Killed, State, capable, lost, memory_cloud
from .object_ground import SMALL_PARTS, Text, contents, run, site, tree, write

LONG_AGO = 1_000_000_000
parts = st.sampled_from(["a", "b", "a-", "a b", "é", "%2F", "+", ".dot", "z" * 40])
paths = st.lists(parts, min_size=1, max_size=3).map("/".join)
texts = st.sampled_from(
    [b"", b"1", b"2", b"11", b"22", b"0123456789", b"0123456789abcdef-long", b"0123456789abcdef+long"]
)
trees = st.dictionaries(paths, texts, max_size=6)
hostile = st.one_of(paths, st.sampled_from(["../x", "a/../x", "/x", "a//b", "..", "a/", "\0", "b/."]))
clouds = st.fixed_dictionaries(
    {
        "checksums": st.sampled_from([(), ("md5",), ("sha256", "md5")]),
        "part_checksums": st.booleans(),
        "limits": st.just(SMALL_PARTS),
    }
)
lacking = st.sets(st.sampled_from(["bucket.copy", "bucket.start_upload", "bucket.uploads"]))


def folders_of(names: t.Iterable[str]) -> set[str]:
    return {name.rsplit("/", depth)[0] for name in names for depth in range(1, name.count("/") + 1)}


def as_files(files: dict[str, bytes]) -> dict[str, bytes]:
    """Without those that would have to be a folder too."""
    return {path: content for path, content in files.items() if path not in folders_of(files)}


@st.composite
def grounds(draw: st.DrawFn) -> State:
    """A cloud of some abilities, with objects below ``t/`` and others beside it."""
    state = State(capabilities=capable("bucket", **draw(clouds)), lacks=draw(lacking))
    below = draw(trees)
    return site(state, {**{f"t/{name}": content for name, content in below.items()}, "t": b"beside", "tt/a": b"beside"})


def new_folder(top: str, files: dict[str, bytes]) -> pathlib.Path:
    """A folder of files that are newer than all objects, beside a file that nobody may touch."""
    folder = write(pathlib.Path(top) / "folder", files)
    (pathlib.Path(top) / "outside").write_bytes(b"outside")
    return folder


def old_folder(top: str, files: dict[str, bytes]) -> pathlib.Path:
    """The same with files that are older than all objects."""
    folder = new_folder(top, files)
    for path in files:
        os.utime(folder / path, (LONG_AGO, LONG_AGO))
    return folder


def buried() -> None:
    """Waits for the threads of a task that was killed, which a real kill takes along."""
    for thread in threading.enumerate():
        if thread.name.startswith("ThreadPoolExecutor"):
            thread.join()


def below(state: State) -> dict[str, bytes]:
    return {name.removeprefix("t/"): content for name, content in contents(state).items() if name.startswith("t/")}


def beside(state: State) -> dict[str, bytes]:
    return {name: content for name, content in contents(state).items() if not name.startswith("t/")}


@pytest.mark.fuzz
@given(state=grounds(), files=trees.map(as_files), delete_extra=st.booleans())
def test_a_folder_goes_up(state: State, files: dict[str, bytes], delete_extra: bool) -> None:
    with tempfile.TemporaryDirectory() as top:
        wanted = {
            "prefix": "t",
            "src": str(new_folder(top, files)),
            "delete_extra": delete_extra,
            "allow": ["data_loss"],
        }
        before = below(state)

        planned = run(state, check_mode=True, **wanted)
        assert not state.mutations() and below(state) == before
        made = run(state, **wanted)
        calls = len(state.mutations())
        again = run(state, **wanted)

        assert (planned["plan"], planned["diff"], planned["changed"]) == (made["plan"], made["diff"], made["changed"])
        assert planned["counts"] == made["counts"]
        assert made["changed"] is bool(made["plan"]) is bool(calls)
        assert below(state) == ({} if delete_extra else before) | files
        assert beside(state) == {"t": b"beside", "tt/a": b"beside"}
        assert again["changed"] is False and again["plan"] == [] and len(state.mutations()) == calls
        assert tree(top) == {"outside": b"outside", **{f"folder/{path}": content for path, content in files.items()}}
        assert not state.uploads


@pytest.mark.fuzz
@given(state=grounds(), files=trees.map(as_files), delete_extra=st.booleans())
def test_a_prefix_comes_down(state: State, files: dict[str, bytes], delete_extra: bool) -> None:
    with tempfile.TemporaryDirectory() as top:
        folder = old_folder(top, files)
        wanted = {"prefix": "t", "dest": str(folder), "delete_extra": delete_extra, "allow": ["data_loss"]}
        objects = below(state)
        try:
            planned = run(state, check_mode=True, **wanted)
        except CloudError:
            with pytest.raises(CloudError):
                run(state, **wanted)
            assert tree(folder) == files
            return
        assert tree(folder) == files
        made = run(state, **wanted)
        again = run(state, **wanted)

        assert (planned["plan"], planned["diff"], planned["changed"]) == (made["plan"], made["diff"], made["changed"])
        assert tree(folder) == ({} if delete_extra else files) | objects
        assert (pathlib.Path(top) / "outside").read_bytes() == b"outside"
        assert again["changed"] is False
        assert not state.mutations()


@pytest.mark.fuzz
@given(names=st.dictionaries(hostile, texts, min_size=1, max_size=4), delete_extra=st.booleans())
def test_names_from_strangers_write_below_dest_or_nothing_at_all(names: dict[str, bytes], delete_extra: bool) -> None:
    state = site(objects={f"t/{name}": content for name, content in names.items()})
    with tempfile.TemporaryDirectory() as top:
        folder = old_folder(top, {"a/kept": b"kept"})
        try:
            run(state, prefix="t", dest=str(folder), delete_extra=delete_extra, allow=["data_loss"])
        except CloudError:
            assert tree(folder) == {"a/kept": b"kept"}
        else:
            kept = {} if delete_extra else {"a/kept": b"kept"}
            files = {name: content for name, content in names.items() if not (name.endswith("/") and not content)}
            assert tree(folder) == kept | files
        assert set(os.listdir(top)) == {"folder", "outside"}


@pytest.mark.fuzz
@given(state=grounds(), files=trees.map(as_files), when=st.sampled_from(["before", "after"]), number=st.integers(1, 12))
def test_a_run_that_was_killed_is_finished_by_the_next(
    state: State, files: dict[str, bytes], when: t.Literal["before", "after"], number: int
) -> None:
    with tempfile.TemporaryDirectory() as top:
        wanted = {"prefix": "t", "src": str(new_folder(top, files)), "delete_extra": True, "allow": ["data_loss"]}
        state.kill_at(number, when)
        try:
            run(state, **wanted)
        except (Killed, Stopped):
            for name, content in below(state).items():
                assert content in {*files.values(), *state.bytes.values()}, f"half of {name}"
        state.revive()

        run(state, **wanted)
        again = run(state, **wanted)

        assert below(state) == files
        assert again["changed"] is False


@pytest.mark.fuzz
@given(state=grounds(), files=trees.map(as_files), number=st.integers(1, 12), acted=st.booleans())
def test_a_lost_answer_ends_right_or_in_one_failure(
    state: State, files: dict[str, bytes], number: int, acted: bool
) -> None:
    with tempfile.TemporaryDirectory() as top:
        wanted = {"prefix": "t", "src": str(new_folder(top, files)), "delete_extra": True, "allow": ["data_loss"]}
        state.fail_at(number, lost(), acted=acted)

        result = run(state, **wanted)

        if result.get("failed"):
            assert result["failure"]["kind"] == "unavailable"
            run(state, **wanted)
        assert below(state) == files


@pytest.mark.fuzz
@given(state=grounds(), number=st.integers(1, 30))
def test_a_download_that_breaks_off_goes_on_or_leaves_what_was_there(state: State, number: int) -> None:
    with tempfile.TemporaryDirectory() as top:
        objects = as_files(below(state))
        wanted = {"prefix": "t", "dest": top, "include": sorted(objects) or ["nothing"]}
        state.fail_at(number, Unavailable("the line went dead"), reads=True)
        try:
            run(state, **wanted)
        except CloudError:
            assert set(tree(top)) <= set(objects)
        state.revive()
        try:
            run(state, **wanted)
        except CloudError:
            return

        assert all(tree(top)[path] == content for path, content in objects.items())


@pytest.mark.fuzz
@given(state=grounds(), there=trees, delete_extra=st.booleans())
def test_a_tree_is_copied(state: State, there: dict[str, bytes], delete_extra: bool) -> None:
    copies_before = {f"u/{name}": content for name, content in there.items()}
    newer = {f"t/{name}": content for name, content in below(state).items()}
    for name, content in {**copies_before, **newer}.items():
        memory_cloud(state).buckets.put("site", name, Text(content), {})
    state.log.clear()
    wanted = {"prefix": "u", "copy_from": {"prefix": "t"}, "delete_extra": delete_extra, "allow": ["data_loss"]}

    planned = run(state, check_mode=True, **wanted)
    assert not state.mutations()
    made = run(state, **wanted)
    again = run(state, **wanted)

    copies = {name.removeprefix("u/"): content for name, content in contents(state).items() if name.startswith("u/")}
    assert planned["plan"] == made["plan"]
    assert copies == ({} if delete_extra else there) | below(state)
    assert again["changed"] is False
