# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record sets, pure: what is wanted of a zone and what is there become steps."""

from __future__ import annotations

import fnmatch
import typing as t
from dataclasses import dataclass, field, replace

from ...sdk.capabilities import Capabilities
from ...sdk.dns import canonical_name, check_sets, relative_name
from ...sdk.errors import Ambiguous, Invalid
from ...sdk.models import Alias, RecordSet, nothing
from ..kinds import Field, Kind, Unknown, Want, adds, flat_extra, folded_extra
from ..plan import Change, Step, created, differences

HOST_TYPES = frozenset({"CNAME", "ALIAS"})
ADDRESS_TYPES = HOST_TYPES | {"A", "AAAA"}
SIGNATURE_TYPES = frozenset({"RRSIG", "NSEC", "NSEC3", "NSEC3PARAM"})
APEX_TYPES = frozenset({"SOA", "NS"})
SIGNING_TYPES = frozenset({"DNSKEY", "CDNSKEY", "CDS"})


def alias_fields(value: t.Any) -> dict[str, t.Any] | None:
    """An alias by what was said of it."""
    if value is None:
        return None
    if isinstance(value, Alias):
        value = {"target": value.target, "zone": value.zone, "evaluate_health": value.evaluate_health}
    said = {name: each for name, each in value.items() if each is not None}
    return said if isinstance(said["target"], Unknown) else {**said, "target": canonical_name(said["target"])}


def same_alias(old: t.Any, new: t.Any, purge: bool, keep: t.Callable[[str], bool]) -> t.Any:
    """The wanted alias, with what was not said of it as it is."""
    if new is None or old is None or old["target"] != new["target"]:
        return new
    return {**old, **new}


def values(value: t.Any) -> frozenset[t.Any]:
    return frozenset(value or ())


RECORD = Kind(
    "record",
    "records",
    "name",
    (
        Field("value", norm=values, merge=adds),
        Field("ttl"),
        Field("alias", norm=alias_fields, merge=same_alias),
        Field("routing", norm=lambda value: dict(value) if value else None),
        Field("comment", norm=lambda value: value or None),
    ),
    RecordSet,
)


@dataclass(frozen=True, kw_only=True)
class RecordWant:
    """What should be true of one record set.

    ``fields`` holds what was said; ``merge`` leaves other values in the set. An absent one with a ``value``
    loses those values only. ``target`` says that it stands for all addresses of its name.
    """

    name: str
    type: str
    set_id: str | None = None
    fields: t.Mapping[str, t.Any] = field(default_factory=nothing)
    absent: bool = False
    merge: bool = False
    target: bool = False

    @property
    def identity(self) -> tuple[str, str, str | None]:
        return self.name, self.type, self.set_id

    @property
    def label(self) -> str:
        return label(self)


@dataclass(frozen=True)
class Purge:
    """What is to go that nobody asked for: everything but what ``ignore`` names."""

    ignore: tuple[str, ...] = ()

    def spares(self, each: RecordSet, zone: str) -> bool:
        return not each.complete or of_itself(each, zone) or any(fits(each, zone, p) for p in self.ignore)


def of_itself(each: RecordSet, zone: str) -> bool:
    """Whether a zone has this of itself: its SOA and NS, its keys, its signatures."""
    apex = each.name == zone and each.type in APEX_TYPES | SIGNING_TYPES
    return apex or each.type in SIGNATURE_TYPES


def fits(each: RecordSet, zone: str, pattern: str) -> bool:
    """Whether a pattern, ``_acme-challenge*`` or ``* TXT``, names the set; names count in full and in the zone."""
    names, _space, types = pattern.strip().partition(" ")
    wanted = names.rstrip(".").lower()
    spellings = (each.name, relative_name(each.name, zone))
    return any(fnmatch.fnmatchcase(name, wanted) for name in spellings) and fnmatch.fnmatchcase(
        each.type, types.strip().upper() or "*"
    )


