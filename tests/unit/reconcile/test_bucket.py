# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cloud_bucket does, as a user would tell it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile import bucket as buckets
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.bucket import TASK, policy
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Denied, Invalid, Unavailable
from hypothesis import given
from hypothesis import strategies as st

from ..memory import Killed, State, call, changing, memory_cloud, memory_work
from .object_ground import contents, mutations, site

POLICY: dict[str, t.Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": ["b", "a"]},
        {"Effect": "Deny", "Action": "s3:*"},
    ],
}
SAME_POLICY = {
    "Statement": [
        {"Action": ["s3:*"], "Effect": "Deny"},
        {"Resource": ["a", "b", "a"], "Principal": "*", "Effect": "Allow", "Action": "s3:GetObject"},
    ],
    "Version": "2012-10-17",
}
ALL: dict[str, t.Any] = {
    "location": "l-north",
    "versioning": True,
    "encryption": {"type": "kms", "key": "k-1"},
    "access": "public_read",
    "policy": POLICY,
    "lifecycle": [{"id": None, "prefix": "logs/", "enabled": True, "expire_days": 30}],
    "cors": [{"origins": ["*"], "methods": ["GET"], "headers": None}],
    "website": {"index": "index.html", "error": None},
    "cdn": True,
    "labels": {"team": "web", "copies": 2, "hot": True},
}


def run(memory: State, *, check_mode: bool = False, **params: t.Any) -> dict[str, t.Any]:
    cloud = memory_cloud(memory, work=memory_work(memory))
    written = {"name": "site", "state": "present", "purge_labels": False, "force": False, **params}
    return TASK.run(call(cloud, written, check_mode=check_mode))


def test_a_bucket_with_every_setting_is_planned_made_and_then_left_alone() -> None:
    state = State()

    planned = run(state, check_mode=True, **ALL)
    assert not state.mutations()
    made = run(state, **ALL)
    again = run(state, **ALL)

    assert planned["plan"] == made["plan"] and planned["diff"] == made["diff"]
    assert set(planned) == set(made) == set(again)
    assert made["bucket"]["labels"] == {"team": "web", "copies": "2", "hot": "true"}
    assert made["bucket"]["policy"] == POLICY
    assert made["bucket"]["lifecycle"] == [{"prefix": "logs/", "enabled": True, "expire_days": 30}]
    assert again["changed"] is False and again["plan"] == []
    assert mutations(state) == ["create site"]


def test_settings_that_are_left_out_stay() -> None:
    state = State()
    run(state, **ALL)

    changed = run(state, versioning=False, labels={"team": "ops"})

    assert changed["plan"] == [
        "change bucket site: versioning yes -> no, labels copies=2, hot=true, team=web -> copies=2, hot=true, team=ops"
    ]
    after = changed["bucket"]
    assert after["encryption"] == {"type": "kms", "key": "k-1"} and after["website"] == {"index": "index.html"}
    assert run(state, labels={"team": "ops"}, purge_labels=True)["bucket"]["labels"] == {"team": "ops"}


@pytest.mark.parametrize(("setting", "empty"), [("policy", {}), ("lifecycle", []), ("cors", []), ("website", {})])
def test_an_empty_setting_removes_what_was_there(setting: str, empty: t.Any) -> None:
    state = State()
    run(state, **ALL)

    assert run(state, **{setting: empty})["changed"] is True
    assert run(state, **{setting: empty})["changed"] is False
    assert not state.one("bucket", "site").__dict__[setting]


@pytest.mark.parametrize("written", [SAME_POLICY, json.dumps(POLICY), json.dumps(SAME_POLICY)])
def test_a_policy_is_compared_by_what_it_means(written: t.Any) -> None:
    state = State()
    run(state, policy=POLICY)

    assert run(state, policy=written)["changed"] is False
    assert run(state, policy={**POLICY, "Version": "2008-10-17"})["changed"] is True


@given(st.recursive(st.text(max_size=2) | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=6))
def test_a_policy_means_itself_however_its_lists_are_turned(value: t.Any) -> None:
    turned = {"a": list(reversed(value)) if isinstance(value, list) else [value]}

    assert policy({"a": value}) == policy(turned) == policy(json.dumps({"a": value}))


def test_a_policy_is_sent_as_it_was_written() -> None:
    state = State()

    run(state, policy=SAME_POLICY)

    assert json.dumps(state.one("bucket", "site").policy) == json.dumps(SAME_POLICY)


