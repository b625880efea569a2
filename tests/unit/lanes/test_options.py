# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of the common options is the argument spec."""

from __future__ import annotations

import importlib
import typing as t

import pytest
import yaml
from ansible_collections.anycloud.core.plugins.module_utils import _options
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Task
from ansible_collections.anycloud.core.plugins.module_utils._task import argument_spec

FRAGMENTS = "ansible_collections.anycloud.core.plugins.doc_fragments."


def documented(fragment: str) -> t.Any:
    return yaml.safe_load(importlib.import_module(FRAGMENTS + fragment).ModuleDocFragment.DOCUMENTATION)["options"]


def compare(documented: t.Any, spec: t.Any, where: str) -> None:
    assert set(documented) == set(spec), where
    for name, wanted in spec.items():
        for key in ("type", "elements", "choices", "default", "aliases"):
            assert documented[name].get(key) == wanted.get(key), f"{where}.{name}: {key}"
        if "options" in wanted:
            compare(documented[name]["suboptions"], wanted["options"], f"{where}.{name}")


def test_the_options_of_every_task_are_documented_as_they_are() -> None:
    compare(documented("cloud"), _options.task_spec(), "cloud")


@pytest.mark.parametrize("group", sorted(_options.GROUPS))
def test_the_options_of_a_group_are_documented_as_they_are(group: str) -> None:
    compare(documented(group), _options.GROUPS[group](), group)


def test_no_log_is_said_for_each_credential_and_never_for_a_whole_dict() -> None:
    assert "no_log" not in _options.connection_spec()["auth"]
    assert {name for name, spec in _options.auth_spec().items() if spec["no_log"]} == set(_options.AUTH_SECRETS)


def test_a_task_takes_the_groups_it_names_and_its_own_options_win() -> None:
    task = Task(
        options={"name": {"type": "str"}, "wait": {"type": "str"}}, run=lambda call: {}, groups=frozenset({"wait"})
    )
    spec = argument_spec(task)
    assert "wait_timeout" in spec and "allow" not in spec and "clouds" not in spec
    assert spec["wait"] == {"type": "str"}


def test_a_spec_can_be_changed_without_changing_the_next() -> None:
    task = Task(options={"name": {"type": "str"}}, run=lambda call: {})
    argument_spec(task)["name"]["type"] = "int"
    argument_spec(task)["auth"]["options"].clear()
    assert argument_spec(task)["name"] == {"type": "str"}
    assert argument_spec(task)["auth"]["options"]
