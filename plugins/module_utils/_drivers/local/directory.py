# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder that a local cloud lives in, and what all of its services need of it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import sqlite3
import stat
import typing as t
import uuid

from ...sdk.errors import Conflict, Denied, Invalid, NotFound, QuotaExceeded, Unavailable
from ...sdk.provider import Connection
from .daemons import Daemons, Started, remove_tree
from .state import Row, State, TooNew, Transaction

KEEPS = ("nodes", "volumes", "snapshots", "buckets")
FOLDERS = ("run", *KEEPS, "staging")
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")

ID = re.compile(r"[a-z]-[0-9a-f]{12}")
LOCK = re.compile(r"[0-9a-f]{32}\.lock")


class Directory:
    """A local cloud's folder; nothing is made in it before the first change."""

    def __init__(self, connection: Connection) -> None:
        settings = connection.settings
        chosen = settings.options.get("directory") or settings.env.get("ANYCLOUD_LOCAL_DIR")
        if not chosen:
            shared = settings.env.get("XDG_DATA_HOME") or os.path.join(settings.home, ".local", "share")
            chosen = os.path.join(shared, "anycloud", "local")
        if chosen == "~" or chosen.startswith("~/"):
            chosen = settings.home + chosen[1:]
        self.path = os.path.normpath(os.path.join(settings.cwd, chosen))
        self.work = connection.work
        self.state = State(os.path.join(self.path, "state.db"))
        self.daemons = Daemons(self.path, settings.env)

    def join(self, *parts: str) -> str:
        return os.path.join(self.path, *parts)

    @contextlib.contextmanager
    def reading(self) -> t.Iterator[Transaction]:
        self._begin()
        with self.told(), self.state.reading() as state:
            yield state

    @contextlib.contextmanager
    def transaction(self) -> t.Iterator[Transaction]:
        self._begin()
        with self.told():
            self.make()
            with self.state.transaction() as state:
                yield state

    @contextlib.contextmanager
    def starting(self, program: str, kind: str, id: str) -> t.Iterator[Started]:
        """A new process, for the row that is written inside ``with``; at the end it is ready, or has failed."""
        with self.told():
            self.make()
            started = self.daemons.start(program, kind, id)
        with started:
            yield started

    def wake(self, program: str, kind: str, row: Row) -> None:
        """What this cloud serves by itself is up again at the first look after it was killed or the computer began anew."""
        mine = self.daemons.status(row.id).get("token") == row.body["token"]
        if not (mine and self.daemons.alive(row.id)):
            with self.told(), self.daemons.start(program, kind, row.id, row.body["token"]):
                pass

    def make(self) -> None:
        if not os.path.exists(self.state.path):
            self._check_unused()
        for folder in (self.path, *map(self.join, FOLDERS)):
            private_folder(folder)

    def _begin(self) -> None:
        self.work.check()
        self.work.count(calls=1)
        with self.told(), contextlib.suppress(FileNotFoundError):
            if os.stat(self.path).st_mode & stat.S_IWOTH:
                raise Denied(
                    f"everybody can write to {self.path}, and a local cloud runs programs from its folder; "
                    "choose another directory, or chmod o-w this one"
                )

    def _check_unused(self) -> None:
        """Where somebody's files are in the way they would be taken for what a killed task left, and go."""
        for folder in map(self.join, KEEPS):
            there = os.path.isdir(folder) and os.listdir(folder)
            if there and not os.path.exists(self.state.path):
                raise Conflict(f"{folder} has files, but {self.path} is no local cloud; choose another directory")

    @contextlib.contextmanager
    def told(self) -> t.Iterator[None]:
        """Failures of files and of SQLite as failures of a cloud."""
        try:
            yield
        except TooNew as error:
            raise Unavailable(
                f"a later version of anycloud.core made this local cloud: {error}; update this one"
            ) from None
        except sqlite3.IntegrityError as error:
            raise Conflict(f"another task changed the local cloud in {self.path} at the same time: {error}") from None
        except sqlite3.Error as error:
            raise Unavailable(f"the local cloud's state in {self.path} cannot be used: {error}") from None
        except PermissionError as error:
            raise Denied(
                f"this user may not use {error.filename or self.path} of the local cloud: {error.strerror}"
            ) from None
        except OSError as error:
            kind = QuotaExceeded if error.errno in (errno.ENOSPC, errno.EDQUOT) else Unavailable
            raise kind(f"the local cloud in {self.path} cannot go on: {error}") from None

    @contextlib.contextmanager
    def staging(self) -> t.Iterator[str]:
        """A path for what is not finished yet; gone at the end, however this ends."""
        with self.told():
            self.make()
            self._sweep_staging()
            path = self.join("staging", uuid.uuid4().hex)
            with open(os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                try:
                    yield path
                finally:
                    take_away(path)
                    take_away(f"{path}.lock")

    def _sweep_staging(self) -> None:
        """Takes away what killed tasks left: their locks are free."""
        for name in os.listdir(self.join("staging")):
            lock = self.join("staging", name)
            if LOCK.fullmatch(name):
                with contextlib.suppress(OSError), open(lock, "rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if os.fstat(file.fileno()).st_nlink:
                        take_away(lock[: -len(".lock")])
                        take_away(lock)

    def sweep(self, kind: str, folder: str) -> None:
        """Takes away folders whose resource is gone. A folder is only made when its row is written, or with it."""
        entries = os.listdir(self.join(folder)) if os.path.isdir(self.join(folder)) else []
        with self.transaction() as state:
            known = {row.id for row in state.rows(kind)}
        for entry in filter(ID.fullmatch, set(entries) - known):
            remove_tree(self.join(folder, entry))


def take_away(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        remove_tree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def private_folder(path: str) -> None:
    """Makes a folder, and those above it, for this user only; one that is there stays as it is."""
    if not os.path.isdir(path):
        if os.path.dirname(path) != path:
            private_folder(os.path.dirname(path))
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)


def new_id(letter: str) -> str:
    return f"{letter}-{uuid.uuid4().hex[:12]}"


def good_name(what: str, name: t.Any) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Invalid(
            f"{name!r} is no name for a {what} of the local cloud; use 1 to 63 letters, digits, '.', '_' and '-', "
            "beginning and ending with a letter or digit"
        )
    return name


def need_row(state: Transaction, kind: str, id: str) -> Row:
    row = state.row(kind, id)
    if row is None:
        raise NotFound(f"no {kind} {id} on the local cloud; it was deleted meanwhile")
    return row


def refuse_twin(state: Transaction, kind: str, name: str) -> None:
    twin = state.named(kind, name)
    if twin is not None:
        raise Conflict(f"a {kind} {name} is there already ({twin.id})", provider_code="unique_name")
