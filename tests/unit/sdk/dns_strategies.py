# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random names and values of DNS records, as people may write them."""

from __future__ import annotations

import base64

from hypothesis import strategies as st

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

labels = st.text(alphabet=LETTERS, min_size=1, max_size=12) | st.sampled_from(
    ["_dmarc", "xn--bcher-kva", "bücher", "a\\.b", "x\\032y", "STRASSE", "faß"]
)
hosts = st.builds(
    lambda parts, dot: ".".join(parts) + dot, st.lists(labels, min_size=1, max_size=5), st.sampled_from(["", "."])
).filter(lambda text: not text.replace(".", "").isdigit())
small = st.integers(0, 65535).map(str)
positive = st.integers(1, 65535).map(str)
byte = st.integers(0, 255).map(str)
gap = st.sampled_from([" ", "  ", "\t"])
texts = st.text(st.characters(codec="utf-8"), max_size=600)
hexes = st.binary(min_size=1, max_size=40).map(lambda found: found.hex().upper())
ipv4 = st.ip_addresses(v=4).map(str)
ipv6 = st.ip_addresses(v=6).flatmap(lambda found: st.sampled_from([str(found), found.exploded, str(found).upper()]))
strings = st.text(
    st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), min_size=1, max_size=60
).map('"{}"'.format)
times = st.integers(0, 100000).map(str) | st.sampled_from(["1h", "1h30m", "2d", "1W"])
angles = st.tuples(st.integers(0, 89), st.integers(0, 59), st.decimals(0, 59, places=3)).map(
    lambda found: " ".join(map(str, found))
)
metres = st.decimals(0, 90000, places=2).map("{}m".format)


def rows(*columns: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda parts, between: between.join(parts), st.tuples(*columns), gap)


def keys() -> st.SearchStrategy[str]:
    found = st.binary(min_size=1, max_size=60).map(lambda content: base64.b64encode(content).decode())
    return rows(st.sampled_from(["256", "257"]), st.just("3"), byte, found)


params = st.lists(
    st.sampled_from(
        ["alpn=h2,h3", 'alpn="h2"', "port=0443", "ipv4hint=192.0.2.1", "no-default-alpn", "key65001=x", "IPV6HINT=::1"]
    ),
    unique_by=lambda text: text.split("=")[0],
    max_size=4,
).map(" ".join)

VALUES = {
    "A": ipv4,
    "AAAA": ipv6,
    "CNAME": hosts,
    "ALIAS": hosts,
    "NS": hosts,
    "PTR": hosts,
    "MX": rows(small, hosts | st.just(".")),
    "SRV": rows(small, small, small, hosts | st.just(".")),
    "TXT": texts,
    "SPF": texts,
    "CAA": rows(byte, st.sampled_from(["issue", "ISSUEWILD", "contactemail"]), strings),
    "SOA": rows(hosts, hosts | st.just("first.last@example.com"), small, times, times, times, times),
    "NAPTR": rows(small, small, st.sampled_from(['"s"', '"U"', '""']), strings, strings, hosts | st.just(".")),
    "SSHFP": rows(byte, st.just("1"), st.binary(min_size=20, max_size=20).map(bytes.hex)),
    "TLSA": rows(byte, byte, byte, hexes),
    "DS": rows(small, byte, byte, hexes),
    "DNSKEY": keys(),
    "HINFO": rows(strings, strings | st.just("Linux")),
    "URI": rows(small, small, strings),
    "LOC": rows(angles, st.sampled_from("NSns"), angles, st.sampled_from("EWew"), metres, metres),
    "SVCB": rows(positive, hosts, params),
    "HTTPS": rows(positive, hosts | st.just("."), params) | rows(st.just("0"), hosts),
    "TYPE65280": st.text(alphabet="\\# 0123456789abcdef", max_size=30),
}

typed_values = st.sampled_from(sorted(VALUES)).flatmap(lambda type: st.tuples(st.just(type), VALUES[type]))
