# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is seen anywhere, however talkative the run and however careless the code below."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from playing import LANES, TESTS, Ground, Outcome, collections_root, ground
from probing import probe, traces

DRIVER = TESTS / "outside" / "anycloud_tiny.py"
SECRETS = {
    "literal": "lit/eral+Secret=01 x",
    "env": "env/ironment+Secret=02",
    "file": "fi/le+Secret=03",
    "command": "com/mand+Secret=04",
    "vault": "vau/lt+Secret=05",
    "vendor": "ven/dor+Secret=06",
    "option": "op/tion+Secret=07",
}


def configuration(play: Ground, locked: str) -> None:
    (play.folder / "secret.txt").write_text(SECRETS["file"], encoding="utf-8")
    tell = play.folder / "tell"
    tell.write_text(f"#!/bin/sh\necho '{SECRETS['command']}'\n", encoding="utf-8")
    tell.chmod(0o700)
    forms: dict[str, t.Any] = {
        "literal": SECRETS["literal"],
        "env": {"env": "LAB_SECRET"},
        "file": {"file": "secret.txt"},
        "command": {"command": [str(tell)]},
    }
    clouds = {
        name: {"driver_path": str(DRIVER), "endpoint": "http://127.0.0.1:9", "auth": {"token": form}, "api_retries": 0}
        for name, form in forms.items()
    }
    path = play.folder / "anycloud.yml"
    vault = f"""
  vault:
    driver_path: {DRIVER}
    endpoint: http://127.0.0.1:9
    auth:
      token: !vault |
        {locked.strip().replace(chr(10), chr(10) + "        ")}
"""
    lines = [f"  {name}: {json.dumps(cloud)}" for name, cloud in clouds.items()]
    lines += [f"  vendor: {json.dumps({'driver_path': str(DRIVER), 'endpoint': 'http://127.0.0.1:9'})}"]
    path.write_text("clouds:\n" + "\n".join(lines) + vault, encoding="utf-8")
    path.chmod(0o600)


@pytest.fixture(scope="module", params=LANES)
def talkative(request: pytest.FixtureRequest) -> t.Iterator[tuple[str, Outcome]]:
    """Each form of a secret, met by careless code, told of as loudly as Ansible can."""
    made = ground(collections_root())
    yield request.param, talk(made, request.param)
    made.close()


def talk(play: Ground, lane: str) -> Outcome:
    locked = VaultLib([("default", VaultSecret(b"vault-passphrase"))]).encrypt(SECRETS["vault"]).decode()
    configuration(play, locked)
    (play.folder / "pass").write_text("vault-passphrase", encoding="utf-8")
    tasks = []
    for name in ("literal", "env", "file", "command", "vault", "vendor"):
        for does in ("spill", "opened"):
            task = {"name": "a", "cloud": name, "does": does, "password": "{{ lookup('env', 'OPTION_SECRET') }}"}
            environment = {"TINY_TOKEN": "{{ lookup('env', 'VENDOR_SECRET') }}"} if name == "vendor" else {}
            tasks.append(
                {
                    "name": f"{does} {name}",
                    "anycloud.lanetest.probe": task,
                    "environment": environment,
                    "ignore_errors": True,
                    "register": "kept",
                }
            )
        tasks.append({"name": f"show {name}", "ansible.builtin.debug": {"var": "kept"}})
    return probe(
        play,
        tasks,
        lane=lane,
        keywords={},
        check=False,
        extra_args=("-vvvv", "--vault-password-file", str(play.folder / "pass")),
        env={
            "LAB_SECRET": SECRETS["env"],
            "VENDOR_SECRET": SECRETS["vendor"],
            "OPTION_SECRET": SECRETS["option"],
            "ANSIBLE_DISPLAY_TRACEBACK": "always",
        },
    )


def test_no_secret_is_seen_at_the_highest_verbosity(talkative: tuple[str, Outcome]) -> None:
    lane, outcome = talkative
    everything = outcome.ok().text + json.dumps([step.result for step in outcome.steps])
    # The environment: of a task is shown by the connection plugin in the command that it runs; core does that.
    shown = {"vendor"} if lane == "module" else set()
    found = {name: traces(secret, everything) for name, secret in SECRETS.items() if name not in shown}
    assert {name: forms for name, forms in found.items() if forms} == {}


def test_the_clouds_were_opened_with_these_secrets(talkative: tuple[str, Outcome]) -> None:
    outcome = talkative[1]
    for name in ("literal", "env", "file", "command", "vault", "vendor"):
        opened = outcome.result(f"opened {name}")["clouds"][0]
        assert opened["auth"] == {"token": len(SECRETS[name])}, name
        assert outcome.result(f"spill {name}")["msg"].startswith("bug in anycloud.core: RuntimeError")


def test_a_vault_that_does_not_open_is_told_with_file_and_key(play: Ground, lane: str) -> None:
    locked = VaultLib([("default", VaultSecret(b"vault-passphrase"))]).encrypt(SECRETS["vault"]).decode()
    configuration(play, locked)
    task = {"name": "probe", "anycloud.lanetest.probe": {"name": "a", "cloud": "vault"}, "ignore_errors": True}
    outcome = probe(play, [task], lane=lane, keywords={}).ok()
    where = pathlib.Path(play.folder, "anycloud.yml")
    assert outcome.result("probe")["msg"] == (
        f"{where}: clouds.vault.auth.token cannot be decrypted with the vault secrets of this run"
    )
