# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cloud_node does with a cloud, as a user would tell it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.node import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How, Once
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError

from ..memory import Heard, State, call, capable, changing, lost, memory_cloud, memory_work

WEB = {"name": "web-1", "size": "small", "image": "debian-13"}


def run(memory: State, check_mode: bool = False, heard: Heard | None = None, **params: t.Any) -> dict[str, t.Any]:
    cloud = memory_cloud(memory, work=memory_work(memory, heard))
    written = {"state": "present", "purge_labels": False, **params}
    return TASK.run(call(cloud, written, check_mode=check_mode))


def problem(memory: State, **params: t.Any) -> str:
    before = len(mutations(memory))
    try:
        result = run(memory, **params)
    except CloudError as error:
        message = str(error)
    else:
        assert result.get("failed") is True
        assert result["changed"] is False
        message = result["msg"]
    assert len(mutations(memory)) == before
    return message


def mutations(state: State) -> list[str]:
    return [f"{each.verb} {each.what}" for each in state.mutations()]


def test_a_node_is_planned_created_and_then_left_alone() -> None:
    state = State()

    planned = run(state, check_mode=True, **WEB)
    made = run(state, **WEB)
    again = run(state, **WEB)

    assert planned["plan"] == made["plan"] == ["create node web-1: image debian-13, size small"]
    assert planned["diff"] == made["diff"]
    assert made["diff"]["after"] == {"image": "debian-13", "size": "small", "state": "present"}
    assert planned["changed"] is made["changed"] is True
    assert planned["node"]["id"] is None
    assert made["node"]["state"] == "running"
    assert again["changed"] is False and again["plan"] == [] and again["node"] == made["node"]
    assert mutations(state) == ["create web-1"]


def test_a_size_is_changed_only_with_leave_to_restart() -> None:
    state = State()
    run(state, **WEB)

    message = problem(state, **{**WEB, "size": "medium"})
    assert message == (
        "the plan needs allow: [restart], and nothing was changed; "
        "the plan was: change node web-1: size small -> medium (restarts the node)"
    )

    result = run(state, **{**WEB, "size": "medium"}, allow=["restart"])
    assert result["changed"] is True
    assert result["disrupts"] == ["restart"]
    assert result["node"]["size"] == "s-medium"


def test_a_new_image_makes_the_node_anew_and_tells_what_is_lost() -> None:
    state = State()
    run(state, **WEB, labels={"team": "red"}, security_groups=["web", "ssh"])

    refused = problem(state, **{**WEB, "image": "debian-12"}, allow=["recreate"])
    assert "allow: [data_loss]" in refused
    assert "loses label team, security group ssh, web" in refused

    result = run(state, **{**WEB, "image": "debian-12"}, allow=["recreate", "data_loss"])
    assert [step.split(":")[0].split(" (")[0] for step in result["plan"]] == ["delete node web-1", "create node web-1"]
    assert result["node"]["image"] == "i-12"


def test_a_pattern_leaves_an_older_image_alone_and_gives_a_new_node_the_newest() -> None:
    state = State()
    pattern = {"name": "debian-*", "newest": True}
    run(state, **{**WEB, "image": "debian-12"})

    unchanged = run(state, **{**WEB, "image": pattern})
    fresh = run(state, **{**WEB, "name": "web-2", "image": pattern})

    assert unchanged["changed"] is False
    assert fresh["node"]["image"] == "i-13"


