# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cloud's memory: one SQLite file, one transaction for each call.

Only the standard library is used, because the processes of the cloud run this file too.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import typing as t
import weakref
from dataclasses import dataclass
from datetime import datetime, timezone

VERSION = 1
PATIENCE = 30.0

SCHEMA = """
CREATE TABLE resource (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, created TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (kind, name));
CREATE TABLE record (
    zone TEXT NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
    name TEXT NOT NULL, type TEXT NOT NULL, ttl INTEGER, value TEXT NOT NULL, comment TEXT,
    owner BLOB NOT NULL, number INTEGER NOT NULL, wire TEXT NOT NULL,
    PRIMARY KEY (zone, name, type)) WITHOUT ROWID;
CREATE INDEX record_owner ON record (zone, owner);
CREATE TABLE object (
    bucket TEXT NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
    name BLOB NOT NULL, file TEXT NOT NULL, place TEXT NOT NULL, stamp TEXT NOT NULL,
    md5 TEXT NOT NULL, sha256 TEXT NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (bucket, name), UNIQUE (bucket, place)) WITHOUT ROWID;
CREATE TABLE upload (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL REFERENCES resource (id) ON DELETE CASCADE,
    name BLOB NOT NULL, fields TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE part (
    upload TEXT NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL,
    PRIMARY KEY (upload, number)) WITHOUT ROWID;
"""


class TooNew(Exception):
    """The file was made by a later version of the collection."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A resource as it is kept: ``body`` has all that its kind needs."""

    id: str
    name: str
    created: str
    body: t.Mapping[str, t.Any]


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Transaction:
    """What can be read and written inside one transaction; ``sql`` is the connection itself."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self.sql = sql

    def rows(self, kind: str) -> list[Row]:
        return self._read("kind = ? ORDER BY created, rowid", (kind,))

    def row(self, kind: str, id: str) -> Row | None:
        found = self._read("kind = ? AND id = ?", (kind, id))
        return found[0] if found else None

    def named(self, kind: str, name: str) -> Row | None:
        found = self._read("kind = ? AND name = ?", (kind, name))
        return found[0] if found else None

    def _read(self, condition: str, values: t.Sequence[str]) -> list[Row]:
        # condition is one of the three texts above, never a user's
        query = f"SELECT id, name, created, body FROM resource WHERE {condition}"
        return [
            Row(id=id, name=name, created=created, body=json.loads(body))
            for id, name, created, body in self.sql.execute(query, values)
        ]

    def insert(self, kind: str, id: str, name: str, body: t.Mapping[str, t.Any]) -> Row:
        row = Row(id=id, name=name, created=now(), body=body)
        self.sql.execute(
            "INSERT INTO resource (id, kind, name, created, body) VALUES (?, ?, ?, ?, ?)",
            (id, kind, name, row.created, json.dumps(body)),
        )
        return row

    def change(self, row: Row, *, name: str | None = None, **parts: t.Any) -> Row:
        changed = Row(id=row.id, name=name or row.name, created=row.created, body={**row.body, **parts})
        self.sql.execute(
            "UPDATE resource SET name = ?, body = ? WHERE id = ?", (changed.name, json.dumps(changed.body), row.id)
        )
        return changed

    def remove(self, row: Row) -> None:
        self.sql.execute("DELETE FROM resource WHERE id = ?", (row.id,))


def connect(path: str) -> sqlite3.Connection:
    """A connection for one thread; refuses a file from a later version."""
    sql = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        sql.execute("PRAGMA foreign_keys = ON")
        sql.execute("PRAGMA synchronous = NORMAL")
        (version,) = sql.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise TooNew(f"{path} has version {version}, known is {VERSION}")
    except BaseException:
        sql.close()
        raise
    return sql


class State:
    """The file ``path``. Reading never makes it; the first transaction does, unless ``makes`` is false.

    Each use has a connection of its own, so that threads do not meet; an idle one keeps SQLite from tidying up,
    which waits for the disk, each time that one of them is closed.
    """

    def __init__(self, path: str, makes: bool = True) -> None:
        self.path = path
        self._makes = makes
        self._idle: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def reading(self) -> t.Iterator[Transaction]:
        """One consistent look; an absent file looks like an empty cloud."""
        if not self._made():
            sql = sqlite3.connect(":memory:", isolation_level=None)
            sql.executescript(SCHEMA)
        else:
            sql = connect(self.path)
        try:
            sql.execute("BEGIN")
            yield Transaction(sql)
        finally:
            sql.close()

    @contextlib.contextmanager
    def transaction(self) -> t.Iterator[Transaction]:
        """All or nothing: any exception inside takes back everything."""
        if not self._made():
            if not self._makes:
                raise FileNotFoundError(self.path)
            self._make()
        if self._idle is None:
            self._idle = connect(self.path)
            weakref.finalize(self, self._idle.close)
        sql = connect(self.path)
        try:
            sql.execute("BEGIN IMMEDIATE")
            yield Transaction(sql)
            sql.execute("COMMIT")
        finally:
            sql.close()

    def _made(self) -> bool:
        return os.path.exists(self.path)

    def _make(self) -> None:
        """Makes the file under another name first, so that nobody ever sees half of it."""
        with open(os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._made():
                return
            draft = f"{self.path}.new"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            sql = sqlite3.connect(draft, isolation_level=None)
            try:
                sql.execute("PRAGMA journal_mode = WAL")
                sql.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
            finally:
                sql.close()
            os.rename(draft, self.path)
