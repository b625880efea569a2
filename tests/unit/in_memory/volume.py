# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes and snapshots in memory."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node, Snapshot, Volume
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import (
    SnapshotFields,
    VolumeFields,
    VolumeService,
    Where,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation

from .fields import check_created, check_updated
from .service import MemoryService


class MemoryVolumes(MemoryService, VolumeService):
    """Shrinks nothing, deletes nothing that is attached, attaches nothing twice."""

    name = "volume"

    def fetch(self, where: Where) -> t.Iterator[Volume]:
        return self._look("volume", where)

    def create(self, fields: VolumeFields, token: str | None = None) -> Operation[Volume]:
        check_created(f"volume {fields.get('name')}", fields, VolumeFields, self.capabilities)
        with self._mutation("create", fields["name"], fields):
            if again := self._again("volume", fields, token):
                return again
            values: dict[str, t.Any] = {"encrypted": False, "type": "plain", **fields}
            if "snapshot" in fields:
                source = self.state.shelf("snapshot").get(fields["snapshot"], "snapshot")
                values.setdefault("size_gb", source.size_gb)
            if not values.get("size_gb"):
                raise Invalid(f"the volume {fields['name']} needs a size")
            volume = Volume(id=self.state.new_id("volume"), state="available", created=self.state.stamp(), **values)
            return self._made("volume", token, fields, volume, replace(volume, state="creating"))

    def update(self, volume: Volume, changes: VolumeFields) -> Operation[Volume]:
        check_updated(f"volume {volume.name}", changes, VolumeFields, self.capabilities)
        with self._mutation("update", volume.name, changes):
            found = self._found(volume)
            if (
                (changes.get("size_gb") or 0) < (found.size_gb or 0)
                and "size_gb" in changes
                and "size_gb" not in self.capabilities.shrinks
            ):
                raise Invalid(f"the volume {volume.name} cannot shrink")
            return self._becomes(volume, **changes)

    def delete(self, volume: Volume) -> Operation[None]:
        with self._mutation("delete", volume.name):
            if self._found(volume).node is not None:
                raise Conflict(f"the volume {volume.name} is attached")
            return self._operation(self.state.drop("volume", volume.id))

    def attach(self, volume: Volume, node: Node, device: str | None = None) -> Operation[Volume]:
        with self._mutation("attach", volume.name, {"node": node.id, "device": device}):
            found = self._found(volume)
            self.state.shelf("node").get(node.id, "node")
            if found.node is not None:
                raise Conflict(f"the volume {volume.name} is attached already")
            return self._becomes(volume, node=node.id, device=device or "/dev/vdb", state="in-use")

    def detach(self, volume: Volume) -> Operation[Volume]:
        with self._mutation("detach", volume.name):
            if self._found(volume).node is None:
                raise Conflict(f"the volume {volume.name} is not attached")
            return self._becomes(volume, node=None, device=None, state="available")

    @property
    def snapshot_capabilities(self) -> Capabilities:
        return self.state.capabilities["snapshot"]

    def fetch_snapshots(self, where: Where) -> t.Iterator[Snapshot]:
        return self._look("snapshot", where, "fetch_snapshots")

    def create_snapshot(self, volume: Volume, fields: SnapshotFields, token: str | None = None) -> Operation[Snapshot]:
        check_created(f"snapshot {fields.get('name')}", fields, SnapshotFields, self.snapshot_capabilities)
        with self._mutation("create_snapshot", fields["name"], fields):
            if again := self._again("snapshot", fields, token):
                return again
            source = self._found(volume)
            snapshot = Snapshot(
                id=self.state.new_id("snapshot"),
                volume=volume.id,
                state="completed",
                size_gb=source.size_gb,
                created=self.state.stamp(),
                **fields,
            )
            return self._made("snapshot", token, fields, snapshot, replace(snapshot, state="pending"))

    def update_snapshot(self, snapshot: Snapshot, changes: SnapshotFields) -> Operation[Snapshot]:
        check_updated(f"snapshot {snapshot.name}", changes, SnapshotFields, self.snapshot_capabilities)
        with self._mutation("update_snapshot", snapshot.name, changes):
            return self._operation(self.state.changed("snapshot", snapshot.id, changes))

    def delete_snapshot(self, snapshot: Snapshot) -> Operation[None]:
        with self._mutation("delete_snapshot", snapshot.name):
            self.state.shelf("snapshot").get(snapshot.id, "snapshot")
            return self._operation(self.state.drop("snapshot", snapshot.id))

    def _found(self, volume: Volume) -> Volume:
        found: Volume = self.state.shelf("volume").get(volume.id, "volume")
        return found

    def _becomes(self, volume: Volume, **values: t.Any) -> Operation[Volume]:
        self._found(volume)
        return self._operation(self.state.changed("volume", volume.id, values))
