# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans in words, and as a diff: the same in check mode and for real."""

from __future__ import annotations

import typing as t

from .kinds import Need, Unknown
from .plan import Change, Step
from .shown import shown

HIDDEN = "********"


def plain(change: Change, value: t.Any) -> t.Any:
    """A value as the user would write it."""
    known = value is not None and not isinstance(value, (Need, Unknown)) and not change.field.secret
    return words(change.field.say(value)) if known else foretold(change, value)


def foretold(change: Change, value: t.Any) -> t.Any:
    """A value as a result shows it."""
    if change.field.secret:
        return None if value is None else HIDDEN
    if isinstance(value, Need):
        return value.text
    return words(value)


def words(value: t.Any) -> t.Any:
    if isinstance(value, Unknown):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted((words(item) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [words(item) for item in value]
    if isinstance(value, t.Mapping):
        return {key: words(item) for key, item in sorted(value.items())}
    value = shown(value)
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item not in (None, {}, [])}
    return value


def inline(value: t.Any) -> str:
    """A value inside a sentence."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}={inline(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(f"{{{inline(item)}}}" if isinstance(item, dict) else inline(item) for item in value) or "none"
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def sentence(step: Step) -> str:
    """``change node web-1: size small -> medium (restarts the node)``"""
    subject = step.text or f"{VERBS.get(step.verb, step.verb)} {step.kind.noun} {step.label}"
    parts = []
    if step.verb in BRINGS:
        parts = [f"{c.field.called} {inline(plain(c, c.after))}" for c in step.changes if c.field.name != step.kind.key]
    elif step.verb not in TAKES or step.verb == "delete":
        parts = [f"{c.field.called} {inline(plain(c, c.before))} -> {inline(plain(c, c.after))}" for c in step.changes]
    text = subject + (": " + ", ".join(parts) if parts else "")
    return f"{text} ({step.why})" if step.why else text


VERBS = {
    "update": "change",
    "add_listener": "add",
    "update_listener": "change",
    "remove_listener": "remove",
}
BRINGS = frozenset({"create", "add_listener"})
TAKES = frozenset({"delete", "remove_listener"})


def sentences(steps: t.Iterable[Step]) -> list[str]:
    return [sentence(step) for step in steps]


def disrupts(steps: t.Iterable[Step]) -> list[str]:
    return sorted({need for step in steps for need in step.needs})


def diff(steps: t.Sequence[Step]) -> dict[str, t.Any]:
    """``before`` and ``after`` of the fields that change; a whole resource where one comes or goes."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    verbs = [step.verb for step in steps]
    for step in steps:
        if step.within:
            old, new = (values.setdefault(step.within, {}) for values in (before, after))
            old.update({c.field.called: plain(c, c.before) for c in step.changes if c.before is not None})
            new.update({c.field.called: plain(c, c.after) for c in step.changes if c.after is not None})
            continue
        for change in step.changes:
            name = change.field.called
            if step.verb != "create":
                before[name] = plain(change, change.before)
            if step.verb != "delete" and (name in before or "delete" not in verbs):
                after[name] = plain(change, change.after)
        if step.verb == "delete" and not step.changes:
            before = {**existing(step), **before}
    if verbs[:1] == ["create"]:
        before, after = {"state": "absent"}, {"state": "present", **after}
    elif verbs[-1:] == ["delete"]:
        before, after = {**before, "state": "present"}, {"state": "absent"}
    return {"before": dict(sorted(before.items())), "after": dict(sorted(after.items()))}


def existing(step: Step) -> dict[str, t.Any]:
    """The fields of a resource that is to go, as far as a user could have set them."""
    found = {}
    for field in step.kind.fields:
        value = plain(Change(field, None, None), field.of(step.resource)) if not field.secret else None
        if value not in (None, [], {}):
            found[field.called] = value
    return found
