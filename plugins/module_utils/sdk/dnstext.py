# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Character strings of DNS records: words and quotes as zone files have them, and the text of TXT records."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .dnsname import octets, unescaped
from .errors import Invalid

CHUNK = 255
STRING = r'"(?:[^"\\]|\\.)*"'
WORD = re.compile(rf'\s*(?:({STRING})|((?:[^\s"\\]|\\.)(?:[^\s"\\]|\\.|{STRING})*))(?=\s|$|")', re.DOTALL)
QUOTED_ONLY = re.compile(rf"\s*{STRING}(?:\s*{STRING})*\s*", re.DOTALL)


@dataclass(frozen=True)
class Word:
    """A word of a record as it was written; the text of a quoted one is without its quotes, escapes still in."""

    text: str
    quoted: bool = False

    @property
    def content(self) -> bytes:
        return unescaped(self.text)


def words(text: str) -> list[Word]:
    """Splits at white space; what stands in quotes is one word."""
    found = []
    at = 0
    rest = text.rstrip()
    while at < len(rest):
        match = WORD.match(rest, at)
        if match is None:
            raise Invalid(f"the value {text!r} has a quote that is not closed or a \\ at its end")
        string, bare = match.groups()
        found.append(Word(string[1:-1], True) if string else Word(bare))
        at = match.end()
    return found


def quote(content: bytes) -> str:
    """One quoted string of a zone file."""
    return '"' + "".join(map(quoted_byte, content)) + '"'


def quoted_byte(byte: int) -> str:
    if byte in b'"\\':
        return f"\\{chr(byte)}"
    return chr(byte) if 0x20 <= byte <= 0x7E else f"\\{byte:03d}"


def txt_bytes(value: str) -> bytes:
    """What a TXT value says: zone-file text (``"one" "two"``) is unquoted and joined, all else counts as it stands."""
    if QUOTED_ONLY.fullmatch(value):
        try:
            return b"".join(word.content for word in words(value))
        except Invalid:
            pass
    return octets(value.rstrip("\r\n"))


def txt_canonical(value: str) -> str:
    """The logical string; in quotes only where it would not be read back as itself."""
    content = txt_bytes(value)
    plain = content.decode("utf-8", "surrogateescape")
    return plain if plain.isprintable() and txt_bytes(plain) == content else quote(content)


def txt_chunks(value: str) -> list[bytes]:
    """A TXT value as the character strings that travel, each of at most 255 bytes; an empty one is one empty string."""
    content = txt_bytes(value)
    return [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)] or [b""]


def quoted(value: str) -> str:
    """A TXT value as zone-file text: ``"..." "..."``, each string of at most 255 bytes."""
    return " ".join(map(quote, txt_chunks(value)))


def unquoted(text: str) -> str:
    """The canonical TXT value of zone-file text, bare words welcome."""
    try:
        return txt_canonical(quote(b"".join(word.content for word in words(text))))
    except Invalid:
        return txt_canonical(text)


def readable(parts: t.Iterable[bytes]) -> str:
    """The canonical TXT value of character strings that came over the wire."""
    return txt_canonical(quote(b"".join(parts)))
