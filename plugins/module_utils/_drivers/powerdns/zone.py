# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and records of PowerDNS. What a task does not name (DNSSEC, metadata, comments, disabled records) stays."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ...sdk import dns
from ...sdk.auth.token import Token
from ...sdk.capabilities import Capabilities, ExtraKey, How, Once
from ...sdk.errors import NotFound
from ...sdk.http import decoder, segment
from ...sdk.models import RecordSet, Zone
from ...sdk.provider import Connection
from ...sdk.services import RecordChange, Where, ZoneFields, ZoneService
from ...sdk.waiting import Operation, done

Json = t.Mapping[str, t.Any]

KINDS = {"native": "Native", "primary": "Master", "secondary": "Slave"}
KIND_NAMES = {**{wire: kind for kind, wire in KINDS.items()}, "Primary": "primary", "Secondary": "secondary"}
TYPES = (
    "A AAAA AFSDB ALIAS CAA CDNSKEY CDS CERT CNAME CSYNC DNAME DNSKEY DS EUI48 EUI64 HINFO HTTPS KX LOC LUA MX "
    "NAPTR NS OPENPGPKEY PTR RP SMIMEA SOA SPF SRV SSHFP SVCB TLSA TXT URI"
)
NEW_TTL = 3600
SOA_TIMES = "0 10800 3600 604800 3600"
FEW = 3

CAPABILITIES = Capabilities(
    fields={"kind": How.LIVE, "primaries": How.LIVE, "nameservers": How.CREATE_ONLY},
    finds=frozenset({"names", "types"}),
    create_once=Once.UNIQUE_NAME,
    extra={
        "account": ExtraKey(type="str", how=How.LIVE, description="Whose zone it is, by the operator's own rules."),
        "dnssec": ExtraKey(type="bool", description="Sign the zone with the server's default keys."),
        "api_rectify": ExtraKey(type="bool", description="Rectify the zone after each change."),
        "soa_edit": ExtraKey(type="str", description="How the serial is changed in answers (SOA-EDIT)."),
        "soa_edit_api": ExtraKey(type="str", description="How the serial is changed by the API (SOA-EDIT-API)."),
    },
    record_types=frozenset(TYPES.split()),
    record_fields=frozenset({"ttl", "comment"}),
    atomic=True,
    zone_kinds=frozenset(KINDS),
)


class Zones(ZoneService):
    def __init__(self, connection: Connection) -> None:
        settings = connection.settings
        endpoint = (settings.endpoint or "").rstrip("/").removesuffix("/api/v1")
        server = segment(settings.options.get("server") or "localhost")
        sign = Token(settings.need("token"), header="X-API-Key", prefix="")
        self.http = connection.http(f"{endpoint}/api/v1/servers/{server}", sign)

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def fetch(self, where: Where) -> t.Iterator[Zone]:
        if where.names is not None and len(where.names) <= FEW:
            for name in sorted(where.names):
                yield from decode_zones(self.http.get("/zones", {"zone": dns.fqdn(name)}))
        else:
            yield from decode_zones(self.http.get("/zones", {"dnssec": False}))

    def create(self, fields: ZoneFields, token: str | None = None) -> Operation[Zone]:
        return done(decode_zone(self.http.post("/zones", encode_zone(fields), params={"rrsets": False})))

    def update(self, zone: Zone, changes: ZoneFields) -> Operation[Zone]:
        self.http.put(path_of(zone), encode_changes(changes))
        return done(changed(zone, changes))

    def delete(self, zone: Zone) -> Operation[None]:
        with contextlib.suppress(NotFound):
            self.http.delete(path_of(zone))
        return done(None)

    def fetch_records(self, zone: Zone, where: Where) -> t.Iterator[RecordSet]:
        for limits in narrowed(where):
            yield from decode_sets(self.http.get(path_of(zone), limits))

    def change_records(self, zone: Zone, changes: t.Sequence[RecordChange]) -> Operation[None]:
        """One request for all. Disabled records show only in a listing of the whole zone, so that is read first."""
        disabled = disabled_records(self.http.get(path_of(zone)))
        self.http.patch(path_of(zone), {"rrsets": encode_records(changes, disabled)}, repeat=True)
        return done(None)


def path_of(zone: Zone) -> str:
    return f"/zones/{segment(zone.id)}"


def narrowed(where: Where) -> list[dict[str, str]]:
    """The queries that together ask for what ``where`` names; one of the whole zone unless it names few."""
    if where.names is None or len(where.names) > FEW:
        return [{}]
    kinds = {"rrset_type": next(iter(where.types))} if where.types and len(where.types) == 1 else {}
    return [{"rrset_name": dns.fqdn(name), **kinds} for name in sorted(where.names)]


@decoder
def decode_zones(zones: t.Sequence[Json]) -> list[Zone]:
    return [decode_zone(zone) for zone in zones]


