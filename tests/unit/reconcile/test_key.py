# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: given or generated, compared by what they are, never lost on the way."""

from __future__ import annotations

import pathlib
import subprocess
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.key import TASK
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.keypair import generate, matches, material
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.tests.unit.memory import Killed, State, changing, lost

from .trial import Trial

ONE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOLZfU3wp6KsB8pzpJkvKszhsIm3NM2Sra+flI1L7gBy"
TWO = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP3vF/RHaIznP1VFY0fEl8cHG8QeSKLmJk8YFRKeIYmE"


def test_a_key_is_made_and_its_comment_does_not_count() -> None:
    trial = Trial(TASK)

    made = trial.made(name="ops", public_key=f"{ONE} me@example.org")

    assert made["key"]["public_key"] == ONE
    assert trial.run(name="ops", public_key=f"{ONE} somebody@else")["changed"] is False


def test_another_key_under_the_name_needs_leave() -> None:
    trial = Trial(TASK)
    trial.made(name="ops", public_key=ONE)

    refused = trial.refused(name="ops", public_key=TWO)
    replaced = trial.made(name="ops", public_key=TWO, allow=["recreate"])

    assert refused["failure"]["kind"] == "refused" and "allow: [recreate]" in refused["msg"]
    assert replaced["disrupts"] == ["recreate"]
    assert replaced["diff"]["before"] == {"public_key": ONE} and replaced["diff"]["after"] == {"public_key": TWO}


def test_a_lost_file_replaces_no_key_without_leave_even_where_keys_change_in_place(tmp_path: pathlib.Path) -> None:
    trial = Trial(TASK, State(capabilities=changing("key", public_key=How.LIVE)))
    trial.made(name="ops", public_key=ONE)

    refused = trial.refused(name="ops", private_key_file=str(tmp_path / "gone"))
    trial.made(name="ops", private_key_file=str(tmp_path / "gone"), allow=["recreate"])

    assert refused["failure"]["kind"] == "refused" and "allow: [recreate]" in refused["msg"]


def test_a_cloud_that_shows_only_fingerprints_knows_its_key_again() -> None:
    trial = Trial(TASK, State(lacks=["key.public_key"]))

    trial.made(name="ops", public_key=ONE)

    assert (
        "fingerprint" in trial.foretold(name="ops", public_key=TWO, allow=["recreate"])["diff"]["before"]["public_key"]
    )


def test_fingerprints_are_known_in_every_spelling(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "key.pub"
    file.write_text(ONE)
    for kind in ("md5", "sha256"):
        shown = subprocess.run(["ssh-keygen", "-l", "-E", kind, "-f", file], capture_output=True, text=True, check=True)
        fingerprint = shown.stdout.split()[1]
        assert matches(fingerprint, ONE) and not matches(fingerprint, TWO)
        assert matches(fingerprint.partition(":")[2], ONE)


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_a_pair_is_generated_once(tmp_path: pathlib.Path, kind: str) -> None:
    trial, file = Trial(TASK), tmp_path / "deploy"
    given: dict[str, t.Any] = {"name": "deploy", "private_key_file": str(file), "type": kind}

    planned = trial.foretold(**given)
    assert not file.exists()
    made = trial.run(**given)

    assert planned["plan"] == made["plan"] and planned["diff"] == made["diff"]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["deploy"]
    public = subprocess.run(["ssh-keygen", "-y", "-f", file], capture_output=True, text=True, check=True).stdout
    assert material(public) == made["key"]["public_key"]
    assert trial.run(**given)["changed"] is False
    assert "PRIVATE" not in repr((planned, made, trial.heard.lines, trial.heard.warnings))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_does_not_lose_the_private_key(tmp_path: pathlib.Path, when: str) -> None:
    trial, file = Trial(TASK), tmp_path / "deploy"
    trial.state.kill_at(1, "before" if when == "before" else "after")

    with pytest.raises(Killed):
        trial.run(name="deploy", private_key_file=str(file))
    kept = file.read_bytes()
    trial.state.revive()
    made = trial.run(name="deploy", private_key_file=str(file))

    assert file.read_bytes() == kept
    assert made["changed"] is (when == "before")
    assert len(trial.state.all("key")) == 1


def test_a_lost_answer_makes_one_key_of_the_pair_that_is_kept(tmp_path: pathlib.Path) -> None:
    trial, file = Trial(TASK), tmp_path / "deploy"
    trial.state.fail_at(1, lost(), acted=True)

    made = trial.run(name="deploy", private_key_file=str(file))

    assert "failed" not in made
    assert trial.run(name="deploy", private_key_file=str(file))["changed"] is False


def test_a_generated_key_is_returned_only_where_that_was_asked() -> None:
    trial = Trial(TASK)

    made = trial.run(name="once", return_private_key=True)
    again = trial.run(name="once", return_private_key=True)

    assert "PRIVATE KEY" in made["private_key"]
    assert again["private_key"] is None and again["changed"] is False


def test_a_private_key_that_is_gone_is_not_replaced_without_leave(tmp_path: pathlib.Path) -> None:
    trial, file = Trial(TASK), tmp_path / "deploy"
    trial.run(name="deploy", private_key_file=str(file))
    file.unlink()

    refused = trial.refused(name="deploy", private_key_file=str(file))

    assert refused["failure"]["kind"] == "refused"
    assert not file.exists()


def test_a_file_that_is_there_is_never_written(tmp_path: pathlib.Path) -> None:
    trial, file = Trial(TASK), tmp_path / "mine"
    file.write_text(generate("ed25519")[0])
    kept = file.read_bytes()

    trial.made(name="mine", private_key_file=str(file))

    assert file.read_bytes() == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"public_key": "hello"}, "no public key of OpenSSH"),
        ({"public_key": "ssh-ed25519 AAAA"}, "damaged"),
        ({"public_key": "ssh-rsa " + ONE.split()[1]}, "damaged"),
        ({"public_key_file": "/nowhere/key.pub"}, "/nowhere/key.pub does not exist"),
        ({"private_key_file": "/nowhere/key"}, "there is no folder /nowhere"),
        ({}, "to make it give public_key"),
        ({"name": "  ", "public_key": ONE}, "is no name for a key"),
    ],
)
def test_bad_input_gives_one_sentence(given: dict[str, t.Any], said: str) -> None:
    trial = Trial(TASK)

    refused = trial.refused(**{"name": "ops", **given})

    assert said in refused["msg"] and refused["failure"]["kind"] == "invalid"


def test_a_private_key_in_the_wrong_place_is_not_repeated() -> None:
    private, _public = generate("ed25519")

    with pytest.raises(Invalid) as caught:
        material(private)

    assert "is a private key" in str(caught.value)
    assert private.splitlines()[1] not in str(caught.value)


def test_a_key_with_a_passphrase_asks_for_its_public_half(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "locked"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", file], check=True)

    assert "has a passphrase" in Trial(TASK).refused(name="ops", private_key_file=str(file))["msg"]


def test_absent_deletes_the_key_and_no_file(tmp_path: pathlib.Path) -> None:
    trial, file = Trial(TASK), tmp_path / "deploy"
    trial.run(name="deploy", private_key_file=str(file))

    gone = trial.made(name="deploy", state="absent")

    assert gone["key"] is None and gone["key_pairs"] == []
    assert file.exists()
