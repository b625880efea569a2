# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS messages as they travel: questions read, answers written. Only the standard library is used."""

from __future__ import annotations

import struct
import typing as t
from dataclasses import dataclass

Labels = t.Tuple[bytes, ...]

NOERROR, FORMERR, NXDOMAIN, NOTIMP, REFUSED = 0, 1, 3, 4, 5
A, NS, CNAME, SOA, AAAA, OPT, DS, AXFR, ANY = 1, 2, 5, 6, 28, 41, 43, 252, 255
IN = 1
PLAIN_LIMIT = 512
OUR_LIMIT = 1232
TCP_LIMIT = 65535
MOST_POINTERS = 16


class Garbled(ValueError):
    """Bytes that are no DNS question."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a client asks. ``limit`` is the size of the answer that it takes over UDP; ``name`` is as it wrote it."""

    id: int
    flags: int
    name: Labels
    type: int
    group: int
    limit: int
    edns: bool

    @property
    def key(self) -> Labels:
        return tuple(label.lower() for label in self.name)


@dataclass(frozen=True)
class Resource:
    """A resource record with its data as bytes."""

    name: Labels
    type: int
    ttl: int
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    code: int = NOERROR
    ours: bool = True
    answers: t.Sequence[Resource] = ()
    authority: t.Sequence[Resource] = ()
    additional: t.Sequence[Resource] = ()


def name_bytes(labels: Labels) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def owner_key(labels: Labels) -> bytes:
    """Sorts a name right before all names below it, and only those begin with it."""
    return b"".join(bytes([len(label)]) + label.lower() for label in reversed(labels))


def read_name(message: bytes, at: int) -> tuple[Labels, int]:
    """A name and where it ends; pointers only lead back."""
    labels: list[bytes] = []
    ends, limit, pointers = None, at + 1, 0
    while True:
        length = message[at] if at < len(message) else 0xFF
        if length == 0:
            return tuple(labels), ends or at + 1
        if length & 0xC0 == 0xC0 and at + 1 < len(message):
            target = (length & 0x3F) << 8 | message[at + 1]
            ends = ends or at + 2
            pointers += 1
            if target >= limit - 1 or pointers > MOST_POINTERS:
                raise Garbled("a pointer that leads nowhere, or to too many others")
            at, limit = target, target + 1
        elif length < 0x40 and at + 1 + length < len(message):
            labels.append(message[at + 1 : at + 1 + length])
            at += 1 + length
        else:
            raise Garbled("a name that does not end")
        if sum(map(len, labels)) + len(labels) > 254:
            raise Garbled("a name that is too long")


def read_question(message: bytes) -> Question:
    """The one question of a message; raises ``Garbled`` when it has another number of them, or is none."""
    if len(message) < 12:
        raise Garbled("too short")
    id, flags, questions, answers, authority, additional = struct.unpack("!6H", message[:12])
    if flags & 0x8000 or questions != 1:
        raise Garbled("no question, or several")
    name, at = read_name(message, 12)
    if len(message) < at + 4:
        raise Garbled("no type")
    type, group = struct.unpack("!2H", message[at : at + 4])
    at += 4
    limit, edns = PLAIN_LIMIT, False
    for _number in range(answers + authority + additional):
        _name, at = read_name(message, at)
        if len(message) < at + 10:
            raise Garbled("cut off")
        kind, size, _ttl, length = struct.unpack("!2HIH", message[at : at + 10])
        at += 10 + length
        if kind == OPT:
            limit, edns = max(PLAIN_LIMIT, size), True
    return Question(id=id, flags=flags, name=name, type=type, group=group, limit=limit, edns=edns)


def write_answer(question: Question, answer: Answer, limit: int) -> bytes:
    """The message; without its records, and marked as cut off, when it is larger than ``limit``."""
    asked = name_bytes(question.name) + struct.pack("!2H", question.type, question.group)
    extra = b"\0" + struct.pack("!2HIH", OPT, OUR_LIMIT, 0, 0) if question.edns else b""
    sections = (answer.answers, answer.authority, answer.additional)
    body = b"".join(record_bytes(record, question) for section in sections for record in section)
    counts = [len(section) for section in sections]
    flags = 0x8000 | (question.flags & 0x7900) | (0x0400 if answer.ours else 0) | answer.code
    if 12 + len(asked) + len(body) + len(extra) > limit:
        body, counts, flags = b"", [0, 0, 0], flags | 0x0200
    counts[2] += question.edns
    return struct.pack("!6H", question.id, flags, 1, *counts) + asked + body + extra


def record_bytes(record: Resource, question: Question) -> bytes:
    owner = b"\xc0\x0c" if record.name == question.name and record.name else name_bytes(record.name)
    return owner + struct.pack("!2HIH", record.type, IN, record.ttl, len(record.content)) + record.content


def refusal(message: bytes, code: int) -> bytes | None:
    """The answer to something that is no question; nothing when it is no message at all."""
    if len(message) < 12 or message[2] & 0x80:
        return None
    return message[:2] + struct.pack("!5H", 0x8000 | code, 0, 0, 0, 0)
