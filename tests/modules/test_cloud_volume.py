# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with cloud_volume and cloud_snapshot on the embedded cloud, in both lanes."""

from __future__ import annotations

import typing as t

from playing import Ground

LOCAL = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}
NODE = {"anycloud.core.cloud_node": {"name": "web", "size": "nano", "image": "debian-13"}}


def volume(**params: t.Any) -> dict[str, t.Any]:
    return {"anycloud.core.cloud_volume": {"name": "db", **params}, "ignore_errors": True}


def snapshot(**params: t.Any) -> dict[str, t.Any]:
    return {"anycloud.core.cloud_snapshot": params, "ignore_errors": True}


def played(play: Ground, lane: str, *tasks: dict[str, t.Any], check: bool = False) -> list[dict[str, t.Any]]:
    results: list[dict[str, t.Any]] = play(list(tasks), lane=lane, keywords=LOCAL, check=check).results
    return results


def test_check_apply_again(play: Ground, lane: str) -> None:
    wanted = volume(size="10 GB", labels={"team": "data"})

    (planned,) = played(play, lane, wanted, check=True)
    made, again, grown = played(play, lane, wanted, wanted, volume(size="1 TB"))

    assert planned["plan"] == made["plan"] == ["create volume db: size 10 GB, labels team=data"]
    assert planned["diff"] == made["diff"]
    assert again["changed"] is False and again["volume"] == made["volume"]
    assert grown["plan"] == ["change volume db: size 10 GB -> 1024 GB"]
    assert set(planned) == set(made) == set(again)


def test_shrinking_is_refused(play: Ground, lane: str) -> None:
    _made, refused, unchanged = played(play, lane, volume(size="10 GB"), volume(size="5 GB"), volume(size="10 GB"))

    assert "cannot shrink to 5 GB" in refused["msg"] and refused["failure"]["kind"] == "invalid"
    assert unchanged["changed"] is False


def test_a_volume_follows_a_node_and_goes_only_with_leave(play: Ground, lane: str) -> None:
    (to_come,) = played(play, lane, volume(size="1 GB", node="web"), check=True)
    _node, attached, again, refused, detached, gone = played(
        play,
        lane,
        NODE,
        volume(size="1 GB", node="web"),
        volume(node="web"),
        volume(state="absent"),
        volume(node=""),
        volume(state="absent"),
    )

    assert to_come["plan"][1] == "attach volume db: node none -> (known after create node web)"
    assert attached["plan"][1] == "attach volume db: node none -> web"
    assert attached["volume"]["node"] and again["changed"] is False
    assert refused["failure"]["kind"] == "refused" and "data_loss" in refused["msg"]
    assert detached["volume"]["node"] is None
    assert gone["changed"] and gone["volume"] is None


def test_snapshots_are_made_kept_and_restored(play: Ground, lane: str) -> None:
    keep = {"last": 2, "group": "daily"}
    days = [snapshot(name=f"db-{day}", volume="db", keep=keep) for day in range(3)]

    _volume, mine, *made, again, restored = played(
        play,
        lane,
        volume(size="2 GB"),
        snapshot(name="mine", volume="db", description="by hand"),
        *days,
        days[2],
        {"anycloud.core.cloud_volume": {"name": "restored", "snapshot": "mine"}},
    )
    (planned,) = played(play, lane, snapshot(name="db-3", volume="db", keep=keep), check=True)

    assert mine["snapshot"]["description"] == "by hand"
    assert [result["expired"] for result in made] == [[], [], ["db-0"]]
    assert again["changed"] is False
    assert restored["volume"]["size_gb"] == 2
    assert planned["expired"] == ["db-1"] and planned["plan"][-1] == "delete snapshot db-1"


def test_bad_input_is_one_sentence(play: Ground, lane: str) -> None:
    nothing, amount, ghost, source, strange = played(
        play,
        lane,
        volume(),
        volume(size="lots"),
        volume(size="1 GB", node="ghost"),
        snapshot(name="s", volume="ghost"),
        snapshot(name="s", volume="ghost", keep={"last": 0}),
    )

    assert "give a size" in nothing["msg"]
    assert "no amount" in amount["msg"]
    assert "no node ghost" in ghost["msg"] and ghost["failure"]["kind"] == "not_found"
    assert "no volume ghost" in source["msg"]
    assert "at least 1" in strange["msg"]
