# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the local cloud sells: names to choose from. No size limits anything on this computer."""

from __future__ import annotations

import difflib
import typing as t

from ...sdk.errors import Invalid
from ...sdk.models import Image, Location, Size

CURRENCY = "EUR"


def size(id: str, cpus: float, ram_mb: int, disk_gb: float, price: float) -> Size:
    return Size(
        id=id, name=id, cpus=cpus, ram_mb=ram_mb, disk_gb=disk_gb, price_hourly=price, currency=CURRENCY,
        extra={"limits": False},
    )  # fmt: skip


def image(family: str, version: str, build: str, current: bool = False) -> Image:
    """The current build has the plain name, so that ``debian-13`` means one image."""
    plain = f"{family}-{version}"
    id = plain if current else f"{plain}-{build}"
    return Image(
        id=id,
        name=id,
        family=family,
        version=version,
        created=f"{build[:4]}-{build[4:6]}-{build[6:]}T00:00:00Z",
        state="available",
        extra={"build": build},
    )


SIZES: t.Mapping[str, Size] = {
    offer.id: offer
    for offer in (
        size("nano", 1, 512, 5, 0.002),
        size("micro", 1, 1024, 10, 0.004),
        size("small", 1, 2048, 20, 0.007),
        size("medium", 2, 4096, 40, 0.013),
        size("large", 4, 8192, 80, 0.026),
        size("xlarge", 8, 16384, 160, 0.052),
        size("cpu-large", 8, 8192, 80, 0.041),
        size("memory-large", 4, 32768, 160, 0.061),
    )
}

IMAGES: t.Mapping[str, Image] = {
    offer.id: offer
    for offer in (
        image("debian", "12", "20250910"),
        image("debian", "12", "20260115"),
        image("debian", "12", "20260711", current=True),
        image("debian", "13", "20250909"),
        image("debian", "13", "20260316"),
        image("debian", "13", "20260905", current=True),
        image("ubuntu", "24.04", "20250805"),
        image("ubuntu", "24.04", "20260220"),
        image("ubuntu", "24.04", "20260812", current=True),
    )
}

LOCATIONS: t.Mapping[str, Location] = {
    offer.id: offer
    for offer in (
        Location(id="berlin", name="Berlin", country="DE", region="europe"),
        Location(id="helsinki", name="Helsinki", country="FI", region="europe"),
        Location(id="oregon", name="Oregon", country="US", region="america"),
        Location(id="virginia", name="Virginia", country="US", region="america"),
    )
}

FIRST_SIZE = "nano"
FIRST_IMAGE = "debian-13"
FIRST_LOCATION = "berlin"


def offered(what: str, id: str, offers: t.Mapping[str, t.Any]) -> str:
    if id not in offers:
        near = difflib.get_close_matches(str(id), offers, n=3, cutoff=0.4) or list(offers)
        raise Invalid(f"no {what} {id!r} on the local cloud; nearest: {', '.join(near)}")
    return id
