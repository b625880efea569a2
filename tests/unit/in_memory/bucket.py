# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets and objects in memory."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Conflict, Invalid, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Bucket, Object
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import (
    BucketFields,
    BucketService,
    ObjectFields,
    Part,
    Source,
    Where,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation

from .fields import check_created, check_updated, fits
from .service import MemoryService

DEFAULTS: dict[str, t.Any] = {
    "versioning": False,
    "encryption": {"type": "none"},
    "access": "private",
    "lifecycle": (),
    "cors": (),
    "cdn": False,
}


@dataclass
class Upload:
    bucket: str
    name: str
    fields: ObjectFields
    parts: dict[int, bytes] = field(default_factory=dict)


class MemoryBuckets(MemoryService, BucketService):
    """Objects are seen at once; a listing of all buckets leaves their settings out."""

    name = "bucket"

    def fetch(self, where: Where) -> t.Iterator[Bucket]:
        for bucket in self._look("bucket", where):
            yield bucket if where.names is not None else Bucket(id=bucket.id, name=bucket.name, created=bucket.created)

    def create(self, fields: BucketFields, token: str | None = None) -> Operation[Bucket]:
        check_created(f"bucket {fields.get('name')}", fields, BucketFields, self.capabilities)
        with self._mutation("create", fields["name"], fields):
            if again := self._again("bucket", fields, token):
                return again
            known = {name: value for name, value in DEFAULTS.items() if name in self.capabilities.fields}
            values: dict[str, t.Any] = {**known, **fields}
            bucket = Bucket(id=fields["name"], created=self.state.stamp(), **values)
            return self._made("bucket", token, fields, bucket)

    def update(self, bucket: Bucket, changes: BucketFields) -> Operation[Bucket]:
        check_updated(f"bucket {bucket.name}", changes, BucketFields, self.capabilities)
        with self._mutation("update", bucket.name, changes):
            return self._operation(self.state.changed("bucket", bucket.id, changes))

    def delete(self, bucket: Bucket) -> Operation[None]:
        with self._mutation("delete", bucket.name):
            self.state.shelf("bucket").get(bucket.id, "bucket")
            if self._objects(bucket.name):
                raise Conflict(f"the bucket {bucket.name} is not empty")
            return self._operation(self.state.drop("bucket", bucket.id))

    def objects(self, bucket: str, prefix: str = "") -> t.Iterator[Object]:
        self._read("objects", bucket)
        self._check_bucket(bucket)
        found = sorted(self._objects(bucket).values(), key=lambda thing: thing.name.encode())
        return (thing for thing in found if thing.name.startswith(prefix))

    def stat(self, bucket: str, name: str) -> Object | None:
        self._read("stat", name)
        self._check_bucket(bucket)
        return self._objects(bucket).get(name)

    def put(self, bucket: str, name: str, source: Source, fields: ObjectFields) -> Object:
        self._check_fields(name, fields)
        limit = self.capabilities.limits.get("put_max")
        assert limit is None or source.size <= limit, f"{name} is too large for one request"
        content = source.open().read()
        assert len(content) == source.size, f"{name} has {len(content)} bytes and said {source.size}"
        with self._mutation("put", name, fields):
            self._check_bucket(bucket)
            return self._store(bucket, name, content, fields)

    def get(self, bucket: str, name: str, start: int = 0, length: int | None = None) -> t.Iterator[bytes]:
        self._read("get", name)
        content = self._content(bucket, name)
        content = content[start:] if length is None else content[start : start + length]
        for at in range(0, len(content), 4):
            yield content[at : at + 4]

    def copy(self, bucket: str, name: str, to_bucket: str, to_name: str, fields: ObjectFields) -> Object:
        self._check_fields(to_name, fields)
        with self._mutation("copy", to_name, fields):
            self._check_bucket(to_bucket)
            source = self._objects(bucket).get(name)
            content = self._content(bucket, name)
            kept = ObjectFields(metadata=source.metadata if source else {})
            for key in ("content_type", "cache_control"):
                if source is not None and (value := getattr(source, key)) is not None:
                    kept[key] = value
            return self._store(to_bucket, to_name, content, {**kept, **fields})

    def delete_objects(self, bucket: str, names: t.Sequence[str]) -> t.Mapping[str, CloudError]:
        limit = self.capabilities.limits["delete_objects"]
        assert 0 < len(names) <= limit, f"{len(names)} objects to delete at once, {limit} allowed"
        with self._mutation("delete_objects", bucket, {"names": tuple(names)}):
            self._check_bucket(bucket)
            for name in names:
                self.state.shelf(f"object/{bucket}").entries.pop(name, None)
                self.state.bytes.pop((bucket, name), None)
            return {}

    def start_upload(self, bucket: str, name: str, fields: ObjectFields) -> str:
        self._check_fields(name, fields)
        with self._mutation("start_upload", name, fields):
            self._check_bucket(bucket)
            upload = self.state.new_id("upload")
            self.state.uploads[upload] = Upload(bucket, name, fields)
            return upload

    def uploads(self, bucket: str, name: str) -> t.Iterator[str]:
        self._read("uploads", name)
        newest_first = reversed(list(self.state.uploads.items()))
        return (key for key, upload in newest_first if (upload.bucket, upload.name) == (bucket, name))

    def parts(self, bucket: str, name: str, upload: str) -> t.Iterator[Part]:
        self._read("parts", name)
        return (_part(number, content) for number, content in sorted(self._upload(upload).parts.items()))

    def put_part(
        self, bucket: str, name: str, upload: str, number: int, source: Source, start: int, length: int
    ) -> Part:
        content = source.open(start, length).read(length)
        assert len(content) == length, f"part {number} of {name} has {len(content)} bytes and said {length}"
        assert 1 <= number <= self.capabilities.limits["parts"], f"{name} has a part {number}"
        with self._mutation("put_part", name, {"number": number}):
            self._upload(upload).parts[number] = content
            return _part(number, content)

    def finish_upload(self, bucket: str, name: str, upload: str, parts: t.Sequence[Part]) -> Object:
        with self._mutation("finish_upload", name):
            under_way = self._upload(upload)
            numbers = [part.number for part in parts]
            if not parts or numbers != sorted(set(numbers)):
                raise Invalid(f"the parts {numbers} of {name} are not in order")
            for part in parts:
                if _part(part.number, under_way.parts.get(part.number, b"")) != part:
                    raise Invalid(f"part {part.number} of {name} is another one")
            if any(part.size < self.capabilities.limits["part_min"] for part in parts[:-1]):
                raise Invalid(f"a part of {name} is too small")
            del self.state.uploads[upload]
            return self._store(bucket, name, b"".join(under_way.parts[number] for number in numbers), under_way.fields)

    def abort_upload(self, bucket: str, name: str, upload: str) -> None:
        with self._mutation("abort_upload", name):
            self._upload(upload)
            del self.state.uploads[upload]

    def presign(self, bucket: str, name: str, method: str, expires: int) -> str:
        return f"https://memory.invalid/{bucket}/{name}?method={method}&expires={expires}&signature=s1gned"

    def _objects(self, bucket: str) -> dict[str, Object]:
        return self.state.shelf(f"object/{bucket}").now()

    def _check_bucket(self, bucket: str) -> None:
        self.state.shelf("bucket").get(bucket, "bucket")

    def _check_fields(self, name: str, fields: ObjectFields) -> None:
        hints = t.get_type_hints(ObjectFields)
        for key, value in fields.items():
            assert key in hints and fits(value, hints[key]), f"object {name}: {key}={value!r} is not taken"

    def _content(self, bucket: str, name: str) -> bytes:
        if (bucket, name) not in self.state.bytes:
            raise NotFound(f"there is no object {name} in {bucket}")
        return self.state.bytes[(bucket, name)]

    def _store(self, bucket: str, name: str, content: bytes, fields: ObjectFields) -> Object:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        sums = {"md5": md5, "sha256": hashlib.sha256(content).hexdigest()}
        stored = Object(
            name=name,
            size=len(content),
            etag=md5,
            checksums={key: value for key, value in sums.items() if key in self.capabilities.checksums},
            modified=self.state.stamp(),
            **{key: value for key, value in fields.items() if key != "extra"},  # type: ignore[arg-type]
        )
        self.state.bytes[(bucket, name)] = content
        shelf = self.state.shelf(f"object/{bucket}")
        shelf.entries.pop(name, None)
        self.state.put(f"object/{bucket}", name, replace(stored), reads=0)
        return stored

    def _upload(self, upload: str) -> Upload:
        if upload not in self.state.uploads:
            raise NotFound(f"there is no upload {upload}")
        found: Upload = self.state.uploads[upload]
        return found


def _part(number: int, content: bytes) -> Part:
    return Part(number=number, etag=hashlib.md5(content, usedforsecurity=False).hexdigest(), size=len(content))
