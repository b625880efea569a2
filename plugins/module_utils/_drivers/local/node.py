# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes: processes of this user that answer SSH. No sandbox."""

from __future__ import annotations

import difflib
import os
import signal
import sys
import time
import typing as t

from ...sdk.capabilities import Capabilities, How, Once
from ...sdk.errors import NotFound, Unavailable
from ...sdk.models import Image, Location, Node, NodeState, Size
from ...sdk.provider import Connection
from ...sdk.services import ALL, NodeFields, NodeService, Where
from ...sdk.waiting import Done, Failed, Operation, Pending, Progress
from .addresses import SHARED, free_address, free_port
from .daemons import begun, remove_tree
from .directory import Directory, good_name, need_row, new_id, refuse_twin
from .market import FIRST_IMAGE, FIRST_LOCATION, FIRST_SIZE, IMAGES, LOCATIONS, SIZES, offered
from .serving import end_marked
from .state import Row, Transaction

STARTS_WITHIN = 15.0
STOPS_WITHIN = 5.0
SSH_PORT = 2222


class Nodes(NodeService):
    """The nodes of one local cloud."""

    def __init__(self, connection: Connection) -> None:
        self.directory = Directory(connection)
        self.daemons = self.directory.daemons

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            fields={
                "name": How.LIVE,
                "size": How.RESTART,
                "image": How.RECREATE,
                "location": How.RECREATE,
                "labels": How.LIVE,
                "key_names": How.LIVE,
                "user_data": How.CREATE_ONLY,
            },
            create_once=Once.UNIQUE_NAME,
            limits={"user_data": 1 << 20},
        )

    def check_name(self, noun: str, name: str) -> None:
        good_name(noun, name)

    def fetch(self, where: Where) -> t.Iterator[Node]:
        with self.directory.reading() as state:
            rows = state.rows("node")
        for row in rows:
            yield self._decode(row)

    def create(self, fields: NodeFields, token: str | None = None) -> Operation[Node]:
        need_paramiko()
        name = good_name("node", fields.get("name"))
        body: dict[str, t.Any] = {
            "size": offered("size", fields.get("size", FIRST_SIZE), SIZES),
            "image": offered("image", fields.get("image", FIRST_IMAGE), IMAGES),
            "location": offered("location", fields.get("location", FIRST_LOCATION), LOCATIONS),
            "labels": dict(fields.get("labels", {})),
            "key_names": list(fields.get("key_names", ())),
            "user_data": fields.get("user_data"),
            "user_data_rc": None,
            "wipe": False,
            "booted": False,
            **new_host_key(),
        }
        with self.directory.reading() as state:
            refuse_twin(state, "node", name)
        self.directory.sweep("node", "nodes")
        id = new_id("n")
        with self.directory.starting("sshd", "node", id) as started, self.directory.transaction() as state:
            refuse_twin(state, "node", name)
            need_keys(state, body["key_names"])
            address = free_address(state, self.directory.path, (SSH_PORT,))
            port = free_port(state, address, SSH_PORT)
            place = {"address": address, "port": port}
            state.insert("node", id, name, {**body, **place, **begun(started.token)})
        return self._until_running(id)

    def update(self, node: Node, changes: NodeFields) -> Operation[Node]:
        parts: dict[str, t.Any] = {}
        if "labels" in changes:
            parts["labels"] = dict(changes["labels"])
        if "key_names" in changes:
            parts["key_names"] = list(changes["key_names"])
        if "size" in changes:
            parts["size"] = offered("size", changes["size"], SIZES)
        with self.directory.transaction() as state:
            row = need_row(state, "node", node.id)
            need_keys(state, parts.get("key_names", ()))
            name = changes.get("name", row.name)
            if name != row.name:
                refuse_twin(state, "node", good_name("node", name))
            row = state.change(row, name=name, **parts)
        if "size" in parts and row.body["power"] == "on":
            return self.restart(node)
        return self._settled(row)

    def delete(self, node: Node) -> Operation[None]:
        with self.directory.transaction() as state:
            row = state.row("node", node.id)
            if row is not None:
                state.remove(row)
                forget_node(state, node.id)
        self.daemons.signal(node.id)
        ended = self._ender(node.id)

        def check() -> Progress[None]:
            if not ended():
                return Pending("deleting")
            remove_tree(self.directory.join("nodes", node.id))
            self.daemons.forget(node.id)
            return Done(None)

        return Operation(check)

    def start(self, node: Node) -> Operation[Node]:
        with self.directory.reading() as state:
            row = need_row(state, "node", node.id)
        if self._state(row) in (NodeState.RUNNING, NodeState.STARTING):
            return self._until_running(node.id)
        end_marked(node.id)
        return self._begin(node.id)

    def stop(self, node: Node) -> Operation[Node]:
        with self.directory.transaction() as state:
            row = state.change(need_row(state, "node", node.id), power="off")
        self.daemons.signal(node.id)
        ended = self._ender(node.id)
        return Operation(lambda: Done(self._decode(row)) if ended() else Pending("stopping"), self._decode(row))

    def restart(self, node: Node) -> Operation[Node]:
        return self._begin(node.id)

    def rebuild(self, node: Node, image: str) -> Operation[Node]:
        return self._begin(node.id, image=offered("image", image, IMAGES), wipe=True, user_data_rc=None)

    def sizes(self) -> t.Iterator[Size]:
        return iter(SIZES.values())

    def images(self, where: Where = ALL) -> t.Iterator[Image]:
        return filter(where.accepts, IMAGES.values())

    def locations(self) -> t.Iterator[Location]:
        return iter(LOCATIONS.values())

    def _begin(self, id: str, **parts: t.Any) -> Operation[Node]:
        """A new process for a node; an older one ends as soon as the row names the new one."""
        need_paramiko()
        with self.directory.starting("sshd", "node", id) as started:
            with self.directory.transaction() as state:
                state.change(need_row(state, "node", id), **begun(started.token), **parts)
            self.daemons.signal(id)
        return self._until_running(id)

    def _ender(self, id: str) -> t.Callable[[], bool]:
        """Tells whether a node's process has ended, and is less patient with it later."""
        impatient = time.monotonic() + STOPS_WITHIN

        def ended() -> bool:
            if self.daemons.alive(id):
                if time.monotonic() > impatient:
                    self.daemons.signal(id, signal.SIGKILL)
                return False
            end_marked(id)
            return True

        return ended

    def _settled(self, row: Row) -> Operation[Node]:
        node = self._decode(row)
        return Operation(lambda: Done(node), node)

    def _until_running(self, id: str) -> Operation[Node]:
        def check() -> Progress[Node]:
            with self.directory.reading() as state:
                row = state.row("node", id)
            if row is None:
                return Failed(NotFound(f"node {id} was deleted while it started"))
            node = self._decode(row)
            if node.state is NodeState.RUNNING:
                return Done(node)
            if node.state is NodeState.STARTING:
                return Pending("starting")
            why = node.extra["error"] or f"its process ended, see {self.directory.join('run', id)}.log"
            return Failed(Unavailable(f"node {node.name} did not start: {why}"))

        return Operation(check)

    def _state(self, row: Row) -> NodeState:
        alive = self.daemons.alive(row.id)
        status = self.daemons.status(row.id)
        if row.body["power"] == "off":
            return NodeState.STOPPING if alive else NodeState.STOPPED
        if status.get("token") != row.body["token"]:
            recent = 0 <= time.time() - row.body["started"] < STARTS_WITHIN
            return NodeState.STARTING if alive or recent else NodeState.STOPPED
        if not alive:
            return NodeState.STOPPED
        return NodeState.RUNNING if status.get("ready") else NodeState.STARTING

    def _decode(self, row: Row) -> Node:
        body = row.body
        status = self.daemons.status(row.id)
        size = SIZES.get(body["size"])
        return Node(
            id=row.id,
            name=row.name,
            state=self._state(row),
            public_ips=(body["address"],),
            private_ips=(body["address"],) if body["address"] != SHARED else (),
            size=body["size"],
            image=body["image"],
            location=body["location"],
            labels=body["labels"],
            key_names=tuple(body["key_names"]),
            created=row.created,
            price_hourly=size.price_hourly if size else None,
            currency=size.currency if size else None,
            extra={
                "ssh_port": body["port"],
                "host_keys": [body["host_public"]],
                "home": self.directory.join("nodes", row.id, "home"),
                "user_data_rc": body["user_data_rc"],
                "error": status.get("error") if status.get("token") == body["token"] else None,
            },
        )


def forget_node(state: Transaction, id: str) -> None:
    """Detaches volumes from a node that goes, and takes it out of its balancers."""
    for volume in state.rows("volume"):
        if volume.body["node"] == id:
            state.change(volume, node=None)
    for balancer in state.rows("balancer"):
        kept = [member for member in balancer.body["members"] if member["node"] != id]
        if len(kept) != len(balancer.body["members"]):
            state.change(balancer, members=kept)


def need_keys(state: Transaction, names: t.Iterable[str]) -> None:
    known = {row.name for row in state.rows("key")}
    for name in names:
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known, n=3, cutoff=0.0)) or "there are none"
            raise NotFound(f"no key {name!r} on the local cloud; nearest: {near}")


def need_paramiko() -> None:
    if not any(os.path.isdir(os.path.join(folder or ".", "paramiko")) for folder in sys.path):
        raise Unavailable(
            f"nodes of the local cloud need the Python library paramiko; install it for {sys.executable}",
            retryable=False,
        )


def new_host_key() -> dict[str, str]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return {"host_private": private.decode(), "host_public": public.decode()}
