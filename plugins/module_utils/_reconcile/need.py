# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A size that is asked for by what it must have: ``{cpus: 2, ram: 4 GB, cheapest: true}``."""

from __future__ import annotations

import difflib
import typing as t
from dataclasses import dataclass

from ..sdk.errors import Invalid, NotFound
from ..sdk.models import Location, Size
from .quantities import gib, ram_mb, shown_mb

SIZE_KEYS = ("cpus", "ram", "disk", "cheapest")
PLACE_KEYS = ("country", "not_country", "location")
FAR = float("inf")


@dataclass(frozen=True, kw_only=True)
class SizeNeed:
    """The least that will do. ``countries`` and ``places`` are ``None`` where any will do."""

    cpus: float = 0
    ram_mb: int = 0
    disk_gb: int = 0
    cheapest: bool = False
    countries: frozenset[str] | None = None
    not_countries: frozenset[str] = frozenset()
    places: frozenset[str] | None = None

    @property
    def anywhere(self) -> bool:
        return self.countries is None and self.places is None and not self.not_countries

    def __str__(self) -> str:
        words = [
            in_cpus(self.cpus) if self.cpus else "",
            f"{shown_mb(self.ram_mb)} of memory" if self.ram_mb else "",
            f"{self.disk_gb} GB of disk" if self.disk_gb else "",
            f"in {' or '.join(sorted(self.countries))}" if self.countries else "",
            f"outside {' and '.join(sorted(self.not_countries))}" if self.not_countries else "",
            f"at {' or '.join(sorted(self.places))}" if self.places else "",
        ]
        return ", ".join(filter(None, words)) or "anything"


@dataclass(frozen=True)
class Offer:
    """A size that fits, and where it can be had."""

    size: Size
    locations: tuple[Location, ...]


def parse_need(value: t.Mapping[str, t.Any], *, what: str = "size", places: bool = False) -> SizeNeed:
    """The need that a user wrote; with ``places`` it may also say where."""
    known = SIZE_KEYS + PLACE_KEYS if places else SIZE_KEYS
    for key in value:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known)}"
            raise Invalid(f"{what} has the key {key!r}, which is not known; {hint}")
    wanted = {key: item for key, item in value.items() if item is not None}
    if not wanted:
        raise Invalid(f"{what} asks for nothing; say what it needs, for example {{cpus: 2, ram: 4 GB}}")
    return SizeNeed(
        cpus=_count(wanted["cpus"], f"{what}.cpus") if "cpus" in wanted else 0,
        ram_mb=ram_mb(wanted["ram"], f"{what}.ram") if "ram" in wanted else 0,
        disk_gb=gib(wanted["disk"], f"{what}.disk") if "disk" in wanted else 0,
        cheapest=truth(wanted.get("cheapest", False), f"{what}.cheapest"),
        countries=_countries(wanted["country"], f"{what}.country") if "country" in wanted else None,
        not_countries=_countries(wanted.get("not_country", ()), f"{what}.not_country"),
        places=frozenset(_texts(wanted["location"], f"{what}.location")) if "location" in wanted else None,
    )


def fits(size: Size, need: SizeNeed) -> bool:
    """Whether a size has enough; what its provider does not tell is not enough."""
    return not _shortfall(size, need)


def choose(sizes: t.Iterable[Size], need: SizeNeed, where: str = "this cloud") -> Size:
    """The cheapest that fits if that was asked for, else the smallest; raises with the nearest when none does."""
    known = list(sizes)
    fitting = [size for size in known if fits(size, need)]
    if not fitting:
        raise NotFound(f"no size of {where} has {need}; {nearest(known, need)}")
    return min(fitting, key=by_price if need.cheapest else by_extent)


def offers(sizes: t.Iterable[Size], locations: t.Iterable[Location], need: SizeNeed) -> list[Offer]:
    """The sizes that fit and have at least one location that does; all of them where any location will do."""
    good = [location for location in locations if _place_fits(location, need)]
    found = [Offer(size, tuple(place for place in good if _sold_at(size, place))) for size in sizes if fits(size, need)]
    return [offer for offer in found if offer.locations or need.anywhere]


def nearest(sizes: t.Iterable[Size], need: SizeNeed, count: int = 3) -> str:
    """``nearest: large (4 cpus, 8 GB, 80 GB disk), ...``: what a failure says of a need that nothing meets."""
    near = sorted(sizes, key=lambda size: (_shortfall(size, need), by_extent(size)))[:count]
    return f"nearest: {', '.join(map(described, near))}" if near else "it has no sizes"


def in_cpus(count: float) -> str:
    return f"{count:g} cpu{'' if count == 1 else 's'}"


def described(size: Size) -> str:
    parts = [
        in_cpus(size.cpus) if size.cpus is not None else "",
        shown_mb(size.ram_mb) if size.ram_mb is not None else "",
        f"{size.disk_gb:g} GB disk" if size.disk_gb is not None else "",
    ]
    return f"{size.name} ({', '.join(filter(None, parts)) or 'nothing known of it'})"


def by_price(size: Size) -> tuple[t.Any, ...]:
    """Sorts the cheapest first, then the smallest; those whose price is not known come last."""
    return (FAR if size.price_hourly is None else size.price_hourly, *by_extent(size))


def by_extent(size: Size) -> tuple[t.Any, ...]:
    """Sorts by memory, then cpus, then disk; what is not known comes last."""
    extent = (size.ram_mb, size.cpus, size.disk_gb)
    return (*(FAR if part is None else part for part in extent), size.name, size.id)


def _shortfall(size: Size, need: SizeNeed) -> float:
    """How far a size is from enough: 0 when it is, 1 for each part that it lacks wholly."""
    parts = ((size.cpus, need.cpus), (size.ram_mb, need.ram_mb), (size.disk_gb, need.disk_gb))
    return sum(1 - min(1.0, (has or 0) / wanted) for has, wanted in parts if wanted)


def _place_fits(location: Location, need: SizeNeed) -> bool:
    country = (location.country or "").upper()
    if need.countries is not None and country not in need.countries:
        return False
    if need.not_countries and (not country or country in need.not_countries):
        return False
    return need.places is None or bool(need.places & {location.id, location.name, location.region})


def _sold_at(size: Size, location: Location) -> bool:
    return size.locations is None or location.id in size.locations


def _count(value: object, what: str) -> float:
    try:
        number = 0.0 if isinstance(value, bool) else float(str(value))
    except ValueError:
        number = 0.0
    if not 0 < number < 100_000:
        raise Invalid(f"{what} is {value!r}, which is no number of cpus; write for example 2")
    return number


def truth(value: object, what: str) -> bool:
    truth = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(str(value).lower())
    if truth is None:
        raise Invalid(f"{what} is {value!r}; write true or false")
    return truth


def _texts(value: object, what: str) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) and text for text in texts):
        raise Invalid(f"{what} is {value!r}; write a name or a list of names")
    return [str(text) for text in texts]


def _countries(value: object, what: str) -> frozenset[str]:
    codes = frozenset(code.upper() for code in _texts(value, what))
    for code in sorted(codes):
        if len(code) != 2 or not code.isalpha():
            raise Invalid(f"{what} has {code!r}; write two-letter country codes such as DE, GB or US")
    return frozenset("GB" if code == "UK" else code for code in codes)
