# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cloud_object refuses, each with one sentence and nothing changed."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.folder import check_path
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid, NotFound

from .object_ground import problem, run, site, tree, write

SENTENCES: list[tuple[dict[str, t.Any], str]] = [
    ({"name": "../x", "content": ""}, 'the object name "../x" has a . or .. part; nothing was changed'),
    ({"name": "a/../x", "dest": "here"}, 'the object name "a/../x" has a . or .. part'),
    ({"name": "/x", "content": ""}, 'the object name "/x" begins with a slash'),
    ({"name": "", "content": ""}, 'the object name "" is empty'),
    ({"name": "x" * 1025, "content": ""}, "has more than 1024 bytes"),
    ({"name": "a\0b", "content": ""}, "has a NUL character"),
    ({"name": "a", "state": "absent", "content": "x"}, "state is absent, so content makes no sense"),
    ({"state": "absent"}, "which would empty the whole bucket"),
    ({"prefix": "/", "state": "absent"}, "which would empty the whole bucket"),
    ({"name": "a", "src": "folder"}, "is a folder, so give a prefix instead of the name a"),
    ({"name": "a", "dest": "x", "metadata": {}}, "belong to objects; leave them out with dest"),
    ({"name": "a", "content": "x", "delete_extra": True}, "are for a whole prefix"),
    ({"prefix": "a"}, "say what is wanted"),
    ({"prefix": "a", "dest": "", "delete_extra": True}, "dest is empty"),
    ({"prefix": "a", "src": ""}, "src is empty"),
    ({"name": "a", "content": "x", "metadata": {"b": None}}, "metadata.b is None"),
    ({"presign": {"method": "GET", "expires": 5}}, "presign makes an address of one object"),
    ({"prefix": "a", "dest": "file"}, "is no folder; to download one object into a file give its name"),
    ({"prefix": "a", "copy_from": {"prefix": "a/b"}}, "since one holds the other"),
    ({"name": "a", "copy_from": {"prefix": "b"}}, "copy_from needs the name of the object to copy"),
    ({"prefix": "x", "src": "folder", "include": ["/"]}, 'the pattern "/" fits nothing'),
    ({"prefix": "x", "dest": "folder", "checksum": "md5:" + "a" * 32}, "checksum is for one object"),
]


@pytest.mark.parametrize(("params", "sentence"), SENTENCES, ids=[sentence[:40] for _params, sentence in SENTENCES])
def test_bad_input_has_its_sentence(tmp_path: pathlib.Path, params: dict[str, t.Any], sentence: str) -> None:
    state = site(objects={"x": b"text"})
    write(tmp_path, {"folder/a": b"a", "file": b"f"})

    assert sentence in problem(state, tmp_path, **params)


