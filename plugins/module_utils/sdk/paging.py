# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings that come in pages: each way of paging is a function that says where the next page is.

``http.pages("/servers", by_number(size=50), items="servers")`` yields servers.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urljoin

from .errors import Unavailable
from .messages import Answer

if t.TYPE_CHECKING:
    from .http import Http

Params = t.Mapping[str, t.Any]
Next = t.Union[Params, str, None]
LONGEST_LINK = 16384
LINK = re.compile(r"<([^>]*)>([^<]*)")


@dataclass(frozen=True)
class Page:
    """A page that has come; ``params`` are those it was asked for with."""

    answer: Answer
    items: t.Sequence[t.Any]
    params: Params


@dataclass(frozen=True)
class Follow:
    """``first`` are the parameters of the first page; ``next`` tells those of the next one, or its URL, or ``None``."""

    first: Params
    next: t.Callable[[Page], Next]


def pages(http: Http, path: str, follow: Follow, items: str | None, params: Params | None) -> t.Iterator[t.Any]:
    asked: dict[str, t.Any] = {**(params or {}), **follow.first}
    url, seen = path, set()
    while True:
        answer = http.request("GET", url, params=asked)
        found = at(answer.value, items) if items else answer.value
        page = Page(answer, found if isinstance(found, list) else [], asked)
        yield from page.items
        following = follow.next(page)
        if following is None:
            return
        if isinstance(following, str):
            url, asked = urljoin(answer.url, following), {}
        else:
            asked = {**asked, **following}
        step = url, repr(sorted(asked.items()))
        if step in seen:
            raise Unavailable(f"{http.who} repeats a page of {path} without end")
        seen.add(step)


def at(body: t.Any, path: str) -> t.Any:
    """What stands at a dotted path in a body, ``None`` where there is nothing."""
    for key in path.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def by_number(
    *, size: int, page: str = "page", per_page: str = "per_page", first: int = 1, last: str | None = None
) -> Follow:
    """Pages with numbers. ``last`` is where the body says which is the last; else a page that is not full is."""

    def following(found: Page) -> Next:
        number = found.params[page]
        end = at(found.answer.value, last) if last else None
        more = number < int(end) if end is not None else len(found.items) >= size
        return {page: number + 1} if more else None

    return Follow({page: first, per_page: size}, following)


def by_offset(*, size: int, offset: str = "offset", limit: str = "limit", total: str | None = None) -> Follow:
    """Pages that begin at a count of items; ``total`` is where the body says how many there are."""

    def following(found: Page) -> Next:
        reached = found.params[offset] + len(found.items)
        end = at(found.answer.value, total) if total else None
        more = reached < int(end) if end is not None else len(found.items) >= size
        return {offset: reached} if more and found.items else None

    return Follow({offset: 0, limit: size}, following)


def by_token(*, at_: str, param: str, first: Params | None = None) -> Follow:
    """The body says at ``at_`` what to send as ``param``: a cursor or a token, until there is none."""

    def following(found: Page) -> Next:
        token = at(found.answer.value, at_)
        return {param: token} if token else None

    return Follow(first or {}, following)


def by_marker(*, size: int, key: str = "id", marker: str = "marker", limit: str = "limit") -> Follow:
    """The next page begins after the last item of this one."""

    def following(found: Page) -> Next:
        return {marker: found.items[-1][key]} if found.items and len(found.items) >= size else None

    return Follow({limit: size}, following)


def by_url(at_: str, first: Params | None = None) -> Follow:
    """The body says the next page's URL at ``at_``."""
    return Follow(first or {}, lambda found: at(found.answer.value, at_) or None)


def by_link(first: Params | None = None) -> Follow:
    """The header ``Link`` says which page is next."""
    return Follow(first or {}, lambda found: link(found.answer.headers.get("link", ""), "next"))


def link(header: str, relation: str) -> str | None:
    if len(header) > LONGEST_LINK:
        raise Unavailable(f"the header Link has {len(header)} characters, which is no list of pages", retryable=False)
    for url, attributes in LINK.findall(header):
        if re.search(rf'rel="?([^";]*\s)?{relation}(\s[^";]*)?("|;|,|\s|$)', attributes):
            return str(url)
    return None
