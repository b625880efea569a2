# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Balancers: a whole one in one task, its doors and its members."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.balancer import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node, NodeState
from ansible_collections.anycloud.core.tests.unit.memory import State, capable

from .trial import Trial


def trial_with_nodes(**others: t.Any) -> Trial:
    state = State(**others)
    for number in (1, 2):
        node = Node(id=f"id-{number}", name=f"web-{number}", state=NodeState.RUNNING, private_ips=(f"10.0.0.{number}",))
        state.put("node", node.id, node)
    return Trial(TASK, state)


def verbs(trial: Trial) -> list[str]:
    return [call.verb for call in trial.state.mutations()]


def test_a_whole_balancer_is_made_by_one_call() -> None:
    trial = trial_with_nodes()

    made = trial.made(
        name="web",
        listeners=[{"port": 80}, {"port": 443, "protocol": "https", "certificate": "c", "target_port": 80}],
        members=["web-1", "web-2:8080", "192.0.2.7", "[2001:DB8::7]:80", {"address": "app.example.org", "weight": 2}],
        health_check={"protocol": "http", "path": "/up"},
    )

    assert verbs(trial) == ["create"]
    assert [(m["address"], m["port"], m["weight"]) for m in made["balancer"]["members"]] == [
        ("192.0.2.7", None, None),
        ("2001:db8::7", 80, None),
        ("app.example.org", None, 2),
        ("10.0.0.1", None, None),
        ("10.0.0.2", 8080, None),
    ]
    assert made["diff"]["after"]["members"] == [
        "192.0.2.7",
        "[2001:db8::7]:80",
        "app.example.org (weight 2)",
        "web-1",
        "web-2:8080",
    ]


def test_where_members_are_nodes_they_are_named_by_id() -> None:
    trial = trial_with_nodes(capabilities=capable("balancer", members=frozenset({"node"})))

    made = trial.made(name="web", members=["web-1:80"])

    assert made["balancer"]["members"][0]["node"] == "id-1"
    assert "send to nodes only" in trial.refused(name="web", members=["192.0.2.1"])["msg"]


def test_what_is_not_mentioned_stays_unless_it_is_purged() -> None:
    trial = trial_with_nodes()
    trial.made(name="web", listeners=[{"port": 80}], members=["web-1", "web-2"])

    more = trial.made(name="web", listeners=[{"port": 81}], members=["192.0.2.7"])
    less = trial.made(
        name="web", listeners=[{"port": 81}], members=["192.0.2.7"], purge_members=True, purge_listeners=True
    )

    assert more["diff"]["after"]["members"] == ["10.0.0.1", "10.0.0.2", "192.0.2.7"]
    assert [listener["port"] for listener in more["balancer"]["listeners"]] == [80, 81]
    assert [member["address"] for member in less["balancer"]["members"]] == ["192.0.2.7"]
    assert [listener["port"] for listener in less["balancer"]["listeners"]] == [81]


def test_new_doors_open_first_and_old_ones_close_last() -> None:
    trial = trial_with_nodes()
    trial.made(name="web", listeners=[{"port": 80}, {"port": 81}], algorithm="round_robin")
    trial.state.log.clear()

    made = trial.made(
        name="web",
        listeners=[{"port": 81, "protocol": "http"}, {"port": 82}],
        purge_listeners=True,
        algorithm="source_ip",
    )

    assert verbs(trial) == ["add_listener", "update", "update_listener", "remove_listener"]
    assert made["plan"] == [
        "add listener 82 of balancer web: protocol tcp",
        "change balancer web: algorithm round_robin -> source_ip",
        "change listener 81 of balancer web: protocol tcp -> http",
        "remove listener 80 of balancer web",
    ]
    assert made["diff"]["before"]["listener 81"] == {"protocol": "tcp"}
    assert made["diff"]["after"]["listener 81"] == {"protocol": "http"}


def test_check_mode_shows_the_listeners_to_come() -> None:
    trial = trial_with_nodes()
    trial.made(name="web", listeners=[{"port": 80}])

    planned = trial.foretold(name="web", listeners=[{"port": 81}], purge_listeners=True)

    assert [listener["port"] for listener in planned["balancer"]["listeners"]] == [81]


def test_a_listener_that_cannot_change_is_replaced() -> None:
    trial = trial_with_nodes(lacks=["balancer.update_listener"])
    trial.made(name="web", listeners=[{"port": 80}])
    trial.state.log.clear()

    made = trial.made(name="web", listeners=[{"port": 80, "protocol": "http"}])

    assert verbs(trial) == ["remove_listener", "add_listener"]
    assert "cannot change it in place" in made["plan"][0]


