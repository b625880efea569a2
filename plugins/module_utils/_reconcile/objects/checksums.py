# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checksums of files and streams: named, computed piece by piece, compared."""

from __future__ import annotations

import hashlib
import re
import typing as t

from ...sdk.errors import Invalid

PIECE = 1 << 20
LENGTHS: t.Mapping[str, int] = {"sha256": 64, "sha512": 128, "sha1": 40, "md5": 32}
MARK = "anycloud-sha256"


class Hash(t.Protocol):
    def update(self, data: bytes, /) -> None: ...

    def hexdigest(self) -> str: ...


def begin(algorithm: str) -> Hash:
    """A running checksum; these guard against accidents, so that MD5 is good enough where a cloud has no other."""
    return hashlib.new(algorithm, usedforsecurity=False)


def digest(stream: t.BinaryIO, algorithm: str, check: t.Callable[[], object] = lambda: None) -> str:
    """The checksum of all that is left in a stream; ``check`` is called between the pieces."""
    running = begin(algorithm)
    while piece := stream.read(PIECE):
        running.update(piece)
        check()
    return running.hexdigest()


def usable(checksums: t.Mapping[str, str]) -> str | None:
    """The strongest algorithm among those of a file's or object's checksums that can be computed here."""
    return next((name for name in LENGTHS if checksums.get(name)), None)


def parse(text: str) -> tuple[str, str]:
    """``sha256:ab12...`` as its two parts."""
    algorithm, _colon, digits = text.strip().lower().partition(":")
    if algorithm not in LENGTHS or not re.fullmatch(f"[0-9a-f]{{{LENGTHS.get(algorithm, 1)}}}", digits):
        raise Invalid(
            f'checksum is "{text}"; write the algorithm ({", ".join(LENGTHS)}), a colon and its hexadecimal digits'
        )
    return algorithm, digits
