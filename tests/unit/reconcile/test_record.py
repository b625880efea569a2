# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cloud_record does with a zone, as a user would tell it."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.record import TASK

from ..memory import State, capable
from .dns_ground import ZONE, Ground

WWW = {"zone": ZONE, "name": "www", "type": "A", "value": ["192.0.2.1"], "ttl": 300}


@pytest.fixture
def ground():
    return Ground(TASK)


def test_a_record_is_planned_created_and_then_left_alone(ground):
    result = ground.thrice(**WWW)

    assert result["changed"] is True
    assert result["plan"] == ["create record www.example.com A: value 192.0.2.1, ttl 300"]
    assert result["diff"]["before"] == {"state": "absent"}
    assert result["diff"]["after"] == {"state": "present", "value": ["192.0.2.1"], "ttl": 300}
    assert result["record"]["value"] == ["192.0.2.1"]
    assert result["record"]["zone"] == ZONE
    assert ground.sets() == {"www A": ["192.0.2.1"]}


def test_an_unchanged_record_costs_two_requests(ground):
    ground.run(**WWW)
    ground.state.log.clear()

    ground.run(**WWW)

    assert len(ground.state.log) == 2


def test_only_what_was_said_is_changed(ground):
    ground.put("www", "A", "192.0.2.1", ttl=60)

    result = ground.thrice(zone=ZONE, name="www", type="A", value="192.0.2.2")

    assert result["plan"] == ["change record www.example.com A: value 192.0.2.1 -> 192.0.2.2"]
    assert result["record"]["ttl"] == 60


def test_the_time_alone_can_be_changed(ground):
    ground.put("www", "A", "192.0.2.1", ttl=60)

    result = ground.thrice(zone=ZONE, name="www", type="A", ttl=61)

    assert result["diff"]["before"] == {"ttl": 60}
    assert result["diff"]["after"] == {"ttl": 61}
    assert ground.sets() == {"www A": ["192.0.2.1"]}


@pytest.mark.parametrize("name", ["www", "WWW", "www.example.com", "www.Example.com."])
@pytest.mark.parametrize("value", ["10 mail.example.net", "10  MAIL.example.net.", ["010 mail.example.net"]])
def test_other_spellings_change_nothing(ground, name, value):
    ground.put("www", "MX", "10 mail.example.net")

    assert ground.run(zone=ZONE.upper(), name=name, type="mx", value=value)["changed"] is False


def test_the_order_of_values_and_repeated_ones_do_not_count(ground):
    ground.put("www", "A", "192.0.2.1", "192.0.2.2")

    assert (
        ground.run(zone=ZONE, name="www", type="A", value=["192.0.2.2", "192.0.2.1", "192.0.2.2"])["changed"] is False
    )


def test_values_can_be_added_to_those_that_are_there(ground):
    ground.put("www", "A", "192.0.2.1")

    ground.thrice(zone=ZONE, name="www", type="A", value="192.0.2.2", purge_values=False)

    assert ground.sets() == {"www A": ["192.0.2.1", "192.0.2.2"]}


def test_one_value_can_be_taken_away_and_the_last_one_takes_the_record_along(ground):
    ground.put("www", "A", "192.0.2.1", "192.0.2.2")

    first = ground.thrice(zone=ZONE, name="www", type="A", value="192.0.2.1", state="absent")
    assert first["plan"] == ["change record www.example.com A: value 192.0.2.1, 192.0.2.2 -> 192.0.2.2"]
    second = ground.thrice(zone=ZONE, name="www", type="A", value=["192.0.2.2", "192.0.2.9"], state="absent")
    assert second["plan"] == ["delete record www.example.com A"]
    assert ground.sets() == {}


def test_a_record_is_deleted_and_its_neighbours_stay(ground):
    ground.put("www", "A", "192.0.2.1", ttl=60)
    ground.put("www", "TXT", "hello")

    result = ground.thrice(zone=ZONE, name="www", type="A", state="absent")

    assert result["diff"]["before"] == {"state": "present", "value": ["192.0.2.1"], "ttl": 60}
    assert result["diff"]["after"] == {"state": "absent"}
    assert result["record"] is None
    assert ground.sets() == {"www TXT": ["hello"]}


