# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The middle of the engine, pure: what is wanted and what is there become steps."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..sdk.capabilities import Capabilities, How
from ..sdk.errors import CloudError, Invalid, Refused, Unsupported
from .kinds import OWN_LABELS, Field, Keep, Kind, Need, Want, adds, fits_extra, joins
from .nearest import nearest


@dataclass(frozen=True)
class Change:
    """A field that goes from one value to another."""

    field: Field
    before: t.Any
    after: t.Any


@dataclass(frozen=True)
class Step:
    """One call to come. ``needs`` are the permissions it takes; ``why`` ends its sentence in brackets.

    ``resource`` is what it acts on, and absent where an earlier step makes it; ``part`` is what an event or a
    step on a child brings along; ``text`` replaces the first words of its sentence;
    ``within`` is the part of the resource that its changes are shown under.
    """

    verb: str
    kind: Kind
    label: str
    changes: tuple[Change, ...] = ()
    needs: frozenset[str] = frozenset()
    resource: t.Any = None
    why: str = ""
    part: t.Any = None
    text: str = ""
    within: str = ""

    @property
    def values(self) -> dict[str, t.Any]:
        """The new values, as a driver takes them."""
        return {c.field.name: chosen(c.after) for c in self.changes}


Steps = t.Tuple[Step, ...]


def chosen(value: t.Any) -> t.Any:
    """A value as models and drivers have it."""
    if isinstance(value, Need):
        return value.choice
    return tuple(sorted(value)) if isinstance(value, frozenset) else value


def check_supported(
    kind: Kind, want: Want, capabilities: Capabilities, unsupported: t.Callable[[str], CloudError] = Unsupported
) -> None:
    """Raises where the provider cannot do what was asked; called before anything is read."""
    called = {field.name: field.called for field in kind.fields}
    for name, value in want.fields.items():
        if name.startswith("extra."):
            check_extra(kind, want, name[len("extra.") :], value, capabilities)
        elif name in called and name not in capabilities.fields and (name != kind.key or want.id is not None):
            raise unsupported(called[name])


def check_extra(kind: Kind, want: Want, name: str, value: t.Any, capabilities: Capabilities) -> None:
    key = capabilities.extra.get(name)
    if key is None:
        known = ", ".join(sorted(capabilities.extra)) or "none"
        raise Invalid(
            f'{kind.noun} {want.label}: unknown extra key "{name}"{nearest(name, capabilities.extra)}; known here: {known}'
        )
    if not fits_extra(key, value):
        expected = " or ".join(key.choices) if key.choices else f"a value of type {key.type}"
        raise Invalid(f"{kind.noun} {want.label}: extra.{name} must be {expected}, not {value!r}")


def keeps(capabilities: Capabilities) -> Keep:
    """Which labels a purge must leave alone."""
    reserved = (OWN_LABELS, *capabilities.reserved_labels)
    return lambda name: name.startswith(reserved)


def how_of(field: Field, capabilities: Capabilities) -> How:
    if field.name.startswith("extra."):
        return capabilities.extra[field.name[len("extra.") :]].how
    return capabilities.fields.get(field.name, How.CREATE_ONLY)


def differences(kind: Kind, want: Want, actual: t.Any, capabilities: Capabilities) -> tuple[Change, ...]:
    """Every field that was asked for and differs, whether or not it can change."""
    keep = keeps(capabilities)
    found = []
    for field in kind.all_fields(capabilities):
        if field.name not in want.fields or (field.name == kind.key and want.id is None):
            continue
        before, wanted = field.of(actual), want.fields[field.name]
        if isinstance(wanted, Need):
            if before not in wanted.accepted:
                found.append(Change(field, wanted.names.get(before, before), wanted))
            continue
        after = field.merge(before, field.norm(wanted), field.name in want.purge, keep)
        if after != before:
            found.append(Change(field, before, after))
    return tuple(found)


def created(kind: Kind, want: Want, capabilities: Capabilities) -> tuple[Change, ...]:
    """The fields of a new resource: what was asked for, over what the cloud's defaults say."""
    fields = {name: value for name, value in want.defaults.items() if name in capabilities.fields and value is not None}
    fields.update(want.fields)
    changes = []
    for field in kind.all_fields(capabilities):
        if field.name in fields:
            value = fields[field.name]
            if not isinstance(value, Need):
                value = field.merge(None, field.norm(value), True, lambda name: False)
            changes.append(Change(field, None, value))
    return tuple(changes)


