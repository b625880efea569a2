# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine holds its promises for nodes."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.node import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import KeyPair, Node, NodeState
from ansible_collections.anycloud.core.tests.unit.memory import State
from hypothesis import strategies as st

from .examples import HOWS, Drawn, able, cases, labels, promises, written
from .worlds import SECRET, Subject

pytestmark = pytest.mark.fuzz


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOLZfU3wp6KsB8pzpJkvKszhsIm3NM2Sra+flI1L7gBy"


def stage(state: State) -> None:
    """Somebody else's node, and keys to name."""
    state.put("node", "node-0", Node(id="node-0", name="db", state=NodeState.RUNNING, size="s-small", image="i-12"))
    for name in ("ops", "dev"):
        state.put("key", f"key-{name}", KeyPair(id=f"key-{name}", name=name, public_key=KEY))


SUBJECT = Subject(
    kind="node",
    task=TASK,
    stage=stage,
    names=frozenset({"web"}),
    attribute={"user_data": "", "public_ip": "public_ips"},
    words={"update": "change"},
)
OPTIONS = {
    "size": st.sampled_from(["small", "s-medium", "large", {"cpus": 2, "cheapest": True}, "huge"]),
    "image": st.sampled_from(["debian-12", "i-13", {"name": "debian-*", "newest": True}]),
    "location": st.sampled_from(["north", "l-south"]),
    "labels": labels,
    "purge_labels": st.booleans(),
    "key_names": st.lists(st.sampled_from(["ops", "dev", "ghost"]), unique=True),
    "networks": st.lists(st.sampled_from(["n1", "n2"]), unique=True),
    "security_groups": st.lists(st.sampled_from(["g1", "g2"]), unique=True),
    "public_ip": st.booleans(),
    "user_data": st.sampled_from([f"{SECRET}-1", f"{SECRET}-2"]),
    "extra": st.fixed_dictionaries({}, optional={"colour": st.sampled_from(["red", "blue"]), "turbo": st.booleans()}),
}
STATES = ["present", "present", "present", "absent", "started", "stopped", "restarted", "rebuilt"]
CAN = able(
    "node",
    {
        "size": (How.LIVE, How.RESTART, How.RESTART, How.RECREATE, How.CREATE_ONLY),
        "image": (How.RECREATE, How.RECREATE, How.CREATE_ONLY, How.RESTART),
        "user_data": (How.CREATE_ONLY, None),
        **dict.fromkeys(("location", "labels", "key_names", "networks", "security_groups", "public_ip"), HOWS),
    },
)
FULL = written(
    {**OPTIONS, "state": st.sampled_from(["present", "stopped"])}, name="web", size="small", image="debian-12"
)
ASKED = st.builds(
    lambda params, state, whole: {
        **({"size": "small", "image": "debian-13"} if whole else {}),
        **params,
        "state": state,
    },
    written(OPTIONS, name="web"),
    st.sampled_from(STATES),
    st.booleans(),
)


def renamed(params: Drawn, **others: t.Any) -> Drawn:
    """The same wish for nodes that are named otherwise."""
    return params.map(lambda each: {**{name: value for name, value in each.items() if name != "name"}, **others})


def grouped(params: Drawn) -> Drawn:
    counts = st.integers(1, 3)
    both = st.tuples(renamed(params, group="web"), counts)
    return both.map(lambda pair: pair[0] if pair[0].get("state") == "absent" else {**pair[0], "count": pair[1]})


CASES = cases(CAN, FULL, ASKED)

TestNode = promises(SUBJECT, CASES)
TestNames = promises(
    dataclasses.replace(SUBJECT, names=frozenset({"web-1", "web-2"})),
    cases(CAN, renamed(FULL, names=["web-1"]), renamed(ASKED, names=["web-1", "web-2"])),
)
TestGroup = promises(
    dataclasses.replace(SUBJECT, names=frozenset({"web-1", "web-2", "web-3"}), numbered=True),
    cases(CAN, grouped(FULL), grouped(ASKED)),
)
