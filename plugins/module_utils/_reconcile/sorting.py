# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders in which found resources can be shown; what is not known always comes last."""

from __future__ import annotations

import typing as t

Row = t.Dict[str, t.Any]

SORTS: t.Mapping[str, tuple[str, ...]] = {
    "name": ("name", "id"),
    "price": ("price_hourly", "ram_mb", "cpus", "disk_gb", "name"),
    "created": ("created", "name"),
    "cpus": ("cpus", "ram_mb", "price_hourly", "name"),
    "ram": ("ram_mb", "cpus", "price_hourly", "name"),
    "disk": ("disk_gb", "ram_mb", "cpus", "name"),
}


def sort_rows(rows: list[Row], sort: str | None) -> list[Row]:
    """The rows in that order, or as they are; rows that do not have such a thing stay as they are, too."""
    if sort is None or not any(SORTS[sort][0] in row for row in rows):
        return rows
    return sorted(rows, key=lambda row: [known_first(row.get(name)) for name in SORTS[sort]])


def known_first(value: t.Any) -> tuple[bool, t.Any]:
    return (value is None, 0 if value is None else value)
