# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of DNS records: equal by meaning, refused with one sentence when they make no sense."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk import dns
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet
from hypothesis import example, given
from hypothesis import strategies as st

from .dns_strategies import hosts, ipv6, texts, typed_values


@given(typed_values)
def test_what_is_canonical_stays_as_it_is(typed):
    type, value = typed
    once = dns.canonical(type, value)
    assert dns.canonical(type, once) == once


@given(typed_values)
def test_the_wire_text_is_read_back_as_the_same_value(typed):
    type, value = typed
    made = dns.canonical(type, value)
    assert dns.from_wire_text(type, dns.to_wire_text(type, made)) == made


@given(typed_values)
def test_the_wire_text_is_one_line_of_ascii(typed):
    type, value = typed
    wire = dns.to_wire_text(type, dns.canonical(type, value))
    assert wire.isascii()
    assert wire.isprintable()


@given(st.sampled_from(sorted(dns.SHAPES.keys() | dns.TEXT_TYPES)), st.text(max_size=60))
def test_nothing_that_a_server_sends_is_refused(type, text):
    assert isinstance(dns.from_wire_text(type, text), str)


@example("ALIAS", "*\u00b2")
@given(st.sampled_from(sorted(dns.SHAPES)), st.text(max_size=40))
def test_any_input_is_made_canonical_or_refused_in_one_line_that_names_it(type, value):
    try:
        made = dns.canonical(type, value)
    except Invalid as problem:
        assert f'"{value}"' in str(problem)
        assert type in str(problem)
    else:
        assert dns.canonical(type, made) == made


@given(hosts)
def test_case_and_the_last_dot_of_a_host_do_not_count(host):
    spellings = {host.rstrip("."), host.rstrip(".") + ".", host.upper() if host.isascii() else host}
    assert len({dns.canonical("CNAME", each) for each in spellings}) == 1


@given(ipv6)
def test_all_spellings_of_an_ipv6_address_are_one(address):
    assert dns.canonical("AAAA", address) == dns.canonical("AAAA", address.lower())


@pytest.mark.parametrize(
    ("type", "one", "other"),
    [
        ("AAAA", "2001:DB8::0:1", "2001:0db8:0000::1"),
        ("AAAA", "::ffff:1.2.3.4", "::ffff:102:304"),
        ("MX", "10\t Mail.Example.com.", "010 mail.example.com"),
        ("SRV", "0 5  443 www.example.com.", "0 5 443 WWW.EXAMPLE.COM"),
        ("CAA", "0 ISSUE letsencrypt.org", '0 issue "letsencrypt.org"'),
        ("CAA", '0 issue "ca.example; policy=ev"', "0 issue ca.example; policy=ev"),
        ("CNAME", "bücher.example", "XN--BCHER-KVA.example."),
        (
            "SOA",
            "ns1.example.com. first.last@example.com 1 1h 10m 1w 5m",
            r"ns1.example.com first\.last.example.com 1 3600 600 604800 300",
        ),
        ("SSHFP", "1 1 " + "AB " * 20, "1 1 " + "ab" * 20),
        ("DS", "1 13 2 ABCD EF01", "1 13 2 abcdef01"),
        ("EUI48", "00-00-5E-00-53-2A", "00-00-5e-00-53-2a"),
        ("EUI64", "00-00-5E-EF-10-00-00-2A", "00-00-5e-ef-10-00-00-2a"),
        ("KX", "010 KX.Example.com.", "10 kx.example.com"),
        ("RP", "Admin.example.com. .", "admin.example.com ."),
        ("CSYNC", "66 3 a ns", "66 3 A NS"),
        ("OPENPGPKEY", "AAEC AwQ=", "AAECAwQ="),
        ("HTTPS", '1 . port=443 alpn="h2,h3"', "1 . alpn=h2,h3 port=0443"),
        ("LOC", "52 22 23 N 4 53 32 E 2m", "52 22 23.000 n 4 53 32 e 2.00m 1m 10000m 10m"),
        ("TXT", '"v=DKIM1; " "p=abc"', "v=DKIM1; p=abc"),
        ("TXT", "v=spf1 -all\n", "v=spf1 -all"),
    ],
)
def test_two_spellings_of_one_value_are_equal(type, one, other):
    assert dns.canonical(type, one) == dns.canonical(type, other)


@pytest.mark.parametrize(
    ("type", "one", "other"),
    [
        ("TXT", "a", "A"),
        ("TXT", "a  b", "a b"),
        ("TXT", r'"\"a\""', '"a"'),
        ("CAA", '0 issue "a"', '128 issue "a"'),
        ("NAPTR", '1 1 "U" "x" "!a!b!" .', '1 1 "U" "x" "!A!b!" .'),
        ("CNAME", r"a\.b.example.com", "a.b.example.com"),
    ],
)
def test_values_that_differ_in_meaning_stay_different(type, one, other):
    assert dns.canonical(type, one) != dns.canonical(type, other)


