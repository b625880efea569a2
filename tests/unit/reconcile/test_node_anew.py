# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that are made anew: what belongs to them comes along, and nothing goes by mistake."""

from __future__ import annotations

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.node import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node, NodeState, Volume
from ansible_collections.anycloud.core.tests.unit.memory import State

from .trial import Trial

LEAVE = ["recreate", "data_loss"]


def test_a_stopped_node_that_is_made_anew_is_stopped_again() -> None:
    trial = Trial(TASK)
    trial.made(name="web", size="small", image="debian-12", state="stopped")

    made = trial.made(name="web", size="small", image="debian-13", state="stopped", allow=LEAVE)

    assert made["plan"][-1] == "stop node web: state running -> stopped"
    assert made["node"]["state"] == "stopped"


def test_volumes_are_attached_again_to_a_node_that_is_made_anew() -> None:
    trial = Trial(TASK)
    trial.state.put("volume", "v", Volume(id="v", name="db", size_gb=1))
    trial.made(name="web", size="small", image="debian-12", volumes=["db"])

    made = trial.made(name="web", size="small", image="debian-13", volumes=["db"], allow=LEAVE)

    assert made["plan"][-1] == "attach volume db to node web"
    assert trial.state.one("volume", "db").node == made["node"]["id"]


def test_a_member_that_is_still_listed_is_not_taken_for_one_too_many() -> None:
    state = State()
    for id in ("old", "new"):
        member = Node(
            id=id,
            name="web-1",
            state=NodeState.RUNNING,
            size="s-small",
            image="i-12",
            labels={"anycloud_group": "web"},
        )
        state.put("node", id, member)

    result = Trial(TASK, state).refused(group="web", count=1, allow=LEAVE)

    assert result["failure"]["kind"] == "ambiguous"
    assert len(state.all("node")) == 2
