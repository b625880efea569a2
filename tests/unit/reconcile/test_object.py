# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cloud_object does with one object, as a user would tell it."""

from __future__ import annotations

import hashlib
import os
import pathlib

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import NotFound

from ..memory import Heard, State
from .object_ground import capable_of, contents, mutations, problem, run, site, tree, write


def test_a_text_is_planned_put_and_then_left_alone() -> None:
    state = site()

    planned = run(state, check_mode=True, name="a.html", content="hello")
    assert mutations(state) == []
    made = run(state, name="a.html", content="hello")
    again = run(state, name="a.html", content="hello")

    assert planned["plan"] == made["plan"] == ["upload object site/a.html (5 bytes)"]
    assert planned["diff"] == made["diff"]
    assert set(planned) == set(made) == set(again)
    assert made["object"]["content_type"] == "text/html"
    assert made["object"]["size"] == planned["object"]["size"] == 5
    assert planned["object"]["etag"] is None
    assert again["changed"] is False and again["plan"] == [] and again["object"] == made["object"]
    assert contents(state) == {"a.html": b"hello"}
    assert mutations(state) == ["put a.html"]


def test_an_unchanged_object_costs_one_request() -> None:
    state = site(objects={"a": b"hello"})

    result = run(state, name="a", content="hello")

    assert result["changed"] is False
    assert [call.verb for call in state.log] == ["stat"]


def test_another_content_of_the_same_size_shows_both_checksums_and_no_content() -> None:
    state = site(objects={"a": b"hello"})

    result = run(state, name="a", content="jello")

    assert contents(state) == {"a": b"jello"}
    assert result["plan"] == ["upload object site/a (5 bytes), replacing 5 bytes"]
    assert result["diff"]["before"]["checksum"] == "sha256:" + hashlib.sha256(b"hello").hexdigest()
    assert result["diff"]["after"]["checksum"] == "sha256:" + hashlib.sha256(b"jello").hexdigest()
    assert "jello" not in repr(result)


def test_what_nobody_mentioned_stays_when_the_content_changes() -> None:
    state = site(objects={"a": b"old"}, metadata={"owner": "me"}, cache_control="max-age=1", content_type="text/x-own")

    made = run(state, name="a", content="newer", cache_control="max-age=2")

    assert made["object"]["metadata"] == {"owner": "me"}
    assert made["object"]["content_type"] == "text/x-own"
    assert made["object"]["cache_control"] == "max-age=2"


@pytest.mark.parametrize("lacks", [(), ("bucket.copy",)])
def test_fields_change_without_another_upload_where_the_cloud_can_copy(lacks: tuple[str, ...]) -> None:
    state = site(State(lacks=lacks), {"a": b"text"}, metadata={"owner": "me"})

    planned = run(state, check_mode=True, name="a", metadata={"Release": 2}, cache_control="no-store")
    made = run(state, name="a", metadata={"Release": 2}, cache_control="no-store")
    again = run(state, name="a", metadata={"Release": 2}, cache_control="no-store")

    assert (
        planned["plan"]
        == made["plan"]
        == ["change object site/a: cache_control none -> no-store, metadata owner=me -> release=2"]
    )
    assert made["object"]["metadata"] == {"release": "2"}
    assert again["changed"] is False
    assert mutations(state) == ["put a" if lacks else "copy a"]
    assert contents(state) == {"a": b"text"}


def test_an_object_that_has_to_exist_and_does_not_fails_and_in_check_mode_warns() -> None:
    state, heard = site(), Heard()

    with pytest.raises(NotFound, match="there is no object site/a; give content, src or copy_from to make it"):
        run(state, name="a", cache_control="no-store")
    planned = run(state, check_mode=True, heard=heard, name="a", cache_control="no-store")

    assert planned["changed"] is True
    assert heard.warnings == ["there is no object site/a yet; this goes on as if an earlier task had made it"]


def test_a_bucket_that_is_missing_fails_naming_near_ones_and_in_check_mode_warns() -> None:
    state, heard = site(), Heard()

    with pytest.raises(NotFound, match="there is no bucket sites on memory; nearest: site"):
        run(state, bucket="sites", name="a", content="x")
    planned = run(state, check_mode=True, heard=heard, bucket="sites", name="a", content="x")

    assert planned["plan"] == ["upload object sites/a (1 byte)"]
    assert heard.warnings == [
        "there is no bucket sites yet; nearest: site; this goes on as if an earlier task had made it"
    ]
    assert run(state, bucket="sites", name="a", state="absent")["changed"] is False


def test_a_file_goes_up_and_comes_down(tmp_path: pathlib.Path) -> None:
    state = site()
    write(tmp_path, {"in.tar.gz": b"packed"})

    up = run(state, tmp_path, name="b/backup.tar.gz", src="in.tar.gz")
    down = run(state, tmp_path, name="b/backup.tar.gz", dest="new/out.tar.gz")
    again = run(state, tmp_path, name="b/backup.tar.gz", dest="new/out.tar.gz")
    into = run(state, tmp_path, name="b/backup.tar.gz", dest="new/")

    assert up["object"]["content_type"] == "application/gzip"
    assert down["plan"] == [f"download object site/b/backup.tar.gz to {tmp_path}/new/out.tar.gz (6 bytes)"]
    assert down["dest"] == f"{tmp_path}/new/out.tar.gz"
    assert again["changed"] is False
    assert into["dest"] == f"{tmp_path}/new/backup.tar.gz"
    assert tree(tmp_path / "new") == {"out.tar.gz": b"packed", "backup.tar.gz": b"packed"}