def test_a_size_by_need_is_the_cheapest_that_fits() -> None:
    state = State()
    need = {"cpus": 2, "ram": "4 GB", "cheapest": True}

    result = run(state, **{**WEB, "size": need})
    assert result["node"]["size"] == "s-medium"

    run(state, name="big", size="large", image="debian-13")
    assert run(state, name="big", size=need)["changed"] is False


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"size": "smal"}, 'no size "smal" on memory; nearest: small'),
        ({"image": "debian13"}, 'no image "debian13" on memory; nearest: debian-13'),
        ({"location": "nort"}, 'no location "nort" on memory; nearest: north'),
        ({"size": {"cpus": 64}}, "no size of memory has 64 cpus; nearest: large"),
        ({"image": {"name": "debian-*"}}, '2 images fit "debian-*" (ids i-12, i-13)'),
        ({"image": 7}, "image is 7; write an id, a name, or {name: debian-13*, newest: true}"),
        ({"key_names": ["nobody"]}, "there is no key nobody on memory"),
        ({"volumes": ["nothing"]}, "there is no volume nothing on memory"),
        ({"extra": {"color": "red"}}, 'unknown extra key "color"; nearest: colour; known here: colour, turbo'),
        ({"extra": {"turbo": "very"}}, "extra.turbo must be a value of type bool, not 'very'"),
        ({"name": ""}, "'' is no name for a node"),
        ({"name": None, "names": []}, "names is an empty list"),
        ({"name": None, "names": ["a", "a"]}, "names has a more than once"),
        ({"name": None, "id": "node-99"}, "there is no node with the id node-99"),
        ({"name": None, "group": "web", "count": 0}, "count is 0; a group has 1 to 10000 nodes"),
        ({"name": None, "group": "web/1", "count": 1}, "'web/1' is no name for a group"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence_and_changes_nothing(written: dict[str, t.Any], said: str) -> None:
    assert said in problem(State(), **{**WEB, **written})


def test_a_new_node_needs_what_its_provider_needs() -> None:
    said = problem(State(), name="web-1", image="debian-13")

    assert said == (
        "node web-1 does not exist, and to create it this provider needs size; set it in the task or in the cloud's defaults"
    )


def test_defaults_count_for_a_new_node_and_not_for_one_that_is_there() -> None:
    state = State()
    defaults = {"size": "small", "image": "debian-13"}

    run(state, name="web-1", defaults=defaults)
    again = run(state, name="web-1", defaults={"size": "large", "image": "debian-12"})

    assert again["changed"] is False
    assert again["node"]["size"] == "s-small"


def test_an_option_that_the_provider_lacks_names_those_that_have_it() -> None:
    state = State(capabilities=changing("node", security_groups=None))

    said = problem(state, **WEB, security_groups=["web"])

    assert said == ("the provider memory does not support the option security_groups of a node; these can: elsewhere")


def test_a_state_that_the_provider_lacks() -> None:
    state = State(lacks=frozenset({"node.stop"}))

    said = problem(state, **{**WEB, "state": "stopped"})

    assert said == "the provider memory cannot stop a node (state: stopped); these can: elsewhere"


def test_states_are_reached_once_and_restarts_always_happen() -> None:
    state = State()

    run(state, **{**WEB, "state": "stopped"})
    stopped = run(state, **{**WEB, "state": "stopped"})
    started = run(state, name="web-1", state="started")
    restarted = run(state, name="web-1", state="restarted")
    twice = run(state, name="web-1", state="restarted")

    assert stopped["changed"] is False
    assert started["plan"] == ["start node web-1: state stopped -> running"]
    assert restarted["changed"] is twice["changed"] is True
    assert mutations(state) == [
        "create web-1",
        "stop web-1",
        "start web-1",
        "restart web-1",
        "restart web-1",
    ]


def test_one_restart_covers_a_new_size() -> None:
    state = State()
    run(state, **WEB)

    result = run(state, **{**WEB, "size": "medium", "state": "restarted"}, allow=["restart"])

    assert result["plan"] == ["change node web-1: size small -> medium (restarts the node)"]


def test_rebuilding_takes_a_new_image_in_place() -> None:
    state = State()
    first = run(state, **WEB)

    result = run(state, name="web-1", image="debian-12", state="rebuilt")

    assert result["plan"] == ["rebuild node web-1: state running -> rebuilt"]
    assert result["node"]["id"] == first["node"]["id"]
    assert result["node"]["image"] == "i-12"


def test_absent_deletes_once() -> None:
    state = State()
    run(state, **WEB)

    gone = run(state, name="web-1", state="absent")
    again = run(state, name="web-1", state="absent")

    assert gone["diff"]["after"] == {"state": "absent"}
    assert gone["node"] is None and gone["nodes"] == []
    assert again["changed"] is False


def test_two_of_one_name_are_never_guessed() -> None:
    state = State(capabilities=capable("node", create_once=Once.LOOK))
    cloud = memory_cloud(state)
    for _each in range(2):
        cloud.nodes.create({"name": "web-1", "size": "s-small", "image": "i-13"})
    state.settle()

    said = problem(state, name="web-1", state="absent")

    assert said.startswith("2 nodes are called web-1 (ids node-1, node-2); name the one you mean by its id")
    assert run(state, id="node-2", state="absent")["changed"] is True
    assert run(state, name="web-1")["node"]["id"] == "node-1"


def test_a_group_grows_at_its_lowest_free_numbers_and_shrinks_at_its_highest() -> None:
    state = State()
    alike = {"group": "web", "size": "small", "image": "debian-13"}

    three = run(state, **alike, count=3)
    run(state, name="web-2", state="absent")
    mended = run(state, **alike, count=3)
    refused = problem(state, **alike, count=1)
    one = run(state, **alike, count=1, allow=["data_loss"])

    assert [node["name"] for node in three["nodes"]] == ["web-1", "web-2", "web-3"]
    assert [each["name"] for each in mended["outcomes"] if each["changed"]] == ["web-2"]
    assert "allow: [data_loss]" in refused
    assert [node["name"] for node in one["nodes"]] == ["web-1"]
    assert run(state, **alike, count=1)["changed"] is False
    assert run(state, group="web", state="absent")["changed"] is True
    assert run(state, group="web", state="absent")["changed"] is False


def test_a_stranger_with_the_name_of_a_member_is_left_alone() -> None:
    state = State()
    run(state, **{**WEB, "name": "web-2"})

    said = problem(state, group="web", count=2, size="small", image="debian-13")

    assert "a node web-2 exists and does not belong to the group web" in said


def test_on_error_continue_does_what_can_be_done() -> None:
    state = State(capabilities=capable("node", create_once=Once.UNIQUE_NAME))
    run(state, **{**WEB, "name": "b"})
    params = {"names": ["a", "b", "c"], "image": "debian-13", "size": "medium"}

    assert "allow: [restart]" in problem(state, **params)
    result = run(state, **params, on_error="continue")

    assert result["failed"] is True
    assert result["msg"].startswith("1 of 3 nodes failed; b: the plan needs allow: [restart]")
    assert [(each["name"], each["changed"]) for each in result["outcomes"]] == [("a", True), ("b", False), ("c", True)]


@pytest.mark.parametrize("once", list(Once))
def test_a_lost_answer_makes_no_second_node(once: Once) -> None:
    state = State(capabilities=capable("node", create_once=once))
    state.fail_at(1, lost(), acted=True)

    result = run(state, **WEB)

    assert result["changed"] is True
    assert [node.name for node in memory_cloud(state).nodes.find()] == ["web-1"]


def test_labels_join_and_a_purge_keeps_what_is_not_ours_to_drop() -> None:
    state = State()
    run(state, **WEB, labels={"a": "1", "memory:kept": "x", "anycloud_mark": "y"})

    joined = run(state, name="web-1", labels={"b": "2"})
    purged = run(state, name="web-1", labels={"c": "3"}, purge_labels=True)

    assert joined["node"]["labels"] == {"a": "1", "b": "2", "memory:kept": "x", "anycloud_mark": "y"}
    assert purged["node"]["labels"] == {"c": "3", "memory:kept": "x", "anycloud_mark": "y"}


def test_user_data_is_never_shown() -> None:
    state = State(capabilities=changing("node", user_data=How.CREATE_ONLY))

    result = run(state, **WEB, user_data="#!/bin/sh\necho hunter2")

    assert "hunter2" not in repr(result)
    assert result["diff"]["after"]["user_data"] == "********"


def test_volumes_are_attached_after_the_node_is_there() -> None:
    state = State()
    cloud = memory_cloud(state)
    cloud.volumes.create({"name": "data", "size_gb": 10}, "token")
    state.settle()

    result = run(state, **WEB, volumes=["data"])

    assert result["plan"][-1] == "attach volume data to node web-1"
    assert run(state, **WEB, volumes=["data"])["changed"] is False


def test_check_mode_takes_a_missing_key_for_one_to_come() -> None:
    heard = Heard()

    result = run(State(), check_mode=True, heard=heard, **WEB, key_names=["ops"])

    assert result["changed"] is True
    assert heard.warnings == ["there is no key ops yet; this goes on as if an earlier task had made it"]


@pytest.mark.parametrize("value", [None, [1, 2], {"a": 1}])
def test_a_label_is_text(value: t.Any) -> None:
    assert "the label team is" in problem(State(), **WEB, labels={"team": value})
