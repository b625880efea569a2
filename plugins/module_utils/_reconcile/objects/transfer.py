# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects on their way up and down: whole or not at all, checked, and resumed after an interruption."""

from __future__ import annotations

import typing as t

from ...sdk.errors import CloudError, Invalid, NotFound, Unavailable
from ...sdk.models import Object
from ...sdk.services import BucketService, ObjectFields, Part
from ...sdk.work import Work
from ..parallel import concurrently
from . import checksums
from .folder import Folder
from .landing import Landing, landing
from .sources import Given

MIB = 1 << 20
MULTIPART_FROM = 64 * MIB
PART_SIZE = 16 * MIB
MOST_PARTS = 10_000
STALLS = 4


class Carrier:
    """Moves objects of one service. ``width`` is how many parts of one object go at once."""

    def __init__(self, service: BucketService, work: Work, width: int = 1) -> None:
        self.service = service
        self.work = work
        self.width = width

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The checksums to know of what is sent, to compare with what arrived."""
        return self.service.capabilities.checksums

    def in_parts(self, size: int) -> bool:
        """Whether an object of this size goes up in parts."""
        limits = self.service.capabilities.limits
        at_once = min(limits.get("multipart_from", MULTIPART_FROM), limits.get("put_max", MULTIPART_FROM))
        return size > at_once and self.service.can("start_upload")

    def largest(self) -> int | None:
        """The largest object that can go up, where there is a limit."""
        limits = self.service.capabilities.limits
        if not self.service.can("start_upload"):
            return limits.get("put_max")
        return limits["part_max"] * limits.get("parts", MOST_PARTS) if "part_max" in limits else None

    def part_size(self, size: int) -> int:
        """The same in every run, so that one can go on where another stopped."""
        limits = self.service.capabilities.limits
        least = max(limits.get("part_size", PART_SIZE), limits.get("part_min", 1))
        return max(min(least, limits.get("part_max", least)), -(-size // limits.get("parts", MOST_PARTS)))

    def upload(self, bucket: str, name: str, source: Given, fields: ObjectFields) -> Object:
        """The object as it arrived, with what was sent."""
        if self.in_parts(source.size):
            arrived = self._upload_parts(bucket, name, source, fields)
        else:
            arrived = self.service.put(bucket, name, source, fields)
        source.check_steady()
        check_arrived(arrived, name, source)
        return arrived

    def _upload_parts(self, bucket: str, name: str, source: Given, fields: ObjectFields) -> Object:
        upload, there = self._unfinished(bucket, name, source)
        if upload is None:
            return self._upload_anew(bucket, name, source, fields)
        try:
            arrived = self._fill(bucket, name, upload, source, there)
        except NotFound:
            # another run was resuming it too, and came first
            return self._upload_anew(bucket, name, source, fields)
        return self._with_fields(bucket, name, arrived, fields)

    def _upload_anew(self, bucket: str, name: str, source: Given, fields: ObjectFields) -> Object:
        upload = self.service.start_upload(bucket, name, fields)
        return self._fill(bucket, name, upload, source, {})

    def _fill(self, bucket: str, name: str, upload: str, source: Given, there: dict[int, Part]) -> Object:
        """Sends the parts that are missing and ends the upload. One that has no hope is given up."""
        try:
            parts = self._send_parts(bucket, name, upload, source, there)
            source.check_steady()
            return self._finish(bucket, name, upload, source, parts)
        except CloudError as problem:
            if not (problem.retryable or problem.outcome_unknown or isinstance(problem, NotFound)):
                self.service.abort_upload(bucket, name, upload)
            raise

    def _send_parts(self, bucket: str, name: str, upload: str, source: Given, there: dict[int, Part]) -> list[Part]:
        size = self.part_size(source.size)

        def send(number: int) -> Part:
            start = (number - 1) * size
            return self.service.put_part(bucket, name, upload, number, source, start, min(size, source.size - start))

        count = -(-source.size // size)
        missing = [number for number in range(1, count + 1) if number not in there]
        sent = dict(concurrently(self.work, send, missing, self.width))
        return [part for _number, part in sorted({**there, **sent}.items())]

    def _unfinished(self, bucket: str, name: str, source: Given) -> tuple[str | None, dict[int, Part]]:
        """An upload that an earlier run began with this very content, and the parts that are there.

        One without any part comes last: taking it up leaves none behind.
        """
        empty: str | None = None
        if not (self.service.can("uploads") and self.service.can("parts")):
            return None, {}
        size = self.part_size(source.size)
        for upload in self.service.uploads(bucket, name):
            there = {}
            for part in self.service.parts(bucket, name, upload):
                start = (part.number - 1) * size
                expected = min(size, source.size - start)
                if part.size != expected or part_digest(source, start, expected) != part.etag.strip('"').lower():
                    break
                there[part.number] = part
            else:
                if there:
                    return upload, there
                empty = upload
        return empty, {}

    def _finish(self, bucket: str, name: str, upload: str, source: Given, parts: t.Sequence[Part]) -> Object:
        """Ends an upload. Where the answer is lost the object itself tells whether it was heard."""
        try:
            return self.service.finish_upload(bucket, name, upload, parts)
        except CloudError as problem:
            if not problem.outcome_unknown:
                raise
            found = self.service.stat(bucket, name)
            if found is None or found.size != source.size:
                raise
            return found

    def _with_fields(self, bucket: str, name: str, arrived: Object, fields: ObjectFields) -> Object:
        """The fields of an upload are chosen at its beginning, which another run may have done differently."""
        found = self.service.stat(bucket, name) or arrived
        if all(getattr(found, key) == value for key, value in fields.items()) or not self.service.can("copy"):
            return found
        return self.service.copy(bucket, name, bucket, name, fields)

    def download(self, bucket: str, found: Object, folder: Folder, path: str) -> None:
        """Puts an object into its place in a folder; an older file there stays until the new one is whole."""
        algorithm = checksums.usable(found.checksums)
        with landing(folder, path, self.work) as spot:
            if spot.waited and algorithm and self._arrived(found, folder, path, algorithm):
                spot.give_up()
                return
            resumed = self._receive(bucket, found, spot, algorithm, resume=algorithm is not None)
            if resumed is not None:
                again = self._receive(bucket, found, spot, algorithm, resume=False) if resumed else resumed
                if again is not None:
                    spot.give_up()
                    raise Unavailable(
                        f"object {bucket}/{found.name} arrived with another checksum or size than it was listed with, "
                        "so the file was left as it was; it may just be changing, run again"
                    )
            spot.take_place()

    def _arrived(self, found: Object, folder: Folder, path: str, algorithm: str) -> bool:
        there = folder.find(path, follow=False)
        if there is None or there.size != found.size:
            return False
        return folder.digest(path, algorithm, self.work.check) == found.checksums[algorithm].lower()

    def _receive(
        self, bucket: str, found: Object, spot: Landing, algorithm: str | None, *, resume: bool
    ) -> bool | None:
        """``None`` when all arrived as it should, else whether it had been resumed."""
        if not resume:
            spot.clear()
        begun, running = spot.begun(algorithm or "md5", found.size)
        position = begun
        stalls = 0
        while position < found.size:
            before = position
            try:
                for piece in self.service.get(bucket, found.name, position):
                    self.work.check()
                    spot.write(piece)
                    running.update(piece)
                    position += len(piece)
                if position == before:
                    break
            except CloudError as problem:
                stalls = 0 if position > before else stalls + 1
                if not problem.retryable or stalls == STALLS or not self.work.left():
                    raise
        if algorithm is None:
            right = position == found.size and self._steady(bucket, found)
        else:
            right = position == found.size and running.hexdigest() == found.checksums[algorithm].lower()
        return None if right else begun > 0

    def _steady(self, bucket: str, found: Object) -> bool:
        """Whether an object without a checksum is still the one that was listed."""
        now = self.service.stat(bucket, found.name)
        return now is not None and (now.size, now.etag, now.modified) == (found.size, found.etag, found.modified)


def part_digest(source: Given, start: int, length: int) -> str:
    with source.open(start, length) as stream:
        return checksums.digest(stream, "md5")


def check_arrived(arrived: Object, name: str, source: Given) -> None:
    """Raises when the cloud has something else than what was sent."""
    same_size = arrived.size == source.size
    shared = [key for key in source.seen if arrived.checksums.get(key)]
    if not same_size or any(arrived.checksums[key].lower() != source.seen[key] for key in shared):
        raise Unavailable(f"object {name} arrived with another checksum or size than what was sent; run again")


def check_object_name(name: str) -> str:
    """The name, when every cloud and every file system can live with it."""
    wrong = None
    if not name:
        wrong = "is empty"
    elif len(name.encode("utf-8", "surrogateescape")) > 1024:
        wrong = "has more than 1024 bytes"
    elif "\0" in name:
        wrong = "has a NUL character"
    elif name.startswith("/"):
        wrong = "begins with a slash"
    elif any(part in (".", "..") for part in name.split("/")):
        wrong = "has a . or .. part"
    else:
        try:
            name.encode()
        except UnicodeEncodeError:
            wrong = "is not UTF-8"
    if wrong:
        shown = name.encode("utf-8", "replace").decode()[:80]
        raise Invalid(f'the object name "{shown}" {wrong}; nothing was changed; name objects like photos/2026/cat.jpg')
    return name
