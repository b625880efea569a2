# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources as the user sees them."""

from __future__ import annotations

import dataclasses
import typing as t
from enum import Enum


def shown(value: t.Any) -> t.Any:
    """A model as plain dicts, lists and scalars: what results, hostvars and diffs are made of."""
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: shown(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, t.Mapping):
        return {str(key): shown(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((shown(item) for item in value), key=repr)
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    return value