def label(each: RecordWant | RecordSet) -> str:
    return f"{each.name} {each.type}" + (f" (set {each.set_id})" if each.set_id else "")


@dataclass
class RecordPlan:
    """What is to be done for one want, or for a set that nobody wants: one step at most for each set."""

    label: str
    steps: tuple[Step, ...]
    want: RecordWant | None = None


Sets = t.Mapping[t.Tuple[str, str, t.Optional[str]], RecordSet]


def plan_records(
    zone: str, wants: t.Sequence[RecordWant], found: t.Iterable[RecordSet], can: Capabilities, purge: Purge | None
) -> list[RecordPlan]:
    """A plan for each want, then one for each set that a purge takes; checks that the outcome can stand."""
    actual: Sets = {each.identity: each for each in found}
    by_name: dict[str, list[RecordSet]] = {}
    for each in actual.values():
        by_name.setdefault(each.name, []).append(each)
    plans = without_repetition(
        RecordPlan(want.label, plan_one(zone, want, actual.get(want.identity), by_name.get(want.name, []), can), want)
        for want in wants
    )
    if purge is not None:
        plans += purged(zone, wants, plans, actual, purge)
    check_outcome(zone, plans, actual)
    return plans


def without_repetition(plans: t.Iterable[RecordPlan]) -> list[RecordPlan]:
    """Each set goes once, though both addresses of a target take its place."""
    gone_already: set[t.Any] = set()
    found = []
    for plan in plans:
        deleted = [step.resource.identity if step.verb == "delete" else None for step in plan.steps]
        steps = tuple(step for step, identity in zip(plan.steps, deleted, strict=True) if identity not in gone_already)
        found.append(replace(plan, steps=steps))
        gone_already.update(identity for identity in deleted if identity is not None)
    return found


def plan_one(
    zone: str, want: RecordWant, existing: RecordSet | None, named: t.Sequence[RecordSet], can: Capabilities
) -> tuple[Step, ...]:
    """The steps for one want; ``named`` are all sets that have its name."""
    refuse_ambiguous(want, named)
    if want.absent:
        return removal(zone, want, existing, named)
    wanted = replace(want, fields=complemented(want, existing))
    engine_want = Want(want.label, flat_extra(wanted.fields), purge=frozenset() if want.merge else frozenset({"value"}))
    records = replace(can, extra=can.record_extra)
    if existing is None:
        check_complete(want)
        changes = created(RECORD, engine_want, records)
        first: tuple[Step, ...] = (Step("create", RECORD, want.label, changes, part=made(wanted, None, changes)),)
    else:
        changes = differences(RECORD, engine_want, existing, records)
        first = ()
        if changes:
            part = made(wanted, existing, changes)
            first = (Step("update", RECORD, want.label, changes, resource=existing, part=part),)
    return (*replaced_addresses(want, named), *first)


def check_complete(want: RecordWant) -> None:
    if not {"value", "alias"} & want.fields.keys():
        raise Invalid(f"record {want.label} does not exist, and to create it value, alias or target is needed")


def refuse_ambiguous(want: RecordWant, named: t.Sequence[RecordSet]) -> None:
    routed = sorted(each.set_id for each in named if each.set_id and each.type == want.type)
    if routed and want.set_id is None:
        raise Ambiguous(
            f"record {want.label} is made of routed sets ({', '.join(routed)}); say with set_id which one is meant"
        )


def removal(zone: str, want: RecordWant, existing: RecordSet | None, named: t.Sequence[RecordSet]) -> tuple[Step, ...]:
    if want.target:
        return tuple(gone(each) for each in addresses(named))
    if existing is None:
        return ()
    if want.name == zone and want.type in APEX_TYPES:
        raise Invalid(
            f"record {want.label} cannot be deleted, a zone always has it; delete the zone, or change its value"
        )
    taken = values(want.fields.get("value"))
    left = values(existing.value) - taken
    if not taken or not left:
        return (gone(existing),)
    if left == values(existing.value):
        return ()
    changes = (Change(RECORD.fields[0], values(existing.value), left),)
    part = replace(existing, value=tuple(each for each in existing.value if each in left))
    return (Step("update", RECORD, want.label, changes, resource=existing, part=part),)


