# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zone files as BIND and most DNS servers read and write them (RFC 1035, section 5)."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from .dns import SHAPES, TEXT_TYPES, canonical, canonical_type, fqdn, readable, relative_name, to_wire_text, within
from .dnsfields import DURATION, duration
from .dnsname import canonical_name, labels
from .dnstext import STRING, Word
from .errors import Invalid
from .models import RecordSet

TOKEN = re.compile(
    rf"(?P<space>[ \t\r\f\v]+)|(?P<newline>\n)|(?P<comment>;[^\n]*)|(?P<open>\()|(?P<close>\))"
    rf'|(?P<string>{STRING})|(?P<word>(?:[^\s;()"\\]|\\[^\n]|{STRING})+)',
    re.DOTALL,
)
CLASSES = frozenset({"IN", "CH", "HS", "CS"})
LARGEST_TTL = 2147483647


@dataclass(frozen=True)
class Line:
    """A logical line: where it began, whether it began with white space, and its words."""

    number: int
    indented: bool
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Reading:
    """What counts for the lines to come."""

    zone: str
    origin: str
    owner: str | None = None
    default_ttl: int | None = None
    last_ttl: int | None = None


def read_zone(text: str, zone: str) -> list[RecordSet]:
    """The record sets of a zone file, in its order; ``zone`` is the first ``$ORIGIN``.

    An error names the line. A record without TTL takes that of ``$TTL``, or of the record before, or the
    SOA's minimum, or none. The first record of a set says its TTL.
    """
    reading = Reading(zone, zone)
    found: list[RecordSet] = []
    for line in lines(text):
        try:
            if line.words[0].text.startswith("$") and not line.indented:
                reading = directed(reading, line.words)
            else:
                reading, record = read_record(reading, line)
                found.append(record)
        except Invalid as problem:
            raise Invalid(f"line {line.number} of the zone file: {problem}") from None
    return grouped(found)


def grouped(records: t.Iterable[RecordSet]) -> list[RecordSet]:
    sets: dict[tuple[str, str, str | None], RecordSet] = {}
    for record in records:
        known = sets.setdefault(record.identity, record)
        sets[record.identity] = replace(known, value=tuple(dict.fromkeys(known.value + record.value)))
    return list(sets.values())


def lines(text: str) -> t.Iterator[Line]:
    """Logical lines with words in them; parentheses join, comments are gone."""
    number = began = 1
    opened = at = 0
    indented = False
    found: list[Word] = []
    source = text.removeprefix("\ufeff") + "\n"
    while at < len(source):
        match = TOKEN.match(source, at)
        if match is None:
            raise Invalid(f"line {number} of the zone file: a quote is not closed, or a \\ stands at its end")
        kind, token = match.lastgroup, match.group()
        if not found and not opened and (at == 0 or source[at - 1] == "\n"):
            began, indented = number, kind == "space"
        if kind == "newline" and not opened:
            if found:
                yield Line(began, indented, tuple(found))
            found = []
        elif kind == "open":
            opened += 1
        elif kind == "close":
            opened -= 1
            if opened < 0:
                raise Invalid(f"line {number} of the zone file: a ) without its (")
        elif kind == "string":
            found.append(Word(token[1:-1], True))
        elif kind == "word":
            found.append(Word(token))
        number += token.count("\n")
        at = match.end()
    if opened:
        raise Invalid(f"line {began} of the zone file: a ( without its )")


def directed(reading: Reading, words: t.Sequence[Word]) -> Reading:
    name = words[0].text.upper()
    if name in ("$INCLUDE", "$GENERATE"):
        raise Invalid(f"{name} is not supported; write the records out")
    if name not in ("$ORIGIN", "$TTL"):
        raise Invalid(f"there is no {name}; $ORIGIN and $TTL are known")
    if len(words) != 2:
        raise Invalid(f"{name} needs one value, {len(words) - 1} are there")
    if name == "$ORIGIN":
        return replace(reading, origin=absolute(words[1].text, reading.origin))
    return replace(reading, default_ttl=ttl_of(words[1].text))