def test_a_comma_in_a_text_does_not_cut_it(ground):
    ground.thrice(zone=ZONE, name="@", type="TXT", value="v=DKIM1, k=rsa, p=abc")

    assert ground.sets() == {"@ TXT": ["v=DKIM1, k=rsa, p=abc"]}


def test_names_and_values_in_other_languages(ground):
    result = ground.thrice(zone=ZONE, name="bücher", type="CNAME", value="straße.example")

    assert result["record"]["name"] == "xn--bcher-kva.example.com"
    assert result["record"]["value"] == ["xn--strae-oqa.example"]


def test_a_host_of_one_word_is_in_the_zone_and_one_with_a_dot_is_a_full_name(ground):
    ground.thrice(zone=ZONE, name="a", type="CNAME", value="www")
    ground.thrice(zone=ZONE, name="b", type="CNAME", value="@")
    ground.thrice(zone=ZONE, name="c", type="CNAME", value="www.")
    ground.thrice(zone=ZONE, name="@", type="MX", value=["10 mail", "20 mail.example.net"])

    assert ground.sets() == {
        "a CNAME": ["www.example.com"],
        "b CNAME": ["example.com"],
        "c CNAME": ["www"],
        "@ MX": ["10 mail.example.com", "20 mail.example.net"],
    }


def test_an_address_stands_for_its_name_in_a_zone_of_addresses():
    for zone, address, name in [
        ("2.0.192.in-addr.arpa", "192.0.2.7", "7.2.0.192.in-addr.arpa"),
        ("8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::7", "7" + ".0" * 23 + ".8.b.d.0.1.0.0.2.ip6.arpa"),
    ]:
        ground = Ground(TASK, zone=False)
        ground.zones.create({"name": zone})
        result = ground.thrice(zone=zone, name=address, type="PTR", value="www.example.com")
        assert result["record"]["name"] == name
    assert "is outside of the zone" in ground.message(
        zone=zone, name="2001:db9::7", type="PTR", value="www.example.com"
    )


def test_of_many_changes_the_first_hundred_are_told(ground):
    for number in range(150):
        ground.put(f"h{number}", "A", "192.0.2.1")
    purge = {"zone": ZONE, "records": [], "purge": True}

    assert ground.message(**purge).endswith("; and 50 more")
    result = ground.thrice(**purge, allow=["data_loss"])
    assert (len(result["plan"]), len(result["diff"]), len(result["outcomes"])) == (101, 100, 150)


def test_many_records_go_in_as_few_batches_as_the_cloud_allows(ground):
    records = [{"name": f"h{number}", "type": "A", "value": f"192.0.2.{number}"} for number in range(10)]

    result = ground.thrice(zone=ZONE, records=records)

    assert [len(each.fields["changes"]) for each in ground.state.mutations()] == [4, 4, 2]
    assert len(result["records"]) == len(result["outcomes"]) == len(result["diff"]) == 10
    assert result["outcomes"][3] == {
        "name": "h3.example.com A",
        "changed": True,
        "plan": ["create record h3.example.com A: value 192.0.2.3"],
        "failure": None,
    }
    assert "record" not in result


def test_a_cname_gives_way_before_what_takes_its_place_in_one_batch(ground):
    ground.put("www", "CNAME", "old.example.net")

    ground.thrice(
        zone=ZONE,
        records=[
            {"name": "www", "type": "A", "value": "192.0.2.1"},
            {"name": "www", "type": "CNAME", "state": "absent"},
        ],
    )

    (batch,) = [each.fields["changes"] for each in ground.state.mutations()]
    assert [change.after is None for change in batch] == [True, False]
    assert ground.sets() == {"www A": ["192.0.2.1"]}


def test_a_purge_deletes_what_is_not_named_and_nothing_else(ground):
    for name, type, value in [
        ("www", "A", "192.0.2.1"),
        ("old", "A", "192.0.2.2"),
        ("_acme-challenge.www", "TXT", "token"),
        ("@", "CAA", '0 issue "ca.example"'),
        ("sub", "NS", "ns.example.net"),
    ]:
        ground.put(name, type, value)
    ground.put("strange", "A", "192.0.2.3", complete=False)

    result = ground.thrice(
        zone=ZONE,
        records=[{"name": "www", "type": "A", "value": "192.0.2.1"}],
        purge=True,
        ignore=["_acme-challenge*", "* caa"],
    )

    assert result["plan"] == [
        "delete record old.example.com A (not in records)",
        "delete record sub.example.com NS (not in records)",
    ]
    assert sorted(ground.sets()) == ["@ CAA", "_acme-challenge.www TXT", "strange A", "www A"]
    assert [each["name"] for each in result["outcomes"]] == [
        "www.example.com A",
        "old.example.com A",
        "sub.example.com NS",
    ]


