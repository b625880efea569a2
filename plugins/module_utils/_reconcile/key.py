# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: one that the user has, or a pair that is made once."""

from __future__ import annotations

import dataclasses
import os
import typing as t
from dataclasses import dataclass

from ..sdk.errors import Invalid
from ..sdk.models import KeyPair
from ..sdk.services import KeyService
from ..sdk.waiting import Operation
from .engine import Desk, reconcile
from .keypair import generate, keep_private, matches, material, public_half, read_file
from .kinds import Field, Kind, Unknown, Want, flat_extra, joins, texts
from .names import check_name
from .plan import Step, Steps
from .refs import given
from .task import Call, Result, Task


def compared(value: t.Any) -> t.Any:
    return material(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class PublicKey(Field):
    """Where a cloud shows only a fingerprint, that stands for the key."""

    def of(self, resource: KeyPair) -> str | None:
        if resource.public_key is not None:
            return material(resource.public_key)
        return f"fingerprint {resource.fingerprint}" if resource.fingerprint else None


KEY = Kind(
    "key",
    "key pairs",
    "name",
    (Field("name"), PublicKey("public_key", norm=compared), Field("labels", norm=texts, merge=joins)),
    KeyPair,
)


def run(call: Call) -> Result:
    params = call.params
    desk = KeyDesk(call)
    absent = params["state"] == "absent"
    fields = {} if absent else flat_extra(given(params, ("labels", "extra")))
    if not absent and (source := desk.source()) is not None:
        fields["public_key"] = source
    want = Want(
        label=check_name(params["name"], "key"),
        fields=fields,
        goal=params["state"],
        purge=frozenset({"labels"} if params.get("purge_labels") else ()),
        defaults=given(call.defaults, ("labels",)),
    )
    result = reconcile(call, desk, [want], one=True)
    if params.get("return_private_key"):
        result["private_key"] = desk.private
    return result


class KeyDesk(Desk):
    """``made`` is the public half of a pair that this run has generated, ``private`` the other one."""

    kind = KEY

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.service: KeyService = call.cloud.keys
        self.made: str | None = None
        self.private: str | None = None

    def source(self) -> str | Unknown | None:
        """The public key that the user means; unknown where it is still to be generated."""
        params = self.call.params
        if params.get("public_key") is not None:
            return material(params["public_key"])
        if params.get("public_key_file"):
            path = self.path("public_key_file")
            content = read_file(path, "public_key_file")
            if content is None:
                raise Invalid(f"public_key_file {path} does not exist")
            return material(content.decode("utf-8", "replace"), f"public_key_file {path}")
        if params.get("private_key_file"):
            path = self.path("private_key_file")
            content = read_file(path, "private_key_file")
            return self.to_come if content is None else material(public_half(content, path))
        return None

    @property
    def to_come(self) -> Unknown:
        return Unknown(f"generate key {self.call.params['name']}")

    def path(self, option: str) -> str:
        return os.path.join(self.call.cwd, self.call.params[option])

    def resolve(self, want: Want, actual: KeyPair | None) -> Want:
        fields = dict(want.fields)
        if not want.absent and actual is None and "public_key" not in fields:
            fields["public_key"] = self._otherwise(want)
        if isinstance(fields.get("public_key"), Unknown) and self.made:
            fields["public_key"] = self.made
        return dataclasses.replace(want, fields=fields)

    def _otherwise(self, want: Want) -> Unknown:
        """What a key is made of when the user gave none."""
        if self.call.params.get("return_private_key"):
            return self.to_come
        raise Invalid(
            f"there is no key {want.label} on {self.call.cloud.name}; to make it give public_key or public_key_file, "
            "or say with private_key_file where a generated private key is kept"
        )

    def steps(self, want: Want, actual: KeyPair | None) -> Steps:
        place = self.call.params.get("private_key_file")
        why = f"generates the private key into {self.path('private_key_file')}" if place else "generates a pair"
        return tuple(
            dataclasses.replace(step, why=why, needs=step.needs | replaced(step))
            if step.verb != "delete" and is_to_come(step)
            else step
            for step in super().steps(want, recognised(actual, want.fields.get("public_key")))
        )

    def perform(self, step: Step, resource: t.Any, want: Want) -> Operation[t.Any]:
        if is_to_come(step):
            step = with_key(step, self.generated())
        return super().perform(step, resource, want)

    def generated(self) -> str:
        """The public half of a new pair, whose private half is kept before anything else happens."""
        if self.made is None:
            private, public = generate(self.call.params.get("type") or "ed25519")
            if self.call.params.get("private_key_file"):
                path = self.path("private_key_file")
                if not keep_private(path, private):
                    public = public_half(read_file(path, "private_key_file") or b"", path)
            if self.call.params.get("return_private_key"):
                self.private = private
            else:
                self.call.work.secret(private)
            self.made = material(public)
        return self.made


def recognised(actual: KeyPair | None, wanted: t.Any) -> KeyPair | None:
    """With its public key, where a cloud shows only the fingerprint and that is the wanted key's."""
    if actual is None or actual.public_key is not None or not actual.fingerprint or not isinstance(wanted, str):
        return actual
    return dataclasses.replace(actual, public_key=wanted) if matches(actual.fingerprint, wanted) else actual


def replaced(step: Step) -> frozenset[str]:
    """A missing file is no reason to lock out those who have the key, even where a key can change in place."""
    return frozenset({"recreate"} if step.verb == "update" else ())


def is_to_come(step: Step) -> bool:
    return any(isinstance(change.after, Unknown) for change in step.changes)


def with_key(step: Step, public_key: str) -> Step:
    changes = tuple(
        dataclasses.replace(change, after=public_key) if isinstance(change.after, Unknown) else change
        for change in step.changes
    )
    return dataclasses.replace(step, changes=changes)


TASK = Task(
    options={
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "public_key": {"type": "str", "no_log": False},
        "public_key_file": {"type": "path", "no_log": False},
        "private_key_file": {"type": "path", "no_log": False},
        "type": {"type": "str", "choices": ["ed25519", "rsa"], "default": "ed25519"},
        "return_private_key": {"type": "bool", "default": False, "no_log": False},
        "labels": {"type": "dict"},
        "purge_labels": {"type": "bool", "default": False},
    },
    run=run,
    rules={"mutually_exclusive": [("public_key", "public_key_file", "private_key_file")]},
)
