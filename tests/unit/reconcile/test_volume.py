# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes: grown and moved as asked, never lost without leave."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.volume import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Once
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node, NodeState, Snapshot
from ansible_collections.anycloud.core.tests.unit.memory import Lag, State, capable

from .trial import Trial


def trial_with_nodes(**others: t.Any) -> Trial:
    state = State(**others)
    for name in ("web-1", "web-2"):
        state.put("node", f"id-{name}", Node(id=f"id-{name}", name=name, state=NodeState.RUNNING))
    state.put("snapshot", "snap-1", Snapshot(id="snap-1", name="yesterday", volume="gone", size_gb=7))
    return Trial(TASK, state)


def test_a_volume_is_made_and_grown_in_the_users_words() -> None:
    trial = trial_with_nodes()

    made = trial.made(name="db", size="10 GB", labels={"team": "data"})
    grown = trial.made(name="db", size="1 TB")

    assert made["plan"] == ["create volume db: size 10 GB, labels team=data"]
    assert grown["plan"] == ["change volume db: size 10 GB -> 1024 GB"]
    assert grown["diff"]["before"] == {"size": "10 GB"} and grown["diff"]["after"] == {"size": "1024 GB"}
    assert grown["volume"]["size_gb"] == 1024 and grown["volume"]["labels"] == {"team": "data"}


def test_a_volume_does_not_shrink() -> None:
    trial = trial_with_nodes()
    trial.made(name="db", size="10 GB")

    refused = trial.refused(name="db", size="5 GB", allow=["shrink"])

    assert refused["msg"].startswith("volume db has 10 GB and cannot shrink to 5 GB")


def test_where_the_provider_can_shrink_it_takes_leave() -> None:
    trial = trial_with_nodes(capabilities=capable("volume", shrinks=frozenset({"size_gb"})))
    trial.made(name="db", size="10 GB")

    assert trial.refused(name="db", size="5 GB")["failure"]["kind"] == "refused"
    assert trial.made(name="db", size="5 GB", allow=["shrink"])["disrupts"] == ["shrink"]


def test_a_volume_is_attached_moved_and_detached() -> None:
    trial = trial_with_nodes(lag=Lag(changed=2, pending=1))

    attached = trial.made(name="db", size="1 GB", node="web-1")
    moved = trial.made(name="db", node="id-web-2")
    left_alone = trial.run(name="db", size="1 GB")
    detached = trial.made(name="db", node="")

    assert attached["plan"][1] == "attach volume db: node none -> web-1"
    assert attached["volume"]["node"] == "id-web-1"
    assert moved["plan"] == ["detach volume db: node web-1 -> web-2", "attach volume db: node web-1 -> web-2"]
    assert moved["diff"]["before"] == {"node": "web-1"} and moved["diff"]["after"] == {"node": "web-2"}
    assert left_alone["changed"] is False and left_alone["volume"]["node"] == "id-web-2"
    assert detached["volume"]["node"] is None


def test_a_node_that_is_not_there_is_foretold_and_then_an_error() -> None:
    trial = trial_with_nodes()
    trial.made(name="db", size="1 GB")

    planned = trial.foretold(name="db", node="web-3")
    refused = trial.refused(name="db", node="web-3")

    assert planned["volume"]["node"] == "(known after create node web-3)"
    assert "no node web-3" in trial.heard.warnings[0]
    assert "nearest: web-" in refused["msg"]


def test_an_attached_volume_is_deleted_only_with_leave() -> None:
    trial = trial_with_nodes()
    trial.made(name="db", size="1 GB", node="web-1")

    refused = trial.refused(name="db", state="absent")
    gone = trial.made(name="db", state="absent", allow=["data_loss"])

    assert "allow: [data_loss]" in refused["msg"]
    assert gone["plan"] == ["detach volume db from node web-1", "delete volume db"]
    assert gone["diff"]["after"] == {"state": "absent"}


def test_a_volume_that_is_made_anew_loses_what_it_holds() -> None:
    trial = trial_with_nodes()
    trial.made(name="db", size="1 GB", node="web-1")

    refused = trial.refused(name="db", size="1 GB", encrypted=True, allow=["recreate"])
    made = trial.made(name="db", size="1 GB", encrypted=True, node="web-1", allow=["recreate", "data_loss"])

    assert "loses what it holds and its place at the node" in refused["msg"]
    assert made["volume"]["encrypted"] is True and made["volume"]["node"] == "id-web-1"
    assert "its size must be written" in trial.refused(name="db", encrypted=False)["msg"]


def test_a_volume_is_made_from_a_snapshot_which_then_counts_no_more() -> None:
    trial = trial_with_nodes()

    made = trial.made(name="db", snapshot="yesterday")
    trial.state.shelf("snapshot").entries.clear()

    assert made["volume"]["snapshot"] == "snap-1" and made["volume"]["size_gb"] == 7
    assert trial.run(name="db", snapshot="yesterday")["changed"] is False


def test_an_id_finds_and_a_name_beside_it_renames() -> None:
    trial = trial_with_nodes()
    made = trial.made(name="db", size="1 GB")

    renamed = trial.made(id=made["volume"]["id"], name="archive")

    assert renamed["plan"] == ["change volume db: name db -> archive"]
    assert trial.refused(id="nothing", size="1 GB")["failure"]["kind"] == "not_found"


@pytest.mark.parametrize("once", list(Once))
def test_a_volume_that_is_renamed_and_made_anew_has_the_new_name(once: Once) -> None:
    trial = trial_with_nodes(capabilities=capable("volume", create_once=once))
    old = trial.run(name="db", size="1 GB")["volume"]["id"]

    made = trial.run(id=old, name="archive", size="1 GB", encrypted=True, allow=["recreate", "data_loss"])

    assert "failed" not in made, made["msg"]
    assert [volume.name for volume in trial.state.all("volume")] == ["archive"]
    assert trial.run(name="archive", size="1 GB", encrypted=True)["changed"] is False


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "to make it give a size"),
        ({"size": "many"}, "which is no amount"),
        ({"size": "10 GB", "snapshot": "yesterdya"}, "nearest: yesterday"),
        ({"size": "10 GB", "device": "/dev/vdb"}, "name the node too"),
        ({"size": "10 GB", "location": "nort"}, 'no location "nort"'),
        ({"size": "10 GB", "extra": {"colour": "red"}}, 'unknown extra key "colour"'),
    ],
)
def test_bad_input_gives_one_sentence(given: dict[str, t.Any], said: str) -> None:
    assert said in trial_with_nodes().refused(name="db", **given)["msg"]


def test_what_the_provider_cannot_do_is_said_before_anything_happens() -> None:
    trial = trial_with_nodes(lacks=["volume.attach"])

    assert "cannot attach a volume" in trial.refused(name="db", size="1 GB", node="web-1")["msg"]
