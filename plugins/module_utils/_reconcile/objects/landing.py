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

from ...sdk.waiting import Done, Operation, Patience, Pending, wait
from ...sdk.work import Work
from . import checksums
from .folder import Folder, readable

PATIENCE = Patience(timeout=600, interval=1)
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Landing:
    """The beginning of a file on its way to ``path``: kept when the task dies, so that the next one goes on.

    It belongs to one task at a time. ``waited`` is whether another one had it before, and may have ended the work.
    """

    def __init__(self, folder: Folder, path: str, parent: int, work: Work) -> None:
        self.folder = folder
        self.path = path
        self._parent = parent
        self._name = path.rpartition("/")[2]
        digits = hashlib.sha256(self._name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self.part = f".anycloud-{digits}.part"
        self.waited = False
        self._file = wait(Operation(self._lock), f"write {readable(folder.place(path))}", work, PATIENCE)

    def _lock(self) -> Pending | Done[t.BinaryIO]:
        """The file when it is ours alone; another task may be at it, or have just put it in its place."""
        file = os.fdopen(self._ours(), "r+b")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._still_there(file):
                return Done(file)
        except BlockingIOError:
            pass
        except BaseException:
            file.close()
            raise
        file.close()
        self.waited = True
        return Pending("another task is downloading to it")

    def _ours(self) -> int:
        """The file, opened; what others have put there is taken away, and nothing is written to it."""
        while True:
            opened, made = self._opened()
            if made or is_ours(os.fstat(opened)):
                return opened
            os.close(opened)
            self.give_up()

    def _opened(self) -> tuple[int, bool]:
        """The file, and whether this made it."""
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        mode = 0o600 if self._before() else 0o666
        while True:
            with contextlib.suppress(FileExistsError):
                return os.open(self.part, flags | os.O_CREAT | os.O_EXCL, mode, dir_fd=self._parent), True
            with contextlib.suppress(FileNotFoundError):
                return os.open(self.part, flags | os.O_NONBLOCK, dir_fd=self._parent), False

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
            os.fchmod(self._file.fileno(), before.st_mode & 0o777)
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


def is_ours(found: os.stat_result) -> bool:
    """Whether a file that was there is this user's alone; others may have put one of theirs, or a link, in its place."""
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink <= 1


@contextlib.contextmanager
def landing(folder: Folder, path: str, work: Work) -> t.Iterator[Landing]:
    """A place beside ``path`` to write to. Where there is no room for all of it nothing is left there."""
    with folder.enter(path) as (parent, _name):
        try:
            opened = Landing(folder, path, parent, work)
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