@decoder
def decode_zone(zone: Json) -> Zone:
    return Zone(
        id=zone["id"],
        name=dns.name_from_wire(zone["name"]),
        kind=KIND_NAMES.get(zone.get("kind") or "", (zone.get("kind") or "unknown").lower()),
        primaries=tuple(zone.get("masters") or ()),
        serial=zone.get("edited_serial") or zone.get("serial"),
        extra={key: zone[key] for key in CAPABILITIES.extra if zone.get(key) is not None},
    )


def encode_zone(fields: ZoneFields) -> dict[str, t.Any]:
    kind = fields.get("kind") or "native"
    encoded = {"name": dns.fqdn(fields["name"]), **encode_changes(fields), "kind": KINDS[kind]}
    if kind != "secondary":
        servers = [dns.fqdn(name) for name in fields.get("nameservers") or ()]
        encoded["nameservers"] = servers
        if servers:
            encoded["rrsets"] = [first_soa(encoded["name"], servers[0])]
    return encoded


def first_soa(zone: str, server: str) -> dict[str, t.Any]:
    """Without one the server would name a name server that nobody has."""
    content = f"{server} hostmaster.{zone} {SOA_TIMES}"
    return {"name": zone, "type": "SOA", "ttl": NEW_TTL, "records": [{"content": content, "disabled": False}]}


def encode_changes(changes: ZoneFields) -> dict[str, t.Any]:
    encoded: dict[str, t.Any] = dict(changes.get("extra") or {})
    if "kind" in changes:
        encoded["kind"] = KINDS[changes["kind"]]
    if "primaries" in changes:
        encoded["masters"] = list(changes["primaries"])
    return encoded


def changed(zone: Zone, changes: ZoneFields) -> Zone:
    return dataclasses.replace(
        zone,
        kind=changes.get("kind", zone.kind),
        primaries=changes.get("primaries", zone.primaries),
        extra={**zone.extra, **(changes.get("extra") or {})},
    )


@decoder
def decode_sets(zone: Json) -> list[RecordSet]:
    """The sets that are served. One whose records are all disabled is none; comments alone are none either."""
    return [found for rrset in zone.get("rrsets") or () if (found := decode_set(rrset)).value]


def decode_set(rrset: Json) -> RecordSet:
    records = rrset.get("records") or ()
    served = [record for record in records if not record.get("disabled")]
    comments = [comment.get("content") or "" for comment in rrset.get("comments") or ()]
    return RecordSet(
        name=dns.name_from_wire(rrset["name"]),
        type=rrset["type"],
        value=tuple(dns.from_wire_text(rrset["type"], record["content"]) for record in served),
        ttl=rrset.get("ttl"),
        comment="\n".join(comments) or None,
        complete=len(served) == len(records),
    )


Disabled = t.Mapping[t.Tuple[str, str], t.Sequence[Json]]


@decoder
def disabled_records(zone: Json) -> Disabled:
    """The disabled records of each set that has some, as they are sent back."""
    return {
        (dns.name_from_wire(rrset["name"]), rrset["type"]): [{"content": text, "disabled": True} for text in contents]
        for rrset in zone.get("rrsets") or ()
        if (contents := [each["content"] for each in rrset.get("records") or () if each.get("disabled")])
    }


def encode_records(changes: t.Sequence[RecordChange], disabled: Disabled) -> list[dict[str, t.Any]]:
    """Sets that go come first, so that a CNAME can take the place of what stood there."""
    gone = [encode_gone(change.before, disabled) for change in changes if change.before and not change.after]
    return gone + [encode_set(change.before, change.after, disabled) for change in changes if change.after]


def encode_gone(before: RecordSet, disabled: Disabled) -> dict[str, t.Any]:
    identity = {"name": dns.fqdn(before.name), "type": before.type}
    kept = disabled.get((before.name, before.type))
    if kept:
        return {**identity, "changetype": "REPLACE", "ttl": before.ttl or NEW_TTL, "records": list(kept)}
    return {**identity, "changetype": "DELETE"}


def encode_set(before: RecordSet | None, after: RecordSet, disabled: Disabled) -> dict[str, t.Any]:
    records = [{"content": dns.to_wire_text(after.type, value), "disabled": False} for value in after.value]
    taken = {record["content"] for record in records}
    kept = [record for record in disabled.get((after.name, after.type), ()) if record["content"] not in taken]
    encoded = {
        "name": dns.fqdn(after.name),
        "type": after.type,
        "changetype": "REPLACE",
        "ttl": next(ttl for ttl in (after.ttl, before and before.ttl, NEW_TTL) if ttl is not None),
        "records": [*records, *kept],
    }
    if after.comment != (before and before.comment):
        encoded["comments"] = [{"content": after.comment, "account": ""}] if after.comment else []
    return encoded
