# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Buckets: their settings as fields of the engine, and what it takes to delete a full one."""

from __future__ import annotations

import itertools
import json
import re
import typing as t

from ..sdk.errors import CloudError, Conflict, Invalid, NotFound
from ..sdk.models import Bucket
from ..sdk.services import BucketService
from ..sdk.waiting import Failed, Operation, done
from .engine import Desk, reconcile
from .kinds import Field, Kind, Want, flat_extra, joins
from .plan import Step, Steps
from .task import Call, Result, Task

COUNT_UP_TO = 10_000
EMPTY_TRIES = 5
SETTINGS = ("location", "versioning", "encryption", "access", "policy", "lifecycle", "cors", "website", "cdn", "labels")


class Document(t.Dict[str, t.Any]):
    """A policy as it was written. Two are equal when they mean the same: the order of lists does not count,
    nor whether a single value stands in a list."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, dict) and meaning(self) == meaning(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None


def meaning(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return {key: meaning(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        items = {json.dumps(item, sort_keys=True, default=str): item for item in map(meaning, value)}
        return next(iter(items.values())) if len(items) == 1 else [items[key] for key in sorted(items)]
    return value


def policy(value: t.Any) -> Document | None:
    """A policy from what the user, or the provider, wrote: a mapping, JSON, or nothing."""
    if isinstance(value, str) and value.strip():
        try:
            value = json.loads(value)
        except ValueError as problem:
            raise Invalid(f"policy is not JSON ({problem}); write a mapping or a JSON object") from None
    if not value:
        return None
    if not isinstance(value, t.Mapping):
        raise Invalid(
            f"policy must be a JSON object, not {type(value).__name__}; write for example {{Statement: [...]}}"
        )
    return Document(value)


def written(value: t.Any) -> dict[str, t.Any] | None:
    """A mapping without its unset keys; nothing where none is left."""
    return {key: item for key, item in (value or {}).items() if item is not None} or None


def rules(value: t.Any) -> tuple[dict[str, t.Any], ...]:
    """Rules without their unset keys, in an order of their own, since theirs does not count."""
    found = [filled for filled in map(written, value or ()) if filled]
    return tuple(sorted(found, key=lambda rule: json.dumps(rule, sort_keys=True, default=str)))


def texts(value: t.Any) -> dict[str, str]:
    """Labels as clouds keep them: YAML makes numbers and truths of some."""
    return {str(key): str(item).lower() if isinstance(item, bool) else str(item) for key, item in (value or {}).items()}


BUCKET = Kind(
    "bucket",
    "buckets",
    "name",
    (
        Field("name"),
        Field("location"),
        Field("versioning", default=False),
        Field("encryption", norm=written, default={"type": "none"}),
        Field("access", default="private"),
        Field("policy", norm=policy),
        Field("lifecycle", norm=rules),
        Field("cors", norm=rules),
        Field("website", norm=written),
        Field("cdn", default=False),
        Field("labels", norm=texts, merge=joins),
    ),
    Bucket,
)


class BucketDesk(Desk):
    kind = BUCKET
    service: BucketService

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.service = call.cloud.buckets
        self.force = bool(call.params.get("force"))
        self.counted: int | None = 0
        self.emptied = 0

    def steps(self, want: Want, actual: Bucket | None) -> Steps:
        steps = super().steps(want, actual)
        if actual is None or not want.absent:
            return steps
        count = self.count(actual.name)
        self.counted = count if count <= COUNT_UP_TO else None
        if count and not self.force:
            raise Conflict(f"bucket {actual.name} holds {counted(count)}; empty it first, or write force: true")
        if not count and not (self.force and actual.versioning):
            return steps
        why = f"deletes {counted(count)}{' with all versions' if actual.versioning else ''}"
        return (Step("empty", BUCKET, want.label, resource=actual, why=why, part=count), *steps)

    def count(self, name: str) -> int:
        """How many objects there are; none in a bucket that is only still listed."""
        try:
            return sum(1 for _each in itertools.islice(self.service.objects(name), COUNT_UP_TO + 1))
        except NotFound:
            return 0

    def perform(self, step: Step, resource: t.Any, want: Want) -> Operation[t.Any]:
        if step.verb == "empty":
            return self.emptying(resource)
        return super().perform(step, resource, want)

    def emptying(self, resource: Bucket) -> Operation[Bucket]:
        """The bucket when it is empty; a failure after something was deleted is one of a task that has changed something."""
        try:
            self.empty(resource.name)
        except CloudError as problem:
            if not self.emptied:
                raise
            failure = Failed(problem)
            return Operation(lambda: failure)
        return done(resource)

    def empty(self, name: str) -> None:
        """Deletes all that is in the bucket; goes on after an interruption as long as something gets deleted."""
        stalled = 0
        while True:
            before = self.emptied
            try:
                for count in self.service.empty(name):
                    self.emptied += count
                    self.call.work.log(f"deleted {self.emptied} objects of bucket {name}")
                return
            except NotFound:
                return
            except CloudError as problem:
                stalled = 0 if self.emptied > before else stalled + 1
                if not problem.retryable or stalled == EMPTY_TRIES or not self.call.work.left():
                    raise


def counted(count: int) -> str:
    if count > COUNT_UP_TO:
        return f"more than {COUNT_UP_TO} objects"
    return f"{count} object{'' if count == 1 else 's'}"


def check_name(name: str) -> str:
    """The name, when it is one that all providers accept."""
    wrong = wrong_with(name)
    if wrong:
        raise Invalid(
            f'the bucket name "{name}" {wrong}; a bucket name has 3 to 63 lower-case letters, digits, hyphens and dots, '
            "and begins and ends with a letter or digit"
        )
    return name


def wrong_with(name: str) -> str | None:
    if not 3 <= len(name) <= 63:
        return f"has {len(name)} character{'' if len(name) == 1 else 's'}"
    strange = re.search(r"[^a-z0-9.-]", name)
    if strange:
        return f"has {strange.group()!r} in it"
    if not name[0].isalnum() or not name[-1].isalnum():
        return f"{'begins' if not name[0].isalnum() else 'ends'} with a hyphen or dot"
    if re.search(r"\.\.|\.-|-\.", name):
        return "has a dot beside a dot or hyphen"
    if re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name):
        return "looks like an IP address"
    return None


def run(call: Call) -> Result:
    """Makes one bucket as wanted, or absent."""
    params = call.params
    desk = BucketDesk(call)
    fields = flat_extra({key: params[key] for key in (*SETTINGS, "extra") if params.get(key) is not None})
    want = Want(
        label=check_name(params["name"]),
        fields={} if params["state"] == "absent" else {name: checked(name, value) for name, value in fields.items()},
        goal=params["state"],
        purge=frozenset({"labels"} if params.get("purge_labels") else ()),
        defaults={key: value for key, value in call.defaults.items() if key in ("location", "labels")},
    )
    result = reconcile(call, desk, [want], one=True)
    if params["state"] == "absent":
        result["deleted_objects"] = desk.counted if call.check_mode else desk.emptied
    return result


def checked(name: str, value: t.Any) -> t.Any:
    """What the user wrote for one setting, refused where its shape makes no sense."""
    if name == "policy":
        return policy(value) or {}
    if name == "encryption" and value.get("key") and value["type"] != "kms":
        raise Invalid(f"encryption has a key, which goes with type kms and not with type {value['type']}")
    return value


LIFECYCLE = {
    "id": {"type": "str"},
    "prefix": {"type": "str"},
    "enabled": {"type": "bool", "default": True},
    "expire_days": {"type": "int"},
    "expire_versions_days": {"type": "int"},
    "abort_uploads_days": {"type": "int"},
    "transitions": {
        "type": "list",
        "elements": "dict",
        "options": {"days": {"type": "int", "required": True}, "storage_class": {"type": "str", "required": True}},
    },
}
CORS = {
    "origins": {"type": "list", "elements": "str", "required": True},
    "methods": {"type": "list", "elements": "str", "required": True},
    "headers": {"type": "list", "elements": "str"},
    "expose": {"type": "list", "elements": "str"},
    "max_age": {"type": "int"},
}

TASK = Task(
    options={
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "location": {"type": "str"},
        "versioning": {"type": "bool"},
        "encryption": {
            "type": "dict",
            "options": {
                "type": {"type": "str", "choices": ["none", "provider", "kms"], "required": True},
                "key": {"type": "str", "no_log": False},
            },
        },
        "access": {"type": "str", "choices": ["private", "public_read"]},
        "policy": {"type": "raw"},
        "lifecycle": {"type": "list", "elements": "dict", "options": LIFECYCLE},
        "cors": {"type": "list", "elements": "dict", "options": CORS},
        "website": {"type": "dict", "options": {"index": {"type": "str"}, "error": {"type": "str"}}},
        "cdn": {"type": "bool"},
        "labels": {"type": "dict"},
        "purge_labels": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
    },
    run=run,
)
