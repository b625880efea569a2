# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS messages: whatever comes, an answer or nothing goes back, and names keep their order."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.local import wire
from hypothesis import example, given
from hypothesis import strategies as st

LABELS = st.lists(st.binary(min_size=1, max_size=20), max_size=8).map(tuple)


@given(st.binary(max_size=200))
@example(b"\0" * 5 + b"\1" + b"\0" * 6 + b"\xc0\x0c\0\1\0\1")
@example(b"\0" * 5 + b"\1" + b"\0" * 6 + b"\x3fabc")
def test_any_bytes_are_a_question_or_garbled(message: bytes) -> None:
    try:
        question = wire.read_question(message)
    except wire.Garbled:
        assert len(wire.refusal(message, wire.FORMERR) or b"-" * 12) == 12
    else:
        assert len(wire.write_answer(question, wire.Answer(), 512)) <= 512


@given(LABELS, st.integers(0, 65535), st.integers(0, 65535))
def test_a_question_is_read_as_it_was_written(name: tuple[bytes, ...], id: int, type: int) -> None:
    message = struct.pack("!6H", id, 0x0100, 1, 0, 0, 0) + wire.name_bytes(name) + struct.pack("!2H", type, 1)

    question = wire.read_question(message)

    assert (question.id, question.name, question.type, question.limit) == (id, name, type, 512)


@given(LABELS, LABELS)
def test_a_key_begins_with_another_exactly_where_a_name_is_below_another(one, other) -> None:
    lower_one, lower_other = (tuple(label.lower() for label in name) for name in (one, other))
    below = lower_one[len(lower_one) - len(lower_other) :] == lower_other and len(one) >= len(other)

    assert wire.owner_key(one).startswith(wire.owner_key(other)) == below


def test_a_pointer_leads_back_to_an_earlier_name() -> None:
    message = b"\3www\7example\3org\0\4mail\xc0\x04"

    assert wire.read_name(message, 17) == ((b"mail", b"example", b"org"), 24)


@pytest.mark.parametrize("message", [b"\xc0\x00", b"\1a\xc0\x00", b"\xc0\x02\xc0\x00", b"\x80a", b"\5ab", b""])
def test_a_name_that_leads_nowhere_is_garbled(message: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.read_name(message, 0)


def test_a_long_chain_of_pointers_is_not_followed() -> None:
    message = b"\0" + b"".join(struct.pack("!H", 0xC000 | max(0, at - 2)) for at in range(1, 16001, 2))

    with pytest.raises(wire.Garbled, match="too many"):
        wire.read_name(message, len(message) - 2)


def test_an_answer_that_does_not_fit_says_so_and_is_empty() -> None:
    question = wire.Question(id=1, flags=0, name=(b"x",), type=16, group=1, limit=512, edns=False)
    record = wire.Resource((b"x",), 16, 60, b"\xff" + b"y" * 255)

    whole = wire.write_answer(question, wire.Answer(answers=[record]), 512)
    cut = wire.write_answer(question, wire.Answer(answers=[record] * 3), 512)

    assert struct.unpack("!6H", whole[:12])[1:4] == (0x8400, 1, 1)
    assert struct.unpack("!6H", cut[:12])[1:4] == (0x8600, 1, 0)
