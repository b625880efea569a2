# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects: what the user wrote becomes a route from one side to another, and what came of it a result."""

from __future__ import annotations

import base64
import binascii
import os
import typing as t

from ..sdk.errors import CloudError, Conflict, Invalid, NotFound, Refused
from ..sdk.models import Object
from ..sdk.services import BucketService, ObjectFields
from ..sdk.waiting import Done, Operation, Pending, wait
from . import checksums
from .delivery import Delivery
from .folder import Folder, readable
from .ledger import Ledger
from .match import field_of, own_metadata
from .patterns import Patterns
from .refs import given, missing
from .shown import shown
from .sides import Files, Nothing, Objects, Side, Text
from .task import Call, Result, Task
from .transfer import check_object_name
from .tree import Route

SOURCES = ("src", "content", "content_base64", "copy_from")
FIELDS = ("metadata", "content_type", "cache_control")
VERBS = {"upload": "uploaded", "download": "downloaded", "copy": "copied", "change": "changed", "delete": "deleted"}


class Errand:
    """One task on objects: where from, where to, and how the result is told."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.params = call.params
        self.bucket = str(call.params["bucket"])
        self.service: BucketService = call.cloud.buckets
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
            found["metadata"] = {str(key).lower(): str(value) for key, value in found["metadata"].items()}
        return t.cast(ObjectFields, found)

    def need(self, *verbs: str) -> None:
        for verb in verbs:
            if not self.service.can(verb):
                raise self.call.cloud.unsupported("bucket", verb, f"cannot {verb.replace('_', ' ')} of a bucket")

    def path(self, given_path: str) -> str:
        return os.path.join(self.call.cwd, given_path)

    def no_bucket(self, name: str) -> None:
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
            return str(self.params["content"]).encode()
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


def run(call: Call) -> Result:
    check(call.params)
    errand = Errand(call)
    if call.params.get("presign"):
        errand.need("presign")
    if only_address(call.params):
        return {**untouched(errand), **address(errand)}
    route = errand.route()
    ledger = Ledger(keep=not call.check_mode)
    try:
        result = reconciled(errand, route, ledger)
    finally:
        ledger.close()
    return {**result, **address(errand)}


def only_address(params: t.Mapping[str, t.Any]) -> bool:
    wanted = any(params.get(option) is not None for option in (*SOURCES, *FIELDS, "dest"))
    return params.get("presign") is not None and not wanted


def reconciled(errand: Errand, route: Route, ledger: Ledger) -> Result:
    """Plans, asks for permission, and does it unless in check mode."""
    call = errand.call
    check_expected(errand, route)
    route.plan(ledger)
    alone = one_of(route)
    if not ledger.sources and route.verb != "delete":
        if alone is not None:
            return foretold(errand, route)
        if "delete" in ledger.counts:
            ledger.needs.add("data_loss")
    permit(ledger, call.allow, route)
    delivery = Delivery(route, call.work, keep_going=call.params["on_error"] == "continue", alone=alone is not None)
    problem = None
    if not call.check_mode:
        try:
            delivery.run(ledger)
        except CloudError as found:
            problem = found
        delivery.failures += [(errand.bucket, problem)] if problem and not delivery.failures else []
    result = told(errand, route, ledger, delivery)
    if alone is not None:
        result = {**result, **of_one(errand, route, ledger, bool(delivery.failures))}
    return result


def one_of(route: Route) -> Objects | None:
    """The object that a task is about, when it is about one."""
    for side in (route.target, route.source):
        if isinstance(side, Objects) and side.only is not None:
            return side
    return None


def check_expected(errand: Errand, route: Route) -> None:
    """Raises where what is to go up is not what the option ``checksum`` says."""
    for algorithm, digits in errand.expected.items():
        if isinstance(route.source, Objects):
            if route.source.only is None:
                raise Invalid("checksum is for one object or file; leave it out for a whole tree")
            continue
        for entry in route.source.entries():
            found = route.source.digest(entry, algorithm)
            if found != digits:
                title = route.source.title(entry.path)
                raise Conflict(
                    f"{title} has the {algorithm} {found}, not {digits} as the option checksum says; nothing was changed"
                )


def permit(ledger: Ledger, allow: t.Collection[str], route: Route) -> None:
    lacking = sorted(ledger.needs - set(allow))
    if lacking:
        count = ledger.counts.get("delete", 0)
        raise Refused(
            f"the source is empty, so that delete_extra would delete all {count} {route.target.noun}s; the plan needs "
            f"allow: [{', '.join(lacking)}], and nothing was changed"
        )


def foretold(errand: Errand, route: Route) -> Result:
    """The result when the one thing to move is not there: check mode goes on as if an earlier task had made it."""
    what = errand.params.get("src") or errand.params.get("name")
    noun, title = route.source.noun, route.source.title(str(what))
    if not errand.call.check_mode:
        hint = "; give content, src or copy_from to make it" if route.verb == "change" else ""
        raise NotFound(f"there is no {noun} {title}{hint}")
    errand.call.work.warn(f"there is no {noun} {title} yet; this goes on as if an earlier task had made it")
    result = untouched(errand)
    if route.verb != "change" or route.fields:
        result["changed"] = True
        result["plan"] = [f"{route.verb} {noun} {title} (known after it exists)"]
    return result


def untouched(errand: Errand) -> Result:
    """The keys of every result, with nothing in them."""
    return {
        "changed": False,
        "diff": {"before": {}, "after": {}},
        "plan": [],
        "disrupts": [],
        "objects": [],
        "object": None,
        "counts": {**dict.fromkeys(VERBS.values(), 0), "unchanged": 0, "bytes": 0},
        "outcomes": [],
    }


def told(errand: Errand, route: Route, ledger: Ledger, delivery: Delivery) -> Result:
    """What the ledger says, and what went wrong."""
    counts = {name: ledger.counts.get(verb, 0) for verb, name in VERBS.items()}
    header = {"before_header": heading(errand, route), "after_header": heading(errand, route)}
    result = {
        **untouched(errand),
        "changed": bool(ledger.steps if errand.call.check_mode or not delivery.failures else delivery.done),
        "plan": ledger.sentences,
        "disrupts": sorted(ledger.needs),
        "diff": {**header, **ledger.diff_of_tree()},
        "objects": ledger.told(),
        "counts": {**counts, "unchanged": ledger.unchanged, "bytes": ledger.size},
    }
    if delivery.failures:
        _title, first = delivery.failures[0]
        result.update(failed=True, msg=failure_text(delivery, ledger), failure=first.failure())
        result["outcomes"] = [
            {"name": title, "changed": False, "plan": [], "failure": {**problem.failure(), "msg": str(problem)}}
            for title, problem in delivery.failures[: ledger.width]
        ]
    return result


def failure_text(delivery: Delivery, ledger: Ledger) -> str:
    title, first = delivery.failures[0]
    if ledger.steps == 1:
        return str(first)
    return (
        f"{len(delivery.failures)} of {ledger.steps} steps failed, {delivery.done} were done and the next run does the "
        f"rest; {title}: {first}"
    )


def heading(errand: Errand, route: Route) -> str:
    if isinstance(route.target, Objects):
        return (
            f"object {route.target.title('')}" if route.target.only is not None else f"bucket {route.target.title('')}"
        )
    return readable(errand.path(errand.params["dest"]))


def of_one(errand: Errand, route: Route, ledger: Ledger, failed: bool) -> Result:
    """What a result about one object has besides: the object itself."""
    header = {"before_header": heading(errand, route), "after_header": heading(errand, route)}
    side = one_of(route)
    found = None
    if side is not None and not errand.absent:
        waits = bool(ledger.steps) and not failed and isinstance(route.target, Objects)
        if errand.call.check_mode and waits:
            found = expected_object(side, route, ledger)
        else:
            found = object_shown(seen(errand, side, route) if waits else side.found)
    result: Result = {"diff": {**header, **ledger.diff_of_one()}, "object": found, "objects": [found] if found else []}
    if isinstance(route.target, Files):
        result["dest"] = route.target.title("")
    return result


def seen(errand: Errand, side: Objects, route: Route) -> Object | None:
    """The object when the cloud shows it as it was sent."""

    def check() -> Pending | Done[Object | None]:
        found = side.look(side.only or "")
        if found is None:
            return Pending("not there yet")
        different = [name for name, value in route.fields.items() if field_of(found, name) != value]
        return Pending(f"{' and '.join(different)} not as wanted yet") if different else Done(found)

    operation: Operation[Object | None] = Operation(check)
    if not errand.call.patience.enabled:
        return side.look(side.only or "")
    return wait(operation, f"see object {side.title('')} as wanted", errand.call.work, errand.call.patience)


def expected_object(side: Objects, route: Route, ledger: Ledger) -> dict[str, t.Any]:
    """The object as it will be, as far as that is known before."""
    before = object_shown(side.found) or dict.fromkeys(object_shown(Object(name="", size=0)) or {})
    size = next((item["size"] for item in ledger.told()), before["size"])
    changed = "change" not in ledger.counts
    lost = dict.fromkeys(("etag", "checksums", "modified", "version")) if changed else {"modified": None}
    return {**before, **lost, "name": side.only, "size": size, **route.fields}


def object_shown(found: Object | None) -> dict[str, t.Any] | None:
    if found is None:
        return None
    return {**shown(found), "metadata": own_metadata(found)}


def address(errand: Errand) -> Result:
    """A signed address of the object, for those who have no credentials."""
    wanted = errand.params.get("presign")
    if not wanted or errand.name is None:
        return {}
    return {"url": errand.service.presign(errand.bucket, errand.name, wanted["method"], wanted["expires"])}


TASK = Task(
    options={
        "bucket": {"type": "str", "required": True},
        "name": {"type": "str"},
        "prefix": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "src": {"type": "path"},
        "content": {"type": "str"},
        "content_base64": {"type": "str"},
        "copy_from": {
            "type": "dict",
            "options": {"bucket": {"type": "str"}, "name": {"type": "str"}, "prefix": {"type": "str"}},
        },
        "dest": {"type": "path"},
        "metadata": {"type": "dict"},
        "content_type": {"type": "str"},
        "cache_control": {"type": "str"},
        "checksum": {"type": "str"},
        "include": {"type": "list", "elements": "str"},
        "exclude": {"type": "list", "elements": "str"},
        "delete_extra": {"type": "bool", "default": False},
        "presign": {
            "type": "dict",
            "options": {
                "method": {"type": "str", "choices": ["GET", "PUT", "DELETE"], "default": "GET"},
                "expires": {"type": "int", "default": 3600},
            },
        },
        "allow": {"type": "list", "elements": "str", "choices": ["data_loss"], "default": []},
    },
    run=run,
    rules={"mutually_exclusive": [(*SOURCES, "dest"), ("name", "prefix")]},
    groups=frozenset({"wait", "many"}),
)
