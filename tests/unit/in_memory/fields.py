# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the engine to what ``create`` and ``update`` may be given."""

from __future__ import annotations

import dataclasses
import types
import typing as t
from collections.abc import Mapping

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities, How

EXTRA_TYPES: dict[str, type] = {"str": str, "int": int, "bool": bool, "list": list, "dict": dict, "float": float}


def check_created(what: str, fields: Mapping[str, t.Any], shape: type, can: Capabilities) -> None:
    """Fails when a create is given what this cloud does not take, or not as it takes it."""
    _check(what, fields, shape, can)
    assert "name" in fields, f"create {what} lacks its name"
    missing = can.required - set(fields)
    assert not missing, f"create {what} lacks {sorted(missing)}"


def check_updated(
    what: str, changes: Mapping[str, t.Any], shape: type, can: Capabilities, children: t.Collection[str] = ()
) -> None:
    """Fails when an update is empty, or is given what cannot change in place."""
    assert changes, f"update of {what} with no changes"
    _check(what, changes, shape, can)
    for name in set(changes) - {"extra"}:
        how = can.fields[name]
        assert how in (How.LIVE, How.RESTART), f"update of {what} changes {name}, which is {how.value}"
        assert name not in children, f"update of {what} changes {name}, which has verbs of its own"
    for key in changes.get("extra", {}):
        how = can.extra[key].how
        assert how in (How.LIVE, How.RESTART), f"update of {what} changes extra.{key}, which is {how.value}"


def _check(what: str, fields: Mapping[str, t.Any], shape: type, can: Capabilities) -> None:
    hints = t.get_type_hints(shape)
    for name, value in fields.items():
        assert name in hints, f"{what}: {name} is no field of {shape.__name__}"
        assert name in {"name", "extra"} or name in can.fields, f"{what}: {name} is not supported here"
        assert fits(value, hints[name]), f"{what}: {name}={value!r} is no {hints[name]}"
    for key, value in fields.get("extra", {}).items():
        assert key in can.extra, f"{what}: unknown extra.{key}"
        wanted = EXTRA_TYPES[can.extra[key].type]
        assert isinstance(value, wanted), f"{what}: extra.{key}={value!r} is no {can.extra[key].type}"


def fits(value: t.Any, hint: t.Any) -> bool:
    """Whether a value is of a type as the services' field types spell it."""
    origin, arguments = t.get_origin(hint), t.get_args(hint)
    if hint is t.Any:
        return True
    if origin in (t.Union, types.UnionType):
        return any(fits(value, option) for option in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(fits(item, arguments[0]) for item in value)
    if origin in (Mapping, dict):
        return isinstance(value, Mapping) and all(
            fits(k, arguments[0]) and fits(v, arguments[1]) for k, v in value.items()
        )
    if hint in (None, type(None)):
        return value is None
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        own = t.get_type_hints(type(value))
        return isinstance(value, hint) and all(fits(getattr(value, name), kind) for name, kind in own.items())
    return isinstance(value, hint)
