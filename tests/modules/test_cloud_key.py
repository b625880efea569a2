# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with cloud_key on the embedded cloud, in both lanes."""

from __future__ import annotations

import typing as t

from playing import Ground

LOCAL = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}
ONE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOLZfU3wp6KsB8pzpJkvKszhsIm3NM2Sra+flI1L7gBy"


def key(**params: t.Any) -> dict[str, t.Any]:
    return {"anycloud.core.cloud_key": params, "ignore_errors": True}


def played(play: Ground, lane: str, *tasks: dict[str, t.Any], check: bool = False) -> list[dict[str, t.Any]]:
    results: list[dict[str, t.Any]] = play(list(tasks), lane=lane, keywords=LOCAL, check=check).results
    return results


def test_check_apply_again(play: Ground, lane: str) -> None:
    wanted = key(name="ops", public_key=f"{ONE} me@here", labels={"team": "web"})

    (planned,) = played(play, lane, wanted, check=True)
    made, again = played(play, lane, wanted, wanted)

    assert planned["plan"] == made["plan"] and planned["diff"] == made["diff"]
    assert planned["key"]["id"] is None and made["key"]["id"]
    assert again["changed"] is False and again["plan"] == [] and again["key"] == made["key"]
    assert set(planned) == set(made) == set(again)


def test_a_pair_is_generated_into_a_file_once(play: Ground, lane: str) -> None:
    file = play.folder / "deploy"
    wanted = key(name="deploy", private_key_file=str(file))

    (planned,) = played(play, lane, wanted, check=True)
    assert not file.exists()
    made, again = played(play, lane, wanted, wanted)

    assert planned["plan"] == made["plan"] and planned["diff"] == made["diff"]
    assert again["changed"] is False
    assert file.read_text().startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_generated_key_is_returned_where_that_was_asked(play: Ground, lane: str) -> None:
    made, again = played(play, lane, *[key(name="once", return_private_key=True)] * 2)

    assert made["private_key"].startswith("-----BEGIN OPENSSH PRIVATE KEY-----")
    assert again["private_key"] is None and again["changed"] is False


def test_bad_input_is_one_sentence_and_changes_nothing(play: Ground, lane: str) -> None:
    private = play.folder / "private"
    damaged, missing, none, both, listed = played(
        play,
        lane,
        key(name="a", public_key="ssh-ed25519 AAAA"),
        key(name="a", public_key_file=str(private)),
        key(name="a"),
        key(name="a", public_key=ONE, private_key_file=str(private)),
        key(name="a", state="absent"),
    )

    assert "damaged" in damaged["msg"]
    assert "does not exist" in missing["msg"]
    assert "to make it give public_key" in none["msg"]
    assert "mutually exclusive" in both["msg"]
    assert listed["changed"] is False
    assert not private.exists()
