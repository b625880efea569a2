# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the PowerDNS driver sends fits the description that PowerDNS publishes of its API."""

from __future__ import annotations

import typing as t

import jsonschema
import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns import zone as driver
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns.provider import PROVIDER
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet, Zone
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import (
    RecordChange,
    Where,
    ZoneFields,
    ZoneService,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from contract.openapi import Contract
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.conversation import Conversation, conversation, expect

CONTRACT = Contract("powerdns-auth.openapi.json", "/api/v1")
ZONES = "/api/v1/servers/localhost/zones"
ODD = Zone(id="0=2F26.2.0.192.in-addr.arpa.", name="0/26.2.0.192.in-addr.arpa")
ODD_PATH = f"{ZONES}/0%3D2F26.2.0.192.in-addr.arpa."
OLD = RecordSet(name="a.lab.test", type="A", value=("192.0.2.1",), ttl=60, comment="old")
NEW = RecordSet(name="b.lab.test", type="TXT", value=("new",), comment="new")
WIRE_ZONE = {"id": "lab.test.", "name": "lab.test.", "kind": "Native"}


def service(cloud: Conversation) -> ZoneService:
    settings = Settings(provider="powerdns", endpoint=cloud.url, auth={"token": "k"})
    return Cloud(PROVIDER, Connection(settings, Work())).zones


def test_every_verb() -> None:
    with conversation(
        expect("GET", ZONES).answer(json=[WIRE_ZONE]),
        expect("GET", ZONES, query={"zone": "lab.test."}).answer(json=[]),
        expect("POST", ZONES, headers={"X-API-Key": "k"}).answer(201, json=WIRE_ZONE),
        expect("PUT", ODD_PATH).answer(204),
        expect("GET", ODD_PATH, query={}).answer(json={}),
        expect("GET", ODD_PATH, query={"rrset_name": "a.lab.test.", "rrset_type": "A"}).answer(json={}),
        expect("GET", ODD_PATH, query={"rrset_name": "a.lab.test."}).answer(json={}),
        expect("GET", ODD_PATH, query={}).answer(json={}),
        expect("PATCH", ODD_PATH).answer(204),
        expect("DELETE", ODD_PATH).answer(204),
    ) as cloud:
        zones = service(cloud)
        list(zones.find())
        list(zones.find(Where(names=frozenset({"lab.test"}))))
        zones.create({"name": "lab.test", "kind": "secondary", "primaries": ("192.0.2.1",), "extra": {"account": "x"}})
        zones.update(ODD, {"kind": "primary", "primaries": ()})
        list(zones.find_records(ODD))
        list(zones.find_records(ODD, Where(names=frozenset({"a.lab.test"}), types=frozenset({"A"}))))
        list(zones.find_records(ODD, Where(names=frozenset({"a.lab.test"}), types=frozenset({"A", "AAAA"}))))
        zones.change_records(ODD, [RecordChange(after=NEW), RecordChange(before=OLD, after=OLD)])
        zones.delete(ODD)
        operations = [CONTRACT.check(said) for said in cloud.said]
    assert sorted(set(operations)) == ["createZone", "deleteZone", "listZone", "listZones", "patchZone", "putZone"]


texts = st.text(max_size=20)
sets = st.builds(
    RecordSet,
    name=st.just("www.lab.test"),
    type=st.sampled_from(["TXT", "X"]),
    value=st.lists(texts, min_size=1, max_size=3, unique=True).map(tuple),
    ttl=st.none() | st.integers(0, 2**31 - 1),
    comment=st.none() | texts,
)
changes = st.builds(RecordChange, before=st.none() | sets, after=st.none() | sets)
disabled = st.dictionaries(
    st.tuples(st.just("www.lab.test"), st.sampled_from(["TXT", "X"])),
    st.lists(st.fixed_dictionaries({"content": texts, "disabled": st.just(True)}), min_size=1),
)


@settings(max_examples=100)
@given(st.lists(changes, max_size=4), disabled)
def test_every_set_of_changes(asked: list[RecordChange], kept: t.Any) -> None:
    for rrset in driver.encode_records(asked, kept):
        if rrset["changetype"] == "DELETE":
            assert "ttl" not in rrset, "the description's prose forbids it"
            rrset = {**rrset, "ttl": 0, "records": []}
        jsonschema.validate(rrset, CONTRACT.schema("RRSet"))
        assert rrset["changetype"] in ("DELETE", "REPLACE")


fields = st.fixed_dictionaries(
    {"name": st.just("lab.test")},
    optional={
        "kind": st.sampled_from(["native", "primary", "secondary"]),
        "primaries": st.lists(st.just("192.0.2.1")).map(tuple),
        "nameservers": st.lists(st.just("ns1.lab.test")).map(tuple),
        "extra": st.fixed_dictionaries(
            {}, optional={"account": texts, "dnssec": st.booleans(), "api_rectify": st.booleans(), "soa_edit": texts}
        ),
    },
)


@settings(max_examples=100)
@given(fields)
def test_every_new_zone(new: ZoneFields) -> None:
    body = driver.encode_zone(new)
    jsonschema.validate(body, CONTRACT.schema("Zone"))
    assert body["name"] == "lab.test."


@pytest.mark.parametrize("kind", driver.KINDS.values())
def test_every_kind_is_one_that_the_description_knows(kind: str) -> None:
    assert kind in CONTRACT.document["components"]["schemas"]["Zone"]["properties"]["kind"]["enum"]


def test_every_extra_key_is_a_property_of_a_zone_of_that_type() -> None:
    types = {"str": "string", "bool": "boolean"}
    properties = CONTRACT.document["components"]["schemas"]["Zone"]["properties"]
    for name, key in driver.CAPABILITIES.extra.items():
        assert properties[name]["type"] == types[key.type]