@pytest.mark.parametrize(
    ("type", "value", "says"),
    [
        ("A", "192.0.2.256", '"192.0.2.256" is no IPv4 address'),
        ("A", "2001:db8::1", "but an IPv6 address (type AAAA)"),
        ("AAAA", "192.0.2.1", "but an IPv4 address (type A)"),
        ("AAAA", "fe80::1%eth0", "no IPv6 address"),
        ("A", "192.0.2.1 192.0.2.2", 'more than expected: "192.0.2.2"'),
        ("A", "", "the address is missing"),
        ("MX", "mail.example.com", "2 parts are needed (priority, mail server), there is 1"),
        ("MX", "ten mail.example.com", 'the priority "ten" is no number'),
        ("MX", "10 192.0.2.1", "is an address, where a host name is needed"),
        ("SRV", "0 0 65536 www.example.com", "the port 65536 is too large"),
        ("CNAME", "192.0.2.1", "is an address, where a host name is needed"),
        ("CNAME", "https://example.com", 'the character ":"'),
        ("CNAME", ".", "only a dot"),
        ("CNAME", "a..b", "two dots in a row"),
        ("CAA", "0 isue ca.example", 'there is no tag "isue", nearest: issue'),
        ("CAA", "256 issue ca.example", "the flags 256 is too large"),
        ("CAA", "0 iodef ops", "neither a mailto: nor an http(s): address"),
        ("SSHFP", "4 2 abcd", "has 4 hex digits, one of type 2 has 64"),
        ("TLSA", "3 1 1 xyz", "pairs of hex digits"),
        ("DNSKEY", "257 3 13 !!", "no base64"),
        ("HTTPS", "1 . aln=h2", 'no parameter "aln", nearest: alpn'),
        ("HTTPS", "0 www.example.com alpn=h2", "priority 0 makes it an alias"),
        ("LOC", "95 N 4 E 2m", "out of range"),
        ("SOA", "ns1.example.com ops.example.com 1 soon 1 1 1", '"soon" is no time'),
        ("HINFO", '"PC "Linux"', "quote that is not closed"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_wrong(type, value, says):
    with pytest.raises(Invalid) as caught:
        dns.canonical(type, value)
    assert says in str(caught.value)
    assert f'"{value}"' in str(caught.value)
    assert f"type {type} looks like this: " in str(caught.value)


@pytest.mark.parametrize("type", sorted(dns.SHAPES))
def test_the_example_of_a_type_is_a_value_of_it(type):
    example = (
        dns.SHAPES[type]
        .example.replace("<64 hex digits>", "ab" * 32)
        .replace("<hex digits>", "ab")
        .replace("<base64>", "AAAA")
    )
    assert dns.canonical(type, example)


@given(texts)
def test_chunks_of_a_text_are_its_bytes_in_pieces_of_255(text):
    chunks = dns.txt_chunks(text)
    assert b"".join(chunks) == dns.txt_bytes(text)
    assert all(0 < len(chunk) <= 255 for chunk in chunks) or chunks == [b""]


@given(st.binary(max_size=300))
def test_any_bytes_of_a_txt_record_become_a_value_that_means_them(content):
    value = dns.readable([content])
    assert dns.txt_bytes(value) == content
    assert value.isprintable()


def test_a_text_with_quotes_at_its_ends_that_is_no_zone_file_text_stands_as_it_is():
    assert dns.canonical("TXT", '"a" or "b"') == '"a" or "b"'
    assert dns.to_wire_text("TXT", '"a" or "b"') == r'"\"a\" or \"b\""'


def test_multi_byte_characters_are_cut_by_bytes():
    assert [len(chunk) for chunk in dns.txt_chunks("ü" * 200)] == [255, 145]


@pytest.mark.parametrize(("written", "type"), [("a", "A"), (" cname ", "CNAME"), ("TYPE65", "TYPE65")])
def test_types_are_upper_case(written, type):
    assert dns.canonical_type(written) == type


@pytest.mark.parametrize("written", ["", "A/AAAA", "*", "1A"])
def test_what_is_no_type_is_refused(written):
    with pytest.raises(Invalid, match="no record type"):
        dns.canonical_type(written)


def record(name, type, *value):
    return RecordSet(name=name, type=type, value=value)


@pytest.mark.parametrize(
    ("sets", "says"),
    [
        (
            [record("www.example.com", "CNAME", "a.example.com"), record("www.example.com", "A", "192.0.2.1")],
            "beside other records (A)",
        ),
        ([record("www.example.com", "CNAME", "a.example.com", "b.example.com")], "has 2 values"),
        ([record("example.com", "CNAME", "a.example.com")], "the zone's own name"),
        ([record("a.example.com", "CNAME", "a.example.com")], "points to itself"),
    ],
)
def test_sets_that_cannot_stand_are_refused(sets, says):
    with pytest.raises(Invalid) as caught:
        dns.check_sets("example.com", sets)
    assert says in str(caught.value)


def test_sets_that_can_stand_side_by_side():
    dns.check_sets(
        "example.com",
        [
            record("example.com", "A", "192.0.2.1", "192.0.2.2"),
            record("example.com", "MX", "10 a.example.com"),
            record("www.example.com", "CNAME", "example.com"),
            record("www.example.com", "RRSIG", "whatever"),
        ],
    )
