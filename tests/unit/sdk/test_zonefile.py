# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zone files: read as a DNS server would, written so that they read back the same."""

from __future__ import annotations

import textwrap

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk import dns
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Alias, RecordSet
from ansible_collections.anycloud.core.plugins.module_utils.sdk.zonefile import read_zone, write_zone
from hypothesis import given
from hypothesis import strategies as st

from .dns_strategies import VALUES, labels

ZONE = "example.com"
TYPES = sorted(VALUES.keys() - {"TYPE65280"})


def read(text):
    return read_zone(textwrap.dedent(text), ZONE)


def one(text):
    (found,) = read(text)
    return found


def sets_of_type(type):
    values = st.lists(VALUES[type].map(lambda value: dns.canonical(type, value)), min_size=1, max_size=3, unique=True)
    names = st.lists(labels, max_size=3).map(lambda parts: dns.record_name(".".join(parts), ZONE))
    return st.builds(
        lambda name, value, ttl: RecordSet(name=name, type=type, value=tuple(value), ttl=ttl),
        names,
        values,
        st.integers(0, 2**31 - 1),
    )


@given(st.lists(st.sampled_from(TYPES).flatmap(sets_of_type), max_size=8, unique_by=lambda each: each.identity))
def test_what_is_written_is_read_back_as_the_same_sets(sets):
    found = read_zone(write_zone(ZONE, sets), ZONE)
    assert {each.identity: each for each in found} == {each.identity: each for each in sets}
    assert write_zone(ZONE, reversed(found)) == write_zone(ZONE, sets)


@given(st.text(alphabet='$@ \n\t;()"\\\\.aA1INTX*-', max_size=80))
def test_any_text_is_read_or_refused_with_its_line(text):
    try:
        read_zone(text, ZONE)
    except Invalid as problem:
        assert str(problem).startswith("line ")
        assert "of the zone file: " in str(problem)


def test_a_file_as_people_write_them():
    found = read(
        """\
        $TTL 1h30m ; an hour and a half
        @       IN SOA ns1 hostmaster (
                    2026112001 ; serial
                    1d 2h 4w 5m )
                IN NS  ns1
                IN NS  ns2.example.net.
                MX 10 mail
        ns1     A 192.0.2.1
        www 300 IN A 192.0.2.2
            IN 300 A 192.0.2.3
        $ORIGIN sub
        _sip._tcp SRV 0 5 5060 pbx
        @ TXT "one ; not a comment" "(and two)"
        """
    )
    assert [(each.name, each.type, each.ttl, each.value) for each in found] == [
        ("example.com", "SOA", 5400, ("ns1.example.com hostmaster.example.com 2026112001 86400 7200 2419200 300",)),
        ("example.com", "NS", 5400, ("ns1.example.com", "ns2.example.net")),
        ("example.com", "MX", 5400, ("10 mail.example.com",)),
        ("ns1.example.com", "A", 5400, ("192.0.2.1",)),
        ("www.example.com", "A", 300, ("192.0.2.2", "192.0.2.3")),
        ("_sip._tcp.sub.example.com", "SRV", 5400, ("0 5 5060 pbx.sub.example.com",)),
        ("sub.example.com", "TXT", 5400, ("one ; not a comment(and two)",)),
    ]


@pytest.mark.parametrize(
    ("line", "ttl"),
    [
        ("www 300 IN A 192.0.2.1", 300),
        ("www IN 5m A 192.0.2.1", 300),
        ("www 1W a 192.0.2.1", 604800),
        ("www A 192.0.2.1", None),
    ],
)
def test_class_and_ttl_come_in_any_order_or_not_at_all(line, ttl):
    assert one(line).ttl == ttl


def test_a_record_without_ttl_takes_that_of_the_one_before():
    assert [each.ttl for each in read("a 60 A 192.0.2.1\nb A 192.0.2.2\n")] == [60, 60]


