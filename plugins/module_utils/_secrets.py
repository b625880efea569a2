# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in disguise: the forms in which one may turn up in a message."""

from __future__ import annotations

import base64
import json
import typing as t
from urllib.parse import quote, quote_plus

SHORTEST = 4
SHORTEST_LINE = 16


def disguises(secret: str) -> t.Iterator[str]:
    """The secret and all that it may look like in a URL, a header, JSON or a traceback.

    Masking is by substring. What is too short to be a secret would mask ordinary words and gives nothing;
    so does an encoded form that is short.
    """
    if len(secret) < SHORTEST:
        return
    yield secret
    if len(secret) < 2 * SHORTEST:
        return
    for form in (
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
    ):
        if form != secret:
            yield form
    yield from base64_forms(secret.encode("utf-8", "surrogateescape"))
    yield from (line.strip() for line in secret.splitlines()[1:-1] if len(line.strip()) >= SHORTEST_LINE)


def base64_forms(secret: bytes) -> t.Iterator[str]:
    """What stays the same of the secret in base64, wherever it begins in the text that was encoded."""
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + secret).decode()
        first = (0, 2, 3)[offset]
        whole = (offset + len(secret)) * 8 // 6
        form = encoded[first:whole]
        if len(form) >= 2 * SHORTEST:
            yield form
            yield form.replace("+", "-").replace("/", "_")


def all_disguises(secrets: t.Iterable[str]) -> set[str]:
    return {form for secret in secrets for form in disguises(secret)}
