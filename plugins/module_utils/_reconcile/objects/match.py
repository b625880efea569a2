# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One path that is on both sides: whether it is the same there."""

from __future__ import annotations

import re
import typing as t

from ...sdk.models import Object
from ...sdk.services import ObjectFields
from . import checksums
from .sides import Entry, Objects, Side

MD5 = re.compile(r'"?([0-9a-f]{32})"?')


class Match:
    def __init__(self, source: Side, source_entry: Entry, target: Side, target_entry: Entry) -> None:
        self._sides = (source, target)
        self._entries = (source_entry, target_entry)
        self._looked: list[Object | None] = [None, None]
        self._digests: tuple[str, str] | None = None

    def same(self) -> bool:
        """Whether the contents are. A checksum tells where both sides have one, else equal size and the times do:
        what is younger at its target counts as unchanged."""
        source, target = self._entries
        if source.size != target.size:
            return False
        algorithm = common(self._known(0), self._known(1)) or common(self._looked_up(0), self._looked_up(1))
        if algorithm:
            return self._agree(algorithm)
        if self._same_tag():
            return True
        if source.stamp is None or target.stamp is None:
            return self._agree("sha256")
        return target.stamp >= source.stamp

    def _known(self, at: int) -> t.Mapping[str, str] | None:
        return self._sides[at].known(self._entries[at])

    def _looked_up(self, at: int) -> t.Mapping[str, str] | None:
        if not isinstance(self._sides[at], Objects):
            return self._known(at)
        found = self.look(at)
        return found.checksums if found else {}

    def look(self, at: int) -> Object | None:
        """All that is known of the object on one side."""
        side = self._sides[at]
        if self._looked[at] is None and isinstance(side, Objects):
            entry = self._entries[at]
            self._looked[at] = entry.object if side.only is not None else side.look(entry.path)
        return self._looked[at]

    def _agree(self, algorithm: str) -> bool:
        here, there = (self._digest(at, algorithm) for at in (0, 1))
        self._digests = (f"{algorithm}:{here}", f"{algorithm}:{there}")
        return here == there

    def _digest(self, at: int, algorithm: str) -> str:
        looked = self._looked[at]
        if looked is not None and looked.checksums.get(algorithm):
            return looked.checksums[algorithm].lower()
        return self._sides[at].digest(self._entries[at], algorithm)

    def _same_tag(self) -> bool:
        """Equal tags of two objects say that they are equal, as does a tag that is the MD5 of the other side."""
        tags = [entry.object.etag if entry.object else None for entry in self._entries]
        if all(tags):
            return tags[0] == tags[1]
        for at, tag in enumerate(tags):
            plain = MD5.fullmatch(tag) if tag else None
            if plain:
                return self._sides[1 - at].digest(self._entries[1 - at], "md5") == plain.group(1)
        return False

    def told(self, at: int) -> dict[str, str]:
        """The checksum of one side for the diff, where it had to be computed anyway."""
        return {"checksum": self._digests[at]} if self._digests else {}

    def field_changes(self, wanted: ObjectFields) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """The fields that were asked for and differ, before and after."""
        if not wanted:
            return {}, {}
        found = self.look(1)
        before = {key: field_of(found, key) for key in sorted(wanted)}
        after = {key: value for key, value in sorted(wanted.items()) if value != before[key]}
        return {key: before[key] for key in after}, after


def common(one: t.Mapping[str, str] | None, other: t.Mapping[str, str] | None) -> str | None:
    """An algorithm that both have; ``None`` stands for all of them."""
    if one is None and other is None:
        return "sha256"
    if one is None or other is None:
        return checksums.usable(one or other or {})
    return checksums.usable({name: digits for name, digits in one.items() if other.get(name)})


def field_of(found: Object | None, name: str) -> t.Any:
    """A field of an object as a user writes it."""
    if name == "metadata":
        return own_metadata(found)
    return getattr(found, name, None)


def own_metadata(found: Object | None) -> dict[str, str]:
    """Metadata without our own mark."""
    kept = found.metadata if found else {}
    return {key: value for key, value in kept.items() if key != checksums.MARK}
