# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a node over SFTP. Relative paths begin at the node's home.

The classes are mixed with paramiko's where they are used, so that this file can be read without it.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import typing as t

if t.TYPE_CHECKING:
    from .machine import Machine

OK = 0
Verb = t.TypeVar("Verb", bound=t.Callable[..., t.Any])


def answered(verb: Verb) -> Verb:
    """Turns errors of the file system into SFTP's codes, and no answer into OK."""

    @functools.wraps(verb)
    def answer(*arguments: t.Any) -> t.Any:
        from paramiko import SFTPServer

        try:
            result = verb(*arguments)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno or 0)
        return OK if result is None else result

    return t.cast(Verb, answer)


def attributes(found: os.stat_result, name: str | None = None) -> t.Any:
    import paramiko

    return paramiko.SFTPAttributes.from_stat(found, name)


def set_attributes(target: t.Any, wanted: t.Any) -> None:
    """``target`` is a path or an open file."""
    if wanted._flags & wanted.FLAG_SIZE:
        os.truncate(target, wanted.st_size)
    if wanted._flags & wanted.FLAG_UIDGID:
        os.chown(target, wanted.st_uid, wanted.st_gid)
    if wanted._flags & wanted.FLAG_PERMISSIONS:
        os.chmod(target, wanted.st_mode & 0o7777)
    if wanted._flags & wanted.FLAG_AMTIME:
        os.utime(target, (wanted.st_atime, wanted.st_mtime))


class OpenFile:
    """A file that a client has open; reads and writes say where."""

    def __init__(self, file: int, appends: bool) -> None:
        super().__init__(0)  # type: ignore[call-arg]
        self.file = file
        self.appends = appends

    @answered
    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self.file, min(length, 1 << 20), offset)

    @answered
    def write(self, offset: int, content: bytes) -> None:
        while content:
            done = os.write(self.file, content) if self.appends else os.pwrite(self.file, content, offset)
            content, offset = content[done:], offset + done

    @answered
    def stat(self) -> t.Any:
        return attributes(os.fstat(self.file))

    @answered
    def chattr(self, wanted: t.Any) -> None:
        set_attributes(self.file, wanted)

    def close(self) -> None:
        file, self.file = self.file, -1
        if file >= 0:
            os.close(file)

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            self.close()


class Subsystem:
    """An end with a status, which scp waits for."""

    def finish_subsystem(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            self.sock.send_exit_status(0)  # type: ignore[attr-defined]
        super().finish_subsystem()  # type: ignore[misc]


class Files:
    """What SFTP asks for."""

    def __init__(self, server: t.Any, machine: Machine) -> None:
        super().__init__(server)  # type: ignore[call-arg]
        self.home = machine.home

    def _at(self, path: str) -> str:
        return os.path.join(self.home, path)

    def canonicalize(self, path: str) -> str:
        return os.path.realpath(self._at(path))

    @answered
    def open(self, path: str, flags: int, wanted: t.Any) -> t.Any:
        import paramiko

        mode = wanted.st_mode & 0o7777 if wanted._flags & wanted.FLAG_PERMISSIONS else 0o644
        file = os.open(self._at(path), flags | os.O_CLOEXEC, mode)
        handle = type("Handle", (OpenFile, paramiko.SFTPHandle), {})
        return handle(file, bool(flags & os.O_APPEND))

    @answered
    def list_folder(self, path: str) -> list[t.Any]:
        with os.scandir(self._at(path)) as entries:
            return [attributes(entry.stat(follow_symlinks=False), entry.name) for entry in entries]

    @answered
    def stat(self, path: str) -> t.Any:
        return attributes(os.stat(self._at(path)))

    @answered
    def lstat(self, path: str) -> t.Any:
        return attributes(os.lstat(self._at(path)))

    @answered
    def remove(self, path: str) -> None:
        os.remove(self._at(path))

    @answered
    def rename(self, before: str, after: str) -> None:
        if os.path.lexists(self._at(after)):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), after)
        os.rename(self._at(before), self._at(after))

    @answered
    def posix_rename(self, before: str, after: str) -> None:
        os.replace(self._at(before), self._at(after))

    @answered
    def mkdir(self, path: str, wanted: t.Any) -> None:
        os.mkdir(self._at(path), wanted.st_mode & 0o7777 if wanted._flags & wanted.FLAG_PERMISSIONS else 0o755)

    @answered
    def rmdir(self, path: str) -> None:
        os.rmdir(self._at(path))

    @answered
    def chattr(self, path: str, wanted: t.Any) -> None:
        set_attributes(self._at(path), wanted)

    @answered
    def symlink(self, target: str, path: str) -> None:
        os.symlink(target, self._at(path))

    @answered
    def readlink(self, path: str) -> str:
        return os.readlink(self._at(path))
