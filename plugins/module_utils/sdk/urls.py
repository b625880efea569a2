# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses: how values get into them, and what of them may be shown."""

from __future__ import annotations

import typing as t
from urllib.parse import quote, urlencode, urlsplit

from .errors import Invalid

Params = t.Mapping[str, t.Any]


def segment(value: object) -> str:
    """A value as one segment of a path, and no other: without it a path would mean what is above."""
    text = str(value)
    if text in ("", ".", ".."):
        raise Invalid(f'"{text}" is no name or id that can be asked for')
    return quote(text, safe="")


def query(params: Params | None) -> str:
    """Parameters as a query: ``None`` is left out, a list is repeated, a bool is ``true`` or ``false``."""
    pairs: list[tuple[str, str]] = []
    for name, value in (params or {}).items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is not None:
                pairs.append((name, str(item).lower() if isinstance(item, bool) else str(item)))
    return urlencode(pairs, quote_via=quote)


def written(url: str) -> str:
    """A URL that can go over the wire: nothing but ASCII, no fragment."""
    return quote(url.partition("#")[0], safe="/%:=@!$&'()*+,;~?[]")


def bare(url: str) -> str:
    """A URL without what may be secret in it."""
    return url.split("?")[0].split("#")[0].rpartition("@")[2]


def path_in(url: str) -> str:
    return urlsplit(url).path or "/"
