# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done to make two trees alike: counted, told in a hundred sentences, kept outside memory."""

from __future__ import annotations

import json
import tempfile
import typing as t
from dataclasses import dataclass, field

from ...sdk.models import Object
from ..render import inline
from .sides import Entry

TOLD = 100
IN_MEMORY = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Step:
    """One file or object that moves, changes or goes.

    ``text`` is its sentence; ``before`` and ``after`` are its parts of the diff, ``None`` where it is not there.
    """

    verb: str
    entry: Entry
    text: str
    replaces: bool = False
    before: t.Mapping[str, t.Any] | None = None
    after: t.Mapping[str, t.Any] | None = None


class Spool:
    """Steps in a nameless file, so that a million of them need no memory."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, "w+", encoding="ascii")  # noqa: SIM115

    def add(self, step: Step) -> None:
        entry = step.entry
        row = [step.verb, step.replaces, entry.path, entry.size, entry.stamp, step.after, brief(entry.object)]
        self._file.write(json.dumps(row) + "\n")

    def steps(self) -> t.Iterator[Step]:
        self._file.seek(0)
        for line in self._file:
            verb, replaces, path, size, stamp, after, found = json.loads(line)
            entry = Entry(path=path, size=size, stamp=stamp, object=Object(**found) if found else None)
            yield Step(verb=verb, entry=entry, text="", replaces=replaces, after=after)

    def close(self) -> None:
        self._file.close()


@dataclass
class Ledger:
    """The plan of a tree. ``keep`` is false in check mode, where nobody will read the steps again."""

    keep: bool
    width: int = TOLD
    steps: int = 0
    unchanged: int = 0
    size: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    needs: set[str] = field(default_factory=set)
    obstructed: bool = False
    sources: int = 0
    _sentences: list[str] = field(default_factory=list)
    _before: dict[str, t.Any] = field(default_factory=dict)
    _after: dict[str, t.Any] = field(default_factory=dict)
    _moves: Spool = field(default_factory=Spool)
    _ends: Spool = field(default_factory=Spool)

    def add(self, step: Step) -> None:
        self.steps += 1
        self.counts[step.verb] = self.counts.get(step.verb, 0) + 1
        if step.verb not in ("delete", "change"):
            self.size += step.entry.size
        if len(self._sentences) < self.width:
            self._sentences.append(step.text)
            if step.before is not None:
                self._before[step.entry.path] = step.before
            if step.after is not None:
                self._after[step.entry.path] = step.after
        if self.keep:
            (self._ends if step.verb == "delete" else self._moves).add(step)

    @property
    def sentences(self) -> list[str]:
        more = self.steps - len(self._sentences)
        return [*self._sentences, f"... and {more} more"] if more else list(self._sentences)

    def diff_of_tree(self) -> dict[str, t.Any]:
        more = self.steps - len(self._sentences)
        rest = {"...": f"and {more} more"} if more else {}
        return {"before": self._before, "after": {**self._after, **rest}}

    def diff_of_one(self) -> dict[str, t.Any]:
        before: dict[str, t.Any] = {}
        after: dict[str, t.Any] = {}
        for path in {**self._before, **self._after}:
            before = with_state(self._before.get(path), self._after.get(path))
            after = with_state(self._after.get(path), self._before.get(path))
        return {"before": before, "after": after}

    def told(self) -> list[dict[str, t.Any]]:
        """The first objects or files of the plan that will be there afterwards."""
        return [{"name": path, "size": after["size"]} for path, after in self._after.items() if "size" in after]

    def moves(self) -> t.Iterator[Step]:
        return self._moves.steps()

    def ends(self) -> t.Iterator[Step]:
        return self._ends.steps()

    def close(self) -> None:
        self._moves.close()
        self._ends.close()


def brief(found: Object | None) -> dict[str, t.Any] | None:
    """What a later step must know of an object."""
    if found is None:
        return None
    kept = ("name", "size", "etag", "modified")
    return {**{key: getattr(found, key) for key in kept}, "checksums": dict(found.checksums)}


def with_state(values: t.Mapping[str, t.Any] | None, other: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """One side of a diff; where a thing comes or goes both sides say so."""
    if values is None:
        return {"state": "absent"}
    return {**values, **({"state": "present"} if other is None else {})}


def size_text(size: int) -> str:
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    power = 1 if size < 999_500 else 2 if size < 999_500_000 else 3
    return f"{size / 1000**power:.4g} {('kB', 'MB', 'GB')[power - 1]}"


def change_text(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> str:
    return ", ".join(f"{key} {inline(before.get(key))} -> {inline(after[key])}" for key in after)
