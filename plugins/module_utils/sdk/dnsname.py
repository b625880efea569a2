# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS names: one spelling for each, absolute, lower-case, in ASCII, without the last dot.

The root is ``.``. A byte that would be read as something else is escaped as in a zone file.
"""

from __future__ import annotations

import re
import typing as t
import unicodedata

from .errors import Invalid

LABEL_LIMIT = 63
NAME_LIMIT = 255
SPECIAL = frozenset(b'".;()\\@$')
PLAIN = re.compile(rb"[A-Za-z0-9_/+=*-]+")
DOTS = re.compile("(?<!\\\\)((?:\\\\\\\\)*)[.\u3002\uff0e\uff61]")
ESCAPE = re.compile(r"\\(\d{3}|.?)", re.DOTALL)
KEPT_BY_IDNA = frozenset("\u00df\u03c2\u200c\u200d")


def canonical_name(text: str) -> str:
    """The one spelling of a full name; with or without the last dot, any case, unicode welcome."""
    return joined(labels(text))


def name_from_wire(text: str) -> str:
    """The same for a name that a server holds, however odd."""
    try:
        return joined(labels(text, strict=False))
    except Invalid:
        return text.strip().rstrip(".").lower()


def record_name(text: str, zone: str) -> str:
    """The full name of a record as a user writes it: ``@`` or nothing is the zone itself, ``www`` is in the zone."""
    written = text.strip()
    if written in ("", "@"):
        return zone
    name = canonical_name(written)
    if within(name, zone):
        return name
    if written.endswith(".") and not written.endswith("\\."):
        raise Invalid(
            f'the name "{written}" is outside of the zone {zone}; leave the last dot out if it is meant in the zone'
        )
    return canonical_name(f"{name}.{zone}")


def relative_name(name: str, zone: str) -> str:
    """The shortest spelling in the zone: ``@`` for itself, ``www``; a name from outside stays full, with its dot."""
    if name == zone:
        return "@"
    return name[: -len(zone) - 1] if within(name, zone) else fqdn(name)


def within(name: str, zone: str) -> bool:
    """Whether the name is the zone or below it; both canonical."""
    return (
        name == zone
        or zone == "."
        or (name.endswith(f".{zone}") and labels(name, strict=False)[-len(labels(zone)) :] == labels(zone))
    )


def fqdn(name: str) -> str:
    """With the last dot."""
    return name if name.endswith(".") and not name.endswith("\\.") else f"{name}."


def unicode_name(name: str) -> str:
    """As people read it: internationalised labels decoded."""
    return ".".join(decoded_label(label) for label in name.split("."))


def decoded_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        shown = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return shown if shown and shown.isprintable() else label


def labels(text: str, strict: bool = True) -> tuple[bytes, ...]:
    """The labels of a name, lower-case, as the bytes that travel. ``strict`` refuses what nobody means."""
    written = text.strip()
    if written == ".":
        return ()
    pieces = DOTS.split(written)
    parts = [f"{part}{escapes}" for part, escapes in zip(pieces[::2], [*pieces[1::2], ""], strict=False)]
    if parts[-1] == "":
        parts.pop()
    if not parts or "" in parts:
        raise Invalid(
            f'"{text}" is no DNS name; '
            + ("it is empty" if not parts else "it has two dots in a row or begins with one")
        )
    found = tuple(label_bytes(part, written, strict) for part in parts)
    if sum(len(label) + 1 for label in found) + 1 > NAME_LIMIT:
        raise Invalid(f'the name "{written}" is too long; a DNS name has at most 253 characters')
    if strict and any(label == b"*" for label in found[1:]):
        raise Invalid(
            f'the name "{written}" has a * that is not its first label; a wildcard stands in front: *.example.com'
        )
    return found


def label_bytes(label: str, name: str, strict: bool) -> bytes:
    made = unescaped(label).lower() if label.isascii() else ascii_label(label, name)
    if strict:
        refuse_odd(label if label.isascii() else made.decode(), name)
    if len(made) > LABEL_LIMIT:
        raise Invalid(
            f'the label "{label}" of "{name}" is too long: {len(made)} bytes; at most {LABEL_LIMIT} are allowed'
        )
    return made


def refuse_odd(label: str, name: str) -> None:
    plain = ESCAPE.sub("", label)
    odd = PLAIN.sub(b"", plain.encode()).decode()
    if odd:
        shown = "a space" if odd[0] == " " else f'the character "{odd[0]}"'
        raise Invalid(
            f'"{name}" is no DNS name, it has {shown}; letters, digits, - and _ are allowed, others only behind a \\'
        )
    if "*" in plain and label != "*":
        raise Invalid(f'the name "{name}" has a * inside of a label; a wildcard is a label of its own: *.example.com')


def ascii_label(label: str, name: str) -> bytes:
    """The A-label of a unicode label, as IDNA 2008 with the mapping of UTS 46 has it."""
    mapped = unicodedata.normalize("NFC", "".join(map(mapped_char, unicodedata.normalize("NFC", label))))
    odd = next(
        (char for char in mapped if unicodedata.category(char)[0] not in "LMN" and char not in "-_*\u200c\u200d\u00b7"),
        None,
    )
    if odd is not None:
        raise Invalid(f'"{name}" is no DNS name, it has the character "{odd}"; letters, digits, - and _ are allowed')
    if mapped.isascii():
        return mapped.encode()
    return b"xn--" + mapped.encode("punycode")


def mapped_char(char: str) -> str:
    return (
        char if char in KEPT_BY_IDNA else unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    )


def unescaped(text: str) -> bytes:
    """The bytes of zone-file text with ``\\.`` and ``\\046`` resolved."""
    made = bytearray()
    at = 0
    for found in ESCAPE.finditer(text):
        made += octets(text[at : found.start()])
        made += escaped_byte(found.group(1), text)
        at = found.end()
    return bytes(made + octets(text[at:]))


def octets(text: str) -> bytes:
    """A text as bytes; what was no UTF-8 when it was read is again what it was."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise Invalid(f"{text[:60]!a} has half a character, which nothing in DNS can have") from None


def escaped_byte(code: str, text: str) -> bytes:
    if not code:
        raise Invalid(f'"{text}" ends with a \\ that escapes nothing')
    if len(code) == 3:
        if int(code) > 255:
            raise Invalid(f'"{text}" has \\{code}, but a byte is at most \\255')
        return bytes([int(code)])
    return octets(code)


def joined(parts: t.Sequence[bytes]) -> str:
    return ".".join(map(shown_label, parts)) or "."


def shown_label(label: bytes) -> str:
    if PLAIN.fullmatch(label):
        return label.decode()
    return "".join(map(shown_byte, label))


def shown_byte(byte: int) -> str:
    if byte in SPECIAL:
        return f"\\{chr(byte)}"
    return chr(byte) if 0x21 <= byte <= 0x7E else f"\\{byte:03d}"
