# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two lanes give the same results, to the byte and the order of keys."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from playing import Ground, Outcome, collections_root, ground
from probing import probe

TASKS = """
- name: plain
  anycloud.lanetest.probe:
    name: a
- name: every kind of value
  anycloud.lanetest.probe:
    name: "Ünïcode ☁ 雲"
    value: [1, true, "x", "2026-01-01"]
    mapping: {a: [1, 2.5, null], b: {c: "d"}, "ü": false}
    day: 2026-01-01
    number: "12"
    password: correct-horse
- name: a moment
  anycloud.lanetest.probe:
    name: a
    day: 2026-01-01 10:00:00
- name: check mode
  anycloud.lanetest.probe:
    name: a
  check_mode: true
- name: diff
  anycloud.lanetest.probe:
    name: a
  diff: true
- name: no diff
  anycloud.lanetest.probe:
    name: a
  diff: false
- name: loop
  anycloud.lanetest.probe:
    name: "{{ item.name }}"
    state: "{{ item.state }}"
    mapping: "{{ item }}"
  loop:
    - {name: a, state: present}
    - {name: b, state: absent}
    - {name: c, state: wrong}
  ignore_errors: true
- name: alias
  anycloud.lanetest.probe:
    title: by another name
- name: option and alias
  anycloud.lanetest.probe:
    name: a
    title: b
- name: unknown option
  anycloud.lanetest.probe:
    name: a
    nmae: b
  ignore_errors: true
- name: unknown suboption
  anycloud.lanetest.probe:
    name: a
    auth: {tokken: abc}
  ignore_errors: true
- name: missing option
  anycloud.lanetest.probe:
  ignore_errors: true
- name: missing by a rule
  anycloud.lanetest.probe:
    name: a
    does: found_secret
  ignore_errors: true
- name: mistyped
  anycloud.lanetest.probe:
    name: a
    number: many
    password: correct-horse
  ignore_errors: true
- name: mistyped mapping
  anycloud.lanetest.probe:
    name: a
    mapping: [1]
  ignore_errors: true
- name: mistyped auth
  anycloud.lanetest.probe:
    name: a
    auth: [1]
  ignore_errors: true
- name: mistyped provider
  anycloud.lanetest.probe:
    name: a
    does: opened
    provider: [local]
  ignore_errors: true
- name: mistyped clouds
  anycloud.lanetest.probe:
    name: a
    clouds: {a: 1}
  ignore_errors: true
- name: no such choice
  anycloud.lanetest.probe:
    name: a
    state: gone
  ignore_errors: true
- name: fails
  anycloud.lanetest.probe:
    name: a
    password: correct-horse
    does: fail
  ignore_errors: true
- name: crashes
  anycloud.lanetest.probe:
    name: a
    password: correct-horse
    does: crash
  ignore_errors: true
- name: lacks a library
  anycloud.lanetest.probe:
    name: a
    does: lack
  ignore_errors: true
- name: until
  anycloud.lanetest.probe:
    name: a
    state: "{{ 'present' if (tries.attempts | default(0)) > 1 else 'absent' }}"
  register: tries
  until: tries is changed or tries.attempts > 1
  retries: 3
  delay: 0
- name: no_log
  anycloud.lanetest.probe:
    name: hidden-name
  no_log: true
- name: failed_when
  anycloud.lanetest.probe:
    name: a
  failed_when: true
  ignore_errors: true
- name: changed_when
  anycloud.lanetest.probe:
    name: a
  changed_when: false
- name: vaulted
  anycloud.lanetest.probe:
    name: a
    value: ["{{ locked }}"]
- name: unsafe
  anycloud.lanetest.probe:
    name: !unsafe "{{ not a template }}"
- name: omitted
  anycloud.lanetest.probe:
    name: a
    number: "{{ omit }}"
- name: environment
  anycloud.lanetest.probe:
    name: a
    does: environment
  environment:
    PROBE: "{{ 'set' }}"
- name: environment does not stay
  anycloud.lanetest.probe:
    name: a
    does: environment
- name: environment in a path
  anycloud.lanetest.probe:
    name: a
    path: $PROBE/x
  environment:
    PROBE: /tmp
- name: delegated
  anycloud.lanetest.probe:
    name: a
  delegate_to: localhost
- name: once
  anycloud.lanetest.probe:
    name: a
  run_once: true
  throttle: 1
- name: secret found on the way
  anycloud.lanetest.probe:
    name: a
    does: found_secret
    value: [esroh-tcerroc]
- name: defaults of the group
  anycloud.lanetest.probe:
    name: a
    does: opened
- name: unknown provider
  anycloud.lanetest.probe:
    name: a
    provider: lokal
    does: opened
  ignore_errors: true
- name: closed provider
  anycloud.lanetest.probe:
    name: a
    provider: gogrid
    does: opened
  ignore_errors: true
- name: credentials that the provider does not read
  anycloud.lanetest.probe:
    name: a
    auth: {token: correct-horse, username: ops}
    does: opened
  ignore_errors: true
- name: unknown cloud
  anycloud.lanetest.probe:
    name: a
    cloud: zzz
    provider: "{{ omit }}"
  ignore_errors: true
- name: named cloud
  anycloud.lanetest.probe:
    name: a
    cloud: lab
    does: opened
- name: many clouds
  anycloud.lanetest.probe:
    name: a
    clouds: [lab, other]
    sources: [{provider: local, region: r9}]
    does: opened
- name: all clouds
  anycloud.lanetest.probe:
    name: a
    clouds: "*"
    does: opened
- name: credentials as text
  anycloud.lanetest.probe:
    name: a
    auth: '{"token": {"command": ["touch", "x"]}}'
  ignore_errors: true
- name: deadline
  anycloud.lanetest.probe:
    name: a
    does: sleep
    api_deadline: 0.5
  ignore_errors: true
"""
CLOUDS = """
clouds:
  lab: {provider: local, region: r1, options: {directory: /nonexistent}, defaults: {image: debian}}
  other: {provider: local, region: r2}
"""
VAULTED = "correct horse battery"


