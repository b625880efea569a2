# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the PowerDNS driver reads what servers of all ages say, and what it says to them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns import zone as driver
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns.provider import PROVIDER
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet, Zone
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange, Where, ZoneService
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from unit.conversation import conversation, expect

FULL = {
    "id": "lab.test.",
    "name": "Lab.Test.",
    "kind": "Master",
    "masters": ["192.0.2.1:5300"],
    "serial": 7,
    "edited_serial": 2026010101,
    "account": "ops",
    "dnssec": True,
    "future": {"unknown": 1},
}


def zones(url: str, **options: t.Any) -> ZoneService:
    settings = Settings(provider="powerdns", endpoint=url, auth={"token": "k"}, api_retries=0, options=options)
    return Cloud(PROVIDER, Connection(settings, Work())).zones


def test_a_zone_is_read() -> None:
    assert driver.decode_zone(FULL) == Zone(
        id="lab.test.",
        name="lab.test",
        kind="primary",
        primaries=("192.0.2.1:5300",),
        serial=2026010101,
        extra={"account": "ops", "dnssec": True},
    )


@pytest.mark.parametrize("absent", sorted(FULL.keys() - {"id", "name"}))
@pytest.mark.parametrize("how", ["null", "missing"])
def test_any_optional_field_may_be_absent(absent: str, how: str) -> None:
    wire = {**FULL, absent: None}
    if how == "missing":
        del wire[absent]
    assert driver.decode_zone(wire).name == "lab.test"


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ("Native", "native"),
        ("Master", "primary"),
        ("Primary", "primary"),
        ("Slave", "secondary"),
        ("Secondary", "secondary"),
        ("Producer", "producer"),
        ("Brand-New", "brand-new"),
        ("", "unknown"),
    ],
)
def test_kinds_of_old_and_new_servers(wire: str, kind: str) -> None:
    assert driver.decode_zone({**FULL, "kind": wire}).kind == kind


def records(*rrsets: dict[str, t.Any]) -> list[RecordSet]:
    return list(driver.decode_sets({"rrsets": list(rrsets)}))


def rrset(**fields: t.Any) -> dict[str, t.Any]:
    return {"name": "www.lab.test.", "type": "A", "ttl": 60, "records": [{"content": "192.0.2.1"}], **fields}


def test_a_set_is_read() -> None:
    assert records(rrset(name="WWW.lab.test.", comments=[{"content": "web", "account": ""}])) == [
        RecordSet(name="www.lab.test", type="A", value=("192.0.2.1",), ttl=60, comment="web")
    ]


def test_what_may_be_absent_of_a_set() -> None:
    assert records(rrset(comments=None, ttl=None)) == [RecordSet(name="www.lab.test", type="A", value=("192.0.2.1",))]
    assert records(rrset(records=None), rrset(records=[], comments=[{"content": None}])) == []
    assert list(driver.decode_sets({"rrsets": None})) == list(driver.decode_sets({})) == []


def test_a_set_with_disabled_records_is_not_complete() -> None:
    both = [{"content": "192.0.2.1", "disabled": False}, {"content": "192.0.2.2", "disabled": True}]
    [found] = records(rrset(records=both), rrset(type="AAAA", records=both[1:]))
    assert (found.type, found.value, found.complete) == ("A", ("192.0.2.1",), False)


def test_a_value_that_makes_no_sense_to_us_is_kept_as_it_is() -> None:
    [found] = records(rrset(type="MX", records=[{"content": "what is this"}]))
    assert found.value == ("what is this",)


def test_sets_that_go_stand_first_and_disabled_records_stay() -> None:
    gone = RecordSet(name="a.lab.test", type="A", value=("192.0.2.1",), ttl=60)
    held = RecordSet(name="b.lab.test", type="A", value=("192.0.2.1",), ttl=60)
    new = RecordSet(name="c.lab.test", type="A", value=("192.0.2.1",))
    off = [{"content": content, "disabled": True} for content in ("192.0.2.1", "192.0.2.2")]
    kept = {("b.lab.test", "A"): off, ("c.lab.test", "A"): off}
    changes = [RecordChange(after=new), RecordChange(before=held), RecordChange(before=gone)]
    on = {"content": "192.0.2.1", "disabled": False}
    assert driver.encode_records(changes, kept) == [
        {"name": "b.lab.test.", "type": "A", "changetype": "REPLACE", "ttl": 60, "records": off},
        {"name": "a.lab.test.", "type": "A", "changetype": "DELETE"},
        {"name": "c.lab.test.", "type": "A", "changetype": "REPLACE", "ttl": 3600, "records": [on, off[1]]},
    ]


def test_an_update_keeps_the_ttl_and_sends_no_comments_that_did_not_change() -> None:
    before = RecordSet(name="a.lab.test", type="A", value=("192.0.2.1",), ttl=77, comment="x")
    after = RecordSet(name="a.lab.test", type="A", value=("192.0.2.2",), comment="x")
    [encoded] = driver.encode_records([RecordChange(before=before, after=after)], {})
    assert encoded["ttl"] == 77
    assert "comments" not in encoded


def test_a_ttl_of_zero_is_one() -> None:
    after = RecordSet(name="a.lab.test", type="A", value=("192.0.2.2",), ttl=0)
    before = RecordSet(name="a.lab.test", type="A", value=("192.0.2.2",), ttl=60)
    assert driver.encode_records([RecordChange(before=before, after=after)], {})[0]["ttl"] == 0


@pytest.mark.parametrize("endpoint", ["", "/", "/api/v1", "/api/v1/"])
def test_the_endpoint_may_be_written_with_or_without_the_api_in_it(endpoint: str) -> None:
    with conversation(expect("GET", "/api/v1/servers/my%20dns/zones").answer(json=[])) as cloud:
        assert list(zones(cloud.url + endpoint, server="my dns").find()) == []


def test_a_few_names_are_asked_for_one_by_one_and_many_at_once() -> None:
    path = "/api/v1/servers/localhost/zones"
    with conversation(
        expect("GET", path, query={"zone": "a.test."}).answer(json=[{"id": "a.test.", "name": "a.test."}]),
        expect("GET", path, query={"zone": "b.test."}).answer(json=[]),
        expect("GET", path, query={"dnssec": "false"}).answer(
            json=[{"id": f"{c}.test.", "name": f"{c}.test."} for c in "adx"]
        ),
    ) as cloud:
        service = zones(cloud.url)
        assert [each.name for each in service.find(Where(names=frozenset({"a.test", "b.test"})))] == ["a.test"]
        assert [each.name for each in service.find(Where(names=frozenset(f"{c}.test" for c in "abcd")))] == [
            "a.test",
            "d.test",
        ]


@pytest.mark.parametrize("answer", ["[1]", '{"a": 1}', "null", '"text"', '[{"id": 1}]', "7", "[[]]"])
def test_an_answer_of_another_shape_is_no_crash(answer: str) -> None:
    with (
        conversation(expect("GET", "/api/v1/servers/localhost/zones").answer(body=answer)) as cloud,
        pytest.raises(Unavailable, match="another shape than expected"),
    ):
        list(zones(cloud.url).find())
