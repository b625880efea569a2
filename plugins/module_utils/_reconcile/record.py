# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of a zone: one set, or all that the zone is to have."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from ..sdk.capabilities import Capabilities
from ..sdk.dns import canonical_name, canonical_type, canonical_values, record_name
from ..sdk.errors import CloudError, Invalid, NotFound, Unsupported
from ..sdk.models import Zone
from .kinds import Want
from .nearest import nearest
from .plan import check_extra
from .records.recordbook import TOLD, RecordBook, told
from .records.recordset import RECORD, Purge, RecordWant
from .records.target import family_of, pointings
from .records.zonelook import find_zone, zone_or_foretold
from .refs import given
from .report import Outcome, report
from .task import Call, Result, Task

LARGEST_TTL = 2147483647
SUBOPTIONS = (
    "name",
    "type",
    "value",
    "ttl",
    "set_id",
    "routing",
    "alias",
    "target",
    "comment",
    "state",
    "purge_values",
    "extra",
)
ALIAS = {
    "target": {"type": "str", "required": True},
    "zone": {"type": "str"},
    "evaluate_health": {"type": "bool"},
}


@dataclasses.dataclass(frozen=True)
class Entry:
    """One record as the user wrote it, checked; ``where`` is what messages call it."""

    where: str
    name: str
    type: str | None
    target: str | None
    want: RecordWant


def run(call: Call) -> Result:
    """Makes records of one zone as wanted."""
    params = call.params
    single = params.get("records") is None
    written = [given(params, SUBOPTIONS)] if single else [given(each, SUBOPTIONS) for each in params["records"]]
    can = call.cloud.zones.capabilities
    entries = [entry(call, each, None if single else number, can) for number, each in enumerate(written, 1)]
    check_together(params, single)
    zone = zone_of(call, entries)
    if zone is None:
        return report(RECORD, [Outcome(name=each.where, changed=False) for each in entries], one=single)
    wants = distinct([want for each in entries for want in resolved(call, each, zone)])
    purge = Purge(tuple(params.get("ignore") or ())) if params.get("purge") else None
    outcomes = RecordBook(call, zone, wants, purge).reconcile()
    return shaped(outcomes, single)


def check_together(params: t.Mapping[str, t.Any], single: bool) -> None:
    if params.get("ignore") and not params.get("purge"):
        raise Invalid("ignore says what a purge leaves alone; it needs purge: true")
    if params.get("purge") and single:
        raise Invalid("purge deletes all that is not in records; it needs records, also for a single one")
    if not single and (params.get("state") == "absent" or params.get("extra") or not params.get("purge_values", True)):
        raise Invalid("with records, state, purge_values and extra belong into each record of the list")


def zone_of(call: Call, entries: t.Sequence[Entry]) -> Zone | None:
    """The zone; nothing where it is gone and so are the records that are to be absent."""
    written = call.params["zone"]
    if entries and all(each.want.absent for each in entries):
        zone = find_zone(call, written)
        if zone is None:
            call.work.warn(f"there is no zone {written}, so there are no records of it to delete")
        return zone
    return zone_or_foretold(call, written)


def shaped(outcomes: list[Outcome], single: bool) -> Result:
    if single and len(outcomes) == 1:
        return report(RECORD, outcomes, one=True)
    result = report(RECORD, outcomes, one=False)
    result.update(plan=told(result["plan"]), diff=result["diff"][:TOLD])
    if not single:
        return result
    return {**result, "record": next((each.shown for each in outcomes if each.shown is not None), None)}


def entry(call: Call, written: t.Mapping[str, t.Any], number: int | None, can: Capabilities) -> Entry:
    """What was written of one record, every shape and ability checked that can be without the zone."""
    type = written.get("type")
    where = " ".join(filter(None, ("record", written["name"] or "@", type)))
    if number is not None:
        where = f"records[{number - 1}] ({where[len('record ') :]})"
    try:
        return checked(call, written, where, can)
    except (Invalid, Unsupported) as problem:
        raise named(problem, where) from None


def named(problem: CloudError, where: str) -> CloudError:
    text = str(problem)
    return problem if text.startswith(("record", "the provider")) else type(problem)(f"{where}: {text}")


def checked(call: Call, written: t.Mapping[str, t.Any], where: str, can: Capabilities) -> Entry:
    absent = written.get("state") == "absent"
    type = None if written.get("type") is None else canonical_type(written["type"])
    said = [name for name in ("value", "alias", "target") if name in written]
    if len(said) > 1:
        raise Invalid(f"{' and '.join(said)} exclude each other; say with one of them what the record holds")
    if type is None and "target" not in written:
        raise Invalid("the type is missing; say which record is meant, for example type: A")
    check_abilities(call, written, type, can)
    check_extras(written, where.removeprefix("record "), can)
    fields = given(written, ("ttl", "routing", "comment", "alias"))
    if "value" in written and type is not None:
        fields["value"] = texts(written["value"])
        canonical_values(type, fields["value"], "zone.invalid")
        if not fields["value"] and not absent:
            raise Invalid("value is an empty list; write state: absent to delete the record")
    fields.update((f"extra.{key}", value) for key, value in (written.get("extra") or {}).items())
    want = RecordWant(
        name=written["name"],
        type=type or "",
        set_id=written.get("set_id"),
        fields=fields,
        absent=absent,
        merge=not written.get("purge_values", True),
        target="target" in written,
    )
    return Entry(where, written["name"], type, written.get("target"), want)


