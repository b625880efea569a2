# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine holds its promises for balancers, zones and record sets."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile import balancer, record, zone
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import (
    Balancer,
    Member,
    Node,
    NodeState,
    RecordSet,
    Zone,
)
from ansible_collections.anycloud.core.tests.unit.memory import State
from hypothesis import strategies as st

from .examples import HOWS, Drawn, able, cases, labels, promises, written
from .worlds import Subject

pytestmark = pytest.mark.fuzz

LIVE = (How.LIVE, How.LIVE, None)


def balancers_of_others(state: State) -> None:
    for number, name in enumerate(("one", "two")):
        ips = (f"10.0.0.{number}",)
        state.put("node", f"node-{name}", Node(id=f"node-{name}", name=name, state=NodeState.RUNNING, private_ips=ips))
    state.put("balancer", "lb-0", Balancer(id="lb-0", name="other", members=(Member(address="10.0.0.0"),)))


LISTENERS = st.lists(
    st.fixed_dictionaries(
        {"port": st.sampled_from([80, 443, 8080])},
        optional={
            "protocol": st.sampled_from(["tcp", "http", "https"]),
            "target_port": st.sampled_from([8000, 8001]),
            "certificate": st.just("c1"),
        },
    ),
    max_size=3,
    unique_by=lambda each: each["port"],
)
MEMBERS = st.lists(
    st.sampled_from(["one", "one:81", "two", "192.0.2.1:80", "ghost", "[2001:db8::1]:80"])
    | st.sampled_from([{"node": "two", "port": 81, "weight": 2}, {"address": "app.example.org", "port": 80}]),
    max_size=3,
    unique_by=repr,
)
BALANCER = {
    "listeners": LISTENERS,
    "purge_listeners": st.booleans(),
    "members": MEMBERS,
    "purge_members": st.booleans(),
    "algorithm": st.sampled_from(["round_robin", "source_ip"]),
    "health_check": st.fixed_dictionaries(
        {},
        optional={
            "protocol": st.sampled_from(["tcp", "http"]),
            "path": st.just("/up"),
            "interval": st.sampled_from([1, 5]),
        },
    ),
    "stickiness": st.sampled_from([{"type": "none"}, {"type": "source_ip"}, {"type": "cookie", "cookie": "a"}]),
    "location": st.sampled_from(["north", "l-south"]),
    "networks": st.lists(st.sampled_from(["n1", "n2"]), unique=True),
    "size": st.sampled_from(["s", "l"]),
    "labels": labels,
    "purge_labels": st.booleans(),
}
TestBalancer = promises(
    Subject(
        kind="balancer",
        task=balancer.TASK,
        stage=balancers_of_others,
        names=frozenset({"web"}),
        words={
            "update": "change",
            "add_listener": "add",
            "update_listener": "change",
            "remove_listener": "remove",
        },
    ),
    cases(
        able(
            "balancer",
            {
                "listeners": LIVE,
                "members": LIVE,
                **dict.fromkeys(
                    ("algorithm", "health_check", "stickiness", "location", "networks", "size", "labels"), HOWS
                ),
            },
            members=st.sampled_from([frozenset({"address"}), frozenset({"node"}), frozenset({"node", "address"})]),
        ),
        written(BALANCER, name="web"),
        written({**BALANCER, "state": st.sampled_from(["present", "present", "absent"])}, name="web"),
    ),
)


def zones_of_others(state: State) -> None:
    state.put("zone", "z-other", Zone(id="z-other", name="example.net"))
    state.put("record/z-other", "ns", RecordSet(name="example.net", type="NS", value=("ns1.example.net",)))


