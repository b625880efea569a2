# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that values of DNS records are made of, each with what makes it canonical."""

from __future__ import annotations

import base64
import binascii
import difflib
import ipaddress
import re
import typing as t
from dataclasses import dataclass

from .dnsname import canonical_name, unescaped
from .dnstext import CHUNK, Word, quote
from .errors import Invalid

UNITS: t.Mapping[str, int] = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
DURATION = re.compile(r"(?:[0-9]{1,12}[smhdw])+(?:[0-9]{1,12})?|[0-9]{1,12}", re.IGNORECASE)
DIGITS = 40
CAA_TAGS = ("issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone")
FINGERPRINT_DIGITS = {"1": 40, "2": 64}
SERVICE_KEYS = ("mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath", "ohttp")
BARE_VALUE = re.compile(rb"[!#-'*-:<-\[\]-~]+")


@dataclass(frozen=True)
class Part:
    """One part of a value. ``rest`` takes all words that are left, ``is_name`` says that the wire wants a last dot."""

    name: str
    read: t.Callable[[t.Sequence[Word]], str]
    rest: bool = False
    is_name: bool = False
    optional: bool = False


def one(name: str, read: t.Callable[[str], str], is_name: bool = False) -> Part:
    return Part(name, lambda found: read(found[0].text), is_name=is_name)


def number(name: str, largest: int) -> Part:
    def read(text: str) -> str:
        if not (text.isascii() and text.isdigit()):
            raise Invalid(f'the {name} "{text}" is no number')
        if len(text) > DIGITS or int(text) > largest:
            raise Invalid(f"the {name} {text[:DIGITS]} is too large, at most {largest} is allowed")
        return str(int(text))

    return one(name, read)


def duration(text: str) -> int:
    """Seconds of ``3600`` or ``1h30m``, as zone files have them."""
    if not DURATION.fullmatch(text):
        raise Invalid(f'"{text}" is no time; write seconds, or units as in 1h30m or 2d')
    return sum(int(count) * UNITS[unit.lower()] for count, unit in re.findall(r"(\d+)([a-zA-Z]?)", text))


def seconds(name: str) -> Part:
    def read(text: str) -> str:
        found = duration(text)
        if found > 2147483647:
            raise Invalid(f"the {name} {text} is too large, at most 2147483647 seconds are allowed")
        return str(found)

    return one(name, read)


def address4(name: str) -> Part:
    def read(text: str) -> str:
        try:
            return str(ipaddress.IPv4Address(text))
        except ValueError:
            hint = " but an IPv6 address (type AAAA)" if is_address(text) else ""
            raise Invalid(f'"{text}" is no IPv4 address{hint}') from None

    return one(name, read)


def address6(name: str) -> Part:
    def read(text: str) -> str:
        try:
            return shown_ipv6(text)
        except ValueError:
            hint = " but an IPv4 address (type A)" if is_address(text) else ""
            raise Invalid(f'"{text}" is no IPv6 address{hint}') from None

    return one(name, read)


def shown_ipv6(text: str) -> str:
    """The spelling of RFC 5952, the same on every Python."""
    found = ipaddress.IPv6Address(text)
    if found.scope_id:
        raise ValueError("a zone index has no place in DNS")
    return f"::ffff:{found.ipv4_mapped}" if found.ipv4_mapped else str(found)


def hextets(text: str) -> str:
    """Without the dots of a mapped IPv4 address, which not every server takes."""
    mapped = ipaddress.IPv6Address(text).ipv4_mapped
    return f"::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}" if mapped else text


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def host(name: str) -> Part:
    def read(text: str) -> str:
        found = host_name(name, text)
        if found == ".":
            raise Invalid(f"the {name} is only a dot, which names nothing")
        return found

    return one(name, read, is_name=True)


def host_or_root(name: str) -> Part:
    return one(name, lambda text: host_name(name, text), is_name=True)


def host_name(name: str, text: str) -> str:
    if is_address(text):
        raise Invalid(f'the {name} "{text}" is an address, where a host name is needed')
    return canonical_name(text)


def mailbox(name: str) -> Part:
    """The mailbox of a SOA, as a name or as people write it."""

    def read(text: str) -> str:
        local, at, domain = text.rpartition("@")
        if at and not local.endswith("\\"):
            return canonical_name(re.sub(r"(?<!\\)\.", r"\\.", local) + f".{domain}")
        return canonical_name(text)

    return one(name, read, is_name=True)


def string(name: str, rest: bool = False) -> Part:
    """A character string, shown in quotes; with ``rest`` the words up to the end when the first is not quoted."""

    def read(found: t.Sequence[Word]) -> str:
        if len(found) > 1 and any(word.quoted for word in found):
            raise Invalid(f"the {name} goes on after its quotes")
        content = b" ".join(word.content for word in found)
        if len(content) > CHUNK and not rest:
            raise Invalid(f"the {name} has {len(content)} bytes, at most {CHUNK} are allowed")
        return quote(content)

    return Part(name, read, rest=rest)