def check_abilities(call: Call, written: t.Mapping[str, t.Any], type: str | None, can: Capabilities) -> None:
    zones, name = call.cloud, call.cloud.provider.name
    if type is not None and can.record_types and type not in can.record_types:
        known = ", ".join(sorted(can.record_types))
        raise Unsupported(
            f"the provider {name} has no records of type {type}{nearest(type, can.record_types)}; it has {known}"
        )
    for option in ("ttl", "comment"):
        if option in written and option not in can.record_fields:
            raise zones.unsupported("zone", option, f"does not support the option {option} of a record")
    if "alias" in written:
        if not can.alias:
            raise zones.unsupported("zone", "alias", "has no aliases; use value, or type ALIAS where it has that")
        if "ttl" in written:
            raise Invalid("an alias has no ttl of its own; leave ttl out")
        canonical_name(written["alias"]["target"])
    check_routing(call, written, can)
    if not 0 <= written.get("ttl", 0) <= LARGEST_TTL:
        raise Invalid(f"ttl is {written['ttl']}; it must be between 0 and {LARGEST_TTL} seconds")


def check_extras(written: t.Mapping[str, t.Any], where: str, can: Capabilities) -> None:
    records = dataclasses.replace(can, extra=can.record_extra)
    for key, value in (written.get("extra") or {}).items():
        check_extra(RECORD, Want(where), key, value, records)


def check_routing(call: Call, written: t.Mapping[str, t.Any], can: Capabilities) -> None:
    if ("set_id" in written or "routing" in written) and not can.routing:
        raise call.cloud.unsupported("zone", "routing", "has no routed records (set_id, routing)")
    for key in written.get("routing") or {}:
        if key not in can.routing:
            known = ", ".join(sorted(can.routing))
            raise Invalid(f'routing has no key "{key}"{nearest(key, can.routing)}; known here: {known}')
    if written.get("routing") and "set_id" not in written:
        raise Invalid("routing needs set_id, which tells the routed sets of one name and type apart")


def texts(value: t.Any) -> list[str]:
    """The values, one alone or a list of them; whole numbers welcome."""
    found = []
    for each in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(each, (bool, float)):
            raise Invalid(f"a value was read as {each!r} and may have been another text; put it in quotes")
        if not isinstance(each, (str, int)):
            raise Invalid(f"value must be a text or a list of texts, not {each!r}")
        found.append(str(each))
    return found


def resolved(call: Call, each: Entry, zone: Zone) -> list[RecordWant]:
    """The wants of an entry in the zone: one, or those that its target needs."""
    try:
        name = record_name(reverse_name(each.name, zone.name), zone.name)
        want = dataclasses.replace(each.want, name=name)
        if each.target is None:
            return [in_zone(want, zone.name)]
        if want.absent:
            return [dataclasses.replace(want, type=each.type or "A")]
        found = pointings(call, each.target.strip(), each.type, name == zone.name)
    except (Invalid, NotFound) as problem:
        raise named(problem, each.where) from None
    return [
        dataclasses.replace(
            want,
            type=pointing.type,
            fields={
                **{key: value for key, value in want.fields.items() if key != "ttl" or pointing.alias is None},
                **({"alias": pointing.alias} if pointing.alias else {"value": pointing.value}),
            },
        )
        for pointing in found
    ]


def reverse_name(name: str, zone: str) -> str:
    """The name of an address in a zone of addresses, where it stands for its own name."""
    if not zone.endswith((".in-addr.arpa", ".ip6.arpa")) or family_of(name.strip()) is None:
        return name
    return f"{ipaddress.ip_address(name.strip()).reverse_pointer}."


def in_zone(want: RecordWant, zone: str) -> RecordWant:
    """The want with its values canonical, which the names in them can be only now."""
    if "value" not in want.fields:
        return want
    return dataclasses.replace(
        want, fields={**want.fields, "value": canonical_values(want.type, want.fields["value"], zone)}
    )


def distinct(wants: list[RecordWant]) -> list[RecordWant]:
    seen: set[t.Any] = set()
    for want in wants:
        if want.identity in seen:
            raise Invalid(f"record {want.label} is there twice in records; write all of its values in one")
        seen.add(want.identity)
    return wants


RECORD_OPTIONS: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str"},
    "type": {"type": "str"},
    "value": {"type": "raw"},
    "ttl": {"type": "int"},
    "target": {"type": "str"},
    "alias": {"type": "dict", "options": ALIAS},
    "set_id": {"type": "str"},
    "routing": {"type": "dict"},
    "comment": {"type": "str"},
    "purge_values": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

TASK = Task(
    options={
        "zone": {"type": "str", "required": True},
        **RECORD_OPTIONS,
        "records": {
            "type": "list",
            "elements": "dict",
            "options": {
                **RECORD_OPTIONS,
                "name": {"type": "str", "required": True},
                "extra": {"type": "dict"},
            },
        },
        "purge": {"type": "bool", "default": False},
        "ignore": {"type": "list", "elements": "str"},
    },
    run=run,
    rules={
        "required_one_of": [("name", "records")],
        "mutually_exclusive": [
            ("records", name)
            for name in ("name", "type", "value", "ttl", "target", "alias", "set_id", "routing", "comment")
        ],
    },
)
