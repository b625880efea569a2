# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS record values: one spelling for each, and the text that DNS servers speak.

``canonical`` is what models carry: names without their last dot, numbers without leading zeros, TXT as one
unquoted string. ``to_wire_text`` and ``from_wire_text`` are for drivers whose API takes zone-file text.
Types that are not known here pass through.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .dnsfields import (
    Part,
    address4,
    address6,
    base64_text,
    caa_tag,
    check_caa,
    check_fingerprint,
    check_service,
    ends_at_host,
    flags,
    hex_pairs,
    hex_text,
    hextets,
    host,
    host_or_root,
    mailbox,
    number,
    seconds,
    service_params,
    string,
    type_names,
)
from .dnsloc import loc_text
from .dnsname import canonical_name, fqdn, name_from_wire, record_name, relative_name, unicode_name, within
from .dnstext import Word, quoted, readable, txt_bytes, txt_canonical, txt_chunks, unquoted, words
from .errors import Invalid
from .models import RecordSet

__all__ = [
    "canonical",
    "canonical_name",
    "canonical_type",
    "canonical_values",
    "check_sets",
    "fqdn",
    "from_wire_text",
    "name_from_wire",
    "parts_of",
    "quoted",
    "readable",
    "record_name",
    "relative_name",
    "to_wire_text",
    "txt_bytes",
    "txt_chunks",
    "unicode_name",
    "unquoted",
    "within",
]

TEXT_TYPES = frozenset({"TXT", "SPF"})
SINGLE_TYPES = frozenset({"CNAME", "DNAME", "SOA", "ALIAS"})
BESIDE_CNAME = frozenset({"RRSIG", "NSEC", "NSEC3", "KEY"})
TYPE_NAME = re.compile(r"[A-Z][A-Z0-9_-]*")


@dataclass(frozen=True)
class Shape:
    """The parts of a record type's value in their order, an example, and what must hold over all of them."""

    parts: tuple[Part, ...]
    example: str
    check: t.Callable[[tuple[str, ...]], None] = lambda parts: None


DIGEST = (number("key tag", 65535), number("algorithm", 255), number("digest type", 255), hex_text("digest"))
KEY = (number("flags", 65535), number("protocol", 255), number("algorithm", 255), base64_text("public key"))
CERTIFICATE = (number("usage", 255), number("selector", 255), number("matching type", 255), hex_text("certificate"))
SERVICE = (number("priority", 65535), host_or_root("target"), service_params("parameters"))

SHAPES: t.Mapping[str, Shape] = {
    "A": Shape((address4("address"),), "192.0.2.1"),
    "AAAA": Shape((address6("address"),), "2001:db8::1"),
    "CNAME": Shape((host("target"),), "www.example.com"),
    "DNAME": Shape((host("target"),), "example.com"),
    "ALIAS": Shape((host("target"),), "www.example.com"),
    "NS": Shape((host("name server"),), "ns1.example.com"),
    "PTR": Shape((host("target"),), "www.example.com"),
    "MX": Shape((number("priority", 65535), host_or_root("mail server")), "10 mail.example.com"),
    "AFSDB": Shape((number("subtype", 65535), host("server")), "1 afs.example.com"),
    "SRV": Shape(
        (number("priority", 65535), number("weight", 65535), number("port", 65535), host_or_root("target")),
        "10 5 443 www.example.com",
    ),
    "CAA": Shape(
        (number("flags", 255), caa_tag("tag"), string("value", rest=True)), '0 issue "letsencrypt.org"', check_caa
    ),
    "SOA": Shape(
        (
            host("primary name server"),
            mailbox("mailbox"),
            number("serial", 4294967295),
            *(seconds(name) for name in ("refresh", "retry", "expire", "minimum")),
        ),
        "ns1.example.com hostmaster.example.com 1 3600 600 86400 300",
    ),
    "NAPTR": Shape(
        (
            number("order", 65535),
            number("preference", 65535),
            flags("flags"),
            string("service"),
            string("regexp"),
            host_or_root("replacement"),
        ),
        '100 10 "S" "SIP+D2U" "" _sip._udp.example.com',
    ),
    "SSHFP": Shape(
        (number("algorithm", 255), number("type", 255), hex_text("fingerprint")),
        "4 2 <64 hex digits>",
        check_fingerprint,
    ),
    "TLSA": Shape(CERTIFICATE, "3 1 1 <hex digits>"),
    "SMIMEA": Shape(CERTIFICATE, "3 1 1 <hex digits>"),
    "DS": Shape(DIGEST, "12345 13 2 <hex digits>"),
    "CDS": Shape(DIGEST, "12345 13 2 <hex digits>"),
    "DNSKEY": Shape(KEY, "257 3 13 <base64>"),
    "CDNSKEY": Shape(KEY, "257 3 13 <base64>"),
    "HINFO": Shape((string("cpu"), string("os")), '"PC" "Linux"'),
    "URI": Shape(
        (number("priority", 65535), number("weight", 65535), string("target")),
        '10 1 "https://example.com/"',
        ends_at_host,
    ),
    "SVCB": Shape(SERVICE, "1 www.example.com alpn=h2,h3", check_service),
    "HTTPS": Shape(SERVICE, "1 . alpn=h2,h3", check_service),
    "KX": Shape((number("preference", 65535), host("exchanger")), "10 kx.example.com"),
    "RP": Shape((mailbox("mailbox"), host_or_root("text")), "admin.example.com info.example.com"),
    "OPENPGPKEY": Shape((base64_text("key"),), "<base64>"),
    "EUI48": Shape((hex_pairs("address", 6),), "00-00-5e-00-53-2a"),
    "EUI64": Shape((hex_pairs("address", 8),), "00-00-5e-ef-10-00-00-2a"),
    "CSYNC": Shape((number("serial", 4294967295), number("flags", 65535), type_names("types")), "66 3 A NS AAAA"),
    "LOC": Shape((loc_text("location"),), "52 22 23 N 4 53 32 E 2m"),
}


