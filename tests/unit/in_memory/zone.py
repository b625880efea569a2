# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and record sets in memory."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Invalid, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet, Zone
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import (
    RecordChange,
    Where,
    ZoneFields,
    ZoneService,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation, done

from .fields import check_created, check_updated
from .service import MemoryService

NAMESERVERS = ("ns1.memory.invalid", "ns2.memory.invalid")


class MemoryZones(MemoryService, ZoneService):
    """A new zone has its SOA and NS sets. Strict about ``before``; where a batch is not atomic, a kill may split it."""

    name = "zone"

    def fetch(self, where: Where) -> t.Iterator[Zone]:
        return self._look("zone", where)

    def create(self, fields: ZoneFields, token: str | None = None) -> Operation[Zone]:
        check_created(f"zone {fields.get('name')}", fields, ZoneFields, self.capabilities)
        with self._mutation("create", fields["name"], fields):
            if again := self._again("zone", fields, token):
                return again
            values: dict[str, t.Any] = {"kind": "native", "nameservers": NAMESERVERS, **fields}
            zone = Zone(id=self.state.new_id("zone"), serial=1, **values)
            soa = f"{zone.nameservers[0]} hostmaster.{zone.name} 1 7200 3600 1209600 300"
            self._store(zone, RecordSet(name=zone.name, type="SOA", value=(soa,), ttl=3600))
            self._store(zone, RecordSet(name=zone.name, type="NS", value=zone.nameservers, ttl=3600))
            return self._made("zone", token, fields, zone)

    def update(self, zone: Zone, changes: ZoneFields) -> Operation[Zone]:
        check_updated(f"zone {zone.name}", changes, ZoneFields, self.capabilities)
        with self._mutation("update", zone.name, changes):
            return self._operation(self.state.changed("zone", zone.id, changes))

    def delete(self, zone: Zone) -> Operation[None]:
        with self._mutation("delete", zone.name):
            self.state.shelf("zone").get(zone.id, "zone")
            self.state.shelf(f"record/{zone.id}").entries.clear()
            return self._operation(self.state.drop("zone", zone.id))

    def fetch_records(self, zone: Zone, where: Where) -> t.Iterator[RecordSet]:
        assert where.ids is None and where.labels is None, "record sets have neither ids nor labels"
        self.state.shelf("zone").get(zone.id, "zone")
        return self._look(f"record/{zone.id}", where, "fetch_records")

    def change_records(self, zone: Zone, changes: t.Sequence[RecordChange]) -> Operation[None]:
        limit = self.capabilities.limits.get("record_changes")
        assert changes, "no record set to change"
        assert limit is None or len(changes) <= limit, f"{len(changes)} changes at once, {limit} allowed"
        with self._mutation("change_records", zone.name, {"changes": tuple(changes)}):
            self.state.shelf("zone").get(zone.id, "zone")
            shelf = self.state.shelf(f"record/{zone.id}")
            saved = dict(shelf.now())
            for at, change in enumerate(changes):
                if at and not self.capabilities.atomic:
                    self.state.moment("before")
                try:
                    self._change(zone, change)
                except (Conflict, Invalid, NotFound):
                    if self.capabilities.atomic:
                        self._restore(zone, saved)
                    raise
            return done(None)

    def _change(self, zone: Zone, change: RecordChange) -> None:
        assert change.before or change.after, "a change of nothing"
        now = self.records(zone)
        if change.before is None:
            assert change.after is not None
            if change.after.identity in now:
                raise Conflict(f"there are records of {change.after.name} {change.after.type} already")
        elif change.before.identity not in now:
            raise NotFound(f"there are no records of {change.before.name} {change.before.type}")
        if change.before is not None and (change.after is None or change.after.identity != change.before.identity):
            self.state.drop(f"record/{zone.id}", _key(change.before))
        if change.after is not None:
            self._check(zone, change.after)
            self._store(zone, change.after)

    def _check(self, zone: Zone, record: RecordSet) -> None:
        assert record.type in self.capabilities.record_types, f"{record.type} is not supported here"
        assert record.name == zone.name or record.name.endswith("." + zone.name), f"{record.name} is not in {zone.name}"
        assert bool(record.value) != bool(record.alias), (
            f"{record.name} {record.type} has both or none of value and alias"
        )
        beside = [
            one.type
            for one in self.records(zone).values()
            if one.name == record.name and one.identity != record.identity
        ]
        if beside and "CNAME" in (*beside, record.type) and set(beside) != {record.type}:
            raise Invalid(f"a CNAME of {record.name} cannot be beside other records")

    def records(self, zone: Zone) -> dict[tuple[str, str, str | None], RecordSet]:
        """What is there in truth."""
        return {record.identity: record for record in self.state.all(f"record/{zone.id}")}

    def _store(self, zone: Zone, record: RecordSet) -> None:
        stored = replace(record, ttl=record.ttl if record.ttl is not None or record.alias else 3600)
        lag = self.state.lag
        known = _key(record) in self.state.shelf(f"record/{zone.id}").entries
        self.state.put(f"record/{zone.id}", _key(record), stored, reads=lag.changed if known else lag.listed)

    def _restore(self, zone: Zone, saved: dict[str, RecordSet]) -> None:
        for key, entry in self.state.shelf(f"record/{zone.id}").entries.items():
            entry.become(saved.get(key), meanwhile=None, ticks=0, reads=0)


def _key(record: RecordSet) -> str:
    return f"{record.name} {record.type} {record.set_id or ''}"
