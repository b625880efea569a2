# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with cloud_bucket on the embedded cloud, in both lanes."""

from __future__ import annotations

import typing as t

from playing import Ground

LOCAL = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}
PUT = {
    "anycloud.core.cloud_object": {"bucket": "site", "name": "{{ item }}", "content": "x"},
    "loop": ["a", "b/c", "b/d"],
}


def bucket(name: str = "site", **params: t.Any) -> dict[str, t.Any]:
    return {"anycloud.core.cloud_bucket": {"name": name, **params}, "ignore_errors": True}


def played(play: Ground, lane: str, *tasks: dict[str, t.Any], check: bool = False) -> list[dict[str, t.Any]]:
    return play(list(tasks), lane=lane, keywords=LOCAL, check=check).results


def test_check_apply_again(play: Ground, lane: str) -> None:
    wanted = bucket(labels={"team": "web", "copies": 2})

    planned, absent = played(play, lane, wanted, bucket(state="absent"), check=True)
    made, again = played(play, lane, wanted, wanted)

    assert absent["changed"] is False
    assert planned["plan"] == made["plan"] == ["create bucket site: labels copies=2, team=web"]
    assert planned["diff"] == made["diff"]
    assert planned["bucket"]["id"] is None and made["bucket"]["id"]
    assert made["bucket"]["labels"] == {"copies": "2", "team": "web"}
    assert again["changed"] is False and again["plan"] == [] and again["bucket"] == made["bucket"]
    assert set(planned) == set(made) == set(again)


def test_labels_join_or_are_purged(play: Ground, lane: str) -> None:
    _made, joined, purged = played(
        play,
        lane,
        bucket(labels={"a": "1", "b": "2"}),
        bucket(labels={"b": "3"}),
        bucket(labels={"b": "3"}, purge_labels=True),
    )

    assert joined["bucket"]["labels"] == {"a": "1", "b": "3"}
    assert purged["bucket"]["labels"] == {"b": "3"}
    assert purged["diff"]["before"] == {"labels": {"a": "1", "b": "3"}}
    assert purged["diff"]["after"] == {"labels": {"b": "3"}}


def test_a_full_bucket_goes_only_by_force(play: Ground, lane: str) -> None:
    by_force = bucket(state="absent", force=True)
    *_made, refused = played(play, lane, bucket(), PUT, bucket(state="absent"))
    refused_before, planned = played(play, lane, bucket(state="absent"), by_force, check=True)
    gone, again = played(play, lane, by_force, by_force)

    for refusal in (refused, refused_before):
        assert refusal["msg"] == "bucket site holds 3 objects; empty it first, or write force: true"
        assert refusal["failure"]["kind"] == "conflict"
        assert refusal["changed"] is False
    assert planned["plan"] == gone["plan"] == ["empty bucket site (deletes 3 objects)", "delete bucket site"]
    assert planned["deleted_objects"] == gone["deleted_objects"] == 3
    assert gone["bucket"] is None
    assert again["changed"] is False


BAD: list[tuple[dict[str, t.Any], str]] = [
    ({"name": "Site"}, "the bucket name \"Site\" has 'S' in it"),
    ({"name": "10.0.0.1"}, "looks like an IP address"),
    ({"versioning": True}, "the provider local does not support the option versioning of a bucket"),
    ({"policy": "{"}, "policy is not JSON"),
    ({"extra": {"colour": "red"}}, 'bucket site: unknown extra key "colour"; known here: none'),
    ({"location": "berlni"}, "berlin"),
]


def test_bad_input_has_one_clear_sentence(play: Ground, lane: str) -> None:
    tasks = [*(bucket(**params) for params, _sentence in BAD), bucket(state="absent")]

    *refused, absent = play(tasks, lane=lane, keywords=LOCAL).steps

    for step, (_params, sentence) in zip(refused, BAD, strict=True):
        assert step.status == "failed" and not step.changed, sentence
        assert sentence in step.result["msg"]
        assert "\n" not in step.result["msg"]
    assert absent.status == "ok" and not absent.changed
