# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes: folders that nodes see below ``volumes/`` of their home; snapshots are copies of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import typing as t

from ...sdk.capabilities import Capabilities, How, Once
from ...sdk.errors import Conflict, Invalid
from ...sdk.models import Node, Snapshot, Volume
from ...sdk.provider import Connection
from ...sdk.services import SnapshotFields, VolumeFields, VolumeService, Where
from ...sdk.waiting import Operation, done
from .daemons import remove_tree
from .directory import Directory, good_name, need_row, new_id, private_folder, refuse_twin
from .market import FIRST_LOCATION, LOCATIONS, offered
from .state import Row

LARGEST_GB = 1 << 20


class Volumes(VolumeService):
    def __init__(self, connection: Connection) -> None:
        self.directory = Directory(connection)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            fields={
                "name": How.LIVE,
                "size_gb": How.LIVE,
                "location": How.RECREATE,
                "snapshot": How.CREATE_ONLY,
                "labels": How.LIVE,
                "node": How.LIVE,
            },
            create_once=Once.UNIQUE_NAME,
            limits={"size_gb": LARGEST_GB},
        )

    def check_name(self, noun: str, name: str) -> None:
        good_name(noun, name)

    def fetch(self, where: Where) -> t.Iterator[Volume]:
        with self.directory.reading() as state:
            rows = state.rows("volume")
        return map(self._decode, rows)

    def create(self, fields: VolumeFields, token: str | None = None) -> Operation[Volume]:
        name = good_name("volume", fields.get("name"))
        source, least = None, 1
        with self.directory.reading() as state:
            refuse_twin(state, "volume", name)
            if fields.get("snapshot"):
                source = need_row(state, "snapshot", fields["snapshot"])
                least = source.body["size_gb"]
        body = {
            "size_gb": good_size(fields.get("size_gb", least), least),
            "location": offered("location", fields.get("location", FIRST_LOCATION), LOCATIONS),
            "labels": dict(fields.get("labels", {})),
            "snapshot": source.id if source else None,
            "node": None,
        }
        original = self.directory.join("snapshots", source.id) if source else None
        return done(self._decode(self._insert("volume", "volumes", name, body, original)))

    def update(self, volume: Volume, changes: VolumeFields) -> Operation[Volume]:
        with self.directory.transaction() as state:
            row = need_row(state, "volume", volume.id)
            parts: dict[str, t.Any] = {}
            if "size_gb" in changes:
                parts["size_gb"] = good_size(changes["size_gb"], row.body["size_gb"])
            if "labels" in changes:
                parts["labels"] = dict(changes["labels"])
            name = changes.get("name", row.name)
            if name != row.name:
                refuse_twin(state, "volume", good_name("volume", name))
            changed = state.change(row, name=name, **parts)
            self._unlink(row)
            self._link(changed)
        return done(self._decode(changed))

    def delete(self, volume: Volume) -> Operation[None]:
        with self.directory.transaction() as state:
            row = state.row("volume", volume.id)
            if row is not None:
                if row.body["node"]:
                    raise Conflict(f"volume {row.name} is attached to node {row.body['node']}; detach it first")
                state.remove(row)
        remove_tree(self.directory.join("volumes", volume.id))
        return done(None)

    def attach(self, volume: Volume, node: Node, device: str | None = None) -> Operation[Volume]:
        """``device`` is not for the user to choose here: it is a folder in the node's home."""
        with self.directory.transaction() as state:
            row = need_row(state, "volume", volume.id)
            target = need_row(state, "node", node.id)
            if row.body["node"] not in (None, node.id):
                raise Conflict(f"volume {row.name} is attached to node {row.body['node']} already")
            if row.body["location"] != target.body["location"]:
                raise Conflict(
                    f"volume {row.name} is in {row.body['location']} and node {target.name} in {target.body['location']}"
                )
            row = state.change(row, node=node.id)
            self._link(row)
        return done(self._decode(row))

    def detach(self, volume: Volume) -> Operation[Volume]:
        with self.directory.transaction() as state:
            row = need_row(state, "volume", volume.id)
            self._unlink(row)
            row = state.change(row, node=None)
        return done(self._decode(row))

    @property
    def snapshot_capabilities(self) -> Capabilities:
        return Capabilities(
            fields={"name": How.LIVE, "description": How.LIVE, "labels": How.LIVE}, create_once=Once.UNIQUE_NAME
        )

    def fetch_snapshots(self, where: Where) -> t.Iterator[Snapshot]:
        with self.directory.reading() as state:
            rows = state.rows("snapshot")
        return map(decode_snapshot, rows)

    def create_snapshot(self, volume: Volume, fields: SnapshotFields, token: str | None = None) -> Operation[Snapshot]:
        name = good_name("snapshot", fields.get("name"))
        with self.directory.reading() as state:
            row = need_row(state, "volume", volume.id)
            refuse_twin(state, "snapshot", name)
        body = {
            "volume": volume.id,
            "size_gb": row.body["size_gb"],
            "description": fields.get("description"),
            "labels": dict(fields.get("labels", {})),
        }
        original = self.directory.join("volumes", volume.id)
        return done(decode_snapshot(self._insert("snapshot", "snapshots", name, body, original)))

    def update_snapshot(self, snapshot: Snapshot, changes: SnapshotFields) -> Operation[Snapshot]:
        parts: dict[str, t.Any] = {}
        if "description" in changes:
            parts["description"] = changes["description"]
        if "labels" in changes:
            parts["labels"] = dict(changes["labels"])
        with self.directory.transaction() as state:
            row = need_row(state, "snapshot", snapshot.id)
            name = changes.get("name", row.name)
            if name != row.name:
                refuse_twin(state, "snapshot", good_name("snapshot", name))
            return done(decode_snapshot(state.change(row, name=name, **parts)))

    def delete_snapshot(self, snapshot: Snapshot) -> Operation[None]:
        with self.directory.transaction() as state:
            row = state.row("snapshot", snapshot.id)
            if row is not None:
                state.remove(row)
        remove_tree(self.directory.join("snapshots", snapshot.id))
        return done(None)

    def _insert(self, kind: str, folder: str, name: str, body: dict[str, t.Any], original: str | None) -> Row:
        """The folder is whole before its row is written, and the row is written where the folder is put."""
        self.directory.sweep(kind, folder)
        with self.directory.staging() as draft:
            if original and os.path.isdir(original):
                shutil.copytree(original, draft, symlinks=True)
            else:
                private_folder(draft)
            with self.directory.transaction() as state:
                refuse_twin(state, kind, name)
                row = state.insert(kind, new_id(folder[0]), name, body)
                os.rename(draft, self.directory.join(folder, row.id))
        return row

    def _device(self, row: Row) -> str | None:
        node = row.body["node"]
        return self.directory.join("nodes", node, "home", "volumes", row.name) if node else None

    def _link(self, row: Row) -> None:
        device = self._device(row)
        if device:
            private_folder(os.path.dirname(device))
            if os.path.lexists(device) and not os.path.islink(device):
                raise Conflict(f"volume {row.name} cannot be attached: {device} is there already, and is no volume")
            with contextlib.suppress(FileNotFoundError):
                os.unlink(device)
            os.symlink(self.directory.join("volumes", row.id), device)

    def _unlink(self, row: Row) -> None:
        device = self._device(row)
        if device and os.path.islink(device):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(device)

    def _decode(self, row: Row) -> Volume:
        body = row.body
        return Volume(
            id=row.id,
            name=row.name,
            state="in_use" if body["node"] else "available",
            size_gb=body["size_gb"],
            location=body["location"],
            node=body["node"],
            device=self._device(row),
            snapshot=body["snapshot"],
            labels=body["labels"],
            created=row.created,
            extra={"folder": self.directory.join("volumes", row.id)},
        )


def decode_snapshot(row: Row) -> Snapshot:
    body = row.body
    return Snapshot(
        id=row.id,
        name=row.name,
        volume=body["volume"],
        state="available",
        size_gb=body["size_gb"],
        description=body["description"],
        labels=body["labels"],
        created=row.created,
    )


def good_size(wanted: t.Any, least: int) -> int:
    if not isinstance(wanted, int) or not 1 <= wanted <= LARGEST_GB:
        raise Invalid(f"a volume of {wanted!r} GB cannot be had; choose 1 to {LARGEST_GB}")
    if wanted < least:
        raise Invalid(f"a volume of {least} GB cannot become one of {wanted} GB: volumes only grow")
    return wanted