HOSTILE = [
    "../x",
    "a/../../x",
    "a//b",
    "a/./b",
    "/etc/x",
    "..",
    "nul\0",
    "n" * 256,
    ".anycloud-0123456789abcdef.part",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_in_a_bucket_keeps_a_whole_download_from_beginning(tmp_path: pathlib.Path, name: str) -> None:
    state = site(objects={"t/good": b"good", "t/" + name: b"bad", "t/zzz": b"good"})
    write(tmp_path, {"dest/kept": b"kept"})

    message = problem(state, tmp_path / "dest", prefix="t", dest=".")

    assert "so it can be no file below a folder; nothing was changed; leave it out with exclude" in message
    assert tree(tmp_path) == {"dest/kept": b"kept"}


def test_a_name_with_half_a_character_is_refused_like_the_others() -> None:
    with pytest.raises(Invalid, match="object site/x\\? has characters that no file name here can have"):
        check_path("x\ud800", "object site/x\ud800")


def test_the_rest_can_be_had_with_exclude(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/good": b"good", "t/../x": b"bad"})

    run(state, tmp_path, prefix="t", dest="dest", exclude=["../**"])

    assert tree(tmp_path) == {"dest/good": b"good"}


@pytest.mark.parametrize("name", ["a", "b/c"])
def test_nothing_is_written_through_a_link(tmp_path: pathlib.Path, name: str) -> None:
    state = site(objects={f"t/{name}": b"new", "t/aaa": b"new"})
    write(tmp_path, {"outside/a": b"old", "outside/c": b"old"})
    write(tmp_path / "dest", {})
    os.symlink(tmp_path / "outside" / "a", tmp_path / "dest" / "a")
    os.symlink(tmp_path / "outside", tmp_path / "dest" / "b")

    message = problem(state, tmp_path, prefix="t", dest="dest")

    assert "is a link, and nothing is written through links; remove it first" in message
    assert "is a link" in problem(state, tmp_path, name=f"t/{name}", dest="dest/a")


def test_a_link_as_dest_itself_is_the_users_own_choice(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/a": b"new"})
    write(tmp_path / "real", {})
    os.symlink("real", tmp_path / "dest")

    run(state, tmp_path, prefix="t", dest="dest")

    assert tree(tmp_path / "real") == {"a": b"new"}


def test_objects_that_cannot_both_be_files_are_refused(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/a": b"1", "t/a-b": b"2", "t/a/b": b"3"})

    message = problem(state, tmp_path, prefix="t", dest="dest")

    assert message == (
        "objects site/t/a and site/t/a/b cannot both be files, since one would be a folder too; nothing was changed; "
        "leave one out with exclude"
    )


@pytest.mark.parametrize(("there", "object_name"), [("a", "a/b"), ("a/b", "a")])
def test_a_file_in_the_way_of_a_folder_goes_only_with_delete_extra(
    tmp_path: pathlib.Path, there: str, object_name: str
) -> None:
    state = site(objects={f"t/{object_name}": b"new"})
    write(tmp_path / "dest", {there: b"old"})

    assert "is in its way; nothing was changed" in problem(state, tmp_path, prefix="t", dest="dest")
    run(state, tmp_path, prefix="t", dest="dest", delete_extra=True)

    assert tree(tmp_path / "dest") == {object_name: b"new"}


def test_an_empty_source_with_delete_extra_needs_leave(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/a": b"1", "t/b": b"2", "u": b"3"})
    write(tmp_path / "empty", {})

    message = problem(state, tmp_path, prefix="t", src="empty", delete_extra=True)
    refusal = run(state, tmp_path, prefix="t", src="empty", delete_extra=True)
    result = run(state, tmp_path, prefix="t", src="empty", delete_extra=True, allow=["data_loss"])

    assert message == (
        f"{tmp_path}/empty/ has nothing in it, so delete_extra would delete all 2 objects of site/t/; "
        "the plan needs allow: [data_loss], and nothing was changed"
    )
    assert refusal["failure"]["kind"] == "refused" and refusal["changed"] is False
    assert refusal["plan"] == result["plan"] == ["delete object site/t/a (1 byte)", "delete object site/t/b (1 byte)"]
    assert result["disrupts"] == ["data_loss"]
    assert result["counts"]["deleted"] == 2


def test_a_name_that_is_not_there_is_told_with_those_like_it(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/index.html": b"1", "index.html": b"2"})

    with pytest.raises(NotFound) as caught:
        run(state, tmp_path, name="t/indx.html", dest="out")

    assert str(caught.value) == "there is no object site/t/indx.html; nearest: t/index.html"


def test_a_source_that_is_missing_is_never_taken_for_an_empty_one(tmp_path: pathlib.Path) -> None:
    state = site(objects={"t/a": b"1"})

    with pytest.raises(Exception, match="there is no file"):
        run(state, tmp_path, prefix="t", src="missing", delete_extra=True, allow=["data_loss"])

    assert state.mutations() == []


def test_a_file_name_that_is_no_text_is_refused(tmp_path: pathlib.Path) -> None:
    state = site()
    write(tmp_path / "up", {})
    pathlib.Path(os.fsdecode(os.fsencode(tmp_path / "up") + b"/\xff")).write_bytes(b"x")

    assert "is not UTF-8" in problem(state, tmp_path, prefix="t", src="up")
