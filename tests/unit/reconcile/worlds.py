# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true of every kind of resource, whatever the cloud can do and wherever the process dies."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing as t
from dataclasses import dataclass, field

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Result, Task
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities, How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Unavailable
from ansible_collections.anycloud.core.tests.unit.memory import Heard, Killed, Lag, Logged, State, lost, run

SECRET = "S3CRET"
ALLOW = ["restart", "recreate", "shrink", "data_loss"]
EVENTS = frozenset({"restarted", "rebuilt"})
OF_THE_CLOUD = frozenset(
    {
        "id",
        "created",
        "state",
        "public_ips",
        "private_ips",
        "address",
        "addresses",
        "fingerprint",
        "serial",
        "device",
        "modified",
        "price_hourly",
        "currency",
    }
)
RERUNS = 3
NO_TIME = Unavailable("the cloud has no time")


@dataclass(frozen=True)
class Subject:
    """A kind of resource under test. ``names`` are those that its tasks may touch; all else are bystanders.

    ``attribute`` says which attribute an option sets where it is called otherwise, ``words`` how the sentences
    of a plan begin for each verb, ``shelf`` where the resources are, ``inner`` what is inside of them, ``covers``
    what is written without an option of that name; where they are ``numbered``, one is as good as another.
    """

    kind: str
    task: Task
    stage: t.Callable[[State], None]
    names: frozenset[str]
    attribute: t.Mapping[str, str] = field(default_factory=dict)
    words: t.Mapping[str, str] = field(default_factory=dict)
    shelf: str = ""
    inner: tuple[str, ...] = ()
    covers: frozenset[str] = frozenset()
    numbered: bool = False

    @property
    def place(self) -> str:
        return self.shelf or self.kind


@dataclass(frozen=True)
class Case:
    """One example: what the cloud can do, what is there, what is asked."""

    capabilities: t.Mapping[str, Capabilities]
    lag: Lag
    before: t.Mapping[str, t.Any] | None
    asked: t.Mapping[str, t.Any]


def world(subject: Subject, case: Case) -> State:
    """The same world for the same case, every time."""
    state = State(capabilities=case.capabilities)
    subject.stage(state)
    if case.before is not None:
        run(state, subject.task, {**case.before, "allow": ALLOW})
    state.settle()
    state.lag = case.lag
    state.log.clear()
    state.kill_at(0, "before")
    state.revive()
    return state


def everything(state: State) -> dict[str, dict[str, t.Any]]:
    """All that is there in truth, by kind and id."""
    return {kind: dict(shelf.now()) for kind, shelf in state.shelves.items()}


def bystanders(state: State, subject: Subject) -> dict[str, dict[str, t.Any]]:
    others = {
        kind: {key: thing for key, thing in things.items() if kind != subject.place or thing.name not in subject.names}
        for kind, things in everything(state).items()
    }
    return {kind: things for kind, things in others.items() if things and not kind.startswith((*subject.inner, "-"))}


def named(state: State, subject: Subject) -> dict[str, t.Any]:
    """What the tasks may touch, by id."""
    shelf = state.shelf(subject.place).now()
    return {key: thing for key, thing in shelf.items() if thing.name in subject.names}


def essence(state: State, subject: Subject) -> list[str]:
    """What the tasks may touch, without what only the cloud decides, in an order of its own."""
    found = [plain(thing) for thing in named(state, subject).values()]
    if subject.numbered:
        found = [{name: value for name, value in each.items() if name != "name"} for each in found]
    return sorted(json.dumps(each, sort_keys=True, default=str) for each in found)


def plain(thing: t.Any) -> t.Any:
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        values = {each.name: getattr(thing, each.name) for each in dataclasses.fields(thing)}
        return {name: plain(value) for name, value in values.items() if name not in OF_THE_CLOUD or name == "state"}
    if isinstance(thing, t.Mapping):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, (tuple, list)):
        return sorted((plain(each) for each in thing), key=repr)
    return thing


def check_a_run(subject: Subject, case: Case) -> None:
    """Check mode, for real, and again."""
    state = world(subject, case)
    around, before = bystanders(state, subject), named(state, subject)
    heard = Heard()
    foretold = run(state, subject.task, case.asked, check_mode=True, heard=heard)
    assert not state.mutations(), "check mode changed something"
    warned = bool(heard.warnings)
    result = run(state, subject.task, case.asked, heard=heard)
    made = state.mutations()
    check_secrets(foretold, result, heard)
    assert bystanders(state, subject) == around, "something was touched that nobody named"
    if result.get("failed"):
        assert not made, f"it changed something before it failed: {result['msg']}"
        assert foretold.get("failed") or (warned and result["failure"]["kind"] == "not_found"), result["msg"]
        return
    assert not foretold.get("failed"), foretold["msg"]
    check_foretold(foretold, result)
    check_calls(subject, result, made)
    check_permissions(subject, case, state, before, made)
    if not any(call.verb == "delete" for call in made):
        check_untouched(subject, case, state, before)
    check_nothing_left(subject, case, state)


def check_secrets(foretold: Result, result: Result, heard: Heard) -> None:
    said = json.dumps([foretold, result, heard.warnings, heard.lines], default=repr)
    assert SECRET not in said, "a secret was shown"


def check_foretold(foretold: Result, result: Result) -> None:
    for key in ("changed", "plan", "diff", "disrupts"):
        assert foretold[key] == result[key], f"check mode foretold another {key}"
    assert foretold.keys() == result.keys()
    assert result["changed"] == bool(result["plan"])