def test_a_purge_leaves_the_keys_of_dnssec():
    types = {"A", "NS", "SOA", "CDS", "DNSKEY", "RRSIG", "DS"}
    ground = Ground(TASK, State(capabilities=capable("zone", record_types=frozenset(types))))
    ground.put("@", "DNSKEY", "257 3 13 AAAA")
    ground.put("@", "CDS", "1 13 2 ab")
    ground.put("www", "RRSIG", "whatever")
    ground.put("sub", "DS", "1 13 2 ab")

    result = ground.thrice(zone=ZONE, records=[{"name": "a", "type": "A", "value": "192.0.2.1"}], purge=True)

    assert result["plan"] == [
        "create record a.example.com A: value 192.0.2.1",
        "delete record sub.example.com DS (not in records)",
    ]


def test_a_purge_with_nothing_left_needs_leave(ground):
    ground.put("www", "A", "192.0.2.1")

    assert "the plan needs allow: [data_loss]" in ground.message(zone=ZONE, records=[], purge=True)
    ground.thrice(zone=ZONE, records=[], purge=True, allow=["data_loss"])
    assert ground.sets() == {}


def test_the_soa_keeps_the_serial_of_the_server(ground):
    soa = "ns9.example.net. hostmaster@example.com 5 1h 10m 1w 5m"

    result = ground.thrice(zone=ZONE, name="@", type="SOA", value=soa)

    assert result["record"]["value"] == ["ns9.example.net hostmaster.example.com 1 3600 600 604800 300"]


def test_check_mode_takes_a_missing_zone_for_one_that_is_to_come():
    ground = Ground(TASK, zone=False)

    result = ground.check(**WWW)

    assert result["plan"] == ["create record www.example.com A: value 192.0.2.1, ttl 300"]
    assert ground.heard.warnings == ["there is no zone example.com yet; this goes on as if an earlier task had made it"]


def test_a_missing_zone_fails_with_the_nearest_names(ground):
    assert (
        ground.message(**{**WWW, "zone": "exampel.com"})
        == "there is no zone exampel.com on memory; nearest: example.com"
    )


def test_records_of_a_zone_that_is_gone_are_absent():
    ground = Ground(TASK, zone=False)

    result = ground.thrice(zone=ZONE, name="www", type="A", state="absent")

    assert result["changed"] is False
    assert "no zone example.com" in ground.heard.warnings[0]


def test_a_zone_can_be_named_by_its_id(ground):
    zone = next(iter(ground.zones.find()))

    ground.thrice(**{**WWW, "zone": zone.id})


def test_records_of_a_copy_are_changed_elsewhere():
    ground = Ground(TASK, zone=False)
    ground.zones.create({"name": ZONE, "kind": "secondary", "primaries": ("192.0.2.53",)})

    assert "zone example.com is secondary" in ground.message(**WWW)


def test_an_alias_takes_the_place_of_values(ground):
    ground.put("www", "A", "192.0.2.1", ttl=60)

    ground.thrice(zone=ZONE, name="www", type="A", alias={"target": "LB.example.net."})
    assert ground.sets() == {"www A": "lb.example.net"}
    ground.thrice(**WWW)
    assert ground.sets() == {"www A": ["192.0.2.1"]}


def test_routed_records_live_side_by_side():
    ground = Ground(TASK)

    for colour, weight in (("blue", 10), ("green", 90)):
        ground.thrice(**WWW, set_id=colour, routing={"weight": weight})

    assert "made of routed sets (blue, green); say with set_id which one" in ground.message(**WWW)
    result = ground.thrice(**WWW, set_id="blue", routing={"weight": 20})
    assert result["plan"] == ["change record www.example.com A (set blue): routing weight=10 -> weight=20"]