def flags(name: str) -> Part:
    """A string in which case does not count."""
    plain = string(name)
    return Part(name, lambda found: plain.read(found).upper())


def hex_text(name: str) -> Part:
    def read(found: t.Sequence[Word]) -> str:
        text = "".join(word.text for word in found).lower()
        if not re.fullmatch(r"([0-9a-f]{2})+", text):
            raise Invalid(f'the {name} "{text}" is not made of pairs of hex digits')
        return text

    return Part(name, read, rest=True)


def type_names(name: str) -> Part:
    """Words that are names of record types."""
    return Part(name, lambda found: " ".join(word.text.upper() for word in found), rest=True)


def hex_pairs(name: str, count: int) -> Part:
    """So many pairs of hex digits with hyphens between them; case does not count."""

    def read(text: str) -> str:
        if not re.fullmatch(rf"[0-9a-f]{{2}}(-[0-9a-f]{{2}}){{{count - 1}}}", text.lower()):
            raise Invalid(f'the {name} "{text}" is not made of {count} pairs of hex digits with hyphens between them')
        return text.lower()

    return one(name, read)


def base64_text(name: str) -> Part:
    def read(found: t.Sequence[Word]) -> str:
        text = "".join(word.text for word in found)
        try:
            return base64.b64encode(base64.b64decode(text, validate=True)).decode()
        except (binascii.Error, ValueError):
            raise Invalid(f'the {name} "{text}" is no base64') from None

    return Part(name, read, rest=True)


def check_fingerprint(parts: tuple[str, ...]) -> None:
    _algorithm, type_, digits = parts
    wanted = FINGERPRINT_DIGITS.get(type_, len(digits))
    if len(digits) != wanted:
        raise Invalid(f"the fingerprint has {len(digits)} hex digits, one of type {type_} has {wanted}")


def caa_tag(name: str) -> Part:
    def read(text: str) -> str:
        tag = text.lower()
        if not re.fullmatch(r"[a-z0-9]{1,15}", tag):
            raise Invalid(f'the {name} "{text}" is not made of letters and digits')
        near = difflib.get_close_matches(tag, CAA_TAGS, 1, 0.75)
        if tag not in CAA_TAGS and near:
            raise Invalid(f'there is no {name} "{text}", nearest: {near[0]}')
        return tag

    return one(name, read)


def check_caa(parts: tuple[str, ...]) -> None:
    _flags, tag, value = parts
    if tag == "iodef" and not re.match(r'"(mailto|https?):', value, re.IGNORECASE):
        raise Invalid(f"the iodef value {value} is neither a mailto: nor an http(s): address")


def ends_at_host(parts: tuple[str, ...]) -> None:
    if parts[-1] == '""':
        raise Invalid("the target is empty")


def service_params(name: str) -> Part:
    """The parameters of SVCB and HTTPS, in the order of their numbers."""

    def read(found: t.Sequence[Word]) -> str:
        params: dict[str, str] = {}
        for key, value in paired(found):
            if key in params:
                raise Invalid(f"the parameter {key} is there twice")
            params[key] = value
        return " ".join(f"{key}={params[key]}" if params[key] else key for key in sorted(params, key=key_number))

    return Part(name, read, rest=True, optional=True)


def check_service(parts: tuple[str, ...]) -> None:
    if parts[0] == "0" and len(parts) > 2:
        raise Invalid("priority 0 makes it an alias, which has no parameters")


def paired(found: t.Sequence[Word]) -> t.Iterator[tuple[str, str]]:
    """``alpn=h2``, ``alpn="h2"`` and ``no-default-alpn`` as key and shown value."""
    for word in found:
        key, _equals, value = word.text.partition("=")
        if word.quoted or not re.fullmatch(r"[a-z0-9-]+", key.lower()):
            raise Invalid(f'the parameter "{word.text}" has no name; write key=value')
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        key_number(key.lower())
        yield key.lower(), service_value(key.lower(), value)


def service_value(key: str, value: str) -> str:
    if key == "port":
        return number("port", 65535).read([Word(value)])
    if key == "ipv4hint":
        return ",".join(address4(key).read([Word(each.strip())]) for each in value.split(","))
    if key == "ipv6hint":
        return ",".join(address6(key).read([Word(each.strip())]) for each in value.split(","))
    content = unescaped(value)
    if re.fullmatch(r"key\d+", key):
        return quote(content) if value else ""
    return value if BARE_VALUE.fullmatch(content) and "\\" not in value else quote(content) if value else ""


def key_number(key: str) -> int:
    if key in SERVICE_KEYS:
        return SERVICE_KEYS.index(key)
    if re.fullmatch(r"key\d{1,5}", key) and int(key[3:]) <= 65535:
        return int(key[3:])
    near = difflib.get_close_matches(key, SERVICE_KEYS, 1)
    raise Invalid(
        f'there is no parameter "{key}"' + (f", nearest: {near[0]}" if near else "; others are written as key65001")
    )
