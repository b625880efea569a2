# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine holds its promises for balancers, zones and record sets."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile import balancer
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Balancer, Member, Node, NodeState
from ansible_collections.anycloud.core.tests.unit.memory import State
from hypothesis import strategies as st

from .examples import HOWS, able, cases, labels, promises, written
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