@pytest.fixture(scope="module")
def lanes() -> t.Iterator[dict[str, Outcome]]:
    made = ground(collections_root())
    (made.folder / "pass").write_text("vault-passphrase", encoding="utf-8")
    (made.folder / "anycloud.yml").write_text(CLOUDS, encoding="utf-8")
    locked = VaultLib([("default", VaultSecret(b"vault-passphrase"))]).encrypt(VAULTED).decode()
    variables = made.folder / "vars.yml"
    variables.write_text("locked: !vault |\n  " + locked.strip().replace("\n", "\n  ") + "\n", encoding="utf-8")
    more = ("--vault-password-file", str(made.folder / "pass"), "-e", f"@{variables}", "-vvv")
    yield {lane: probe(made, TASKS, lane=lane, extra_args=more) for lane in ("fast", "module")}
    made.close()


NAMES = [line.removeprefix("- name: ") for line in TASKS.splitlines() if line.startswith("- name: ")]


def masked(result: t.Any) -> t.Any:
    """Without the text of a traceback, which shows where the code stood, and the order in which core censors."""
    if isinstance(result, dict) and "censored" in result:
        return dict(sorted(result.items()))
    if isinstance(result, dict) and "exception" in result:
        return {**result, "exception": "traceback" if result["exception"] else result["exception"]}
    if isinstance(result, dict) and isinstance(result.get("results"), list):
        return {**result, "results": [masked(item) for item in result["results"]]}
    return result


@pytest.mark.parametrize("name", NAMES)
def test_both_lanes_give_the_same(lanes: dict[str, Outcome], name: str) -> None:
    fast, module = lanes["fast"].ok().step(name), lanes["module"].ok().step(name)
    assert (fast.status, fast.ignored) == (module.status, module.ignored)
    assert json.dumps(masked(fast.result), indent=1) == json.dumps(masked(module.result), indent=1)


def test_each_run_took_its_lane(lanes: dict[str, Outcome]) -> None:
    assert "fast lane" in lanes["fast"].stdout
    assert "module lane" not in lanes["fast"].stdout
    assert "module lane: switched off" in lanes["module"].stdout
    assert "fast lane" not in lanes["module"].stdout


EXPECTED: dict[str, t.Callable[[dict[str, t.Any]], bool]] = {
    "every kind of value": lambda r: r["given"]["value"] == ["1", "True", "x", "2026-01-01"],
    "check mode": lambda r: r["check_mode"] is True,
    "diff": lambda r: bool(r["diff"]),
    "unknown option": lambda r: r["msg"].startswith(
        "Unsupported parameters for (anycloud.lanetest.probe) module: nmae."
    ),
    "mistyped": lambda r: "correct-horse" not in json.dumps(r),
    "fails": lambda r: r["failure"]["kind"] == "not_found" and r["msg"] == "no probe a with ********",
    "crashes": lambda r: r["msg"] == "bug in anycloud.core: RuntimeError: it broke with ******** and another line",
    "vaulted": lambda r: r["given"]["value"] == [VAULTED],
    "environment": lambda r: r["env"]["PROBE"] == "set",
    "environment does not stay": lambda r: r["env"]["PROBE"] is None,
    "environment in a path": lambda r: r["given"]["path"] == "/tmp/x",
    "secret found on the way": lambda r: "correct-horse" not in json.dumps(r),
    "defaults of the group": lambda r: r["clouds"][0]["provider"] == "local",
    "unknown provider": lambda r: r["msg"] == "no provider lokal; nearest: local",
    "unknown cloud": lambda r: "no cloud zzz in " in r["msg"] and r["msg"].endswith("its clouds are: lab, other"),
    "named cloud": lambda r: r["clouds"][0]["region"] == "r1" and r["defaults"] == {"image": "debian"},
    "many clouds": lambda r: [cloud["name"] for cloud in r["clouds"]] == ["lab", "other", "local"],
    "all clouds": lambda r: [cloud["name"] for cloud in r["clouds"]] == ["lab", "other"],
    "credentials as text": lambda r: "auth.token must be text" in r["msg"],
    "deadline": lambda r: r["failure"]["kind"] == "timeout",
    "lacks a library": lambda r: r["msg"].startswith("this needs the Python library anycloud_no_such_library"),
}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_what_they_give_is_right(lanes: dict[str, Outcome], name: str) -> None:
    result = lanes["fast"].result(name)
    assert EXPECTED[name](result), json.dumps(result, indent=1)


def test_a_bad_item_of_a_loop_leaves_the_others_alone(lanes: dict[str, Outcome]) -> None:
    items = lanes["fast"].result("loop")["results"]
    assert [item.get("given", {}).get("name") for item in items] == ["a", "b", None]
    assert items[2]["msg"] == "value of state must be one of: present, absent, got: wrong"


def test_a_play_runs_with_strategy_free(play: Ground, lane: str) -> None:
    keywords = {"strategy": "free", "module_defaults": {"group/anycloud.lanetest.cloud": {"provider": "local"}}}
    task = {"name": "free", "anycloud.lanetest.probe": {"name": "{{ inventory_hostname }}"}}
    outcome = probe(play, [task, task], lane=lane, keywords=keywords, inventory="a,b,c,").ok()
    assert sorted(step.result["given"]["name"] for step in outcome.steps) == ["a", "a", "b", "b", "c", "c"]