def check_complete(kind: Kind, want: Want, changes: t.Sequence[Change], capabilities: Capabilities) -> None:
    missing = capabilities.required - {c.field.name for c in changes}
    if missing:
        named = " and ".join(sorted(missing))
        raise Invalid(
            f"{kind.noun} {want.label} does not exist, and to create it this provider needs {named}; "
            "set it in the task or in the cloud's defaults"
        )


def losses(kind: Kind, want: Want, actual: t.Any, capabilities: Capabilities) -> list[str]:
    """What a recreation would forget: fields that have a value and that nobody wrote down."""
    lost = []
    for field in kind.all_fields(capabilities):
        value = field.of(actual)
        empty = value in (None, (), {}, frozenset(), field.default)
        written = field.name in want.fields
        if field.name == kind.key or empty or (written and field.merge not in (joins, adds)):
            continue
        if not isinstance(value, (dict, frozenset)):
            lost.append(field.called)
            continue
        kept = want.fields.get(field.name) or ()
        gone = sorted(name for name in value if name not in kept and not str(name).startswith(OWN_LABELS))
        if gone and field.name not in want.purge:
            lost.append(f"{field.name.replace('_', ' ').removesuffix('s')} {', '.join(gone)}")
    return lost


def plan(kind: Kind, want: Want, actual: t.Any, capabilities: Capabilities) -> Steps:
    """The steps for one resource; none when it is as wanted."""
    if want.absent:
        return () if actual is None else (Step("delete", kind, want.label, resource=actual),)
    if actual is None:
        changes = created(kind, want, capabilities)
        check_complete(kind, want, changes, capabilities)
        return (Step("create", kind, want.label, changes),)
    found = differences(kind, want, actual, capabilities)
    changes = tuple(c for c in found if how_of(c.field, capabilities) is not How.CREATE_ONLY)
    if not changes:
        return ()
    hows = {how_of(c.field, capabilities) for c in changes}
    needs = {risk for c in changes for risk in [c.field.risk(c.before, chosen(c.after))] if risk}
    if How.RECREATE in hows:
        return recreation(kind, want, actual, capabilities, changes, needs)
    if How.RESTART in hows:
        needs.add("restart")
    why = f"restarts the {kind.noun}" if How.RESTART in hows else ""
    return (Step("update", kind, want.label, changes, frozenset(needs), actual, why),)


def recreation(
    kind: Kind, want: Want, actual: t.Any, capabilities: Capabilities, changes: tuple[Change, ...], needs: set[str]
) -> Steps:
    lost = losses(kind, want, actual, capabilities)
    needs.add("recreate")
    why = "to make it anew"
    if lost:
        needs.add("data_loss")
        why += f"; loses {', '.join(lost)}"
    new = created(kind, want, capabilities)
    check_complete(kind, want, new, capabilities)
    return (
        Step("delete", kind, want.label, changes, frozenset(needs), actual, why),
        Step("create", kind, want.label, new),
    )


def create_only(kind: Kind, want: Want, actual: t.Any, capabilities: Capabilities) -> list[str]:
    """Sentences on fields that differ and could only have been chosen at creation."""
    return [
        f"{kind.noun} {want.label}: {c.field.called} is {listed(c.before)} and can only be chosen when the {kind.noun} is created"
        for c in differences(kind, want, actual, capabilities)
        if how_of(c.field, capabilities) is How.CREATE_ONLY and c.before is not None and not c.field.secret
    ]


def listed(value: t.Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, frozenset)) else str(value)


def permit(steps: t.Iterable[Step], allow: t.Collection[str], sentences: t.Sequence[str]) -> None:
    """Raises ``Refused`` with the plan when it needs a permission that was not given."""
    missing = sorted({need for step in steps for need in step.needs} - set(allow))
    if missing:
        raise Refused(
            f"the plan needs allow: [{', '.join(missing)}], and nothing was changed; the plan was: {'; '.join(sentences)}"
        )
