# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wrote about objects, as a route from one side to another."""

from __future__ import annotations

import base64
import binascii
import os
import typing as t

from ...sdk.errors import Invalid, NotFound
from ...sdk.services import BucketService, ObjectFields
from ..refs import given, missing
from ..task import Call
from . import checksums
from .folder import Folder
from .patterns import Patterns
from .sides import Files, Nothing, Objects, Side, Text
from .transfer import check_object_name
from .tree import Route

SOURCES = ("src", "content", "content_base64", "copy_from")
FIELDS = ("metadata", "content_type", "cache_control")
ABILITIES = {
    "get": "read objects",
    "put": "upload objects",
    "copy": "copy objects",
    "delete_objects": "delete objects",
    "presign": "make signed addresses of objects",
}


class Errand:
    """One task on objects: where from and where to. ``unknown`` is whether a bucket is yet to be made."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.params = call.params
        self.bucket = str(call.params["bucket"])
        self.service: BucketService = call.cloud.buckets
        self.unknown = False
        self.patterns = Patterns(self.params.get("include"), self.params.get("exclude"))
        self.expected = dict([checksums.parse(self.params["checksum"])]) if self.params.get("checksum") else {}

    @property
    def absent(self) -> bool:
        return bool(self.params["state"] == "absent")

    @property
    def name(self) -> str | None:
        found: str | None = self.params.get("name")
        return found

    def fields(self) -> ObjectFields:
        """What the user asked objects to have, when the provider has it too."""
        found = given(self.params, FIELDS)
        for name in sorted(found):
            if name not in self.service.capabilities.object_fields:
                raise self.call.cloud.unsupported("bucket", name, f"does not support the option {name} of an object")
        if "metadata" in found:
            for key, value in found["metadata"].items():
                if value is None or isinstance(value, (dict, list)):
                    raise Invalid(f"metadata.{key} is {value!r}, and metadata is text; quote it, or write ''")
            found["metadata"] = {str(key).lower(): str(value) for key, value in found["metadata"].items()}
        return t.cast(ObjectFields, found)

    def need(self, *verbs: str) -> None:
        for verb in verbs:
            if not self.service.can(verb):
                raise self.call.cloud.unsupported("bucket", verb, f"cannot {ABILITIES[verb]}")

    def path(self, written: str) -> str:
        if "\0" in written:
            raise Invalid("a path has a NUL character, which no file can have")
        return os.path.join(self.call.cwd, written)

    def no_bucket(self, name: str) -> None:
        self.unknown = True
        missing(self.call, "bucket", name, (bucket.name for bucket in self.service.find()))

    def objects(self, bucket: str, name: str | None, prefix: str | None, **options: t.Any) -> Objects:
        """A side in a bucket: one object, or all below a prefix."""
        return Objects(
            self.service, bucket, folder_prefix(prefix), self.patterns, self.call.work,
            only=name, **{"no_bucket": self.no_bucket, **options},
        )  # fmt: skip

    def route(self) -> Route:
        if self.absent:
            return self._route("delete", Nothing(), self._doomed(), delete_extra=True)
        if self.params.get("dest") is not None:
            return self._down()
        if self.params.get("copy_from") is not None:
            return self._copy()
        if any(self.params.get(source) is not None for source in SOURCES):
            return self._up()
        return self._keep()

    def _route(self, verb: str, source: Side, target: Files | Objects, delete_extra: bool | None = None) -> Route:
        extra = bool(self.params.get("delete_extra")) if delete_extra is None else delete_extra
        return Route(
            verb=verb, source=source, target=target, work=self.call.work, fields=self.fields(), delete_extra=extra
        )

    def _doomed(self) -> Objects:
        self.need("delete_objects")
        return self.objects(
            self.bucket, self.name, self.params.get("prefix"), markers=True, no_bucket=lambda name: None
        )

    def _down(self) -> Route:
        self.need("get")
        dest = self.path(self.params["dest"])
        options: dict[str, t.Any] = {"expected": self.expected}
        if self.name is None:
            if os.path.lexists(dest) and not os.path.isdir(dest):
                raise Invalid(f"dest {dest} is no folder; to download one object into a file give its name")
            source = self.objects(self.bucket, None, self.params.get("prefix"), **options)
            return self._route("download", source, self.files(dest, follow=False))
        if os.path.isdir(dest) or self.params["dest"].endswith("/"):
            dest = os.path.join(dest, self.name.rstrip("/").rpartition("/")[2])
        top, _slash, file = dest.rpartition("/")
        source = self.objects(self.bucket, self.name, None, known_as=file, **options)
        return self._route("download", source, self.files(top or "/", follow=False, only=file))

    def files(self, top: str, **options: t.Any) -> Files:
        return Files(Folder(top), self.patterns, self.call.work, **options)

    def _copy(self) -> Route:
        wanted = given(self.params["copy_from"], ("bucket", "name", "prefix"))
        bucket = wanted.get("bucket", self.bucket)
        if not self.service.can("copy"):
            self.need("get", "put")
        if "name" in wanted:
            name = self.name or folder_prefix(self.params.get("prefix")) + wanted["name"].rpartition("/")[2]
            target = self.objects(self.bucket, name, None)
            source = self.objects(bucket, wanted["name"], None, known_as=name, expected=self.expected)
            return self._route("copy", source, target)
        if self.name is not None:
            raise Invalid("copy_from needs the name of the object to copy; name is what the copy is called")
        here, there = folder_prefix(wanted.get("prefix")), folder_prefix(self.params.get("prefix"))
        if bucket == self.bucket and (here.startswith(there) or there.startswith(here)):
            raise Invalid(f'copy_from cannot copy "{here}" to "{there}" in one bucket, since one holds the other')
        return self._route("copy", self.objects(bucket, None, here), self.objects(self.bucket, None, there))

    def _up(self) -> Route:
        self.need("put")
        prefix = self.params.get("prefix")
        if self.params.get("src") is None:
            name = self._named("content")
            return self._route("upload", Text(name, self.content()), self.objects(self.bucket, name, None))
        src = self.path(self.params["src"])
        if os.path.isdir(src):
            if self.name is not None:
                raise Invalid(f"src {src} is a folder, so give a prefix instead of the name {self.name}")
            return self._route("upload", self.files(src, follow=True), self.objects(self.bucket, None, prefix))
        top, _slash, file = src.rpartition("/")
        if not file:
            raise NotFound(f"there is no folder {src} on the host that runs the task")
        name = self.name or check_object_name(folder_prefix(prefix) + file)
        source = self.files(top or "/", follow=True, only=file, known_as=name)
        return self._route("upload", source, self.objects(self.bucket, name, None))

    def _keep(self) -> Route:
        """Nothing moves: the object has to be there already, and have the fields that were asked for."""
        if self.fields() and not self.service.can("copy"):
            self.need("get", "put")
        name = self._named("metadata, content_type or cache_control")
        return self._route("change", self.objects(self.bucket, name, None), self.objects(self.bucket, name, None))

    def _named(self, what: str) -> str:
        if self.name is None:
            raise Invalid(f"{what} is for one object: give its name")
        return self.name

    def content(self) -> bytes:
        if self.params.get("content") is not None:
            return str(self.params["content"]).encode("utf-8", "surrogateescape")
        try:
            return base64.b64decode("".join(self.params["content_base64"].split()), validate=True)
        except (binascii.Error, ValueError) as problem:
            raise Invalid(f"content_base64 is not base64: {problem}") from None


def folder_prefix(prefix: str | None) -> str:
    """A prefix is a folder: ``photos`` and ``photos/`` mean the same, nothing and ``/`` the whole bucket."""
    prefix = (prefix or "").strip("/")
    return f"{prefix}/" if prefix else ""


def check(params: t.Mapping[str, t.Any]) -> None:
    """Refuses what makes no sense together, before anything is asked of the cloud."""
    named = params.get("name") is not None
    absent = params["state"] == "absent"
    for option in ("src", "dest"):
        if params.get(option) == "":
            raise Invalid(f"{option} is empty, which would be the folder of the playbook; write '.' if you mean that")
    if absent:
        for option in (*SOURCES, *FIELDS, "dest", "presign", "checksum", "delete_extra"):
            if params.get(option) not in (None, False):
                raise Invalid(f"state is absent, so {option} makes no sense; leave one of them out")
        if not named and not folder_prefix(params.get("prefix")) and not params.get("include"):
            raise Invalid(
                "state is absent without a name or a prefix, which would empty the whole bucket; name what is to go, "
                "or say include: ['**'] to mean all of it"
            )
    elif named or params.get("content") is not None or params.get("content_base64") is not None:
        check_object_name(params["name"] or "")
    if named and any(params.get(option) for option in ("delete_extra", "include", "exclude")):
        raise Invalid("delete_extra, include and exclude are for a whole prefix; leave them out or give no name")
    if params.get("dest") is not None and any(params.get(option) is not None for option in FIELDS):
        raise Invalid("metadata, content_type and cache_control belong to objects; leave them out with dest")
    presign = params.get("presign")
    if presign and not 1 <= presign["expires"] <= 7 * 24 * 3600:
        raise Invalid(f"presign.expires is {presign['expires']}; write seconds, from 1 to 604800 (7 days)")
    if not named and not absent:
        if presign:
            raise Invalid("presign makes an address of one object: give its name")
        if all(params.get(option) is None for option in (*SOURCES, "dest")):
            raise Invalid("say what is wanted: a name, or with a prefix one of src, copy_from, dest or state: absent")
