# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canonical record values as the bytes that DNS servers send."""

from __future__ import annotations

import base64
import ipaddress
import typing as t

from ...sdk.dns import canonical, parts_of
from ...sdk.dnsname import labels
from ...sdk.dnstext import txt_chunks, words
from .wire import name_bytes

# the number of each type, and its parts: number of 1, 2 or 4 bytes, name, string, rest, hex digits, base64, address
TYPES: t.Mapping[str, tuple[int, str]] = {
    "A": (1, "a"),
    "NS": (2, "n"),
    "CNAME": (5, "n"),
    "SOA": (6, "nn44444"),
    "PTR": (12, "n"),
    "HINFO": (13, "ss"),
    "MX": (15, "2n"),
    "TXT": (16, "t"),
    "AFSDB": (18, "2n"),
    "AAAA": (28, "a"),
    "SRV": (33, "222n"),
    "NAPTR": (35, "22sssn"),
    "DS": (43, "211x"),
    "SSHFP": (44, "11x"),
    "DNSKEY": (48, "211b"),
    "TLSA": (52, "111x"),
    "SMIMEA": (53, "111x"),
    "SPF": (99, "t"),
    "URI": (256, "22r"),
    "CAA": (257, "1gr"),
}


def record_data(type: str, value: str) -> bytes:
    """The data of one record; raises ``Invalid`` for a value that is none of its type."""
    if TYPES[type][1] == "t":
        return b"".join(bytes([len(chunk)]) + chunk for chunk in txt_chunks(value))
    return b"".join(map(part_bytes, TYPES[type][1], parts_of(type, canonical(type, value))))


def part_bytes(form: str, text: str) -> bytes:
    if form in "124":
        return int(text).to_bytes(int(form), "big")
    if form == "a":
        return ipaddress.ip_address(text).packed
    if form == "n":
        return name_bytes(labels(text, strict=False))
    if form == "x":
        return bytes.fromhex(text)
    if form == "b":
        return base64.b64decode(text)
    content = text.encode() if form == "g" else words(text)[0].content
    return content if form == "r" else bytes([len(content)]) + content
