# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wants of resources that users name by name or by id."""

from __future__ import annotations

import dataclasses
import typing as t

from ..sdk.errors import Invalid
from .kinds import Want

LONGEST = 255


def check_name(name: str, noun: str) -> str:
    """The name, if anything could be called so."""
    if not name.strip() or len(name) > LONGEST or any(ord(sign) < 32 for sign in name):
        raise Invalid(f"{name!r} is no name for a {noun}; it takes 1 to {LONGEST} printable characters")
    return name


def named_want(params: t.Mapping[str, t.Any], base: Want, noun: str) -> Want:
    """``base`` for the one that ``id`` or ``name`` says; with both, the one with that id gets that name."""
    name, id = params.get("name"), params.get("id")
    if name is not None:
        check_name(name, noun)
    if id is None:
        return dataclasses.replace(base, label=name or "")
    renamed = {"name": name} if name is not None and not base.absent else {}
    return dataclasses.replace(base, label=id, id=id, fields={**base.fields, **renamed})
