# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of the host that runs the task: read in order, written without ever leaving them."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import typing as t
from dataclasses import dataclass

from ...sdk.errors import Conflict, Invalid
from . import checksums

PART = re.compile(r"\.anycloud-[0-9a-f]{16}\.part")
LONGEST_NAME = 255
INTO = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, kw_only=True)
class File:
    """A file below the top of its folder; ``stamp`` is its time of change in nanoseconds."""

    path: str
    size: int
    stamp: int


class Folder:
    """A folder, and nothing outside it. ``top`` is an absolute path, its own links followed once, at the beginning."""

    def __init__(self, top: str) -> None:
        self.top = os.path.realpath(top)
        self._clear = ""

    def place(self, path: str) -> str:
        return os.path.join(self.top, path)

    def walk(self, *, follow: bool, warn: t.Callable[[str], object]) -> t.Iterator[File]:
        """Its files in the order of their paths. ``follow`` reads through links to files; other links never count."""
        if os.path.isdir(self.top):
            yield from self._walk("", follow, warn)

    def _walk(self, below: str, follow: bool, warn: t.Callable[[str], object]) -> t.Iterator[File]:
        for name in self._names(below, follow, warn):
            if name.endswith("/"):
                yield from self._walk(below + name, follow, warn)
            elif (found := self.find(below + name, follow=follow)) is not None:
                yield found

    def _names(self, below: str, follow: bool, warn: t.Callable[[str], object]) -> list[str]:
        """What is in one folder, in the order of whole paths: a folder sorts by its name with a slash."""
        names = []
        try:
            with os.scandir(self.place(below)) as entries:
                for entry in entries:
                    if PART.fullmatch(entry.name):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        names.append(entry.name + "/")
                    elif entry.is_file(follow_symlinks=follow):
                        names.append(entry.name)
                    elif follow:
                        what = "a link that leads to no file" if entry.is_symlink() else "no ordinary file"
                        warn(f"{readable(self.place(below + entry.name))} was left out: it is {what}")
        except FileNotFoundError:
            return []
        except OSError as problem:
            raise Invalid(f"cannot read the folder {readable(self.place(below))}: {problem.strerror}") from problem
        return sorted(names)

    def find(self, path: str, *, follow: bool) -> File | None:
        try:
            found = os.stat(self.place(path), follow_symlinks=follow)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as problem:
            raise Invalid(f"cannot read {readable(self.place(path))}: {problem.strerror}") from problem
        if not stat.S_ISREG(found.st_mode):
            return None
        return File(path=path, size=found.st_size, stamp=found.st_mtime_ns)

    def open(self, path: str) -> t.BinaryIO:
        try:
            return open(self.place(path), "rb")
        except OSError as problem:
            raise Invalid(f"cannot read {readable(self.place(path))}: {problem.strerror}") from problem

    def digest(self, path: str, algorithm: str, check: t.Callable[[], object]) -> str:
        with self.open(path) as stream:
            return checksums.digest(stream, algorithm, check)

    def obstacle(self, path: str) -> str | None:
        """The path of a file, or folder, that stands where another thing must be for ``path`` to be written.

        Raises where a link stands there: it could lead out of the folder.
        """
        parents = path.split("/")[:-1]
        if "/".join(parents) != self._clear:
            for depth in range(1, len(parents) + 1):
                parent = "/".join(parents[:depth])
                mode = self._mode(parent)
                if mode is None:
                    return None
                if not stat.S_ISDIR(mode):
                    return parent
            self._clear = "/".join(parents)
        mode = self._mode(path)
        return None if mode is None or stat.S_ISREG(mode) else path

    def _mode(self, path: str) -> int | None:
        try:
            mode = os.lstat(self.place(path)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as problem:
            raise Invalid(f"cannot write {readable(self.place(path))}: {problem.strerror}") from problem
        if stat.S_ISLNK(mode):
            raise Conflict(
                f"{readable(self.place(path))} is a link, and nothing is written through links; remove it first"
            )
        return mode

    @contextlib.contextmanager
    def enter(self, path: str) -> t.Iterator[tuple[int, str]]:
        """The open folder that ``path`` is in, made if need be, and its last name. Follows no link on the way."""
        *parents, name = path.split("/")
        with contextlib.ExitStack() as open_folders:
            try:
                os.makedirs(self.top, exist_ok=True)
                current = os.open(self.top, INTO)
                open_folders.callback(os.close, current)
                for parent in parents:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(parent, dir_fd=current)
                    current = os.open(parent, INTO, dir_fd=current)
                    open_folders.callback(os.close, current)
            except OSError as problem:
                raise self.cannot_write(path, problem) from problem
            yield current, name

    def cannot_write(self, path: str, problem: OSError) -> Conflict:
        if problem.errno in (errno.ELOOP, errno.ENOTDIR):
            return Conflict(
                f"cannot write {readable(self.place(path))}: a link or file stands in its way; remove it first"
            )
        return Conflict(f"cannot write {readable(self.place(path))}: {problem.strerror}")

    def remove(self, path: str) -> None:
        """Removes a file, and the folders below the top that this leaves empty."""
        try:
            with self.enter(path) as (folder, name), contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            while path := path.rpartition("/")[0]:
                with self.enter(path) as (folder, name):
                    os.rmdir(name, dir_fd=folder)
        except OSError as problem:
            if problem.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
                raise self.cannot_write(path, problem) from problem


def check_path(path: str, what: str) -> None:
    """Raises where a name from a bucket is no path that stays below a folder; ``what`` begins the sentence."""
    wrong = None
    if "\0" in path:
        wrong = "has a NUL character"
    elif path.startswith("/"):
        wrong = "begins with a slash"
    elif any(part in ("", ".", "..") for part in path.split("/")):
        wrong = "has an empty, . or .. part"
    elif not encodable(path):
        wrong = "has characters that no file name here can have"
    elif any(len(os.fsencode(part)) > LONGEST_NAME for part in path.split("/")):
        wrong = f"has a part of more than {LONGEST_NAME} bytes"
    elif PART.fullmatch(path.rpartition("/")[2]):
        wrong = "is kept for downloads that are under way"
    if wrong:
        raise Invalid(
            f"{readable(what)} {wrong}, so it can be no file below a folder; nothing was changed; leave it out with exclude"
        )


def encodable(text: str) -> bool:
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


def readable(text: str) -> str:
    """A path for a sentence, whatever bytes it has."""
    return (
        text.encode("utf-8", "replace").decode()
        if not encodable(text)
        else os.fsencode(text).decode("utf-8", "replace")
    )