NAMES = [
    ("ab", "has 2 characters"),
    ("x" * 64, "has 64 characters"),
    ("My-bucket", "has 'M' in it"),
    ("a_b", "has '_' in it"),
    ("größe", "has 'ö' in it"),
    ("-abc", "begins with a hyphen or dot"),
    ("abc.", "ends with a hyphen or dot"),
    ("a..b", "has a dot beside a dot or hyphen"),
    ("a.-b", "has a dot beside a dot or hyphen"),
    ("192.168.0.1", "looks like an IP address"),
]


@pytest.mark.parametrize(("name", "why"), NAMES)
def test_a_name_against_the_rules_has_one_sentence(name: str, why: str) -> None:
    state = State()
    with pytest.raises(Invalid) as caught:
        run(state, name=name)

    assert str(caught.value) == (
        f'the bucket name "{name}" {why}; a bucket name has 3 to 63 lower-case letters, digits, hyphens and dots, '
        "and begins and ends with a letter or digit"
    )
    assert not state.log


WRONG = [
    ({"policy": "{"}, "policy is not JSON"),
    ({"policy": "[1]"}, "policy must be a JSON object, not list"),
    ({"encryption": {"type": "provider", "key": "k"}}, "goes with type kms"),
]


@pytest.mark.parametrize(("params", "sentence"), WRONG)
def test_settings_that_make_no_sense_change_nothing(params: dict[str, t.Any], sentence: str) -> None:
    state = State()
    with pytest.raises(Invalid, match=sentence):
        run(state, **params)

    assert not state.log


def test_a_setting_that_the_provider_lacks_is_named_with_those_that_have_it() -> None:
    state = State(capabilities=changing("bucket", cdn=None))
    with pytest.raises(CloudError) as caught:
        run(state, cdn=True)

    assert str(caught.value) == (
        "the provider memory does not support the option cdn of a bucket; these can: elsewhere"
    )
    assert not state.mutations()


def test_a_full_bucket_is_a_conflict_without_force_in_check_mode_too() -> None:
    state = site(objects={"a": b"1", "b": b"2"})
    for check_mode in (True, False):
        result = run(state, check_mode=check_mode, state="absent")
        assert result["failed"] is True and result["changed"] is False
        assert result["failure"]["kind"] == "conflict"
        assert result["msg"] == "bucket site holds 2 objects; empty it first, or write force: true"
    assert not state.mutations()


def test_force_counts_what_it_deletes() -> None:
    state = site(objects={f"{number}": b"x" for number in range(7)})

    planned = run(state, check_mode=True, state="absent", force=True)
    gone = run(state, state="absent", force=True)
    again = run(state, state="absent", force=True)

    assert planned["plan"] == gone["plan"] == ["empty bucket site (deletes 7 objects)", "delete bucket site"]
    assert planned["diff"] == gone["diff"]
    assert planned["deleted_objects"] == gone["deleted_objects"] == 7
    assert gone["bucket"] is None and gone["buckets"] == []
    assert again["changed"] is False and again["deleted_objects"] == 0


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_deletion_that_was_killed_is_finished_by_the_next(number: int, when: t.Literal["before", "after"]) -> None:
    state = site(objects={f"{number}": b"x" for number in range(7)})
    state.kill_at(number, when)
    try:
        run(state, state="absent", force=True)
    except Killed:
        state.revive()

    run(state, state="absent", force=True)

    assert contents(state) == {} and not state.all("bucket")


def test_emptying_goes_on_when_the_cloud_stumbles() -> None:
    state = site(objects={f"{number}": b"x" for number in range(7)})
    for number in (1, 2, 3):
        state.fail_at(number, Unavailable("not now"))

    gone = run(state, state="absent", force=True)

    assert gone["deleted_objects"] == 7
    assert not state.all("bucket")


def test_what_was_deleted_before_a_failure_counts_as_changed() -> None:
    for number, changed in ((1, False), (2, True)):
        state = site(objects={f"{number}": b"x" for number in range(7)})
        state.fail_at(number, Denied("no more"))

        stopped = run(state, state="absent", force=True)

        assert stopped["failure"]["kind"] == "denied"
        assert stopped["changed"] is changed
        assert stopped["deleted_objects"] == 3 * (number - 1)


def test_very_many_objects_are_not_counted_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "COUNT_UP_TO", 3)
    state = site(objects={f"{number}": b"x" for number in range(7)})

    planned = run(state, check_mode=True, state="absent", force=True)

    assert planned["plan"][0] == "empty bucket site (deletes more than 3 objects)"
    assert planned["deleted_objects"] is None


def test_older_versions_go_with_a_bucket_that_seems_empty() -> None:
    state = site()
    run(state, versioning=True)

    gone = run(state, state="absent", force=True)

    assert gone["plan"] == ["empty bucket site (deletes 0 objects with all versions)", "delete bucket site"]
