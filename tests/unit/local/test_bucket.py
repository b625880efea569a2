# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets and objects of the local cloud."""

from __future__ import annotations

import hashlib
import io
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Conflict, Invalid, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Bucket
from hypothesis import given, settings
from hypothesis import strategies as st

from .ground import Ground, do, open_cloud

ODD_NAMES = [
    "plain.txt",
    "a/b/c.txt",
    "../escape",
    "../../../../etc/passwd",
    "/etc/passwd",
    "a/../b",
    "..",
    ".",
    "./x",
    "/",
    "//",
    "a//b",
    "folder/",
    ".hidden",
    ".objects/x",
    "%2e%2e/x",
    "%",
    "a%",
    "back\\slash",
    "new\nline",
    "nul\0byte",
    "tab\t",
    " space ",
    "CON",
    "grüße/ñ",
    "e\u0301",
    "\u00e9",
    "Case",
    "case",
    "日本語/ファイル",
    "🌍",
    "x" * 1024,
    "/".join(["d" * 100] * 10),
    "ü" * 512,
]


class Content:
    """Bytes as a source; ``told`` is the size that is claimed."""

    def __init__(self, content: bytes, told: int | None = None) -> None:
        self.content = content
        self.size = len(content) if told is None else told

    def open(self, start: int = 0, length: int | None = None) -> t.BinaryIO:
        return io.BytesIO(self.content[start : None if length is None else start + length])


@pytest.fixture
def bucket(local: Ground) -> Bucket:
    return do(local.cloud.buckets.create({"name": "photos"}))


def put(local: Ground, name: str, content: bytes = b"x", **fields: t.Any) -> t.Any:
    return local.cloud.buckets.put("photos", name, Content(content), fields)


def read(local: Ground, name: str, *where: int) -> bytes:
    return b"".join(local.cloud.buckets.get("photos", name, *where))


def files(local: Ground) -> list[str]:
    return [str(path) for path in local.directory.rglob("*") if path.is_file() and "state.db" not in path.name]