ZONE = {
    "kind": st.sampled_from(["native", "primary", "secondary"]),
    "primaries": st.lists(st.sampled_from(["192.0.2.1", "192.0.2.2"]), unique=True),
    "ttl": st.sampled_from([300, 600]),
    "networks": st.lists(st.sampled_from(["n1", "n2"]), unique=True),
    "comment": st.sampled_from(["a", "b", ""]),
    "labels": labels,
    "purge_labels": st.booleans(),
}
TestZone = promises(
    Subject(
        kind="zone",
        task=zone.TASK,
        stage=zones_of_others,
        names=frozenset({"example.org"}),
        words={"update": "change"},
        inner=("record/zone-",),
    ),
    cases(
        able("zone", dict.fromkeys(("kind", "primaries", "ttl", "networks", "comment", "labels"), HOWS)),
        written(ZONE, name="example.org"),
        written({**ZONE, "state": st.sampled_from(["present", "present", "absent"])}, name="Example.org."),
    ),
)


def records_of_others(state: State) -> None:
    """A zone with what nobody may purge, and with what is only purged where that was asked."""
    state.put("zone", "zone-0", Zone(id="zone-0", name="example.org"))
    for each in (
        RecordSet(name="example.org", type="SOA", value=("ns1.example.org h.example.org 1 2 3 4 5",), ttl=60),
        RecordSet(name="example.org", type="NS", value=("ns1.example.org",), ttl=60),
        RecordSet(name="strange.example.org", type="A", value=("192.0.2.9",), ttl=60, complete=False),
        RecordSet(name="_acme.example.org", type="TXT", value=("token",), ttl=60),
        RecordSet(name="old.example.org", type="A", value=("192.0.2.8",), ttl=60),
    ):
        state.put("record/zone-0", f"{each.name} {each.type} ", each)


VALUES = {
    "A": st.lists(st.sampled_from(["192.0.2.1", "192.0.2.2", "192.0.2.3"]), min_size=1, unique=True),
    "TXT": st.sampled_from([["hello"], ["v=spf1 -all", "hello"], ['"quoted" "text"']]),
    "CNAME": st.sampled_from([["example.net."], ["Example.NET"]]),
}
TYPE_AND_VALUE = st.sampled_from(sorted(VALUES)).flatmap(
    lambda type: VALUES[type].map(lambda value: {"type": type, "value": value})
)
SET = {"ttl": st.sampled_from([60, 300]), "comment": st.sampled_from(["a", "b"]), "purge_values": st.booleans()}
ABLE = able(
    "zone",
    {},
    atomic=st.booleans(),
    limits=st.sampled_from([{"record_changes": 1}, {"record_changes": 2}, {}]),
    record_fields=st.sampled_from([frozenset({"ttl"}), frozenset({"ttl", "comment"})]),
)
RECORDS = Subject(
    kind="zone",
    task=record.TASK,
    stage=records_of_others,
    names=frozenset({"www.example.org"}),
    shelf="record/zone-0",
    covers=frozenset({"value"}),
)


def one(optional: t.Mapping[str, Drawn], **fixed: t.Any) -> Drawn:
    return st.builds(lambda said, more: {**more, **said}, TYPE_AND_VALUE, written(optional, **fixed))


TestRecord = promises(
    RECORDS,
    cases(
        ABLE,
        one(SET, zone="example.org", name="www"),
        one({**SET, "state": st.sampled_from(["present", "present", "absent"])}, zone="example.org", name="www"),
    ),
)
MANY = st.lists(
    st.builds(
        lambda said, name, ttl: {**said, "name": name, **ttl},
        TYPE_AND_VALUE,
        st.sampled_from(["www", "ftp", "mail"]),
        written({"ttl": st.sampled_from([60, 300])}),
    ),
    max_size=4,
    unique_by=lambda each: each["name"],
)
TestRecords = promises(
    dataclasses.replace(
        RECORDS,
        names=frozenset({"www.example.org", "ftp.example.org", "mail.example.org", "old.example.org"}),
        covers=frozenset({"value", "ttl"}),
    ),
    cases(
        ABLE,
        st.builds(lambda many: {"zone": "example.org", "records": many}, MANY),
        st.builds(
            lambda many, purge: {"zone": "example.org", "records": many, **purge},
            MANY,
            st.sampled_from([{}, {"purge": True, "ignore": ["_acme*"]}]),
        ),
    ),
)
