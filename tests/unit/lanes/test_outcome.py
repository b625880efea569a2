# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""However a task ends, it is a plain result."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Call, Result, Task
from ansible_collections.anycloud.core.plugins.module_utils._task import call_of, outcome
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Stopped

API = {"calls": 0, "retries": 0, "throttled_seconds": 0.0}


def a_call(secrets: set[str] | None = None, **params: t.Any) -> Call:
    found = set() if secrets is None else secrets
    return call_of(params, check_mode=False, diff=False, env={"HOME": "/root"}, cwd="/", secrets=found)


def run(act: t.Callable[[Call], Result], call: Call | None = None) -> Result:
    return outcome(Task(options={}, run=act), call or a_call())


def test_a_result_gets_what_was_spent_on_the_api() -> None:
    def act(call: Call) -> Result:
        call.work.count(calls=2, retries=1)
        return {"changed": True}

    assert run(act) == {"changed": True, "api": {"calls": 2, "retries": 1, "throttled_seconds": 0.0}}


def test_an_error_of_the_cloud_is_a_failure_with_its_kind() -> None:
    def act(call: Call) -> Result:
        raise Conflict("the volume is in use", provider_code="VolumeInUse", request_id="r-1")

    assert run(act) == {
        "failed": True,
        "changed": False,
        "msg": "the volume is in use",
        "failure": {"kind": "conflict", "provider_code": "VolumeInUse", "request_id": "r-1", "retryable": False},
        "api": API,
    }


@pytest.mark.parametrize(
    ("wait", "said"),
    [({"wait_timeout": -1.0}, "wait_timeout is -1"), ({"wait_interval": 0.0}, "wait_interval is 0; it takes seconds")],
)
def test_a_wait_that_makes_no_sense_is_refused_before_anything_happens(wait: dict[str, float], said: str) -> None:
    result = run(lambda call: {"changed": True}, a_call(**wait))

    assert result["changed"] is False
    assert said in result["msg"]
    assert result["failure"]["kind"] == "invalid"


def test_a_result_that_failed_already_passes_as_it_is() -> None:
    assert run(lambda call: {"failed": True, "msg": "no", "plan": ["x"]}) == {
        "failed": True,
        "msg": "no",
        "plan": ["x"],
        "api": API,
    }


def test_any_other_exception_is_called_a_bug_in_one_line_with_its_traceback() -> None:
    def act(call: Call) -> Result:
        raise KeyError("a\nb")

    result = run(act)
    assert result["msg"] == r"bug in anycloud.core: KeyError: 'a\nb'"
    assert result["failed"] and not result["changed"]
    assert result["exception"].startswith("Traceback")
    assert "KeyError" in result["exception"]


def test_a_library_that_is_missing_is_named_and_a_file_of_ours_is_a_bug() -> None:
    def act(call: Call) -> Result:
        import anycloud_no_such_library.inner  # noqa: F401

        return {}

    def buggy(call: Call) -> Result:
        from ansible_collections.anycloud.core.plugins.module_utils import _no_such_file  # noqa: F401

        return {}

    result = run(act)
    assert result["msg"].startswith("this needs the Python library anycloud_no_such_library, which ")
    assert result["failure"]["kind"] == "unsupported"
    assert run(buggy)["msg"].startswith("bug in anycloud.core: ImportError")


def test_the_end_of_the_run_stops_the_work_and_goes_on() -> None:
    class Ended(BaseException):
        pass

    call = a_call()

    def act(call: Call) -> Result:
        raise Ended

    with pytest.raises(Ended):
        run(act, call)
    with pytest.raises(Stopped):
        call.work.check()


def test_the_deadline_is_that_of_the_option() -> None:
    assert a_call(api_deadline=5.0).work.left() <= 5.0
    assert a_call().work.left() == float("inf")


def test_secrets_are_kept_in_all_their_disguises() -> None:
    secrets = {"hunter2/hunter2"}
    call = a_call(secrets)
    call.work.secret("found/on/the/way")
    assert {"hunter2/hunter2", "hunter2%2Fhunter2", "found/on/the/way", "found%2Fon%2Fthe%2Fway"} <= secrets


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"zone": None, "name": "a"}, "zone must not be null"),
        ({"zone": "a", "name": None, "names": None}, "all of name, names are null"),
        ({"zone": "a", "name": "b", "ports": [{"port": 1}, {"port": None}]}, "ports[1].port must not be null"),
    ],
)
def test_a_null_is_no_value(given: dict[str, t.Any], said: str) -> None:
    task = Task(
        options={
            "zone": {"type": "str", "required": True},
            "name": {"type": "str"},
            "names": {"type": "list"},
            "ports": {"type": "list", "elements": "dict", "options": {"port": {"type": "int", "required": True}}},
        },
        run=lambda call: {"changed": True},
        rules={"required_one_of": [("name", "names")]},
    )

    result = outcome(task, a_call(**given))

    assert result["failed"] is True and said in result["msg"]
    assert result["failure"]["kind"] == "invalid"