def test_without_any_ttl_the_minimum_of_the_soa_counts():
    assert [each.ttl for each in read("@ SOA ns1 ops 1 1 1 1 77\nb A 192.0.2.2\n")] == [77, 77]


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter():
    assert one("\ufeffwww 60 IN A 192.0.2.1\r\n").value == ("192.0.2.1",)


def test_an_unknown_type_keeps_its_text():
    assert one(r"x 60 TYPE65280 \# 4 C0000201").value == (r"\# 4 C0000201",)


def test_escapes_count():
    found = one(r'first\.last 60 TXT "say \"hi\" \065"')
    assert found.name == r"first\.last.example.com"
    assert found.value == ('say "hi" A',)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a 60 A 192.0.2.1\nb 60 A 192.0.2.300\n", 'line 2 of the zone file: "192.0.2.300" is no IPv4 address'),
        ("$INCLUDE other.zone\n", "line 1 of the zone file: $INCLUDE is not supported"),
        ("$GENERATE 1-9 a$ A 192.0.2.$\n", "$GENERATE is not supported"),
        ("$FOO x\n", "there is no $FOO"),
        ("$TTL soon\n", '"soon" is no time'),
        (f"$TTL {'1' * 5000}\n", "is no time"),
        (f"a MX {'1' * 5000} mx.example.com.\n", "is too large"),
        ('a TXT "\ud800"\n', "half a character"),
        ("a\ud800 A 192.0.2.1\n", "line 1 of the zone file: "),
        ("$ORIGIN\n", "$ORIGIN needs one value, 0 are there"),
        ("\n\n  A 192.0.2.1\n", "line 3 of the zone file: the first record has no name"),
        ("a CH TXT x\n", "the class CH is not supported"),
        ("a 60 IN\n", "has no record type"),
        ("a 60 IN A\n", "a.example.com A has no value"),
        ("a.example.org. A 192.0.2.1\n", "outside of the zone example.com"),
        ("a TXT (\n one\n", "line 1 of the zone file: a ( without its )"),
        ("a TXT )\n", "a ) without its ("),
        ('a TXT "open\n', "line 1 of the zone file: a quote is not closed"),
        ("a MX (\n mail\n)\n", 'line 1 of the zone file: the value "mail" is wrong'),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, says):
    with pytest.raises(Invalid) as caught:
        read_zone(text, ZONE)
    assert says in str(caught.value)


def test_what_a_zone_file_cannot_say_stands_in_a_comment():
    text = write_zone(
        ZONE,
        [
            RecordSet(name=ZONE, type="A", alias=Alias(target="lb.example.net")),
            RecordSet(name="www.example.com", type="A", value=("192.0.2.1",), set_id="blue"),
            RecordSet(name="x.example.com", type="A", value=("192.0.2.1",), complete=False),
        ],
    )
    assert "; example.com A is not here: it is an alias of lb.example.net" in text
    assert "; www.example.com A is not here: it is routed (set blue)" in text
    assert "; x.example.com A is not here: the provider does not tell all of it" in text
    assert read_zone(text, ZONE) == []


def test_a_written_file_begins_with_the_zone_itself():
    text = write_zone(
        ZONE,
        [
            RecordSet(name="b.a.example.com", type="A", value=("192.0.2.1",), ttl=60),
            RecordSet(name="a.example.com", type="CNAME", value=("example.com",), ttl=60),
            RecordSet(name=ZONE, type="A", value=("192.0.2.1",), ttl=60),
            RecordSet(name=ZONE, type="NS", value=("ns1.example.com",), ttl=3600),
            RecordSet(name=ZONE, type="SOA", value=("ns1.example.com ops.example.com 1 2 3 4 5",), ttl=3600),
        ],
    )
    assert text == textwrap.dedent(
        """\
        $ORIGIN example.com.
        @    3600  IN SOA    ns1.example.com. ops.example.com. 1 2 3 4 5
        @    3600  IN NS     ns1.example.com.
        @    60    IN A      192.0.2.1
        a    60    IN CNAME  example.com.
        b.a  60    IN A      192.0.2.1
        """
    )
