# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots of volumes, and a rotation that takes away only what it has made."""

from __future__ import annotations

import dataclasses
import typing as t

from ..sdk.capabilities import Capabilities
from ..sdk.errors import Conflict, Invalid
from ..sdk.models import Snapshot, Volume
from ..sdk.services import SnapshotFields, VolumeService, Where
from ..sdk.waiting import Operation
from .engine import Desk, reconcile
from .kinds import Field, Kind, Need, Unknown, Want, flat_extra, joins, texts
from .names import check_name
from .plan import Change, Step, Steps
from .refs import given, referred
from .task import Call, Result, Task

KEEP = "anycloud_keep"

SNAPSHOT = Kind(
    "snapshot",
    "snapshots",
    "name",
    (Field("name"), Field("description"), Field("labels", norm=texts, merge=joins)),
    Snapshot,
)
VOLUME = Field("volume")
PASSING = frozenset({"pending", "creating", "deleting"})
GONE = frozenset({"deleting", "deleted"})


def run(call: Call) -> Result:
    params = call.params
    rotation = params.get("keep")
    check_keep(params, rotation)
    desk = SnapshotDesk(call)
    want = wanted(params, rotation)
    old = surplus(desk, params["name"], rotation) if rotation else []
    result = reconcile(call, desk, [want], one=True)
    return expire(call, desk, result, old) if rotation else result


def check_keep(params: t.Mapping[str, t.Any], rotation: t.Mapping[str, t.Any] | None) -> None:
    if not rotation:
        return
    if params["state"] == "absent":
        raise Invalid("keep goes with state present: it takes away old snapshots when a new one is made")
    if not params.get("volume"):
        raise Invalid("keep needs the volume whose snapshots it keeps; name it with volume")
    if rotation["last"] < 1:
        raise Invalid(f"keep.last is {rotation['last']}; at least 1 is kept, the one of this task")


def wanted(params: t.Mapping[str, t.Any], rotation: t.Mapping[str, t.Any] | None) -> Want:
    absent = params["state"] == "absent"
    fields = {} if absent else flat_extra(given(params, ("description", "labels", "extra")))
    if rotation:
        fields["labels"] = {**fields.get("labels", {}), KEEP: rotation["group"]}
    return Want(
        label=check_name(params["name"], "snapshot"),
        fields=fields,
        goal=params["state"],
        purge=frozenset({"labels"} if params.get("purge_labels") else ()),
        also=given(params, ("volume",)),
    )


class Snapshots:
    """The verbs of a volume service that are about snapshots, as the engine calls verbs."""

    name = "volume"

    def __init__(self, volumes: VolumeService) -> None:
        self.volumes = volumes
        self.check_name = volumes.check_name
        self.find = volumes.find_snapshots
        self.update = volumes.update_snapshot
        self.delete = volumes.delete_snapshot
        self.source: Volume | Unknown | None = None

    @property
    def capabilities(self) -> Capabilities:
        return self.volumes.snapshot_capabilities

    def create(self, fields: t.Mapping[str, t.Any], token: str | None = None) -> Operation[Snapshot]:
        source = t.cast(Volume, self.source)
        chosen = t.cast(SnapshotFields, {name: value for name, value in fields.items() if name != "volume"})
        return self.volumes.create_snapshot(source, chosen, token)


