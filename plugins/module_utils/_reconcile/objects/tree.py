# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two trees side by side: what differs between them, found in one walk through both."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ...sdk.errors import Conflict, Invalid, Unavailable
from ...sdk.services import ObjectFields
from ...sdk.work import Work
from ..parallel import concurrently
from .folder import check_path, readable
from .ledger import Ledger, Step, change_text, size_text
from .match import Match
from .sides import Entry, Files, Objects, Side
from .transfer import Carrier, check_object_name

WINDOW = 256
Pair = t.Tuple[t.Optional[Entry], t.Optional[Entry]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """From one side to the other. ``fields`` are those that the user asked objects to have.

    ``delete_extra`` removes from the target what the source does not have.
    """

    verb: str
    source: Side
    target: Files | Objects
    work: Work
    fields: ObjectFields
    delete_extra: bool = False

    def plan(self, ledger: Ledger) -> None:
        """Puts into the ledger all that has to be done. Reads only."""
        pairs = matched(self._source_entries(ledger), in_order(self.target.entries(), self.target.noun))
        while window := list(itertools.islice(pairs, WINDOW)):
            for step in self._judged(window, ledger):
                if step is None:
                    ledger.unchanged += 1
                else:
                    ledger.add(step)

    def _source_entries(self, ledger: Ledger) -> t.Iterator[Entry]:
        entries = in_order(self.source.entries(), self.source.noun)
        for entry in self._landable(entries, ledger) if isinstance(self.target, Files) else self._named(entries):
            ledger.sources += 1
            yield entry

    def _named(self, entries: t.Iterator[Entry]) -> t.Iterator[Entry]:
        """The entries, when each of them can be an object."""
        largest = Carrier(self.target.service, self.work).largest() if isinstance(self.target, Objects) else None
        for entry in entries:
            if isinstance(self.target, Objects):
                check_object_name(self.target.name(entry.path))
            if largest is not None and entry.size > largest:
                raise Invalid(
                    f"{self.source.title(entry.path)} has {size_text(entry.size)}, and this provider takes objects of at "
                    f"most {size_text(largest)}; nothing was changed"
                )
            yield entry

    def _landable(self, entries: t.Iterator[Entry], ledger: Ledger) -> t.Iterator[Entry]:
        """The entries, when each of them can be a file below the target's folder."""
        shorter: list[str] = []
        for entry in entries:
            title = self.source.title(entry.path)
            check_path(entry.path, f"object {title}")
            while shorter and not entry.path.startswith(shorter[-1]):
                shorter.pop()
            for path in shorter:
                if entry.path.startswith(path + "/"):
                    raise Conflict(
                        f"objects {self.source.title(path)} and {title} cannot both be files, since one would be a "
                        "folder too; nothing was changed; leave one out with exclude"
                    )
            shorter.append(entry.path)
            self._check_room(entry.path, ledger)
            yield entry

    def _check_room(self, path: str, ledger: Ledger) -> None:
        if not isinstance(self.target, Files):
            return
        obstacle = self.target.folder.obstacle(self.target.place(path))
        if obstacle is None:
            return
        obstacle_title = readable(self.target.folder.place(obstacle))
        if not self.delete_extra or not self.target.patterns.accept(obstacle):
            raise Conflict(
                f"cannot write {self.target.title(path)}, because {obstacle_title} is in its way; "
                "nothing was changed; remove it first, or let delete_extra: true do it"
            )
        ledger.obstructed = True

    def _judged(self, window: t.Sequence[Pair], ledger: Ledger) -> t.Iterator[Step | None]:
        """A step, or none, for each pair that counts, in their order; those that take a look are done at once."""
        steps: dict[int, Step | None] = {}
        looks = []
        for position, (source, target) in enumerate(window):
            if source is None and target is not None:
                if self.delete_extra:
                    steps[position] = self._delete(target)
            elif source is not None and target is None:
                steps[position] = self._new(source)
            elif source is not None and target is not None:
                looks.append((position, source, target))

        def compare(look: tuple[int, Entry, Entry]) -> Step | None:
            return self._compare(look[1], look[2])

        for (position, _source, _target), step in concurrently(self.work, compare, looks):
            steps[position] = step
        return iter([steps[position] for position in sorted(steps)])

    def _delete(self, target: Entry) -> Step:
        title = self.target.title(target.path)
        return Step(
            verb="delete",
            entry=target,
            text=f"delete {self.target.noun} {title} ({size_text(target.size)})",
            before={"size": target.size},
        )

    def _new(self, source: Entry) -> Step:
        return Step(
            verb=self.verb,
            entry=source,
            text=self._moving(source),
            after={"size": source.size, **self._wanted()},
        )

    def _moving(self, source: Entry) -> str:
        there = self.target.title(source.path)
        size = size_text(source.size)
        if self.verb == "upload":
            return f"upload object {there} ({size})"
        return f"{self.verb} object {self.source.title(source.path)} to {there} ({size})"

    def _wanted(self) -> dict[str, t.Any]:
        return dict(sorted(self.fields.items()))

    def _compare(self, source: Entry, target: Entry) -> Step | None:
        match = Match(self.source, source, self.target, target)
        same = match.same()
        before, after = match.field_changes(self.fields)
        if same and not after:
            return None
        if same:
            text = f"change object {self.target.title(target.path)}: {change_text(before, after)}"
            return Step(verb="change", entry=target, text=text, replaces=True, before=before, after=after)
        return Step(
            verb=self.verb,
            entry=source,
            text=f"{self._moving(source)}, replacing {size_text(target.size)}",
            replaces=True,
            before={"size": target.size, **match.told(1), **before},
            after={"size": source.size, **match.told(0), **after},
        )


def in_order(entries: t.Iterator[Entry], noun: str) -> t.Iterator[Entry]:
    """The entries, as long as each comes after the one before; a walk through two lists depends on it."""
    last: str | None = None
    for entry in entries:
        if last is not None and entry.path <= last:
            raise Unavailable(
                f"the listing has {noun} {entry.path} after {last}, which is no order; nothing was changed"
            )
        last = entry.path
        yield entry


def matched(source: t.Iterator[Entry], target: t.Iterator[Entry]) -> t.Iterator[Pair]:
    """Both sides by path."""
    here, there = next(source, None), next(target, None)
    while here is not None or there is not None:
        if there is None or (here is not None and here.path < there.path):
            yield here, None
            here = next(source, None)
        elif here is None or there.path < here.path:
            yield None, there
            there = next(target, None)
        else:
            yield here, there
            here, there = next(source, None), next(target, None)
