# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots: made, found again, rotated; the rotation takes only what it made."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.snapshot import KEEP, TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Snapshot, Volume
from ansible_collections.anycloud.core.tests.unit.memory import Killed, State, changing

from .trial import Trial


def trial_with_volumes(**others: t.Any) -> Trial:
    state = State(**others)
    for name in ("db", "files"):
        state.put("volume", f"id-{name}", Volume(id=f"id-{name}", name=name, size_gb=5, state="available"))
    return Trial(TASK, state)


def names(trial: Trial) -> list[str]:
    return [snapshot.name for snapshot in trial.state.all("snapshot")]


def test_a_snapshot_is_made_and_described() -> None:
    trial = trial_with_volumes()

    made = trial.made(name="s", volume="db", description="before")
    changed = trial.made(name="s", description="after", labels={"a": 1})

    assert made["plan"] == ["create snapshot s: volume db, description before"]
    assert made["snapshot"]["volume"] == "id-db"
    assert changed["diff"]["before"] == {"description": "before", "labels": {}}
    assert changed["diff"]["after"] == {"description": "after", "labels": {"a": "1"}}


def test_a_snapshot_outlives_its_volume_and_is_not_taken_for_anothers() -> None:
    trial = trial_with_volumes()
    trial.made(name="s", volume="db")

    other = trial.refused(name="s", volume="files")
    trial.state.shelf("volume").entries.pop("id-db")

    assert other["failure"]["kind"] == "conflict" and "shows another volume" in other["msg"]
    assert trial.run(name="s", volume="db")["changed"] is False


def test_a_rotation_keeps_the_last_ones() -> None:
    trial = trial_with_volumes()
    keep = {"last": 2}

    results = [trial.made(name=f"day-{day}", volume="db", keep=keep) for day in range(4)]

    assert [result["expired"] for result in results] == [[], [], ["day-0"], ["day-1"]]
    assert results[3]["plan"][-1] == "delete snapshot day-1"
    assert [each["after"]["state"] for each in results[3]["diff"]] == ["present", "absent"]
    assert names(trial) == ["day-2", "day-3"]


def test_a_rotation_leaves_alone_what_it_did_not_make() -> None:
    trial = trial_with_volumes()
    trial.made(name="mine", volume="db")
    trial.state.put("snapshot", "o", Snapshot(id="o", name="others", volume="id-files", labels={KEEP: "default"}))
    trial.made(name="weekly-1", volume="db", keep={"last": 1, "group": "weekly"})

    trial.made(name="day-1", volume="db", keep={"last": 1})
    trial.made(name="day-2", volume="db", keep={"last": 1})
    trial.run(name="mine", volume="db", keep={"last": 2})

    assert names(trial) == ["mine", "others", "weekly-1", "day-2"]
    assert trial.state.one("snapshot", "mine").labels == {}
    assert any("was not made by this keep" in warning for warning in trial.heard.warnings)


def test_a_rotation_that_died_is_finished_by_the_next_run() -> None:
    trial = trial_with_volumes()
    for day in range(3):
        trial.run(name=f"day-{day}", volume="db", keep={"last": 3})
    trial.state.kill_at(2, "before")

    with pytest.raises(Killed):
        trial.run(name="day-3", volume="db", keep={"last": 1})
    assert names(trial) == ["day-0", "day-1", "day-2", "day-3"]
    trial.state.revive()
    trial.run(name="day-3", volume="db", keep={"last": 1})

    assert names(trial) == ["day-3"]


def test_a_volume_to_come_is_foretold() -> None:
    trial = trial_with_volumes()

    planned = trial.foretold(name="s", volume="new", keep={"last": 1})

    assert planned["plan"][0].startswith("create snapshot s: volume (known after create volume new)")
    assert trial.refused(name="s", volume="new")["failure"]["kind"] == "not_found"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "name the volume"),
        ({"volume": "dbb"}, "nearest: db"),
        ({"volume": "db", "keep": {"last": 0}}, "at least 1 is kept"),
        ({"keep": {"last": 1}}, "keep needs the volume"),
        ({"state": "absent", "volume": "db", "keep": {"last": 1}}, "keep goes with state present"),
    ],
)
def test_bad_input_gives_one_sentence(given: dict[str, t.Any], said: str) -> None:
    assert said in trial_with_volumes().refused(name="s", **given)["msg"]


def test_a_rotation_needs_labels() -> None:
    trial = trial_with_volumes(capabilities=changing("snapshot", labels=None))

    assert trial.refused(name="s", volume="db", keep={"last": 1})["failure"]["kind"] == "unsupported"


def test_absent() -> None:
    trial = trial_with_volumes()
    trial.made(name="s", volume="db")

    assert trial.made(name="s", state="absent")["plan"] == ["delete snapshot s"]
    assert names(trial) == []
