# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan of files and objects carried out."""

from __future__ import annotations

import functools
import itertools
import mimetypes
import threading
import typing as t

from ...sdk.errors import CloudError
from ...sdk.models import Object
from ...sdk.services import ObjectFields
from ...sdk.work import Work
from ..parallel import WIDTH, concurrently
from . import checksums
from .ledger import Ledger, Step
from .match import own_metadata
from .sides import Entry, Files, Objects
from .transfer import Carrier
from .tree import Route

DELETE_AT_ONCE = 1000
Failure = t.Tuple[str, CloudError]


class Delivery:
    """Does the steps of a ledger and no others. ``failures`` grows only where ``keep_going`` lets it go on."""

    def __init__(self, route: Route, work: Work, *, keep_going: bool, alone: bool) -> None:
        self.route = route
        self.work = work
        self.keep_going = keep_going
        self.failures: list[Failure] = []
        self.done = 0
        self._lock = threading.Lock()
        self._width = WIDTH if alone else 1

    def run(self, ledger: Ledger) -> None:
        """Extras go last, so that nothing is missing in between, unless they are in the way."""
        if ledger.obstructed:
            self._deletes(ledger)
            self._moves(ledger)
        else:
            self._moves(ledger)
            self._deletes(ledger)

    def _moves(self, ledger: Ledger) -> None:
        def move(step: Step) -> None:
            self._settle(step, self._attempt(self._move, step))

        for _moved in concurrently(self.work, move, ledger.moves()):
            pass

    def _deletes(self, ledger: Ledger) -> None:
        target = self.route.target
        if isinstance(target, Files):
            for step in ledger.ends():
                self.work.check()
                self._settle(
                    step, self._attempt(lambda gone: target.folder.remove(target.place(gone.entry.path)), step)
                )
            return
        limit = target.service.capabilities.limits.get("delete_objects", DELETE_AT_ONCE)

        def delete(batch: list[Step]) -> None:
            stayed = target.service.delete_objects(target.bucket, [target.name(step.entry.path) for step in batch])
            problems = [(step, stayed.get(target.name(step.entry.path))) for step in batch]
            for step, problem in sorted(problems, key=lambda each: each[1] is not None):
                self._settle(step, problem)

        for _deleted in concurrently(self.work, delete, batches(ledger.ends(), limit)):
            pass

    def _attempt(self, action: t.Callable[[Step], object], step: Step) -> CloudError | None:
        try:
            action(step)
        except CloudError as problem:
            return problem
        return None

    def _settle(self, step: Step, problem: CloudError | None) -> None:
        """Counts what was done, also by threads whose end nobody waits for."""
        with self._lock:
            if problem is None:
                self.done += 1
                return
            self.failures.append((self.route.target.title(step.entry.path), problem))
        if not self.keep_going:
            raise problem

    def _move(self, step: Step) -> None:
        target = self.route.target
        if isinstance(target, Files):
            self._download(step, target)
        elif step.verb == "change":
            self._change(step, target)
        elif isinstance(self.route.source, Objects):
            self._copy(step, self.route.source, target)
        else:
            self._upload(step, target)

    def _download(self, step: Step, target: Files) -> None:
        source = self.route.source
        found = step.entry.object
        if not isinstance(source, Objects) or found is None:
            raise TypeError(f"{step.verb} of {step.entry.path} has no object")
        if not checksums.usable(found.checksums):
            found = source.look(step.entry.path) or found
        self._carrier(source).download(source.bucket, found, target.folder, target.place(step.entry.path))

    def _upload(self, step: Step, target: Objects) -> None:
        carrier = self._carrier(target)
        name = target.name(step.entry.path)
        source = self.route.source.source(step.entry, carrier.algorithms)
        before = target.look(step.entry.path) if step.replaces else None
        fields = self._fields(before, target)
        if "content_type" not in fields and "content_type" in self._settable(target):
            fields["content_type"] = self._guessed_type(name)
        carrier.upload(target.bucket, name, source, self._marked(fields, carrier, target, step.entry))

    def _copy(self, step: Step, source: Objects, target: Objects) -> None:
        here, there = source.name(step.entry.path), target.name(step.entry.path)
        copies = target.service.can("copy")
        if copies and not self.route.fields:
            target.service.copy(source.bucket, here, target.bucket, there, {})
            return
        before = source.look(step.entry.path)
        fields = with_mark(self._fields(before, target), before)
        if copies:
            target.service.copy(source.bucket, here, target.bucket, there, fields)
        else:
            carrier = self._carrier(target)
            carrier.upload(target.bucket, there, source.source(step.entry, carrier.algorithms), fields)

    def _change(self, step: Step, target: Objects) -> None:
        before = target.look(step.entry.path)
        name = target.name(step.entry.path)
        fields = with_mark(self._fields(before, target), before)
        if target.service.can("copy"):
            target.service.copy(target.bucket, name, target.bucket, name, fields)
        else:
            carrier = self._carrier(target)
            carrier.upload(target.bucket, name, target.source(step.entry, carrier.algorithms), fields)

    def _carrier(self, side: Objects) -> Carrier:
        return Carrier(side.service, self.work, self._width)

    def _settable(self, target: Objects) -> frozenset[str]:
        return target.service.capabilities.object_fields

    def _fields(self, before: Object | None, target: Objects) -> ObjectFields:
        """What was asked for, and beside it what the object had, so that what nobody mentioned stays."""
        kept: dict[str, t.Any] = {}
        if before is not None:
            had = {
                "metadata": own_metadata(before),
                "content_type": before.content_type,
                "cache_control": before.cache_control,
            }
            kept = {key: value for key, value in had.items() if value and key in self._settable(target)}
        return t.cast(ObjectFields, {**kept, **self.route.fields})

    def _marked(self, fields: ObjectFields, carrier: Carrier, target: Objects, entry: Entry) -> ObjectFields:
        """With a checksum of our own in the metadata where the cloud will have none to compare with."""
        capabilities = target.service.capabilities
        known = checksums.usable(dict.fromkeys(capabilities.checksums, "known"))
        if (known and not carrier.in_parts(entry.size)) or capabilities.part_checksums:
            return fields
        if "metadata" not in capabilities.object_fields:
            return fields
        digits = self.route.source.digest(entry, "sha256")
        return {**fields, "metadata": {**fields.get("metadata", {}), checksums.MARK: digits}}

    @functools.cached_property
    def _types(self) -> mimetypes.MimeTypes:
        return mimetypes.MimeTypes()

    def _guessed_type(self, name: str) -> str:
        """By the end of the name, from Python's own table and not from the files of this host."""
        found, packed = self._types.guess_type("file:" + name.rpartition("/")[2].replace("%", ""), strict=True)
        if packed:
            return {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}.get(
                packed, "application/octet-stream"
            )
        return found or "application/octet-stream"


def with_mark(fields: ObjectFields, before: Object | None) -> ObjectFields:
    """Our own checksum goes along with a content that stays the same."""
    mark = before.metadata.get(checksums.MARK) if before else None
    if not mark:
        return fields
    return {**fields, "metadata": {**fields.get("metadata", {}), checksums.MARK: mark}}


def batches(steps: t.Iterator[Step], size: int) -> t.Iterator[list[Step]]:
    while batch := list(itertools.islice(steps, size)):
        yield batch