def canonical_type(text: str) -> str:
    """``a`` is ``A``; a type that we do not know is left to the provider."""
    written = text.strip().upper()
    if not TYPE_NAME.fullmatch(written):
        raise Invalid(f'"{text}" is no record type; a type is a word such as A, CNAME or TXT')
    return written


def canonical(type: str, value: str, zone: str | None = None) -> str:
    """The one spelling of a value; raises ``Invalid`` with what is wrong with it.

    With a ``zone``, a host name of one word is in the zone, and ``@`` is the zone itself, as users write them.
    """
    if type in TEXT_TYPES:
        return txt_canonical(value)
    if type not in SHAPES:
        return value.strip()
    return " ".join(parts_of(type, value, zone))


def canonical_values(type: str, values: t.Iterable[str], zone: str | None = None) -> tuple[str, ...]:
    """The values of a set, each once, in the order in which they were written."""
    return tuple(dict.fromkeys(canonical(type, value, zone) for value in values))


def parts_of(type: str, value: str, zone: str | None = None) -> tuple[str, ...]:
    """The canonical parts of a value: priority and mail server of an MX, and so on."""
    shape = SHAPES[type]
    try:
        made = tuple(read_parts(shape.parts, words(value), zone))
        shape.check(made)
    except Invalid as problem:
        what = f"{problem}" if f'"{value}"' in str(problem) else f'the value "{value}" is wrong: {problem}'
        raise Invalid(f"{what}; type {type} looks like this: {shape.example}") from None
    return made


def read_parts(parts: tuple[Part, ...], found: list[Word], zone: str | None) -> t.Iterator[str]:
    needed = [part.name for part in parts if not part.optional]
    if len(found) < len(needed):
        raise Invalid(missing(needed, len(found)))
    if len(found) > len(parts) and not parts[-1].rest:
        raise Invalid(f'there is more than expected: "{" ".join(word.text for word in found[len(parts) :])}"')
    for at, part in enumerate(parts):
        taken = found[at:] if part.rest else found[at : at + 1]
        text = part.read([in_zone(taken[0], zone)] if zone and part.is_name else taken)
        if text or not part.optional:
            yield text


def in_zone(word: Word, zone: str) -> Word:
    if word.text == "@":
        return Word(zone)
    return word if "." in word.text else Word(f"{word.text}.{zone}")


def missing(needed: list[str], found: int) -> str:
    if len(needed) == 1:
        return f"the {needed[0]} is missing"
    there = "is 1" if found == 1 else f"are {found or 'none'}"
    return f"{len(needed)} parts are needed ({', '.join(needed)}), there {there}"


def to_wire_text(type: str, value: str) -> str:
    """Zone-file text of a canonical value: names with their last dot, TXT quoted in strings of 255 bytes."""
    if type in TEXT_TYPES:
        return quoted(value)
    if type not in SHAPES:
        return value
    if type == "AAAA":
        return hextets(value)
    shape = SHAPES[type]
    made = parts_of(type, value)
    return " ".join(fqdn(text) if part.is_name else text for part, text in zip(shape.parts, made, strict=False))


def from_wire_text(type: str, text: str) -> str:
    """The canonical value of a server's zone-file text; one that makes no sense to us is left as it is."""
    if type in TEXT_TYPES:
        return unquoted(text)
    try:
        return canonical(type, text)
    except Invalid:
        return text.strip()


def check_sets(zone: str, sets: t.Iterable[RecordSet]) -> None:
    """Raises ``Invalid`` when these sets cannot stand side by side in the zone."""
    types: dict[str, dict[str, RecordSet]] = {}
    for each in sets:
        types.setdefault(each.name, {})[each.type] = each
        check_set(zone, each)
    for name, found in types.items():
        others = sorted(found.keys() - BESIDE_CNAME - {"CNAME"})
        if "CNAME" in found and others:
            raise Invalid(
                f"{name} cannot have a CNAME beside other records ({', '.join(others)}); "
                "remove the one or the others, or give the CNAME another name"
            )


def check_set(zone: str, each: RecordSet) -> None:
    """Raises ``Invalid`` for a set that cannot be by itself."""
    if each.type in SINGLE_TYPES and len(each.value) > 1:
        raise Invalid(
            f"{each.name} {each.type} has {len(each.value)} values ({', '.join(each.value)}); it can have only one"
        )
    if each.type == "CNAME" and each.name == zone:
        raise Invalid(
            f"the zone's own name {zone} cannot be a CNAME, for SOA and NS records stand there; "
            "use target with a provider that has aliases, type ALIAS, or A and AAAA records"
        )
    if each.type == "CNAME" and each.name in each.value:
        raise Invalid(f"the CNAME {each.name} points to itself; give it another target")
