# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that point to something: addresses, hosts and balancers become the records that fit."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.record import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Listener

from ..memory import CAPABILITIES, State, capable, memory_cloud
from .dns_ground import ZONE, Ground

PLAIN = capable("zone", alias=False)
OWN_ALIAS = capable("zone", alias=False, record_types=CAPABILITIES["zone"].record_types | {"ALIAS"})


def ground_with(capabilities=None):
    return Ground(TASK, State(capabilities=capabilities))


def add_balancer(ground, name, *addresses):
    made = memory_cloud(ground.state).balancers.create({"name": name, "listeners": (Listener(port=80),)}, "t" + name)
    held = ground.state.one("balancer", made.started.name)
    ground.state.put(
        "balancer", held.id, dataclasses.replace(held, address=addresses[0] if addresses else None, addresses=addresses)
    )
    ground.state.settle()
    ground.state.log.clear()


@pytest.mark.parametrize(
    ("name", "target", "capabilities", "sets"),
    [
        ("www", "192.0.2.1", None, {"www A": ["192.0.2.1"]}),
        ("www", "2001:DB8::1", None, {"www AAAA": ["2001:db8::1"]}),
        ("@", "192.0.2.1", None, {"@ A": ["192.0.2.1"]}),
        ("www", "Pages.example.net.", None, {"www CNAME": ["pages.example.net"]}),
        ("@", "pages.example.net", None, {"@ A": "pages.example.net"}),
        ("@", "pages.example.net", OWN_ALIAS, {"@ ALIAS": ["pages.example.net"]}),
        ("www", "pages.example.net", OWN_ALIAS, {"www CNAME": ["pages.example.net"]}),
    ],
)
def test_a_target_becomes_the_record_that_fits(name, target, capabilities, sets):
    ground = ground_with(capabilities)

    ground.thrice(zone=ZONE, name=name, target=target)

    assert ground.sets() == sets


def test_the_zone_itself_cannot_point_to_a_host_without_aliases():
    message = ground_with(PLAIN).message(zone=ZONE, name="@", target="pages.example.net")

    assert message.startswith("record @: the zone's own name cannot point to the host name pages.example.net")
    assert "the provider memory has no aliases" in message


def test_a_target_takes_the_place_of_other_addresses_of_the_name():
    ground = ground_with(PLAIN)
    ground.put("www", "A", "192.0.2.1")
    ground.put("www", "AAAA", "2001:db8::1")

    result = ground.thrice(zone=ZONE, name="www", target="pages.example.net")

    assert result["plan"] == [
        "delete record www.example.com A (for CNAME)",
        "delete record www.example.com AAAA (for CNAME)",
        "create record www.example.com CNAME: value pages.example.net",
    ]
    ground.thrice(zone=ZONE, name="www", target="192.0.2.7")
    assert ground.sets() == {"www A": ["192.0.2.7"]}


def test_absent_takes_all_addresses_of_the_name_and_nothing_else():
    ground = ground_with(PLAIN)
    for type, value in (("A", "192.0.2.1"), ("AAAA", "2001:db8::1"), ("TXT", "stays")):
        ground.put("www", type, value)

    ground.thrice(zone=ZONE, name="www", target="gone", state="absent")

    assert ground.sets() == {"www TXT": ["stays"]}


def test_a_balancer_with_addresses_of_both_families():
    ground = ground_with(PLAIN)
    ground.put("www", "CNAME", "old.example.net")
    add_balancer(ground, "web", "192.0.2.80", "2001:db8::80")

    result = ground.thrice(zone=ZONE, name="www", target="web", ttl=60)

    assert ground.sets() == {"www A": ["192.0.2.80"], "www AAAA": ["2001:db8::80"]}
    assert [each["type"] for each in result["records"]] == ["A", "AAAA"]
    assert result["record"]["type"] == "A"


def test_a_balancer_with_a_host_name():
    for capabilities, sets in ((PLAIN, {"www CNAME": ["lb7.example.net"]}), (None, {"www A": "lb7.example.net"})):
        ground = ground_with(capabilities)
        add_balancer(ground, "web", "lb7.example.net")
        ground.thrice(zone=ZONE, name="www", target="web")
        assert ground.sets() == sets


def test_check_mode_takes_a_missing_balancer_for_one_that_is_to_come():
    ground = ground_with()

    result = ground.check(zone=ZONE, name="www", target="web")

    assert result["plan"] == ["create record www.example.com A: value (known after create balancer web)"]
    assert result["record"]["value"] == ["(known after create balancer web)"]
    assert "there is no balancer web yet" in ground.heard.warnings[0]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"target": "wep"}, "there is no balancer wep on memory; nearest: web"),
        ({"target": "idle"}, "the balancer idle has no address yet"),
        ({"target": "192.0.2.1", "type": "AAAA"}, "target 192.0.2.1 gives records of type A and none of type AAAA"),
        ({"target": "pages.example.net", "type": "AAAA"}, "which gives a CNAME and no AAAA; leave type out"),
        ({"target": "a b.example.net"}, "it has a space"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(given, says):
    ground = ground_with(PLAIN)
    add_balancer(ground, "web", "192.0.2.80")
    add_balancer(ground, "idle")

    assert says in ground.message(zone=ZONE, name="www", **given)