def test_a_weight_that_is_not_written_stays() -> None:
    trial = trial_with_nodes()
    trial.made(name="web", members=[{"node": "web-1", "port": 80, "weight": 3}])

    assert trial.run(name="web", members=["web-1:80"], purge_members=True)["changed"] is False
    assert trial.made(name="web", members=[{"node": "web-1", "port": 80, "weight": 4}])["diff"]["after"] == {
        "members": ["web-1:80 (weight 4)"]
    }


def test_a_health_check_keeps_what_is_not_written() -> None:
    trial = trial_with_nodes()
    trial.made(name="web", health_check={"protocol": "http", "path": "/up", "interval": 5})

    changed = trial.made(name="web", health_check={"interval": 2})
    plain = trial.made(name="web", health_check={"protocol": "tcp"})

    assert changed["diff"]["after"]["health_check"] == {"interval": 2, "path": "/up", "protocol": "http"}
    assert plain["diff"]["after"]["health_check"] == {"interval": 2, "protocol": "tcp"}


def test_stickiness_comes_and_goes() -> None:
    trial = trial_with_nodes()

    trial.made(name="web", stickiness={"type": "cookie", "cookie": "a"})
    gone = trial.made(name="web", stickiness={"type": "none"})

    assert gone["balancer"]["stickiness"] is None


def test_a_member_that_is_no_node_is_foretold_and_then_an_error() -> None:
    trial = trial_with_nodes()

    planned = trial.foretold(name="web", members=["web-3:80"])
    refused = trial.refused(name="web", members=["web-3:80"])

    assert planned["diff"]["after"]["members"] == ["(known after create node web-3)"]
    assert planned["balancer"]["members"][0]["address"] == "(known after create node web-3)"
    assert refused["failure"]["kind"] == "not_found" and "nearest: web-" in refused["msg"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"members": ["http://x"]}, "neither a node nor an IP address"),
        ({"members": ["web-1:99999"]}, "ports go from 1 to 65535"),
        ({"members": [{"node": "a", "address": "b"}]}, "either node or address"),
        ({"members": [{"node": "a", "prot": 80}]}, "either node or address"),
        ({"members": [7]}, "neither text nor a dictionary"),
        ({"members": ["web-1", "web-1"]}, "web-1 more than once"),
        ({"members": [{"address": "not a host"}]}, "neither an IP address nor a host name"),
        ({"listeners": [{"port": 0}]}, "ports go from 1 to 65535"),
        ({"listeners": [{"port": 80}, {"port": 80}]}, "port 80 more than once"),
        ({"algorithm": "roundrobin"}, "nearest: round_robin"),
        ({"health_check": {"path": "/up"}}, "say which with health_check.protocol"),
        ({"health_check": {"protocol": "http", "path": "up"}}, "begins with a slash"),
        ({"health_check": {"protocol": "http", "path": "/up\r\nHost: x"}}, "begins with a slash"),
        ({"health_check": {"protocol": "tcp", "interval": 0}}, "1 at least"),
    ],
)
def test_bad_input_gives_one_sentence(given: dict[str, t.Any], said: str) -> None:
    assert said in trial_with_nodes().refused(name="web", **given)["msg"]


def test_a_protocol_that_the_provider_lacks() -> None:
    trial = trial_with_nodes(capabilities=capable("balancer", protocols=frozenset({"tcp"})))

    assert (
        "has no protocol http; nearest: tcp; known: tcp"
        in trial.refused(name="web", listeners=[{"port": 80, "protocol": "http"}])["msg"]
    )


def test_a_setting_of_listeners_that_the_provider_lacks() -> None:
    trial = trial_with_nodes(capabilities=capable("balancer", listener_fields=frozenset({"protocol"})))

    refused = trial.refused(name="web", listeners=[{"port": 443, "certificate": "mine"}])

    assert refused["failure"]["kind"] == "unsupported" and "listeners.certificate" in refused["msg"]


def test_a_weight_that_is_too_heavy_for_the_provider() -> None:
    trial = trial_with_nodes(capabilities=capable("balancer", limits={"weight": 256}))

    assert "has the weight 257" in trial.refused(name="web", members=[{"node": "web-1", "weight": 257}])["msg"]


def test_absent() -> None:
    trial = trial_with_nodes()
    trial.made(name="web", listeners=[{"port": 80}], members=["web-1"])

    gone = trial.made(name="web", state="absent")

    assert gone["plan"] == ["delete balancer web"]
    assert gone["balancer"] is None and gone["balancers"] == []