class SnapshotDesk(Desk):
    kind = SNAPSHOT
    service: Snapshots

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.service = Snapshots(call.cloud.volumes)
        self.strange = False

    def exists(self, resource: Snapshot) -> bool:
        return resource.state != "deleted"

    def settling(self, resource: Snapshot) -> bool:
        return resource.state in PASSING

    def settled(self, resource: Snapshot) -> Snapshot | None:
        return None if resource.state in GONE else resource

    def resolve(self, want: Want, actual: Snapshot | None) -> Want:
        if want.absent:
            return want
        if actual is None:
            if not want.also.get("volume"):
                raise Invalid(f"there is no snapshot {want.label}; to make it name the volume that it is to show")
            self.source_of(want.also["volume"])
            return want
        self._check_volume(want, actual)
        return self._without_claim(want, actual)

    def source_of(self, volume: str) -> Volume | Unknown:
        """The volume that is meant, looked up once."""
        if self.service.source is None:
            self.service.source = referred(self.call, "volume", volume, self.call.cloud.volumes.find)
        return self.service.source

    def _check_volume(self, want: Want, actual: Snapshot) -> None:
        """A snapshot may outlive its volume; but it is not to be taken for one of another volume."""
        volume = want.also.get("volume")
        if volume is None or volume == actual.volume:
            return
        found = [each.id for each in self.call.cloud.volumes.find(Where(names=frozenset({volume})))]
        if found and actual.volume not in found:
            raise Conflict(
                f"snapshot {want.label} exists and shows another volume (id {actual.volume}) than {volume}; "
                "choose another name, or delete it first"
            )

    def _without_claim(self, want: Want, actual: Snapshot) -> Want:
        """What was there before does not become part of a rotation, lest the rotation delete it one day."""
        labels = want.fields.get("labels") or {}
        if KEEP not in labels or actual.labels.get(KEEP) == labels[KEEP]:
            return want
        if not self.strange:
            self.strange = True
            self.call.work.warn(f"snapshot {want.label} was not made by this keep, so it is never deleted by it")
        rest = {name: value for name, value in labels.items() if name != KEEP}
        fields = {name: value for name, value in want.fields.items() if name != "labels"}
        return dataclasses.replace(want, fields={**fields, "labels": rest} if rest else fields)

    def steps(self, want: Want, actual: Snapshot | None) -> Steps:
        return tuple(self._of_its_volume(want, step) for step in super().steps(want, actual))

    def _of_its_volume(self, want: Want, step: Step) -> Step:
        if step.verb == "delete" and not want.absent:
            why = f"{step.why}; loses what it shows"
            return dataclasses.replace(step, needs=step.needs | {"data_loss"}, why=why)
        if step.verb != "create":
            return step
        source = self.source_of(want.also["volume"])
        value = Need(want.also["volume"], choice=source.id) if isinstance(source, Volume) else source
        return dataclasses.replace(step, changes=(Change(VOLUME, None, value), *step.changes))


def surplus(desk: SnapshotDesk, name: str, rotation: t.Mapping[str, t.Any]) -> list[Snapshot]:
    """What a rotation has made and is too old now, oldest first; the snapshot of this task always counts as new."""
    if "labels" not in desk.capabilities.fields:
        raise desk.unsupported("labels")
    volume = desk.source_of(desk.call.params["volume"])
    if isinstance(volume, Unknown):
        return []
    found = {each.id: each for each in desk.service.find(Where(labels={KEEP: rotation["group"]}))}
    old = sorted(
        (each for each in found.values() if each.volume == volume.id and each.name != name and desk.settled(each)),
        key=lambda each: (each.created or "", each.name, each.id),
    )
    return old[: max(0, len(old) + 1 - rotation["last"])]


def expire(call: Call, desk: SnapshotDesk, result: Result, old: t.Sequence[Snapshot]) -> Result:
    """The result with the deletion of what is too old, which happens when the new snapshot is there."""
    names = [each.name for each in old]
    result = {**result, "diff": [result["diff"]] if result["plan"] else [], "expired": names}
    if result.get("failed") or not old:
        return result
    wants = [Want(label=each.name, goal="absent", id=each.id) for each in old]
    gone = reconcile(call, desk, wants, one=False)
    return {
        **result,
        "changed": result["changed"] or gone["changed"],
        "plan": result["plan"] + gone["plan"],
        "diff": result["diff"] + gone["diff"],
        **{key: gone[key] for key in ("failed", "msg", "failure") if key in gone},
    }


TASK = Task(
    options={
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "volume": {"type": "str"},
        "description": {"type": "str"},
        "labels": {"type": "dict"},
        "purge_labels": {"type": "bool", "default": False},
        "keep": {
            "type": "dict",
            "options": {
                "last": {"type": "int", "required": True},
                "group": {"type": "str", "default": "default"},
            },
        },
    },
    run=run,
)