def test_an_object_is_a_file_with_all_that_was_said_of_it(local: Ground, bucket: Bucket) -> None:
    fields = {"metadata": {"by": "me"}, "content_type": "text/plain", "cache_control": "no-cache"}
    made = put(local, "a/b.txt", b"hello", **fields)

    assert made == local.cloud.buckets.stat("photos", "a/b.txt")
    assert (made.size, made.metadata, made.content_type, made.cache_control) == (
        5,
        {"by": "me"},
        "text/plain",
        "no-cache",
    )
    assert made.checksums["md5"] == made.etag == hashlib.md5(b"hello").hexdigest()
    assert made.checksums["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert (pathlib.Path(bucket.extra["path"]) / "a" / "b.txt").read_bytes() == b"hello"
    assert read(local, "a/b.txt") == b"hello"


def test_every_name_is_kept_as_it_is_and_no_file_leaves_the_bucket(local: Ground, bucket: Bucket) -> None:
    outside = {path for path in local.folder.rglob("*") if "buckets" not in path.parts}
    for name in ODD_NAMES:
        put(local, name, name.encode())

    assert [found.name for found in local.cloud.buckets.objects("photos")] == sorted(ODD_NAMES, key=str.encode)
    for name in ODD_NAMES:
        assert read(local, name) == name.encode()
    root = os.path.realpath(bucket.extra["path"])
    for name in ODD_NAMES:
        path = os.path.realpath(local.cloud.buckets.stat("photos", name).extra["path"])
        assert os.path.commonpath([root, path]) == root
    assert {path for path in local.folder.rglob("*") if "buckets" not in path.parts} <= outside

    assert local.cloud.buckets.delete_objects("photos", ODD_NAMES) == {}
    assert list(local.cloud.buckets.objects("photos")) == []
    assert files(local) == []


@settings(max_examples=40)
@given(st.lists(st.text(min_size=1, max_size=12).filter(lambda name: name.isprintable()), unique=True, max_size=8))
def test_any_names_live_side_by_side(names: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        local = Ground(pathlib.Path(folder))
        do(local.cloud.buckets.create({"name": "photos"}))
        for name in names:
            put(local, name, name.encode())
        assert {found.name for found in local.cloud.buckets.objects("photos")} == set(names)
        assert all(read(local, name) == name.encode() for name in names)


def test_a_name_can_be_a_file_and_a_folder(local: Ground, bucket: Bucket) -> None:
    for name in ("a", "a/b", "c/d", "c"):
        put(local, name, name.encode())

    assert {found.name: read(local, found.name) for found in local.cloud.buckets.objects("photos")} == {
        name: name.encode() for name in ("a", "a/b", "c/d", "c")
    }


def test_prefixes_and_pages(local: Ground, bucket: Bucket) -> None:
    for number in range(1105):
        put(local, f"n/{number:04}", b"")
    put(local, "m", b"")
    put(local, "o", b"")

    assert len(list(local.cloud.buckets.objects("photos"))) == 1107
    assert [found.name for found in local.cloud.buckets.objects("photos", "n/000")] == [f"n/000{i}" for i in range(10)]
    assert list(local.cloud.buckets.objects("photos", "x")) == []
    assert list(local.cloud.buckets.empty("photos")) == [1000, 107]


def test_ranges(local: Ground, bucket: Bucket) -> None:
    put(local, "x", b"0123456789")

    assert read(local, "x", 3) == b"3456789"
    assert read(local, "x", 3, 4) == b"3456"
    assert read(local, "x", 8, 100) == b"89"
    assert read(local, "x", 100) == b""


def test_copying_takes_the_fields_along_unless_they_are_given(local: Ground, bucket: Bucket) -> None:
    do(local.cloud.buckets.create({"name": "other"}))
    put(local, "x", b"content", metadata={"a": "b"}, content_type="text/x")

    copied = local.cloud.buckets.copy("photos", "x", "other", "y", {"metadata": {"c": "d"}})
    changed = local.cloud.buckets.copy("photos", "x", "photos", "x", {"content_type": "text/y"})

    assert (copied.metadata, copied.content_type) == ({"c": "d"}, "text/x")
    assert (changed.metadata, changed.content_type) == ({"a": "b"}, "text/y")
    assert read(local, "x") == b"content"
    with pytest.raises(NotFound, match="no object 'gone' in bucket photos"):
        local.cloud.buckets.copy("photos", "gone", "other", "y", {})


@pytest.mark.parametrize("told", [4, 6])
def test_a_source_of_another_size_stores_nothing(local: Ground, bucket: Bucket, told: int) -> None:
    put(local, "x", b"before")

    with pytest.raises(CloudError, match=f"the source said {told} bytes and gave 5; nothing was stored"):
        local.cloud.buckets.put("photos", "x", Content(b"after", told), {})
    with pytest.raises(CloudError):
        local.cloud.buckets.put("photos", "new", Content(b"after", told), {})

    assert read(local, "x") == b"before"
    assert len(files(local)) == 1


def test_a_source_that_breaks_stores_nothing(local: Ground, bucket: Bucket) -> None:
    class Breaking(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, room: t.Any) -> int:
            raise OSError("the disk went away")

    source = Content(b"x")
    source.open = lambda start=0, length=None: t.cast(t.BinaryIO, Breaking())  # type: ignore[method-assign]

    with pytest.raises(CloudError, match="the disk went away"):
        local.cloud.buckets.put("photos", "x", source, {})

    assert files(local) == []


def test_a_killed_upload_leaves_nothing_behind_after_the_next_one(local: Ground, bucket: Bucket) -> None:
    put(local, "x", b"before")
    script = f"""
import sys, os, signal
sys.path[:0] = {[p for p in sys.path if p]!r}
from {open_cloud.__module__} import open_cloud
class Killing:
    size = 1 << 22
    def open(self, start=0, length=None): return self
    def __enter__(self): return self
    def __exit__(self, *reason): pass
    count = 0
    def read(self, size):
        self.count += 1
        if self.count == 3: os.kill(os.getpid(), signal.SIGKILL)
        return b"x" * (1 << 20)
open_cloud({str(local.directory)!r}).buckets.put("photos", "x", Killing(), {{}})
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, timeout=60)
    assert done.returncode == -9, done.stderr
    assert len(files(local)) == 3  # the object, half of another, and its lock

    put(local, "y", b"after")

    assert read(local, "x") == b"before"
    assert len(files(local)) == 2


def test_a_file_that_a_user_changed_or_took_away_is_seen_as_it_is(local: Ground, bucket: Bucket) -> None:
    path = pathlib.Path(put(local, "x", b"before").extra["path"])

    path.write_bytes(b"edited by hand")
    found = local.cloud.buckets.stat("photos", "x")
    assert (found.size, found.checksums["md5"]) == (14, hashlib.md5(b"edited by hand").hexdigest())
    assert read(local, "x") == b"edited by hand"

    path.unlink()
    assert local.cloud.buckets.stat("photos", "x") is None
    assert list(local.cloud.buckets.objects("photos")) == []
    with pytest.raises(NotFound, match="its file is gone"):
        read(local, "x")

    put(local, "x", b"again")
    assert read(local, "x") == b"again"


def test_an_upload_in_parts(local: Ground, bucket: Bucket) -> None:
    buckets, whole = local.cloud.buckets, os.urandom(2_500_000)
    source = Content(whole)
    upload = buckets.start_upload("photos", "big", {"content_type": "x/y"})
    parts = [
        buckets.put_part("photos", "big", upload, number + 1, source, start, min(1_000_000, len(whole) - start))
        for number, start in enumerate(range(0, len(whole), 1_000_000))
    ]
    assert buckets.stat("photos", "big") is None
    assert list(buckets.uploads("photos", "big")) == [upload]
    assert list(buckets.parts("photos", "big", upload)) == parts

    made = buckets.finish_upload("photos", "big", upload, parts)

    assert made.checksums["sha256"] == hashlib.sha256(whole).hexdigest()
    assert made.content_type == "x/y"
    assert read(local, "big") == whole
    assert list(buckets.uploads("photos", "big")) == []
    assert len(files(local)) == 1


def test_an_upload_in_parts_can_be_given_up(local: Ground, bucket: Bucket) -> None:
    buckets = local.cloud.buckets
    upload = buckets.start_upload("photos", "big", {})
    part = buckets.put_part("photos", "big", upload, 1, Content(b"abc"), 0, 3)
    with pytest.raises(Invalid, match=r"parts \[1\] are not as they were sent"):
        buckets.finish_upload("photos", "big", upload, [type(part)(number=1, etag="other", size=3)])

    buckets.abort_upload("photos", "big", upload)

    assert files(local) == []
    with pytest.raises(NotFound, match=f"no upload {upload} of 'big'"):
        buckets.put_part("photos", "big", upload, 2, Content(b"abc"), 0, 3)


def test_a_full_bucket_is_not_deleted_and_an_empty_one_leaves_nothing(local: Ground, bucket: Bucket) -> None:
    put(local, "a/x")
    with pytest.raises(Conflict, match="bucket photos holds 1 objects"):
        local.cloud.buckets.delete(bucket)

    local.cloud.buckets.start_upload("photos", "unfinished", {})
    local.cloud.buckets.delete_objects("photos", ["a/x", "never there"])
    do(local.cloud.buckets.delete(bucket))

    assert list(local.cloud.buckets.find()) == []
    assert os.listdir(local.directory / "buckets") == []
    assert files(local) == []


@pytest.mark.parametrize(
    "name", ["ab", "Upper", "under_score", "-a-", "a..b", "1.2.3.4", "x" * 64, "", "a/b", "../x", None]
)
def test_names_of_buckets_follow_the_common_rules(local: Ground, name) -> None:
    with pytest.raises(Invalid, match="is no name for a bucket; use 3 to 63 lower-case letters"):
        local.cloud.buckets.create({"name": name})
    assert not (local.directory / "buckets").exists()


@pytest.mark.parametrize("name", ["", "x" * 1025, "ü" * 513, "\udcff"])
def test_names_of_objects_have_bounds(local: Ground, bucket: Bucket, name: str) -> None:
    with pytest.raises(Invalid, match="name"):
        put(local, name)
    assert files(local) == []


def test_a_bucket_that_is_not_there(local: Ground) -> None:
    for use in (
        lambda: put(local, "x"),
        lambda: list(local.cloud.buckets.objects("photos")),
        lambda: local.cloud.buckets.stat("photos", "x"),
    ):
        with pytest.raises(NotFound, match="no bucket photos on the local cloud"):
            use()
