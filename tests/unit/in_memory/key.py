# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs in memory."""

from __future__ import annotations

import base64
import hashlib
import typing as t
from dataclasses import replace

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import KeyPair
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import KeyFields, KeyService, Where
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation

from .fields import check_created, check_updated
from .service import MemoryService


class MemoryKeys(MemoryService, KeyService):
    """Shows only fingerprints where the cloud lacks ``key.public_key``, as some do."""

    name = "key"

    def fetch(self, where: Where) -> t.Iterator[KeyPair]:
        return self._look("key", where)

    def create(self, fields: KeyFields, token: str | None = None) -> Operation[KeyPair]:
        check_created(f"key {fields.get('name')}", fields, KeyFields, self.capabilities)
        with self._mutation("create", fields["name"], fields):
            if again := self._again("key", fields, token):
                return again
            return self._made("key", token, fields, self._pair(self.state.new_id("key"), fields))

    def update(self, key: KeyPair, changes: KeyFields) -> Operation[KeyPair]:
        check_updated(f"key {key.name}", changes, KeyFields, self.capabilities)
        with self._mutation("update", key.name, changes):
            found = self.state.shelf("key").get(key.id, "key")
            later = replace(found, **changes)
            if "public_key" in changes:
                later = self._pair(key.id, {"name": found.name, "labels": found.labels, **changes})
            return self._operation(self.state.put("key", key.id, later))

    def delete(self, key: KeyPair) -> Operation[None]:
        with self._mutation("delete", key.name):
            self.state.shelf("key").get(key.id, "key")
            return self._operation(self.state.drop("key", key.id))

    def _pair(self, key: str, fields: KeyFields) -> KeyPair:
        words = fields.get("public_key", "").split()
        if len(words) < 2:
            raise Invalid(f"the key {fields['name']} has no public key of OpenSSH's form")
        digest = hashlib.md5(base64.b64decode(words[1]), usedforsecurity=False).hexdigest()
        fingerprint = ":".join(digest[at : at + 2] for at in range(0, 32, 2))
        shown = None if "key.public_key" in self.state.lacks else " ".join(words[:2])
        return KeyPair(
            id=key,
            name=fields["name"],
            public_key=shown,
            fingerprint=fingerprint,
            labels=dict(fields.get("labels", {})),
        )
