# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the zone that a task names."""

from __future__ import annotations

from ...sdk.dns import canonical_name
from ...sdk.errors import Ambiguous, Invalid
from ...sdk.models import Zone
from ...sdk.services import Where
from ..refs import missing
from ..task import Call


def zone_name(written: str) -> str | None:
    """The canonical name, where what was written can be one; an id may look like anything."""
    try:
        return canonical_name(written)
    except Invalid:
        return None


def find_zone(call: Call, written: str) -> Zone | None:
    """The zone of that name or id; nothing where there is none."""
    zones = call.cloud.zones
    name = zone_name(written)
    found = list(zones.find(Where(names=frozenset({name})))) if name else []
    if len(found) > 1:
        ids = ", ".join(sorted(zone.id for zone in found))
        raise Ambiguous(f"{len(found)} zones are called {written} (ids {ids}); name the one you mean by its id")
    if not found:
        found = list(zones.find(Where(ids=frozenset({written}))))
    return found[0] if found else None


def zone_or_foretold(call: Call, written: str) -> Zone:
    """The zone, or in check mode one that an earlier task may make; raises ``NotFound`` with the nearest names."""
    found = find_zone(call, written)
    if found is None:
        missing(call, "zone", written, () if call.check_mode else known_names(call))
        return Zone(id="", name=zone_name(written) or written)
    return found


def known_names(call: Call) -> list[str]:
    return [zone.name for zone in call.cloud.zones.find()]
