# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the fast lane that need no run of Ansible."""

from __future__ import annotations

import datetime
import os
import pathlib
import sys
import typing as t

import pytest
from ansible.module_utils.common.json import Direction
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils import _lane


@pytest.mark.parametrize(
    ("timeout", "deadline"), [(1, 0.5), (2, 1), (3, 2), (4, 3), (10, 8), (25, 20), (60, 55), (3600, 3595)]
)
def test_the_deadline_is_a_little_before_the_timeout(timeout: int, deadline: float) -> None:
    assert _lane.deadline_within(timeout) == deadline


def test_values_arrive_as_a_module_would_get_them() -> None:
    sent = {"day": datetime.date(2026, 1, 1), "list": (1, 2.5, None, True), "text": "ü"}
    arrived = _lane.over_the_wire(sent, Direction.CONTROLLER_TO_MODULE)
    assert arrived == {"day": "2026-01-01", "list": [1, 2.5, None, True], "text": "ü"}
    assert {type(value) for value in (arrived["text"], arrived["day"], *arrived)} == {str}


def test_the_environment_of_a_task_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANE_KEPT", "before")
    monkeypatch.delenv("LANE_NEW", raising=False)
    with pytest.raises(KeyError), _lane.environ({"LANE_KEPT": "during", "LANE_NEW": "during"}):
        assert (os.environ["LANE_KEPT"], os.environ["LANE_NEW"]) == ("during", "during")
        raise KeyError
    assert os.environ["LANE_KEPT"] == "before"
    assert "LANE_NEW" not in os.environ


def test_an_interpreter_is_the_same_only_in_the_same_folder(tmp_path: pathlib.Path) -> None:
    link = tmp_path / "python"
    link.symlink_to(os.path.realpath(sys.executable))
    assert _lane.same_python(sys.executable)
    assert not _lane.same_python(str(link))
    assert not _lane.same_python("/no/such/python")


@pytest.mark.parametrize(
    ("written", "read"),
    [("{'a': 1}", {"a": 1}), ('{"a": "b"}', {"a": "b"}), ("a=1 b=2", {"a": "1", "b": "2"}), ("nothing", "nothing")],
)
def test_text_for_a_mapping_is_read_as_core_does(written: str, read: t.Any) -> None:
    assert _lane.mapping(written) == read


@pytest.mark.parametrize(("value", "word"), [([1], "a list"), (5, "a number"), (True, "true or false")])
def test_what_core_would_stumble_over_is_told(value: t.Any, word: str) -> None:
    spec = {"auth": {"type": "dict", "options": {}}, "free": {"type": "dict"}}
    with pytest.raises(Invalid, match=f"auth must be a mapping, not {word}"):
        _lane.check_mappings({"auth": value}, spec)
    _lane.check_mappings({"auth": "a=b", "free": value}, spec)


def test_a_crash_of_the_lane_itself_tells_where_and_not_what() -> None:
    def crash() -> None:
        raise ValueError("hunter2hunter2")

    with pytest.raises(ValueError) as caught:
        crash()
    result = _lane.withheld(caught.value)
    assert result["failed"] and not result["changed"]
    assert "ValueError at test_lane.py, line" in result["msg"]
    assert "hunter2" not in str(result)
