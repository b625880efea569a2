# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the bytes of an object come from. Each source streams, may be opened again, and knows what it gave away."""

from __future__ import annotations

import io
import typing as t

from ...sdk.errors import Conflict
from ...sdk.services import BucketService
from . import checksums
from .folder import File, Folder, readable


class Reader(io.RawIOBase):
    """At most ``length`` bytes of ``stream`` from where it stands; ``whole`` is told the checksums at their end."""

    def __init__(
        self, stream: t.BinaryIO, length: int, algorithms: t.Sequence[str], whole: t.Callable[[dict[str, str]], object]
    ) -> None:
        self._stream = stream
        self._left = length
        self._running = {name: checksums.begin(name) for name in algorithms}
        self._whole = whole

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        piece = self._stream.read(min(len(buffer), self._left))
        if self._left and not piece:
            raise Conflict(
                f"{self._left} bytes are missing at the end of what is to be uploaded; it was changed, run again"
            )
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        for running in self._running.values():
            running.update(piece)
        if not self._left:
            self._whole({name: running.hexdigest() for name, running in self._running.items()})
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


class Given:
    """What all sources share: ``seen`` has the checksums of what was last read from beginning to end."""

    def __init__(self, size: int, algorithms: t.Sequence[str] = ()) -> None:
        self.size = size
        self.seen: dict[str, str] = {}
        self._algorithms = tuple(name for name in algorithms if name in checksums.LENGTHS)

    def stream(self, start: int) -> t.BinaryIO:
        raise NotImplementedError

    def open(self, start: int = 0, length: int | None = None) -> t.BinaryIO:
        span = self.size - start if length is None else min(length, self.size - start)
        algorithms = self._algorithms if (start, span) == (0, self.size) else ()
        reader = Reader(self.stream(start), span, algorithms, self._note)
        return t.cast(t.BinaryIO, io.BufferedReader(reader, checksums.PIECE))

    def _note(self, seen: dict[str, str]) -> None:
        self.seen = seen or self.seen

    def check_steady(self) -> None:
        """Raises when it is no longer what it was at the beginning."""


class FileSource(Given):
    def __init__(self, folder: Folder, file: File, algorithms: t.Sequence[str] = ()) -> None:
        super().__init__(file.size, algorithms)
        self._folder = folder
        self._file = file

    def stream(self, start: int) -> t.BinaryIO:
        opened = self._folder.open(self._file.path)
        opened.seek(start)
        return opened

    def check_steady(self) -> None:
        if self._folder.find(self._file.path, follow=True) != self._file:
            raise Conflict(
                f"the file {readable(self._folder.place(self._file.path))} was changed during the upload; run again"
            )


class TextSource(Given):
    def __init__(self, content: bytes, algorithms: t.Sequence[str] = ()) -> None:
        super().__init__(len(content), algorithms)
        self._content = content

    def stream(self, start: int) -> t.BinaryIO:
        opened = io.BytesIO(self._content)
        opened.seek(start)
        return opened


class ObjectSource(Given):
    """An object that is read while it is written to another place."""

    def __init__(
        self, service: BucketService, bucket: str, name: str, size: int, algorithms: t.Sequence[str] = ()
    ) -> None:
        super().__init__(size, algorithms)
        self._service = service
        self._bucket = bucket
        self._name = name

    def stream(self, start: int) -> t.BinaryIO:
        return t.cast(
            t.BinaryIO, io.BufferedReader(Pieces(self._service.get(self._bucket, self._name, start)), checksums.PIECE)
        )


class Pieces(io.RawIOBase):
    """An iterator of bytes as a stream."""

    def __init__(self, pieces: t.Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
