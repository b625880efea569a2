# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places on Earth, as LOC records write them."""

from __future__ import annotations

import re
import typing as t
from decimal import ROUND_HALF_EVEN, Decimal

from .dnsfields import Part
from .dnstext import Word
from .errors import Invalid

ANGLE = r"(\d{1,3})(?:\s+(\d{1,2})(?:\s+(\d{1,2}(?:\.\d+)?))?)?\s+"
METRES = r"\d{1,10}(?:\.\d+)?"
LOC = re.compile(
    rf"{ANGLE}([NS])\s+{ANGLE}([EW])\s+(-?{METRES})m?" + rf"(?:\s+({METRES})m?)?" * 3,
    re.IGNORECASE,
)
USUAL = ("1", "10000", "10")


def loc_text(name: str) -> Part:
    def read(found: t.Sequence[Word]) -> str:
        match = LOC.fullmatch(" ".join(word.text for word in found))
        if match is None:
            raise Invalid(f"this is no {name}")
        parts = match.groups()
        sizes = (size(text or usual) for text, usual in zip(parts[9:], USUAL, strict=False))
        return " ".join((angle(parts[0:4], 90), angle(parts[4:8], 180), altitude(parts[8]), *sizes))

    return Part(name, read, rest=True)


def angle(parts: t.Sequence[str | None], largest: int) -> str:
    degrees, minutes, second, side = int(parts[0] or 0), int(parts[1] or 0), Decimal(parts[2] or 0), parts[3] or ""
    second = second.quantize(Decimal("0.001"), ROUND_HALF_EVEN)
    if minutes > 59 or second >= 60 or Decimal(degrees) + Decimal(minutes) / 60 + second / 3600 > largest:
        raise Invalid(f"the angle {degrees} {minutes} {second} {side} is out of range")
    return f"{degrees} {minutes} {second} {side.upper()}"


def altitude(text: str) -> str:
    metres = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    if not Decimal("-100000") <= metres <= Decimal("42849672.95"):
        raise Invalid(f"the altitude {text} m is out of range")
    return f"{metres + 0:.2f}m"


def size(text: str) -> str:
    """Metres with the one significant digit that travels, cut off as the format has it."""
    centimetres = int(Decimal(text) * 100)
    if centimetres > 9 * 10**9:
        raise Invalid(f"the size {text} m is out of range")
    power = 10 ** max(len(str(centimetres)) - 1, 0)
    return f"{Decimal(centimetres // power * power) / 100:.2f}m"
