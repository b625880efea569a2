# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping secrets out of messages and logs."""

from __future__ import annotations

import base64
import json
import re
import typing as t
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token", "x-subject-token"}
)
SECRET_NAMES = re.compile(r"token|secret|passw|signature|^sig$|api_?key|credential|auth", re.IGNORECASE)
QUERY = re.compile(r"([?&;])([^=&;#\s]+)=([^&;#\s]*)")

Redact = t.Callable[[str], str]


def redactor(secrets: t.Iterable[str]) -> Redact:
    """Hides these values, also written in base64, percent-encoded or in JSON, and whatever a query calls a secret."""
    forms = {form for secret in secrets for form in spellings(secret)}
    hidden = "|".join(word(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    pattern = re.compile(hidden) if hidden else None

    def redact(text: str) -> str:
        if pattern:
            text = pattern.sub(HIDDEN, text)
        return QUERY.sub(lambda m: f"{m[1]}{m[2]}={HIDDEN}" if SECRET_NAMES.search(m[2]) else m[0], text)

    return redact


def word(form: str) -> str:
    """A short value is hidden only where it stands alone, lest it eat the sentence."""
    return re.escape(form) if len(form) >= 5 else rf"(?<!\w){re.escape(form)}(?!\w)"


def spellings(secret: str) -> set[str]:
    if not secret:
        return set()
    raw = secret.encode("utf-8", "surrogateescape")
    coded = base64.b64encode(raw).decode()
    return {
        secret,
        coded,
        coded.rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        quote(raw, safe=""),
        quote(raw),
        quote_plus(raw),
        json.dumps(secret)[1:-1],
    }


def secret_headers(headers: t.Mapping[str, str]) -> set[str]:
    """What a signed request carries that nobody should read, whole and without its scheme."""
    values = {value for name, value in headers.items() if name.lower() in SECRET_HEADERS or SECRET_NAMES.search(name)}
    return values | {value.partition(" ")[2] for value in values}
