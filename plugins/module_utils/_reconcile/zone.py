# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones: their settings as fields of the engine, and their records out of a file and into one."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import typing as t

from ..sdk.dns import canonical_name
from ..sdk.errors import Invalid
from ..sdk.models import Zone
from ..sdk.services import ZoneService
from .engine import Desk, pick, reconcile
from .kinds import Field, Kind, Want, flat_extra, joins, texts
from .plan import Steps
from .records.recordbook import TOLD, RecordBook, steps_of, told
from .records.recordset import APEX_TYPES, RECORD, Purge, RecordPlan
from .records.zonetransfer import export, imported, zone_text
from .refs import given, missing
from .render import disrupts, sentences
from .report import Outcome
from .task import Call, Result, Task

SERVER = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+))(?::[0-9]{1,5})?")
SETTINGS = ("kind", "primaries", "nameservers", "ttl", "private", "networks", "comment", "labels", "extra")


class Hosts(t.Tuple[str, ...]):
    """Host names in the order that counts when they are first given, and no more afterwards."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple) and set(self) == set(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(frozenset(self))


def hosts(value: t.Any) -> Hosts | None:
    return Hosts(canonical_name(name) for name in value or ()) or None


ZONE = Kind(
    "zone",
    "zones",
    "name",
    (
        Field("name"),
        Field("kind"),
        Field("primaries", norm=lambda value: frozenset(value or ())),
        Field("nameservers", norm=hosts),
        Field("ttl"),
        Field("private", default=False),
        Field("networks", norm=lambda value: frozenset(value or ())),
        Field("comment", norm=lambda value: value or None),
        Field("labels", norm=texts, merge=joins),
    ),
    Zone,
)


class ZoneDesk(Desk):
    kind = ZONE
    service: ZoneService

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.service = call.cloud.zones

    def belongs(self, want: Want, resource: Zone) -> bool:
        """A public and a private zone may share a name; what was said of ``private`` tells them apart."""
        private = want.also.get("private")
        same_side = private is None or resource.private is None or resource.private == private
        return super().belongs(want, resource) and (want.id is not None or same_side)

    def identity(self, want: Want) -> str:
        return f"{want.label} (private)" if want.also.get("private") else want.label

    def steps(self, want: Want, actual: Zone | None) -> Steps:
        steps = super().steps(want, actual)
        made = any(step.verb == "create" for step in steps)
        if made and want.fields.get("kind") == "secondary" and not want.fields.get("primaries"):
            raise Invalid(
                f"zone {want.label} is to be secondary, and for that it needs primaries, the servers it copies from"
            )
        if actual is None or not want.absent:
            return steps
        count = sum(1 for each in self.service.find_records(actual) if (each.name, each.type) not in own(actual))
        if not count:
            return steps
        why = f"with {count} record{'' if count == 1 else 's'}"
        return tuple(dataclasses.replace(step, needs=frozenset({"data_loss"}), why=why) for step in steps)


def own(zone: Zone) -> set[tuple[str, str]]:
    return {(zone.name, type) for type in APEX_TYPES}


def run(call: Call) -> Result:
    """Makes one zone as wanted, or absent; its records as a file says; a file as its records are."""
    params = call.params
    desk = ZoneDesk(call)
    want = wanted(call, desk)
    text = zone_text(call)
    if params.get("export_file"):
        return exported(call, desk, want)
    if text is None:
        return reconcile(call, desk, [want], one=True)
    return with_records(call, desk, want, text)


def wanted(call: Call, desk: ZoneDesk) -> Want:
    params = call.params
    absent = params["state"] == "absent"
    check_together(params, absent)
    fields = {} if absent else flat_extra(given(params, SETTINGS))
    kinds = desk.capabilities.zone_kinds
    kind = fields.get("kind")
    if kind is not None and kinds and kind not in kinds:
        lacks = f"has no {kind} zones (it has {', '.join(sorted(kinds))})"
        raise call.cloud.unsupported("zone", "kind", lacks)
    for primary in fields.get("primaries", ()):
        check_server(primary)
    if "kind" not in desk.capabilities.fields and kinds == {kind}:
        del fields["kind"]
    return Want(
        label=canonical_name(params["name"]) if params.get("name") is not None else str(params["id"]),
        fields=fields,
        goal=params["state"],
        id=params.get("id"),
        purge=frozenset({"labels"} if params.get("purge_labels") else ()),
        defaults=given(call.defaults, ("labels",)),
        also={"private": params.get("private")},
    )


def check_server(primary: str) -> None:
    """Refuses what is no address of a server: an IP address, perhaps with a port."""
    found = SERVER.fullmatch(primary.strip())
    try:
        ipaddress.ip_address(found["v6"] or found["v4"] if found else primary.strip())
    except ValueError:
        raise Invalid(
            f"primaries has {primary!r}, which is no IP address; write 192.0.2.1, 192.0.2.1:5300 or [2001:db8::1]:5300"
        ) from None


def check_together(params: t.Mapping[str, t.Any], absent: bool) -> None:
    imports = params.get("import_file") is not None or params.get("import_text") is not None
    if absent and (imports or params.get("export_file")):
        raise Invalid(
            "a zone that is to be absent has no records to import or export; do it in a task of its own before"
        )
    if params.get("purge_records") and not imports:
        raise Invalid("purge_records deletes what is not in the zone file; it needs import_file or import_text")
    if params.get("ignore") and not params.get("purge_records"):
        raise Invalid("ignore says what purge_records leaves alone; it needs purge_records: true")
    if params.get("ttl") is not None and not 0 <= params["ttl"] <= 2147483647:
        raise Invalid(f"ttl is {params['ttl']}; it must be between 0 and 2147483647 seconds")


def exported(call: Call, desk: ZoneDesk, want: Want) -> Result:
    """Settles the zone and writes its file; a zone that does not exist is not made for that."""
    zone = pick(desk, want, desk.read([want]))
    if zone is None:
        missing(call, "zone", want.label, () if call.check_mode else [each.name for each in desk.service.find()])
        return reconcile(call, desk, [dataclasses.replace(want, goal="absent", fields={})], one=True)
    result = reconcile(call, desk, [want], one=True)
    if result.get("failed"):
        return result
    plan, diff = export(call, zone, desk.service.find_records(zone))
    return merged(result, plan, [diff] if diff else [])


def with_records(call: Call, desk: ZoneDesk, want: Want, text: str) -> Result:
    """Settles the zone and its records. All that can be wrong with the file is found before anything is changed."""
    zone = pick(desk, want, desk.read([want]))
    name = zone.name if zone else want.label
    if want.fields.get("kind") == "secondary":
        raise Invalid(
            f"zone {name} is to be secondary, it copies its records from its primaries; import the file there"
        )
    wants = imported(call, text, name, desk.capabilities)
    purge = Purge(tuple(call.params.get("ignore") or ())) if call.params.get("purge_records") else None
    to_be = dataclasses.replace(
        zone or Zone(id="", name=name), kind=want.fields.get("kind", zone.kind if zone else None)
    )
    book = RecordBook(call, to_be, wants, purge)
    found, plans = book.prepare()
    book.permit(plans)
    result = reconcile(call, desk, [want], one=True)
    if result.get("failed"):
        return result
    if call.check_mode:
        outcomes = book.foretold(found, plans)
    elif zone is None:
        made = pick(desk, want, desk.read([want]))
        outcomes = RecordBook(call, made, wants, purge).reconcile()
    else:
        outcomes = book.carry_out(found, plans)
    return imported_result(result, plans, outcomes)


def imported_result(result: Result, plans: t.Sequence[RecordPlan], outcomes: t.Sequence[Outcome]) -> Result:
    steps = steps_of(plans)
    planned = [Outcome(name=plan.label, changed=True, steps=plan.steps) for plan in plans if plan.steps]
    found = merged(result, sentences(steps), [each.diff(RECORD) for each in planned])
    found["disrupts"] = sorted({*result["disrupts"], *disrupts(steps)})
    found["imported"] = counts(plans)
    failures = [each for each in outcomes if each.failure is not None]
    if failures and failures[0].failure is not None:
        first = failures[0].failure
        msg = f"{len(failures)} of {len(outcomes)} records failed; {failures[0].name}: {first}"
        found.update(failed=True, msg=msg, failure=first.failure())
        found["changed"] = result["changed"] or any(each.changed for each in outcomes)
    return found


def merged(result: Result, plan: list[str], diffs: list[dict[str, t.Any]]) -> Result:
    """The result of the zone with what else was done; of many records the first hundred are told."""
    of_zone = [result["diff"]] if result["plan"] else []
    return {
        **result,
        "changed": result["changed"] or bool(plan),
        "plan": [*result["plan"], *told(plan)],
        "diff": [*of_zone, *diffs[:TOLD]],
    }


def counts(plans: t.Sequence[RecordPlan]) -> dict[str, int]:
    verbs = [step.verb for step in steps_of(plans)]
    unchanged = sum(not plan.steps for plan in plans)
    return {
        "created": verbs.count("create"),
        "changed": verbs.count("update"),
        "deleted": verbs.count("delete"),
        "unchanged": unchanged,
    }


TASK = Task(
    options={
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "kind": {"type": "str", "choices": ["native", "primary", "secondary"]},
        "primaries": {"type": "list", "elements": "str"},
        "nameservers": {"type": "list", "elements": "str"},
        "ttl": {"type": "int"},
        "private": {"type": "bool"},
        "networks": {"type": "list", "elements": "str"},
        "comment": {"type": "str"},
        "labels": {"type": "dict"},
        "purge_labels": {"type": "bool", "default": False},
        "import_file": {"type": "path"},
        "import_text": {"type": "str"},
        "purge_records": {"type": "bool", "default": False},
        "ignore": {"type": "list", "elements": "str"},
        "export_file": {"type": "path"},
    },
    run=run,
    rules={
        "required_one_of": [("name", "id")],
        "mutually_exclusive": [("name", "id"), ("import_file", "import_text", "export_file")],
    },
)
