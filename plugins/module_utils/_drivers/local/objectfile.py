# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as files: names that are safe on any disk, and bytes that are counted while they pass."""

from __future__ import annotations

import hashlib
import os
import re
import typing as t
import unicodedata

from ...sdk.errors import Invalid, Unavailable

CHUNK = 1 << 20
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")


def good_bucket_name(name: t.Any) -> str:
    if not isinstance(name, str) or not BUCKET_NAME.fullmatch(name) or ".." in name or ADDRESS.fullmatch(name):
        raise Invalid(
            f"{name!r} is no name for a bucket; use 3 to 63 lower-case letters, digits, '-' and single '.', "
            "beginning and ending with a letter or digit, and no IP address"
        )
    return name


def object_key(name: str) -> bytes:
    try:
        key = name.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid(f"{name!r} is no name for an object: it is not UTF-8") from None
    if not 1 <= len(key) <= 1024:
        raise Invalid(f"a name of an object has 1 to 1024 bytes; this one has {len(key)}: {name[:60]!r}")
    return key


def readable_file(key: bytes) -> str | None:
    """The name as a path below the bucket's folder, odd characters escaped; nothing where it would be too long."""
    segments = [escaped(segment) for segment in key.decode().split("/")]
    path = "/".join(segments)
    fits = len(path.encode()) <= 700 and all(len(segment.encode()) <= 200 for segment in segments)
    return path if fits else None


def escaped(segment: str) -> str:
    """A file name of its own for each segment, never one that means something to the file system."""
    if not segment:
        return "%"
    plain = unicodedata.normalize("NFC", segment) == segment
    out = []
    for position, char in enumerate(segment):
        safe = (
            char.isprintable() and char not in '%\\:*?"<>|' and (plain or char.isascii()) and (position or char != ".")
        )
        out.append(char if safe else "".join(f"%{byte:02X}" for byte in char.encode()))
    return "".join(out)


def place_key(file: str) -> str:
    """Equal for names that some file systems take for the same one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", file).casefold())


def after_all(prefix: bytes) -> bytes | None:
    """The first name after all that begin with ``prefix``."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1]) if stem else None


def stamp_of(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"


def chunks(file: t.BinaryIO, length: int | None) -> t.Iterator[bytes]:
    left = length
    while left is None or left > 0:
        chunk = file.read(CHUNK if left is None else min(CHUNK, left))
        if not chunk:
            return
        left = None if left is None else left - len(chunk)
        yield chunk


class Joined:
    """Several files read as one."""

    def __init__(self, files: t.Sequence[str]) -> None:
        self._pieces = (piece for path in files for piece in pieces_of(path))

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def pieces_of(path: str) -> t.Iterator[bytes]:
    with open(path, "rb") as file:
        yield from chunks(file, None)


def digest(stream: t.Any, keep: t.Callable[[bytes], object] = len) -> dict[str, t.Any]:
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        md5.update(chunk)
        sha256.update(chunk)
        keep(chunk)
        size += len(chunk)
    return {"md5": md5.hexdigest(), "sha256": sha256.hexdigest(), "size": size}


def store(stream: t.Any, path: str, size: int) -> dict[str, t.Any]:
    """Writes all of a stream to a new file; one that is shorter or longer than was said is refused."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        sums = digest(stream, file.write)
    if sums["size"] != size:
        raise Unavailable(f"the source said {size} bytes and gave {sums['size']}; nothing was stored")
    return sums
