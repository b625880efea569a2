# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every process of the local cloud does: detach, hold its lock, tell how it is, end when nobody wants it.

Only the standard library is used: this file runs outside of Ansible.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import sqlite3
import sys
import time
import typing as t

from .state import Row, State, Transaction, connect

READY_WITHIN = 15.0
LOCK_WITHIN = 10.0
MARK = "ANYCLOUD_NODE"


class Serving:
    """One process for the resource ``id``, wanted as long as its row says ``token`` and ``power`` on."""

    def __init__(self, directory: str, kind: str, id: str, token: str, order: t.Mapping[str, t.Any], told: int) -> None:
        self.directory = directory
        self.kind = kind
        self.id = id
        self.token = token
        self.env: t.Mapping[str, str] = order["env"]
        self.state = State(os.path.join(directory, "state.db"), makes=False)
        self._told: int | None = told
        self._status: dict[str, t.Any] = {"token": token, "pid": os.getpid()}
        self._sql = connect(self.state.path) if os.path.exists(self.state.path) else None
        self._inode = self._sql and os.stat(self.state.path).st_ino

    def row(self) -> Row | None:
        """Its own row, or nothing when it is to end: deleted, switched off, started anew, or the folder is gone."""
        try:
            if self._sql is None or os.stat(self.state.path).st_ino != self._inode:
                return None
        except FileNotFoundError:
            return None
        row = Transaction(self._sql).row(self.kind, self.id)
        wanted = row is not None and row.body.get("token") == self.token and row.body.get("power") == "on"
        return row if wanted else None

    @property
    def read(self) -> Transaction:
        """For looks at the state on the main thread."""
        return Transaction(self._opened)

    def version(self) -> int:
        """Another number after each change that another process made."""
        return int(self._opened.execute("PRAGMA data_version").fetchone()[0])

    @property
    def _opened(self) -> sqlite3.Connection:
        return t.cast(sqlite3.Connection, self._sql)

    def tell(self, **parts: t.Any) -> None:
        """Publishes how it is."""
        self._status.update(parts)
        path = os.path.join(self.directory, "run", f"{self.id}.status")
        with open(os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._status, file)
        os.rename(f"{path}.new", path)

    def ready(self) -> None:
        self.tell(ready=True)
        self.answer()

    def failed(self, error: str) -> None:
        self.tell(ready=False, error=error)
        self.answer()

    def answer(self) -> None:
        """Lets the one who started this process go on; once, for the number may be another file's by then."""
        told, self._told = self._told, None
        if told is not None:
            os.close(told)


def main(program: str, directory: str, kind: str, id: str, token: str) -> None:
    """Runs ``program`` detached; the calling process stays until it is ready, or has failed."""
    hear, told = os.pipe()
    if os.fork():
        os.close(told)
        select.select([hear], [], [], READY_WITHIN)
        os._exit(0)
    os.close(hear)
    os.chdir(directory)
    os.umask(0o022)
    for usual in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(usual, signal.SIG_DFL)
    order = json.loads(sys.stdin.readline())
    sys.path.extend(order["paths"])
    run = prepare(program)
    # the starter closes this when the row is written, or dies before: either way the row decides
    while sys.stdin.read(1024):
        pass
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    serving = Serving(directory, kind, id, token, order, told)
    if serving.row() is not None and hold(serving):
        try:
            run(serving)
        except Exception as error:
            serving.failed(f"{type(error).__name__}: {error}")
            raise


def prepare(program: str) -> t.Callable[[Serving], None]:
    if program == "sshd":
        from . import sshd

        return sshd.run
    if program == "forwarder":
        from . import forwarder

        return forwarder.run
    from . import dnsd

    return dnsd.run


def hold(serving: Serving) -> bool:
    """Takes the lock that shows that this resource has a process, after an older one has let go of it."""
    file = os.open(lock_of(serving.directory, serving.id), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    ends = time.monotonic() + LOCK_WITHIN
    while time.monotonic() < ends and serving.row() is not None:
        if locked(file, fcntl.LOCK_EX):
            os.truncate(file, 0)
            os.pwrite(file, str(os.getpid()).encode(), 0)
            return True
        # one that only looks whether the lock is free shares it; a process that serves does not
        if locked(file, fcntl.LOCK_SH):
            fcntl.flock(file, fcntl.LOCK_UN)
        elif status_of(serving.directory, serving.id).get("token") == serving.token:
            return False
        time.sleep(0.02)
    return False


def locked(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def status_of(directory: str, id: str) -> dict[str, t.Any]:
    """What the process of a resource told last."""
    try:
        with open(os.path.join(directory, "run", f"{id}.status"), encoding="utf-8") as file:
            return t.cast("dict[str, t.Any]", json.load(file))
    except FileNotFoundError:
        return {}


def lock_of(directory: str, id: str) -> str:
    return os.path.join(directory, "run", f"{id}.lock")


def holder(directory: str, id: str) -> int | None:
    """The pid of the process that holds the lock; a dead one holds nothing, whatever its pid is now used for."""
    try:
        file = os.open(lock_of(directory, id), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if locked(file, fcntl.LOCK_SH) else int(os.pread(file, 32, 0) or b"0")
    finally:
        os.close(file)


def marked(id: str) -> list[int]:
    """Processes that were begun on the node ``id``, through SSH or at its boot, and their offspring."""
    mark = f"{MARK}={id}".encode()
    found = []
    for entry in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if entry.isdigit() and int(entry) != os.getpid():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/environ", "rb") as environ:
                if mark in environ.read().split(b"\0"):
                    found.append(int(entry))
    return found


def end_marked(id: str, grace: float = 1.0) -> None:
    """Ends all that runs on a node, as switching a machine off does."""
    ends = time.monotonic() + grace
    for how in (signal.SIGTERM, signal.SIGHUP):
        for pid in marked(id):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
    while marked(id) and time.monotonic() < ends:
        time.sleep(0.02)
    for pid in marked(id):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