def gone(each: RecordSet, why: str = "") -> Step:
    return Step("delete", RECORD, label(each), resource=each, why=why)


def replaced_addresses(want: RecordWant, named: t.Sequence[RecordSet]) -> t.Iterator[Step]:
    """A name that points to a target keeps no addresses of another kind."""
    if not want.target:
        return
    others = ADDRESS_TYPES - {want.type} if want.type in HOST_TYPES else HOST_TYPES
    yield from (gone(each, f"for {want.type}") for each in addresses(named) if each.type in others)


def addresses(named: t.Sequence[RecordSet]) -> list[RecordSet]:
    return [each for each in named if each.type in ADDRESS_TYPES and not each.set_id]


def complemented(want: RecordWant, existing: RecordSet | None) -> dict[str, t.Any]:
    """What was said, and what follows from it for the set that is there."""
    fields = dict(want.fields)
    if existing is None:
        return fields
    if "value" in fields and existing.alias is not None:
        fields["alias"] = None
    if "alias" in fields and existing.value:
        fields["value"] = ()
    if "value" in fields and want.type == "SOA" and existing.value:
        fields["value"] = (with_serial(fields["value"][0], existing.value[0]),)
    return fields


def with_serial(soa: str, existing: str) -> str:
    """The wanted SOA with the serial that is there: servers raise it themselves."""
    parts, there = soa.split(), existing.split()
    return " ".join((*parts[:2], there[2], *parts[3:])) if len(there) == 7 else soa


def made(want: RecordWant, existing: RecordSet | None, changes: t.Sequence[Change]) -> RecordSet:
    """The set as it is to be, values in the order in which they were written."""
    after = folded_extra({change.field.name: change.after for change in changes})
    if "value" in after:
        after["value"] = in_order(after["value"], want.fields.get("value") or (), existing.value if existing else ())
    if after.get("alias"):
        after.update(alias=Alias(**after["alias"]), ttl=None)
    base = existing or RecordSet(name=want.name, type=want.type, set_id=want.set_id)
    if "extra" in after:
        after["extra"] = {**base.extra, **after["extra"]}
    return replace(base, **after)


def in_order(wanted: frozenset[t.Any], *orders: t.Iterable[t.Any]) -> tuple[t.Any, ...]:
    return tuple(dict.fromkeys(value for order in orders for value in order if value in wanted))


def purged(
    zone: str, wants: t.Sequence[RecordWant], plans: t.Sequence[RecordPlan], actual: Sets, purge: Purge
) -> t.Iterator[RecordPlan]:
    named = {want.identity for want in wants}
    named |= {step.resource.identity for plan in plans for step in plan.steps if step.verb == "delete"}
    going = [each for each in actual.values() if each.identity not in named and not purge.spares(each, zone)]
    empties = not any(not want.absent for want in wants)
    for each in sorted(going, key=lambda each: (each.name, each.type, each.set_id or "")):
        step = gone(each, "not in records")
        yield RecordPlan(step.label, (replace(step, needs=frozenset({"data_loss"} if empties else ())),))


def check_outcome(zone: str, plans: t.Iterable[RecordPlan], actual: Sets) -> None:
    """Raises where the zone would end with sets that cannot stand side by side, because of what the plan does."""
    steps = [step for plan in plans for step in plan.steps]
    after = dict(actual)
    for step in steps:
        if step.resource is not None:
            after.pop(step.resource.identity, None)
    for step in steps:
        if step.part is not None:
            after[step.part.identity] = step.part
    touched = {step.part.name for step in steps if step.part is not None}
    check_sets(zone, (each for each in after.values() if each.name in touched))
