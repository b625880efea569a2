# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud in memory does what the tests of the engine count on."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import (
    CloudError,
    Conflict,
    TokenSpent,
    Unsupported,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import NodeState, RecordSet
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Patience, wait
from ansible_collections.anycloud.core.tests.unit.memory import Killed, Lag, State, changing, lost, memory_cloud

NODE = {"name": "web", "size": "s-small", "image": "i-12"}


def test_given_a_lag_when_a_node_is_made_then_it_is_listed_later_and_passes_through_a_state():
    state = State(lag=Lag(listed=2, pending=2))
    nodes = memory_cloud(state).nodes

    operation = nodes.create(NODE)

    assert list(nodes.find()) == []
    made = wait(operation, "create it", memory_cloud(state).connection.work, Patience())
    assert made.state is NodeState.RUNNING
    assert list(nodes.find()) == []
    assert [node.name for node in nodes.find()] == ["web"]


def test_given_a_kill_after_a_call_then_the_cloud_has_acted_and_the_process_can_do_nothing_more():
    state = State()
    state.kill_at(1, "after")

    with pytest.raises(Killed):
        memory_cloud(state).nodes.create(NODE)
    with pytest.raises(Killed):
        list(memory_cloud(state).nodes.find())
    state.revive()

    assert [node.name for node in memory_cloud(state).nodes.find()] == ["web"]


def test_given_a_kill_before_a_call_then_nothing_has_happened():
    state = State()
    state.kill_at(1, "before")

    with pytest.raises(Killed):
        memory_cloud(state).nodes.create(NODE)

    assert state.all("node") == []


def test_given_a_lost_answer_then_the_cloud_has_acted():
    state = State()
    state.fail_at(1, lost(), acted=True)

    with pytest.raises(CloudError) as caught:
        memory_cloud(state).nodes.create(NODE)

    assert caught.value.outcome_unknown
    assert len(state.all("node")) == 1


def test_given_a_token_when_it_comes_again_then_the_same_volume_answers_until_it_is_deleted():
    state = State()
    volumes = memory_cloud(state).volumes
    fields = {"name": "disk", "size_gb": 10}

    first = volumes.create(fields, "t1").started
    assert volumes.create(fields, "t1").started == first
    with pytest.raises(Conflict):
        volumes.create({**fields, "size_gb": 11}, "t1")
    volumes.delete(first)
    with pytest.raises(TokenSpent):
        volumes.create(fields, "t1")


def test_given_unique_names_when_a_name_is_taken_then_it_is_a_conflict_and_with_look_it_doubles():
    state = State()
    cloud = memory_cloud(state)
    cloud.buckets.create({"name": "files"})

    with pytest.raises(Conflict):
        cloud.buckets.create({"name": "files"})
    cloud.nodes.create(NODE)
    cloud.nodes.create(NODE)

    assert len(state.all("node")) == 2


@pytest.mark.parametrize(
    "fields", [{**NODE, "colour": "red"}, {**NODE, "labels": {"a": 1}}, {"name": "web", "size": "s-small"}]
)
def test_given_fields_that_the_cloud_does_not_take_then_the_engine_is_to_blame(fields):
    with pytest.raises(AssertionError):
        memory_cloud(State()).nodes.create(fields)


def test_given_a_field_that_cannot_change_in_place_then_the_engine_is_to_blame():
    state = State(capabilities=changing("node", labels=How.CREATE_ONLY))
    nodes = memory_cloud(state).nodes
    node = nodes.create(NODE).started

    with pytest.raises(AssertionError, match="create_only"):
        nodes.update(node, {"labels": {"a": "b"}})


def test_given_a_verb_that_is_lacking_then_it_says_so():
    state = State(lacks=["node.rebuild"])
    nodes = memory_cloud(state).nodes
    node = nodes.create(NODE).started

    assert not nodes.can("rebuild") and nodes.can("stop")
    with pytest.raises(Unsupported):
        nodes.rebuild(node, "i-13")


def test_given_an_attached_volume_when_it_is_deleted_then_it_is_a_conflict():
    state = State()
    cloud = memory_cloud(state)
    node = cloud.nodes.create(NODE).started
    volume = cloud.volumes.create({"name": "disk", "size_gb": 1}, "t").started
    cloud.volumes.attach(volume, node)

    with pytest.raises(Conflict):
        cloud.volumes.delete(volume)


def test_given_an_atomic_batch_when_one_change_is_wrong_then_none_has_happened():
    state = State()
    zones = memory_cloud(state).zones
    zone = zones.create({"name": "example.org"}).started
    good = RecordSet(name="www.example.org", type="A", value=("192.0.2.1",))
    bad = RecordSet(name="www.example.org", type="CNAME", value=("example.net",))

    with pytest.raises(CloudError):
        zones.change_records(zone, [RecordChange(after=good), RecordChange(after=bad)])

    assert {record.type for record in zones.find_records(zone)} == {"SOA", "NS"}