def test_a_file_without_a_name_keeps_its_own(tmp_path: pathlib.Path) -> None:
    state = site()
    write(tmp_path, {"cat.jpg": b"meow"})

    run(state, tmp_path, src="cat.jpg", prefix="photos")

    assert contents(state) == {"photos/cat.jpg": b"meow"}


def test_the_mode_of_a_replaced_file_stays_and_a_new_one_obeys_the_umask(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": b"new"})
    write(tmp_path, {"kept": b"old"})
    (tmp_path / "kept").chmod(0o640)
    umask = os.umask(0o027)
    try:
        run(state, tmp_path, name="a", dest="kept")
        run(state, tmp_path, name="a", dest="fresh")
    finally:
        os.umask(umask)

    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "fresh").stat().st_mode & 0o777 == 0o640
    assert tree(tmp_path) == {"kept": b"new", "fresh": b"new"}


def test_check_mode_writes_no_file(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": b"new"})

    planned = run(state, tmp_path, check_mode=True, name="a", dest="deep/a")

    assert planned["changed"] is True
    assert list(tmp_path.iterdir()) == []


def test_a_checksum_is_held_against_both_directions(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": b"hello"})
    right = "sha256:" + hashlib.sha256(b"hello").hexdigest()
    write(tmp_path, {"there": b"other"})

    assert "says; nothing was changed" in problem(state, tmp_path, name="a", dest="there", checksum="md5:" + "0" * 32)
    assert "says; nothing was changed" in problem(state, name="a", content="jello", checksum=right)
    assert "write the algorithm" in problem(state, name="a", content="jello", checksum="sha256:12")
    assert run(state, tmp_path, name="a", dest="there", checksum=right)["changed"] is True
    assert tree(tmp_path) == {"there": b"hello"}


def test_a_checksum_that_the_cloud_does_not_have_is_computed_on_the_way(tmp_path: pathlib.Path) -> None:
    state = site(objects={"a": b"hello"})
    write(tmp_path, {"there": b"other"})

    result = run(state, tmp_path, name="a", dest="there", checksum="sha1:" + "0" * 40)

    assert result["failed"] is True
    assert "the file was left as it was" in result["msg"]
    assert tree(tmp_path) == {"there": b"other"}
    assert run(state, tmp_path, name="a", dest="there", checksum="sha1:" + hashlib.sha1(b"hello").hexdigest())[
        "changed"
    ]


def test_base64_is_for_content_that_is_no_text() -> None:
    state = site()

    run(state, name="a", content_base64="AP8=")

    assert contents(state) == {"a": b"\x00\xff"}
    assert "content_base64 is not base64" in problem(state, name="b", content_base64="A")


def test_a_copy_takes_all_along_and_is_made_once() -> None:
    state = site(objects={"a": b"text"}, metadata={"owner": "me"})

    made = run(state, name="b", copy_from={"name": "a"})
    again = run(state, name="b", copy_from={"name": "a"})

    assert made["plan"] == ["copy object site/a to site/b (4 bytes)"]
    assert made["object"]["metadata"] == {"owner": "me"}
    assert again["changed"] is False
    assert mutations(state) == ["copy b"]


def test_an_object_is_deleted_once() -> None:
    state = site(objects={"a": b"text", "b": b"text"})

    planned = run(state, check_mode=True, name="a", state="absent")
    gone = run(state, name="a", state="absent")
    again = run(state, name="a", state="absent")

    assert planned["plan"] == gone["plan"] == ["delete object site/a (4 bytes)"]
    assert planned["diff"] == gone["diff"]
    assert gone["object"] is None and gone["objects"] == []
    assert again["changed"] is False
    assert contents(state) == {"b": b"text"}


def test_an_address_changes_nothing_and_needs_no_object() -> None:
    state = site()

    result = run(state, name="in box/a", presign={"method": "PUT", "expires": 60})

    assert result["url"].startswith("https://memory.invalid/site/in box/a?method=PUT&expires=60")
    assert result["changed"] is False
    assert "from 1 to 604800" in problem(state, name="a", content="x", presign={"method": "GET", "expires": 0})


@pytest.mark.parametrize("checksums", [(), ("md5",), ("sha256",)])
@pytest.mark.parametrize("fields", [frozenset(), frozenset({"metadata"})])
def test_a_text_converges_whatever_the_cloud_knows_of_objects(
    checksums: tuple[str, ...], fields: frozenset[str]
) -> None:
    state = site(capable_of(checksums=checksums, object_fields=fields))

    run(state, name="a", content="hello")
    again = run(state, name="a", content="hello")
    changed = run(state, name="a", content="jello")

    assert again["changed"] is False
    assert again["object"]["metadata"] == {}
    assert changed["changed"] is True
    assert contents(state) == {"a": b"jello"}


def test_an_option_that_the_provider_lacks_is_refused_before_anything_changes() -> None:
    state = site(capable_of(object_fields=frozenset({"metadata"})))

    message = problem(state, name="a", content="x", cache_control="no-store")

    assert message == (
        "the provider memory does not support the option cache_control of an object; these can: elsewhere"
    )


def test_a_verb_that_the_provider_lacks_is_refused_before_anything_changes() -> None:
    state = site(State(lacks=("bucket.presign",)))

    assert "the provider memory cannot make signed addresses of objects" in problem(
        state, name="a", content="x", presign={"method": "GET", "expires": 60}
    )
