# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the services of a cloud in memory share."""

from __future__ import annotations

import typing as t

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities, Once
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, TokenSpent
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Connection
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import Where
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation

from .state import Entry, State


class MemoryService:
    """Reads, lag, tokens and unique names; mixed into each service before its abstract class."""

    name: t.ClassVar[str]

    def __init__(self, state: State, connection: Connection) -> None:
        self.state = state
        self.process = state.process
        self.work = connection.work

    @property
    def capabilities(self) -> Capabilities:
        return self.state.capabilities[self.name]

    def _read(self, verb: str, what: str = "") -> None:
        self.work.check()
        self.work.count(calls=1)
        self.state.read(self.process, self.name, verb, what)

    def _mutation(self, verb: str, what: str, fields: t.Mapping[str, t.Any] | None = None) -> t.ContextManager[None]:
        self.work.check()
        self.work.count(calls=1)
        return self.state.mutation(self.process, self.name, verb, what, fields)

    def _operation(self, entry: Entry[t.Any]) -> Operation[t.Any]:
        return self.state.operation(self.process, self.name, entry)

    def _look(self, kind: str, where: Where, verb: str = "fetch") -> t.Iterator[t.Any]:
        """Filters by no more than what the capabilities say that the server filters by."""
        self._read(verb, f"{kind} {sorted(where.names or ())}")
        finds = self.state.capabilities[kind].finds if kind in self.state.capabilities else self.capabilities.finds
        asked = Where(**{part: getattr(where, part) for part in finds})
        return filter(asked.accepts, self.state.look(kind))

    def _again(self, kind: str, fields: t.Mapping[str, t.Any], token: str | None) -> Operation[t.Any] | None:
        """What a create of the same token has made before; refuses a name that is taken where names are unique."""
        can = self.state.capabilities[kind]
        assert token is None or can.create_once is Once.TOKEN, f"{kind}: a token for a cloud that takes none"
        assert token is not None or can.create_once is not Once.TOKEN, f"{kind}: no token for a cloud that takes one"
        shelf = self.state.shelf(kind)
        if token is not None and (known := self.state.tokens.get((kind, token))):
            key, given = known
            entry = shelf.entries.get(key)
            if entry is not None and entry.final is not None:
                if given != dict(fields):
                    raise Conflict(
                        f"the token of {kind} {fields['name']} was used with other parameters",
                        provider_code="TokenMismatch",
                    )
                return self._operation(entry)
            if self.state.remembers_tokens:
                raise TokenSpent(f"what the token of {kind} {fields['name']} had made is gone")
        if can.create_once is Once.UNIQUE_NAME and any(held.name == fields["name"] for held in shelf.held()):
            raise Conflict(f"there is a {kind} named {fields['name']} already", provider_code="AlreadyExists")
        return None

    def _made(
        self, kind: str, token: str | None, fields: t.Mapping[str, t.Any], resource: t.Any, meanwhile: t.Any = None
    ) -> Operation[t.Any]:
        if token is not None:
            self.state.tokens[(kind, token)] = (resource.id, dict(fields))
        return self._operation(self.state.put(kind, resource.id, resource, meanwhile=meanwhile))
