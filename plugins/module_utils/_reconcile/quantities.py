# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts of memory and disk as people write them. ``GB`` and ``GiB`` are the same here: 1024 MB, as clouds count."""

from __future__ import annotations

import re

from ..sdk.errors import Invalid

AMOUNT = re.compile(r"(?P<number>[0-9]{1,12}(?:\.[0-9]{1,12})?)\s*(?P<unit>[a-zA-Z]*)")

MB_OF = {"mb": 1, "mib": 1, "m": 1, "gb": 1024, "gib": 1024, "g": 1024, "tb": 1024**2, "tib": 1024**2, "t": 1024**2}


def ram_mb(value: object, what: str = "ram") -> int:
    """Megabytes: of ``4096``, ``"4096"``, ``"4 GB"``, ``"0.5 TiB"``; a bare number counts megabytes."""
    return round(_megabytes(value, what, "mb", "4 GB or 4096 (megabytes)"))


def gib(value: object, what: str = "size") -> int:
    """Whole gigabytes: of ``20``, ``"20 GB"``, ``"1 TB"``; a bare number counts gigabytes."""
    whole, rest = divmod(_megabytes(value, what, "gb", "20 GB or 20 (gigabytes)"), 1024)
    if rest:
        raise Invalid(f"{what} is {value!r}, which is no whole number of gigabytes; write for example 20 GB")
    return int(whole)


def shown_mb(megabytes: float) -> str:
    """``4 GB`` of 4096, ``512 MB`` of 512."""
    if megabytes >= 1024 and megabytes % 256 == 0:
        return f"{megabytes / 1024:g} GB"
    return f"{megabytes:g} MB"


def _megabytes(value: object, what: str, bare: str, example: str) -> float:
    written = "" if isinstance(value, bool) else str(value).strip()
    found = AMOUNT.fullmatch(written)
    if not found:
        raise Invalid(f"{what} is {value!r}, which is no amount; write for example {example}")
    factor = MB_OF.get(found["unit"].lower() or bare)
    if factor is None:
        raise Invalid(f"{what} is {value!r}, whose unit {found['unit']} is not known; the units are MB, GB and TB")
    amount = float(found["number"]) * factor
    if amount < 1:
        raise Invalid(f"{what} is {value!r}; it has to be 1 MB at least")
    return amount