def check_calls(subject: Subject, result: Result, made: t.Sequence[Logged]) -> None:
    """The calls are the steps of the plan, in their order."""
    sentences = [sentence for call in made for sentence in beginnings(subject, call)]
    assert len(sentences) == len(result["plan"]), (sentences, result["plan"])
    plan = list(result["plan"])
    if len(subject.names) > 1:
        sentences, plan = sorted(sentences), sorted(plan)
    for beginning, sentence in zip(sentences, plan, strict=True):
        assert sentence.startswith(beginning), (beginning, sentence)


def beginnings(subject: Subject, call: Logged) -> list[str]:
    if call.verb == "change_records":
        return [record_words(change) for change in call.fields["changes"]]
    verb = subject.words.get(call.verb, call.verb)
    return [f"{verb} "]


def record_words(change: t.Any) -> str:
    verb = "create" if change.before is None else "delete" if change.after is None else "change"
    return f"{verb} record"


def check_permissions(
    subject: Subject, case: Case, state: State, before: t.Mapping[str, t.Any], made: t.Sequence[Logged]
) -> None:
    allow = set(case.asked.get("allow") or ())
    after = named(state, subject)
    gone = set(before) - set(after)
    if gone and not deletes(case.asked):
        assert "recreate" in allow, f"{gone} went without leave"
    can = state.capabilities.get(subject.kind)
    for call in made:
        if call.verb == "update" and can is not None:
            restarts = [name for name in call.fields if can.fields.get(name) is How.RESTART]
            assert not restarts or "restart" in allow, f"{restarts} restarted without leave"
    for key in set(before) & set(after):
        old, new = getattr(before[key], "size_gb", None), getattr(after[key], "size_gb", None)
        assert old is None or new >= old or "shrink" in allow, "it shrank without leave"


def deletes(asked: t.Mapping[str, t.Any]) -> bool:
    return bool(
        asked.get("state") == "absent"
        or asked.get("purge")
        or asked.get("group")
        or asked.get("keep")
        or "records" in asked
    )


def check_untouched(subject: Subject, case: Case, state: State, before: t.Mapping[str, t.Any]) -> None:
    """Only what was written may differ; labels that were not written stay."""
    written = {subject.attribute.get(option, option) for option in case.asked} | subject.covers
    for key, new in named(state, subject).items():
        old = before.get(key)
        if old is None:
            continue
        for each in dataclasses.fields(new):
            if each.name not in written | OF_THE_CLOUD:
                assert getattr(new, each.name) == getattr(old, each.name), (
                    f"{each.name} was not written and has changed"
                )
        if not case.asked.get("purge_labels"):
            kept = set(getattr(old, "labels", {})) - set(case.asked.get("labels") or {})
            assert kept <= set(getattr(new, "labels", {})), "a label was not written and has gone"


def check_nothing_left(subject: Subject, case: Case, state: State) -> None:
    if case.asked.get("state") in EVENTS:
        return
    count = len(state.mutations())
    again = run(state, subject.task, case.asked)
    assert not again.get("failed"), again["msg"]
    assert again["plan"] == [] and again["changed"] is False, again["plan"]
    assert len(state.mutations()) == count


@dataclass(frozen=True)
class Blow:
    """What hits a run: at which of its mutating calls, before or after the cloud acted.

    ``lost`` is a lost answer rather than an error; ``settle`` is whether all lag has passed before the next run.
    """

    at: int
    acted: bool
    lost: bool
    settle: bool


def straight(subject: Subject, case: Case) -> State | None:
    """The world after a run that nothing disturbs; nothing where the run fails, or has nothing to do."""
    state = world(subject, case)
    result = run(state, subject.task, case.asked)
    return None if result.get("failed") or not state.moments else state


def check_a_kill(subject: Subject, case: Case, blow: Blow) -> None:
    """A run that dies between any two calls is finished by the next ones, and nothing is doubled."""
    good = straight(subject, case)
    if good is None:
        return
    state = world(subject, case)
    around = bystanders(state, subject)
    state.kill_at(1 + blow.at % good.moments, "after" if blow.acted else "before")
    with contextlib.suppress(Killed):
        run(state, subject.task, case.asked)
    state.revive()
    finish(subject, case, state, good, blow)
    assert bystanders(state, subject) == around, "something was touched that nobody named"


def check_an_error(subject: Subject, case: Case, blow: Blow) -> None:
    """A run that gets an error, or no answer, is right in the end or fails clearly; so is the next one."""
    good = straight(subject, case)
    if good is None:
        return
    state = world(subject, case)
    around = bystanders(state, subject)
    state.fail_at(1 + blow.at % len(good.mutations()), lost() if blow.lost else NO_TIME, acted=blow.lost and blow.acted)
    result = run(state, subject.task, case.asked)
    state.revive()
    if result.get("failed"):
        told = ("ambiguous", "conflict", "not_found", "unavailable", "timeout") if blow.lost else ("unavailable",)
        assert result["failure"]["kind"] in told, result["msg"]
        finish(subject, case, state, good, blow)
    else:
        assert essence(state, subject) == essence(good, subject)
        check_nothing_left(subject, case, state)
    assert bystanders(state, subject) == around, "something was touched that nobody named"


def finish(subject: Subject, case: Case, state: State, good: State, blow: Blow) -> None:
    """Runs the task again until it goes through; then all is as if nothing had happened."""
    if blow.settle:
        state.settle()
    result: Result = {}
    for _unused in range(RERUNS):
        result = run(state, subject.task, case.asked)
        if not result.get("failed"):
            break
        if result["failure"]["kind"] == "ambiguous" and not blow.settle:
            return
        state.settle()
    assert not result.get("failed"), result["msg"]
    assert essence(state, subject) == essence(good, subject)
    check_nothing_left(subject, case, state)
