# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a task on a tree tells, which paths its patterns mean, and what its plan needs."""

from __future__ import annotations

import os
import pathlib

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.ledger import Ledger, Step, size_text
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.patterns import Patterns
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.sides import Entry
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.tree import in_order
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Denied, Unavailable

from ..memory import Heard
from .object_ground import contents, run, site, tree, write

FITS = [
    ("*.log", "a.log", True),
    ("*.log", "x/y/a.log", True),
    ("*.log", "a.logs", False),
    ("x/*.log", "x/a.log", True),
    ("x/*.log", "y/x/a.log", False),
    ("x/*.log", "x/y/a.log", False),
    ("**/y/*.log", "y/a.log", True),
    ("**/y/*.log", "x/y/a.log", True),
    ("x/**", "x/y/a.log", True),
    ("**", "any/thing", True),
    (".git/", ".git/config", True),
    (".git/", "sub/.git/a/b", True),
    (".git/", ".gitignore", False),
    ("a?c", "abc", True),
    ("a?c", "a/c", False),
    ("[ab]c", "bc", True),
    ("[!ab]c", "bc", False),
    ("a+b(c)", "a+b(c)", True),
    ("line\nbreak", "line\nbreak", True),
]


@pytest.mark.parametrize(("pattern", "path", "fits"), FITS)
def test_a_pattern_means_what_its_documentation_says(pattern: str, path: str, fits: bool) -> None:
    assert Patterns([pattern], None).accept(path) is fits
    assert Patterns(None, [pattern]).accept(path) is not fits


def test_what_is_excluded_is_left_alone_on_both_sides(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/keep.bak": b"1", "t/gone": b"2"})
    write(tmp_path / "up", {"new": b"3", "mine.bak": b"4"})

    run(state, tmp_path, prefix="t", src="up", exclude=["*.bak"], delete_extra=True)

    assert contents(state) == {"t/keep.bak": b"1", "t/new": b"3"}


def test_only_what_is_included_is_deleted() -> None:
    state = site(objects={"t/a.log": b"1", "t/b": b"2", "u/c.log": b"3"})

    result = run(state, prefix="t", state="absent", include=["*.log"])

    assert contents(state) == {"t/b": b"2", "u/c.log": b"3"}
    assert result["counts"]["deleted"] == 1


def test_a_whole_bucket_is_emptied_only_when_that_is_said() -> None:
    state = site(objects={"a": b"1", "b/c": b"2"})

    run(state, state="absent", include=["**"])

    assert contents(state) == {}


def test_more_than_a_hundred_steps_are_told_as_a_hundred_and_a_count() -> None:
    state = site(objects={f"t/{number:03}": b"x" for number in range(250)})

    planned = run(state, check_mode=True, prefix="t", state="absent")
    gone = run(state, prefix="t", state="absent")

    assert len(gone["plan"]) == 101
    assert gone["plan"][0] == "delete object site/t/000 (1 byte)"
    assert gone["plan"][-1] == "... and 150 more"
    assert gone["diff"]["after"] == {"...": "and 150 more"}
    assert gone["counts"]["deleted"] == 250
    assert planned["plan"] == gone["plan"] and planned["diff"] == gone["diff"]


def test_a_long_plan_needs_no_memory_of_its_own() -> None:
    ledger = Ledger(keep=True)
    try:
        for number in range(60_000):
            ledger.add(Step(verb="delete", entry=Entry(path=f"{number:06}" + "x" * 100, size=1), text="delete it"))
        assert [step.entry.path[:6] for step in ledger.ends()][::20_000] == ["000000", "020000", "040000"]
        assert len(ledger.sentences) == 101
    finally:
        ledger.close()


def test_a_listing_out_of_order_is_never_trusted() -> None:
    entries = [Entry(path="b", size=1), Entry(path="a", size=1)]

    with pytest.raises(Unavailable, match="has object a after b, which is no order; nothing was changed"):
        list(in_order(iter(entries), "object"))


def test_without_waiting_the_object_is_told_as_it_stands() -> None:
    state = site()

    assert run(state, name="a", content="x", wait=False)["object"]["size"] == 1


def test_fields_of_a_tree_are_compared_too(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/a": b"1", "t/b": b"2"})
    write(tmp_path / "up", {"a": b"1", "b": b"2"})

    made = run(state, tmp_path, prefix="t", src="up", cache_control="no-store")
    again = run(state, tmp_path, prefix="t", src="up", cache_control="no-store")

    assert made["counts"]["changed"] == 2
    assert made["diff"]["after"]["a"] == {"cache_control": "no-store"}
    assert again["changed"] is False


def test_one_failure_stops_or_the_rest_is_done(tmp_path: pathlib.Path) -> None:
    files = {f"{number}": b"x" for number in range(6)}
    write(tmp_path / "up", files)
    for on_error, done in (("continue", 5), ("stop", None)):
        state = site()
        state.fail_at(1, Denied("not this one"))

        result = run(state, tmp_path, prefix="t", src="up", on_error=on_error)

        assert result["failed"] is True and result["failure"]["kind"] == "denied"
        assert len(result["outcomes"]) == 1
        assert result["outcomes"][0]["failure"]["msg"] == "not this one"
        if done is not None:
            assert len(contents(state)) == done
            assert result["msg"].startswith("1 of 6 steps failed, 5 were done and the next run does the rest; site/t/")


def test_links_and_what_is_no_file(tmp_path: pathlib.Path) -> None:
    state, heard = site(), Heard()
    write(tmp_path / "up", {"sub/a": b"1"})
    write(tmp_path, {"beside": b"2"})
    os.symlink(tmp_path / "beside", tmp_path / "up" / "link")
    os.symlink("sub", tmp_path / "up" / "to-folder")
    os.symlink("nowhere", tmp_path / "up" / "dangling")
    os.mkfifo(tmp_path / "up" / "pipe")

    run(state, tmp_path, heard=heard, prefix="t", src="up")

    assert contents(state) == {"t/link": b"2", "t/sub/a": b"1"}
    assert sorted(heard.warnings) == [
        f"{tmp_path}/up/dangling was left out: it is a link that leads to no file",
        f"{tmp_path}/up/pipe was left out: it is no ordinary file",
        f"{tmp_path}/up/to-folder was left out: it is a link that leads to no file",
    ]


def test_markers_of_empty_folders_are_left_alone(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/": b"", "t/sub/": b"", "t/a": b"1"})
    write(tmp_path / "up", {"a": b"1"})

    assert run(state, tmp_path, prefix="t", src="up", delete_extra=True)["changed"] is False
    run(state, tmp_path, prefix="t", dest="down")
    assert tree(tmp_path / "down") == {"a": b"1"}
    assert run(state, prefix="t", state="absent")["counts"]["deleted"] == 3


def test_folders_that_deletions_leave_empty_go_too(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/a": b"1"})
    write(tmp_path / "down", {"old/deep/x": b"x", "kept/y.bak": b"y"})

    run(state, tmp_path, prefix="t", dest="down", delete_extra=True, exclude=["*.bak"])

    assert sorted(os.listdir(tmp_path / "down")) == ["a", "kept"]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1_234_567, "1.235 MB"),
        (5 * 10**12, "5000 GB"),
    ],
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert size_text(size) == text
