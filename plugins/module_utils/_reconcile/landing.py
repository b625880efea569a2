# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that arrive: beside their place until they are whole, then in it at once."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import stat
import typing as t

from ..sdk.errors import Conflict
from . import checksums
from .folder import Folder, readable

TRIES = 20
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Landing:
    """The beginning of a file on its way to ``path``: kept when the task dies, so that the next one goes on."""

    def __init__(self, folder: Folder, path: str, parent: int) -> None:
        self.folder = folder
        self.path = path
        self._parent = parent
        self._name = path.rpartition("/")[2]
        digits = hashlib.sha256(self._name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self.part = f".anycloud-{digits}.part"
        self._file = self._locked()

    def _locked(self) -> t.BinaryIO:
        for _try in range(TRIES):
            file = os.fdopen(self._opened(), "r+b")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._still_there(file):
                    return file
                file.close()
            except BlockingIOError:
                file.close()
                place = readable(self.folder.place(self.path))
                raise Conflict(f"another task is downloading to {place}; wait for it and run again") from None
            except BaseException:
                file.close()
                raise
        raise Conflict(
            f"other tasks keep on replacing {readable(self.folder.place(self.path))}; run again when they are done"
        )

    def _opened(self) -> int:
        mode = 0o600 if self._before() else 0o666
        return os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=self._parent)

    def _still_there(self, file: t.BinaryIO) -> bool:
        try:
            return os.path.samestat(
                os.fstat(file.fileno()), os.stat(self.part, dir_fd=self._parent, follow_symlinks=False)
            )
        except FileNotFoundError:
            return False

    def _before(self) -> os.stat_result | None:
        try:
            found = os.stat(self._name, dir_fd=self._parent, follow_symlinks=False)
        except FileNotFoundError:
            return None
        return found if stat.S_ISREG(found.st_mode) else None

    def begun(self, algorithm: str, upto: int) -> tuple[int, checksums.Hash]:
        """How many bytes are there already, at most ``upto``, and their running checksum."""
        running = checksums.begin(algorithm)
        size = min(os.fstat(self._file.fileno()).st_size, upto)
        self._file.seek(0)
        left = size
        while left and (piece := self._file.read(min(checksums.PIECE, left))):
            running.update(piece)
            left -= len(piece)
        self._file.truncate(size)
        return size, running

    def clear(self) -> None:
        self._file.seek(0)
        self._file.truncate(0)

    def write(self, piece: bytes) -> None:
        self._file.write(piece)

    def take_place(self) -> None:
        """Puts the file, now whole, in its place, with the mode and owner that an older one had there."""
        before = self._before()
        if before is not None:
            os.fchmod(self._file.fileno(), stat.S_IMODE(before.st_mode))
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(PermissionError):
                    os.fchown(self._file.fileno(), before.st_uid, before.st_gid)
        self._file.flush()
        with contextlib.suppress(OSError):
            os.rmdir(self._name, dir_fd=self._parent)
        os.rename(self.part, self._name, src_dir_fd=self._parent, dst_dir_fd=self._parent)

    def give_up(self) -> None:
        """Leaves nothing behind."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.part, dir_fd=self._parent)

    def close(self) -> None:
        self._file.close()


@contextlib.contextmanager
def landing(folder: Folder, path: str) -> t.Iterator[Landing]:
    """A place beside ``path`` to write to. Where there is no room for all of it nothing is left there."""
    with folder.enter(path) as (parent, _name):
        try:
            opened = Landing(folder, path, parent)
            try:
                yield opened
                opened.close()
            except OSError as problem:
                if problem.errno in NO_ROOM:
                    opened.give_up()
                raise
            finally:
                with contextlib.suppress(OSError):
                    opened.close()
        except OSError as problem:
            raise folder.cannot_write(path, problem) from problem
