# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS names: one spelling for each."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk import dns
from ansible_collections.anycloud.core.plugins.module_utils.sdk.dnsname import joined, labels
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from hypothesis import given
from hypothesis import strategies as st

from .dns_strategies import hosts

WORDS = ["bücher", "faß", "ΣΊΣΥΦΟΣ", "ÅNGSTRÖM", "日本語", "россия", "ＷＷＷ", "παράδειγμα", "İstanbul", "ǅ"]


@given(hosts)
def test_a_canonical_name_stays_as_it_is(host):
    name = dns.canonical_name(host)
    assert dns.canonical_name(name) == name
    assert dns.canonical_name(dns.fqdn(name)) == name
    assert dns.name_from_wire(dns.fqdn(name)) == name


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=6))
def test_labels_of_any_bytes_survive(content):
    lower = tuple(label.lower() for label in content)
    assert labels(joined(lower), strict=False) == lower


@given(hosts, st.sampled_from(["example.com", "sub.example.com"]))
def test_a_name_in_a_zone_and_its_short_spelling_mean_the_same(host, zone):
    name = dns.record_name(f"{host.rstrip('.')}.{zone}", zone)
    assert dns.within(name, zone)
    assert dns.record_name(dns.relative_name(name, zone), zone) == name


@given(st.text(max_size=30))
def test_a_name_from_a_server_is_never_refused(text):
    assert isinstance(dns.name_from_wire(text), str)


@pytest.mark.parametrize("word", WORDS)
def test_internationalised_names_are_those_of_the_idna_package(word):
    idna = pytest.importorskip("idna")
    assert dns.canonical_name(f"{word}.example") == idna.encode(f"{word}.example", uts46=True).decode()


@pytest.mark.parametrize("word", ["bücher", "faß", "日本語", "россия"])
def test_names_are_shown_as_people_write_them(word):
    assert dns.unicode_name(dns.canonical_name(f"{word}.example")) == f"{word}.example"


def test_what_only_looks_internationalised_is_shown_as_it_is():
    assert dns.unicode_name("xn--.example") == "xn--.example"
    assert dns.unicode_name("xn--\x7f") == "xn--\x7f"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("", "example.com"),
        ("@", "example.com"),
        ("www", "www.example.com"),
        ("WWW.Example.COM", "www.example.com"),
        ("www.example.com.", "www.example.com"),
        ("*", "*.example.com"),
        ("*.apps", "*.apps.example.com"),
        ("_dmarc", "_dmarc.example.com"),
        ("_443._tcp.www", "_443._tcp.www.example.com"),
        ("notexample.com", "notexample.com.example.com"),
        ("128/26", "128/26.example.com"),
        (r"first\.last", r"first\.last.example.com"),
        (r"first\046last", r"first\.last.example.com"),
        ("bücher", "xn--bcher-kva.example.com"),
        ("a。b", "a.b.example.com"),
    ],
)
def test_the_name_of_a_record(written, name):
    assert dns.record_name(written, "example.com") == name


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("www.example.org.", "outside of the zone example.com"),
        ("a" * 64, "too long: 64 bytes"),
        (".".join(["a" * 60] * 5), "at most 253 characters"),
        ("a b", "it has a space"),
        ("me@example.com", 'the character "@"'),
        ("a..b", "two dots in a row"),
        (".a", "begins with one"),
        ("a*b", "a * inside of a label"),
        ("a.*.b", "a * that is not its first label"),
        ("a\\", "escapes nothing"),
        (r"a\999", r"a byte is at most \255"),
        ("smile☺", 'the character "☺"'),
        ("ü" * 60, "too long"),
    ],
)
def test_what_is_no_name_is_refused(written, says):
    with pytest.raises(Invalid) as caught:
        dns.record_name(written, "example.com")
    assert says in str(caught.value)


def test_the_longest_name_is_allowed():
    name = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
    assert len(name) == 253
    assert dns.canonical_name(name) == name


def test_an_escaped_dot_does_not_end_a_zone():
    assert not dns.within(r"a\.example.com", "example.com")
    assert dns.within("example.com", "example.com")
    assert dns.within("example.com", ".")
