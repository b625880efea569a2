# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: public halves that nodes let in."""

from __future__ import annotations

import base64
import binascii
import hashlib
import typing as t

from ...sdk.capabilities import Capabilities, How, Once
from ...sdk.errors import Invalid
from ...sdk.models import KeyPair
from ...sdk.provider import Connection
from ...sdk.services import KeyFields, KeyService, Where
from ...sdk.waiting import Operation, done
from .directory import Directory, need_row, new_id, refuse_twin
from .state import Row

TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")


class Keys(KeyService):
    def __init__(self, connection: Connection) -> None:
        self.directory = Directory(connection)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            fields={"name": How.LIVE, "public_key": How.LIVE, "labels": How.LIVE}, create_once=Once.UNIQUE_NAME
        )

    def fetch(self, where: Where) -> t.Iterator[KeyPair]:
        with self.directory.reading() as state:
            rows = state.rows("key")
        return map(decode_key, rows)

    def create(self, fields: KeyFields, token: str | None = None) -> Operation[KeyPair]:
        name = good_key_name(fields.get("name"))
        body = {"public_key": good_public_key(fields.get("public_key")), "labels": dict(fields.get("labels", {}))}
        with self.directory.transaction() as state:
            refuse_twin(state, "key", name)
            return done(decode_key(state.insert("key", new_id("k"), name, body)))

    def update(self, key: KeyPair, changes: KeyFields) -> Operation[KeyPair]:
        parts: dict[str, t.Any] = {}
        if "public_key" in changes:
            parts["public_key"] = good_public_key(changes["public_key"])
        if "labels" in changes:
            parts["labels"] = dict(changes["labels"])
        with self.directory.transaction() as state:
            row = need_row(state, "key", key.id)
            name = changes.get("name", row.name)
            if name != row.name:
                refuse_twin(state, "key", good_key_name(name))
            return done(decode_key(state.change(row, name=name, **parts)))

    def delete(self, key: KeyPair) -> Operation[None]:
        with self.directory.transaction() as state:
            row = state.row("key", key.id)
            if row is not None:
                state.remove(row)
        return done(None)


def decode_key(row: Row) -> KeyPair:
    public_key = row.body["public_key"]
    digest = hashlib.sha256(base64.b64decode(public_key.split()[1])).digest()
    return KeyPair(
        id=row.id,
        name=row.name,
        public_key=public_key,
        fingerprint=f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}",
        labels=row.body["labels"],
    )


def good_key_name(name: t.Any) -> str:
    if not isinstance(name, str) or not name or len(name) > 255 or not name.isprintable() or name != name.strip():
        raise Invalid(f"{name!r} is no name for a key; use 1 to 255 printable characters")
    return name


def good_public_key(text: t.Any) -> str:
    """A public key as OpenSSH writes it, on one line."""
    parts = str(text or "").split(None, 2)
    try:
        blob = base64.b64decode(parts[1], validate=True)
        length = int.from_bytes(blob[:4], "big")
        fits = parts[0] in TYPES and blob[4 : 4 + length] == parts[0].encode() and len(blob) > 4 + length
    except (IndexError, ValueError, binascii.Error):
        fits = False
    if not fits or "\n" in str(text).strip():
        raise Invalid(
            f"the public key is not one line as in a .pub file of OpenSSH, of a type among {', '.join(TYPES)}"
        )
    return " ".join(parts).strip()
