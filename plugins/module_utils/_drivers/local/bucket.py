# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets: folders of files. A file is what it is; the state keeps its real name and what goes with it."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import typing as t
import uuid
from datetime import datetime, timezone
from urllib.parse import quote

from ...sdk.capabilities import Capabilities, How, Once
from ...sdk.errors import CloudError, Conflict, Invalid, NotFound
from ...sdk.models import Bucket, Object
from ...sdk.provider import Connection
from ...sdk.services import BucketFields, BucketService, ObjectFields, Part, Source, Where
from ...sdk.waiting import Operation, done
from .daemons import remove_tree
from .directory import Directory, need_row, new_id, private_folder, refuse_twin
from .market import FIRST_LOCATION, LOCATIONS, offered
from .objectfile import (
    Joined,
    after_all,
    chunks,
    digest,
    good_bucket_name,
    object_key,
    place_key,
    readable_file,
    stamp_of,
    store,
)
from .state import Row, Transaction, now

PAGE = 1000
UPLOAD = "upload-"
COLUMNS = "name, file, stamp, md5, sha256, fields"


class Buckets(BucketService):
    def __init__(self, connection: Connection) -> None:
        self.directory = Directory(connection)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            fields={"location": How.RECREATE, "labels": How.LIVE},
            create_once=Once.UNIQUE_NAME,
            checksums=("md5", "sha256"),
            part_checksums=True,
            limits={
                "delete_objects": PAGE,
                "object_name_bytes": 1024,
                "parts": 10000,
                "part_min": 1,
                "part_max": 1 << 40,
            },
        )

    def fetch(self, where: Where) -> t.Iterator[Bucket]:
        with self.directory.reading() as state:
            rows = state.rows("bucket")
        return map(self._decode, rows)

    def create(self, fields: BucketFields, token: str | None = None) -> Operation[Bucket]:
        name = good_bucket_name(fields.get("name"))
        body = {
            "location": offered("location", fields.get("location", FIRST_LOCATION), LOCATIONS),
            "labels": dict(fields.get("labels", {})),
        }
        with self.directory.transaction() as state:
            refuse_twin(state, "bucket", name)
            row = state.insert("bucket", new_id("b"), name, body)
            private_folder(self._folder(name))
        return done(self._decode(row))

    def update(self, bucket: Bucket, changes: BucketFields) -> Operation[Bucket]:
        with self.directory.transaction() as state:
            row = need_row(state, "bucket", bucket.id)
            if "labels" in changes:
                row = state.change(row, labels=dict(changes["labels"]))
        return done(self._decode(row))

    def delete(self, bucket: Bucket) -> Operation[None]:
        with self.directory.transaction() as state:
            row = state.row("bucket", bucket.id)
            if row is None:
                return done(None)
            full = state.sql.execute("SELECT count(*) FROM object WHERE bucket = ?", (row.id,)).fetchone()[0]
            if full:
                raise Conflict(f"bucket {row.name} holds {full} objects; only an empty one can be deleted")
            uploads = [id for (id,) in state.sql.execute("SELECT id FROM upload WHERE bucket = ?", (row.id,))]
            state.remove(row)
            # inside the transaction: a bucket of this name that comes next gets a folder of its own
            for folder in [self._folder(row.name), *map(self._upload_folder, uploads)]:
                remove_tree(folder)
        return done(None)

    def objects(self, bucket: str, prefix: str = "") -> t.Iterator[Object]:
        start, last = prefix.encode("utf-8", "surrogatepass"), None
        end = after_all(start)
        while True:
            with self.directory.reading() as state:
                row = self._bucket(state, bucket)
                page = state.sql.execute(
                    f"SELECT {COLUMNS} FROM object WHERE bucket = ? AND name >= ? AND (? IS NULL OR name > ?) "
                    "AND (? IS NULL OR name < ?) ORDER BY name LIMIT ?",
                    (row.id, start, last, last, end, end, PAGE),
                ).fetchall()
            yield from filter(None, (self._object(bucket, found) for found in page))
            if len(page) < PAGE:
                return
            last = page[-1][0]

    def stat(self, bucket: str, name: str) -> Object | None:
        with self.directory.reading() as state:
            found = self._find(state, self._bucket(state, bucket), name)
        return self._object(bucket, found) if found else None

    def put(self, bucket: str, name: str, source: Source, fields: ObjectFields) -> Object:
        key = object_key(name)
        with self.directory.reading() as state:
            self._bucket(state, bucket)
        with self.directory.staging() as draft:
            with source.open() as stream:
                sums = store(stream, draft, source.size)
            return self._publish(bucket, key, draft, sums, fields)

    def get(self, bucket: str, name: str, start: int = 0, length: int | None = None) -> t.Iterator[bytes]:
        with self.directory.reading() as state:
            found = self._find(state, self._bucket(state, bucket), name)
        if found is None:
            raise NotFound(f"no object {name!r} in bucket {bucket}")
        if not os.path.isfile(self._file(bucket, found[1])):
            raise NotFound(f"no object {name!r} in bucket {bucket}: its file is gone")
        with self.directory.told(), open(self._file(bucket, found[1]), "rb") as file:
            file.seek(start)
            yield from chunks(file, length)

    def copy(self, bucket: str, name: str, to_bucket: str, to_name: str, fields: ObjectFields) -> Object:
        """What ``fields`` does not say is taken from the original."""
        key = object_key(to_name)
        with self.directory.reading() as state:
            found = self._find(state, self._bucket(state, bucket), name)
            self._bucket(state, to_bucket)
        if found is None:
            raise NotFound(f"no object {name!r} in bucket {bucket}")
        kept = t.cast(ObjectFields, {**json.loads(found[5]), **fields})
        original = self._file(bucket, found[1])
        with self.directory.staging() as draft:
            if (bucket, name) == (to_bucket, to_name):
                os.link(original, draft)
                return self._publish(to_bucket, key, draft, {"md5": found[3], "sha256": found[4]}, kept)
            with open(original, "rb") as stream:
                sums = store(stream, draft, os.fstat(stream.fileno()).st_size)
            return self._publish(to_bucket, key, draft, sums, kept)

    def delete_objects(self, bucket: str, names: t.Sequence[str]) -> t.Mapping[str, CloudError]:
        with self.directory.transaction() as state:
            row = self._bucket(state, bucket)
            for name in names:
                found = self._find(state, row, name)
                if found is not None:
                    state.sql.execute("DELETE FROM object WHERE bucket = ? AND name = ?", (row.id, found[0]))
                    self._remove_file(bucket, found[1])
        return {}

    def start_upload(self, bucket: str, name: str, fields: ObjectFields) -> str:
        key = object_key(name)
        id = uuid.uuid4().hex
        with self.directory.told():
            self.directory.make()
            there = [name for name in os.listdir(self.directory.join("staging")) if name.startswith(UPLOAD)]
        with self.directory.transaction() as state:
            row = self._bucket(state, bucket)
            known = {UPLOAD + id for (id,) in state.sql.execute("SELECT id FROM upload")}
            state.sql.execute(
                "INSERT INTO upload (id, bucket, name, fields, created) VALUES (?, ?, ?, ?, ?)",
                (id, row.id, key, json.dumps(fields), now()),
            )
            private_folder(self._upload_folder(id))
        for orphan in set(there) - known:
            remove_tree(self.directory.join("staging", orphan))
        return id

    def uploads(self, bucket: str, name: str) -> t.Iterator[str]:
        with self.directory.reading() as state:
            row = self._bucket(state, bucket)
            found = state.sql.execute(
                "SELECT id FROM upload WHERE bucket = ? AND name = ? ORDER BY created DESC, rowid DESC",
                (row.id, object_key(name)),
            ).fetchall()
        return (id for (id,) in found)

    def parts(self, bucket: str, name: str, upload: str) -> t.Iterator[Part]:
        with self.directory.reading() as state:
            self._upload(state, bucket, name, upload)
            found = state.sql.execute("SELECT number, etag, size FROM part WHERE upload = ? ORDER BY number", (upload,))
            parts = [Part(number=number, etag=etag, size=size) for number, etag, size in found]
        return iter(parts)

    def put_part(
        self, bucket: str, name: str, upload: str, number: int, source: Source, start: int, length: int
    ) -> Part:
        with self.directory.reading() as state:
            self._upload(state, bucket, name, upload)
        with self.directory.staging() as draft:
            with source.open(start, length) as stream:
                sums = store(stream, draft, length)
            with self.directory.transaction() as state:
                self._upload(state, bucket, name, upload)
                state.sql.execute(
                    "INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?)", (upload, number, sums["md5"], length)
                )
                os.replace(draft, os.path.join(self._upload_folder(upload), str(number)))
        return Part(number=number, etag=sums["md5"], size=length)

    def finish_upload(self, bucket: str, name: str, upload: str, parts: t.Sequence[Part]) -> Object:
        with self.directory.reading() as state:
            fields = json.loads(self._upload(state, bucket, name, upload))
            held = dict(state.sql.execute("SELECT number, etag FROM part WHERE upload = ?", (upload,)).fetchall())
        wrong = [part.number for part in parts if held.get(part.number) != part.etag]
        if wrong or not parts:
            raise Invalid(
                f"the upload of {name!r} cannot be finished: parts {wrong or 'none'} are not as they were sent"
            )
        with self.directory.staging() as draft:
            files = [os.path.join(self._upload_folder(upload), str(part.number)) for part in parts]
            sums = store(Joined(files), draft, sum(map(os.path.getsize, files)))
            made = self._publish(bucket, object_key(name), draft, sums, fields)
        self.abort_upload(bucket, name, upload)
        return made

    def abort_upload(self, bucket: str, name: str, upload: str) -> None:
        with self.directory.transaction() as state:
            self._bucket(state, bucket)
            state.sql.execute("DELETE FROM upload WHERE id = ?", (upload,))
        remove_tree(self._upload_folder(upload))

    def _publish(self, bucket: str, key: bytes, draft: str, sums: t.Mapping[str, str], fields: ObjectFields) -> Object:
        """The file and its row change in one transaction; a kill between the two is seen by the file's stamp."""
        kept = {part: value for part, value in fields.items() if part in ("metadata", "content_type", "cache_control")}
        with self.directory.transaction() as state:
            row = self._bucket(state, bucket)
            found = self._find(state, row, key.decode())
            file = found[1] if found else self._place(state, row, bucket, key)
            target = self._file(bucket, file)
            private_folder(os.path.dirname(target))
            entry = (key, file, stamp_of(os.stat(draft)), sums["md5"], sums["sha256"], json.dumps(kept))
            state.sql.execute(
                f"INSERT OR REPLACE INTO object (bucket, place, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (row.id, place_key(file), *entry),
            )
            os.replace(draft, target)
        made = self._object(bucket, entry)
        if made is None:
            raise Conflict(f"object {key.decode()!r} was deleted while it was written")
        return made

    def _place(self, state: Transaction, row: Row, bucket: str, key: bytes) -> str:
        """A file name that can be read, or one made of a hash where that is taken, too long, or a folder."""
        readable = readable_file(key)
        if readable is not None:
            taken = state.sql.execute(
                "SELECT 1 FROM object WHERE bucket = ? AND place = ?", (row.id, place_key(readable))
            ).fetchone()
            folders = list(itertools.accumulate(readable.split("/")[:-1], lambda above, name: f"{above}/{name}"))
            blocked = any(os.path.isfile(self._file(bucket, folder)) for folder in folders)
            if not taken and not blocked and not os.path.isdir(self._file(bucket, readable)):
                return readable
        return f".objects/{hashlib.sha256(key).hexdigest()}"

    def _bucket(self, state: Transaction, bucket: str) -> Row:
        row = state.named("bucket", bucket)
        if row is None:
            raise NotFound(f"no bucket {bucket} on the local cloud")
        return row

    def _find(self, state: Transaction, row: Row, name: str) -> t.Any:
        return state.sql.execute(
            f"SELECT {COLUMNS} FROM object WHERE bucket = ? AND name = ?", (row.id, object_key(name))
        ).fetchone()

    def _upload(self, state: Transaction, bucket: str, name: str, upload: str) -> str:
        """The fields that an upload was begun with."""
        row = self._bucket(state, bucket)
        found = state.sql.execute(
            "SELECT fields FROM upload WHERE id = ? AND bucket = ? AND name = ?", (upload, row.id, object_key(name))
        ).fetchone()
        if found is None:
            raise NotFound(f"no upload {upload} of {name!r} in bucket {bucket}; it was finished or given up")
        return str(found[0])

    def _folder(self, bucket: str) -> str:
        return self.directory.join("buckets", bucket)

    def _upload_folder(self, upload: str) -> str:
        return self.directory.join("staging", UPLOAD + upload)

    def _file(self, bucket: str, file: str) -> str:
        return os.path.join(self._folder(bucket), *file.split("/"))

    def _remove_file(self, bucket: str, file: str) -> None:
        """Takes away a file and the folders that this leaves empty."""
        path = self._file(bucket, file)
        with contextlib.suppress(OSError):
            os.unlink(path)
            while os.path.dirname(path) != self._folder(bucket):
                path = os.path.dirname(path)
                os.rmdir(path)

    def _object(self, bucket: str, found: t.Sequence[t.Any]) -> Object | None:
        """The file counts: where it is not the one that was stored, its checksums are made anew."""
        name, file, stamp, md5, sha256, fields = found
        path = self._file(bucket, file)
        try:
            now = os.stat(path)
            if stamp_of(now) != stamp:
                with open(path, "rb") as stream:
                    sums = digest(stream)
                md5, sha256 = sums["md5"], sums["sha256"]
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        kept = json.loads(fields)
        return Object(
            name=name.decode(),
            size=now.st_size,
            etag=md5,
            checksums={"md5": md5, "sha256": sha256},
            modified=datetime.fromtimestamp(now.st_mtime, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            metadata=kept.get("metadata") or {},
            content_type=kept.get("content_type") or "application/octet-stream",
            cache_control=kept.get("cache_control"),
            extra={"path": path},
        )

    def _decode(self, row: Row) -> Bucket:
        folder = self._folder(row.name)
        return Bucket(
            id=row.id,
            name=row.name,
            location=row.body["location"],
            created=row.created,
            labels=row.body["labels"],
            url=f"file://{quote(folder)}",
            extra={"path": folder},
        )
