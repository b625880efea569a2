# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node is made from: a size, an image, a location, by id, by name or by need."""

from __future__ import annotations

import fnmatch
import typing as t

from ..sdk.errors import Ambiguous, Invalid, NotFound
from ..sdk.models import Image, Node, Size
from ..sdk.services import Where
from .kinds import Need
from .nearest import nearest
from .need import choose, fits, parse_need, truth

if t.TYPE_CHECKING:
    from .node import NodeDesk

GLOB = frozenset("*?[")


def once_for_all(desk: NodeDesk, what: str, fetch: t.Callable[[], t.Iterable[t.Any]]) -> list[t.Any]:
    """A listing that serves all nodes of the task."""
    if what not in desk.offers:
        desk.offers[what] = list(fetch())
    found: list[t.Any] = desk.offers[what]
    return found


def choose_size(desk: NodeDesk, wanted: t.Any, actual: Node | None) -> Need:
    if isinstance(wanted, str):
        if actual is not None and actual.size == wanted:
            return Need(wanted, frozenset({wanted}), wanted)
        sizes: list[Size] = once_for_all(desk, "sizes", desk.service.sizes)
        return named(desk, "size", wanted, sizes)
    if not isinstance(wanted, t.Mapping):
        raise Invalid(f"size is {wanted!r}; write an id, a name, or a need such as {{cpus: 2, ram: 4 GB}}")
    need = parse_need(wanted)
    sizes = once_for_all(desk, "sizes", desk.service.sizes)
    accepted = frozenset(size.id for size in sizes if fits(size, need))
    choice = choose(sizes, need, desk.call.cloud.name)
    return Need(f"{choice.id} ({need})", accepted, choice.id)


def choose_location(desk: NodeDesk, wanted: t.Any, actual: Node | None) -> Need:
    if actual is not None and actual.location == wanted:
        return Need(wanted, frozenset({wanted}), wanted)
    return named(desk, "location", wanted, once_for_all(desk, "locations", desk.service.locations))


def named(desk: NodeDesk, noun: str, wanted: str, offered: t.Sequence[t.Any]) -> Need:
    """The one that has this id, or else this name."""
    found = [each for each in offered if each.id == wanted] or [each for each in offered if each.name == wanted]
    if not found:
        known = {name for each in offered for name in (each.id, each.name)}
        close = nearest(wanted, known) or f"; known: {', '.join(sorted(each.id for each in offered)[:10]) or 'none'}"
        raise NotFound(f'no {noun} "{wanted}" on {desk.call.cloud.name}{close}')
    if len(found) > 1:
        ids = ", ".join(sorted(each.id for each in found))
        raise Ambiguous(f'{len(found)} {noun}s are called "{wanted}" (ids {ids}); name the one you mean by its id')
    by_name = found[0].id != wanted
    names = {each.id: each.name for each in offered} if by_name else {}
    return Need(wanted, frozenset({found[0].id}), found[0].id, names)


def choose_image(desk: NodeDesk, wanted: t.Any, actual: Node | None) -> Need:
    """By id or name; or a pattern, of which an existing node may have any and a new one gets the newest."""
    if isinstance(wanted, str) and actual is not None and actual.image == wanted:
        return Need(wanted, frozenset({wanted}), wanted)
    pattern, newest = image_pattern(wanted)
    images: list[Image] = once_for_all(desk, f"images {pattern}", lambda: images_like(desk, pattern))
    if not images:
        known = {name for each in desk.service.images() for name in (each.id, each.name)}
        raise NotFound(f'no image "{pattern}" on {desk.call.cloud.name}{nearest(pattern, known)}')
    if len(images) > 1 and not newest:
        ids = ", ".join(sorted(each.id for each in images)[:10])
        raise Ambiguous(f'{len(images)} images fit "{pattern}" (ids {ids}); name one by its id, or write newest: true')
    choice = max(images, key=lambda image: (image.created or "", image.id))
    names = {each.id: each.name for each in images} if choice.id != pattern else {}
    text = f"{choice.name} ({pattern})" if newest else pattern
    return Need(text, frozenset(image.id for image in images), choice.id, names)


def image_pattern(wanted: t.Any) -> tuple[str, bool]:
    if isinstance(wanted, str):
        return wanted, False
    if not isinstance(wanted, t.Mapping) or not isinstance(wanted.get("name"), str) or set(wanted) - {"name", "newest"}:
        raise Invalid(f"image is {wanted!r}; write an id, a name, or {{name: debian-13*, newest: true}}")
    return wanted["name"], truth(wanted.get("newest", False), "image.newest")


def images_like(desk: NodeDesk, pattern: str) -> list[Image]:
    """Asks for one id or name where it is one, and looks through all only for a pattern."""
    if not GLOB & set(pattern):
        by_id = list(desk.service.images(Where(ids=frozenset({pattern}))))
        return [i for i in by_id if i.id == pattern] or [
            i for i in desk.service.images(Where(names=frozenset({pattern}))) if i.name == pattern
        ]
    return [image for image in desk.service.images() if fnmatch.fnmatchcase(image.name, pattern)]