def ttl_of(text: str) -> int:
    seconds = duration(text)
    if seconds > LARGEST_TTL:
        raise Invalid(f"the TTL {text} is too large, at most {LARGEST_TTL} is allowed")
    return seconds


def absolute(text: str, origin: str) -> str:
    """A name of a zone file: relative to the origin unless it ends with a dot."""
    if text == "@":
        return origin
    name = canonical_name(text)
    if fqdn(text) == text or origin == ".":
        return name
    return canonical_name(f"{name}.{origin}")


def read_record(reading: Reading, line: Line) -> tuple[Reading, RecordSet]:
    left = list(line.words)
    owner = reading.owner if line.indented else absolute(left.pop(0).text, reading.origin)
    if owner is None:
        raise Invalid("the first record has no name before it; begin the line with one, @ for the zone")
    if not within(owner, reading.zone):
        raise Invalid(f"{owner} is outside of the zone {reading.zone}")
    ttl = None
    while left and not left[0].quoted and (left[0].text.upper() in CLASSES or DURATION.fullmatch(left[0].text)):
        word = left.pop(0).text.upper()
        if word in CLASSES:
            refuse_class(word)
        else:
            ttl = ttl_of(word)
    if not left:
        raise Invalid(f"{owner} has no record type")
    type = canonical_type(left.pop(0).text)
    if not left:
        raise Invalid(f"{owner} {type} has no value")
    value = value_of(type, left, reading.origin)
    counts = next((each for each in (ttl, reading.default_ttl, reading.last_ttl) if each is not None), None)
    if counts is None and type == "SOA":
        counts = int(value.split()[-1])
    after = replace(reading, owner=owner, last_ttl=reading.last_ttl if ttl is None and type != "SOA" else counts)
    return after, RecordSet(name=owner, type=type, value=(value,), ttl=counts)


def refuse_class(name: str) -> None:
    if name != "IN":
        raise Invalid(f"the class {name} is not supported; only IN is")


def value_of(type: str, words: t.Sequence[Word], origin: str) -> str:
    if type in TEXT_TYPES:
        return readable(word.content for word in words)
    names = {at for at, part in enumerate(SHAPES[type].parts) if part.is_name} if type in SHAPES else set()
    texts = [fqdn(absolute(word.text, origin)) if at in names else raw(word) for at, word in enumerate(words)]
    return canonical(type, " ".join(texts))


def raw(word: Word) -> str:
    return f'"{word.text}"' if word.quoted else word.text


def write_zone(zone: str, sets: t.Iterable[RecordSet]) -> str:
    """A zone file of the sets: SOA and NS first, then by name; what a zone file cannot say stands in comments."""
    ordered = sorted(sets, key=lambda each: order(each, zone))
    rows = [row for each in ordered for row in rows_of(each, zone)]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    body = ["  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3])) for row in rows]
    left_out = [f"; {each.name} {each.type} is not here: {why}" for each in ordered if (why := unwritable(each))]
    return "\n".join((f"$ORIGIN {fqdn(zone)}", *body, *left_out, ""))


def order(each: RecordSet, zone: str) -> tuple[t.Any, ...]:
    rank = {"SOA": 0, "NS": 1}.get(each.type, 2) if each.name == zone else 2
    return (
        *((0, rank) if each.name == zone else (1, 0)),
        labels(each.name, strict=False)[::-1],
        each.type,
        each.set_id or "",
    )


def rows_of(each: RecordSet, zone: str) -> t.Iterator[tuple[str, str, str, str]]:
    if unwritable(each):
        return
    ttl = "" if each.ttl is None else str(each.ttl)
    for value in each.value:
        yield relative_name(each.name, zone), ttl, f"IN {each.type}", to_wire_text(each.type, value)


def unwritable(each: RecordSet) -> str:
    if each.alias:
        return f"it is an alias of {each.alias.target}"
    if each.set_id:
        return f"it is routed (set {each.set_id})"
    return "" if each.complete else "the provider does not tell all of it"
