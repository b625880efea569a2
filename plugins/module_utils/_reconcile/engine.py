# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine: read, resolve, plan, permit, apply, read back. One path for check mode and for real."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass, field

from ..sdk.capabilities import Capabilities
from ..sdk.errors import Ambiguous, CloudError, NotFound
from ..sdk.services import Where
from ..sdk.waiting import Done, Failed, Operation, Pending, done, wait
from . import once
from .kinds import Kind, Want, folded_extra
from .parallel import concurrently
from .plan import Step, Steps, check_supported, create_only, permit, plan
from .render import foretold, sentences
from .report import Outcome, report
from .shown import shown
from .task import Call, Result

LOOKS_AFTER_LOST_ANSWER = 3
LOOKS_FOR_A_DOUBLE = 12
EVENTS = frozenset({"restart", "rebuild"})


class Desk:
    """What the engine must know of one kind of resource: a subclass binds a ``Kind`` to its service.

    The verbs ``create``, ``update`` and ``delete`` go to ``service`` as they are; a kind with more of them
    (events, children) overrides ``steps`` to plan them and ``perform`` to carry them out.
    """

    kind: Kind
    service: t.Any

    def __init__(self, call: Call) -> None:
        self.call = call
        self.deleted: set[str] = set()

    @property
    def capabilities(self) -> Capabilities:
        found: Capabilities = self.service.capabilities
        return found

    def unsupported(self, name: str) -> CloudError:
        lacks = f"does not support the option {name} of a {self.kind.noun}"
        return self.call.cloud.unsupported(self.service.name, name, lacks)

    def find(self, where: Where) -> t.Iterable[t.Any]:
        found: t.Iterable[t.Any] = self.service.find(where)
        return found

    def read(self, wants: t.Sequence[Want]) -> list[t.Any]:
        """All that the wants name, by one look for ids and one for names."""
        ids = frozenset(want.id for want in wants if want.id is not None)
        names = frozenset(want.label for want in wants if want.id is None)
        found = list(self.find(Where(ids=ids))) if ids else []
        return found + (list(self.find(Where(names=names))) if names else [])

    def belongs(self, want: Want, resource: t.Any) -> bool:
        return bool(resource.id == want.id if want.id is not None else getattr(resource, self.kind.key) == want.label)

    def identity(self, want: Want) -> str:
        """What tells the resource from all others of its kind and place, for the token of its create."""
        return want.label

    def exists(self, resource: t.Any) -> bool:
        """False for what a provider still lists though it is gone."""
        return True

    def settling(self, resource: t.Any) -> bool:
        """Whether the resource is on its way to another state, so that changes have to wait."""
        return False

    def settled(self, resource: t.Any) -> t.Any:
        """The resource as it will be when left alone."""
        return resource

    def resolve(self, want: Want, actual: t.Any) -> Want:
        """The want with the references looked up that this comparison, or a create, needs. Reads only."""
        return want

    def steps(self, want: Want, actual: t.Any) -> Steps:
        return plan(self.kind, want, actual, self.capabilities)

    def perform(self, step: Step, resource: t.Any, want: Want) -> Operation[t.Any]:
        """Carries one step out; ``resource`` is what it acts on as the last step left it."""
        if step.verb == "create":
            return once.create(self, step, want)
        operation: Operation[t.Any]
        if step.verb == "update":
            operation = self.service.update(resource, folded_extra(step.values))
        else:
            operation = getattr(self.service, step.verb)(resource)
        return operation

    def foretell(self, known: dict[str, t.Any], steps: Steps) -> dict[str, t.Any]:
        """What check mode shows of a resource, where that is more than the new values of its fields."""
        return known

    def show(self, resource: t.Any) -> dict[str, t.Any]:
        """A resource as results have it."""
        found: dict[str, t.Any] = shown(resource)
        return found


@dataclass
class Draft:
    """One want on its way: what was found, what was planned, what is left to do, what came of it."""

    want: Want
    actual: t.Any = None
    planned: Steps = ()
    steps: Steps = ()
    failure: CloudError | None = None
    changed: bool = False
    after: t.Any = None
    known: dict[str, t.Any] = field(default_factory=dict)


def reconcile(call: Call, desk: Desk, wants: t.Sequence[Want], *, one: bool) -> Result:
    """Makes all of the wants true, or says in check mode what that would take.

    ``one`` is whether the user named a single resource: it then also stands alone in the result, and a failure
    is raised as it is.
    """
    drafts = [Draft(want) for want in wants]
    keep_going = call.params.get("on_error") == "continue"
    for draft in drafts:
        check_supported(desk.kind, draft.want, desk.capabilities, desk.unsupported)
    found = desk.read(wants)
    for draft in drafts:
        try:
            prepare(desk, draft, found)
        except CloudError as problem:
            draft.failure = problem
            if not keep_going:
                break
    if call.check_mode:
        for draft in drafts:
            predict(desk, draft)
    elif keep_going or not any(draft.failure for draft in drafts):
        apply_all(call, desk, drafts, keep_going)
    outcomes = [
        Outcome(
            name=draft.want.label,
            changed=draft.changed,
            steps=draft.planned,
            failure=draft.failure,
            shown=draft.known if draft.known else (desk.show(draft.after) if draft.after is not None else None),
        )
        for draft in drafts
    ]
    return report(desk.kind, outcomes, one=one)


def prepare(desk: Desk, draft: Draft, found: t.Sequence[t.Any]) -> None:
    """Phases two to five for one want; nothing is changed."""
    draft.actual = draft.after = pick(desk, draft.want, found)
    if draft.actual is not None and draft.want.id is not None:
        draft.want = dataclasses.replace(draft.want, label=getattr(draft.actual, desk.kind.key))
    seen = None if draft.actual is None else desk.settled(draft.actual)
    draft.want = desk.resolve(draft.want, seen)
    draft.steps = draft.planned = desk.steps(draft.want, seen)
    for name in new_names(desk.kind, draft.steps):
        desk.service.check_name(desk.kind.noun, name)
    permit(draft.steps, desk.call.allow, sentences(draft.steps))
    if seen is not None and not draft.want.absent:
        for warning in create_only(desk.kind, draft.want, seen, desk.capabilities):
            desk.call.work.warn(warning)


def new_names(kind: Kind, steps: Steps) -> t.Iterator[str]:
    """The names that resources get by these steps."""
    for step in steps:
        if step.verb == "create":
            yield step.label
        elif step.verb == "update":
            yield from (change.after for change in step.changes if change.field.name == kind.key)


def pick(desk: Desk, want: Want, found: t.Sequence[t.Any]) -> t.Any:
    """The one resource that the want names; never a guess among several."""
    fits = {}
    for resource in found:
        if desk.belongs(want, resource) and is_there(desk, resource):
            fits[getattr(resource, "id", id(resource))] = resource
    if len(fits) > 1:
        raise Ambiguous(
            f"{len(fits)} {desk.kind.plural} are called {want.label} (ids {', '.join(sorted(map(str, fits)))}); "
            "name the one you mean by its id"
        )
    if not fits and want.id is not None and not want.absent:
        raise NotFound(f"there is no {desk.kind.noun} with the id {want.id}; a {desk.kind.noun} is created by its name")
    return next(iter(fits.values()), None)


def is_there(desk: Desk, resource: t.Any) -> bool:
    """False for what is only still listed: gone for the provider, or deleted by this run."""
    return getattr(resource, "id", None) not in desk.deleted and desk.exists(resource)


def predict(desk: Desk, draft: Draft) -> None:
    """What the result will show, as far as it can be known without doing it."""
    if draft.failure or not draft.steps:
        return
    draft.changed = True
    last = draft.steps[-1]
    if last.verb == "delete":
        draft.after = None
        return
    is_new = any(step.verb == "create" for step in draft.steps)
    blank: dict[str, t.Any] = {each.name: None for each in dataclasses.fields(desk.kind.model)}
    base = blank if is_new else desk.show(desk.settled(draft.actual))
    for step in draft.steps:
        for change in step.changes:
            if change.field.name in base and step.verb != "delete":
                base[change.field.name] = foretold(change, change.after)
    if is_new:
        base[desk.kind.key] = draft.want.label
    draft.known = desk.foretell(base, draft.steps)


def apply_all(call: Call, desk: Desk, drafts: t.Sequence[Draft], keep_going: bool) -> None:
    """Works on all drafts at once; after a failure nothing new is begun, unless told to go on."""
    todo = [draft for draft in drafts if not draft.failure and (draft.steps or on_its_way(desk, draft))]

    def run(draft: Draft) -> None:
        if not keep_going and any(other.failure for other in todo):
            return
        try:
            converge(call, desk, draft)
        except CloudError as problem:
            draft.failure = problem

    for _draft, _nothing in concurrently(call.work, run, todo):
        pass


def on_its_way(desk: Desk, draft: Draft) -> bool:
    return draft.actual is not None and desk.settling(draft.actual)


def converge(call: Call, desk: Desk, draft: Draft) -> None:
    """Phases six and seven for one want: the steps of its plan and no others, until the cloud shows the result."""
    if on_its_way(desk, draft) and (draft.steps or call.patience.enabled):
        settle(call, desk, draft)
    for attempt in range(LOOKS_AFTER_LOST_ANSWER):
        try:
            apply(call, desk, draft)
            break
        except once.FoundInstead as found:
            draft.changed = found.ours or any(step.verb == "delete" for step in draft.steps)
            plan_again(desk, draft, found.resource)
            draft.planned = draft.planned if draft.changed else draft.steps
        except CloudError as problem:
            eventful = any(step.verb in EVENTS for step in draft.steps)
            if not problem.outcome_unknown or eventful or attempt == LOOKS_AFTER_LOST_ANSWER - 1:
                raise
            draft.changed = True
            plan_again(desk, draft, pick(desk, draft.want, desk.read([draft.want])))
    if draft.changed:
        read_back(call, desk, draft)


def settle(call: Call, desk: Desk, draft: Draft) -> None:
    """Waits for a passing state to pass, then plans again on what is really there."""

    def check() -> t.Union[Pending, Done[t.Any], Failed]:
        actual = pick(desk, draft.want, desk.read([draft.want]))
        if actual is not None and desk.settling(actual):
            return Pending(str(getattr(getattr(actual, "state", ""), "value", "")))
        return Done(actual)

    operation: Operation[t.Any] = Operation(check)
    plan_again(desk, draft, wait(operation, f"settle {desk.kind.noun} {draft.want.label}", call.work, call.patience))
    draft.planned = draft.steps


def plan_again(desk: Desk, draft: Draft, actual: t.Any) -> None:
    """What is left to do on what is really there."""
    draft.actual = draft.after = actual
    seen = None if actual is None else desk.settled(actual)
    draft.want = desk.resolve(draft.want, seen)
    draft.steps = desk.steps(draft.want, seen)
    permit(draft.steps, desk.call.allow, sentences(draft.steps))


def apply(call: Call, desk: Desk, draft: Draft) -> None:
    resource = draft.actual
    for position, step in enumerate(draft.steps):
        if step.verb == "create":
            draft.want = as_new(desk.kind, draft.want)
        try:
            operation = desk.perform(step, resource, draft.want)
        except NotFound:
            if step.verb != "delete" and not draft.want.absent:
                raise
            operation = done(resource if step.verb != "delete" else None)
        if step.verb == "delete" and step.resource is not None:
            desk.deleted.add(step.resource.id)
        draft.changed = True
        last = position == len(draft.steps) - 1
        if last and not call.patience.enabled:
            resource = operation.started if step.verb != "delete" else None
        else:
            resource = wait(operation, f"{step.verb} {desk.kind.noun} {draft.want.label}", call.work, call.patience)
        if step.verb == "create" and resource is not None:
            desk.deleted.discard(resource.id)
        draft.after = resource


def as_new(kind: Kind, want: Want) -> Want:
    """The want of a resource that is made anew, which has another id, and the name that it was to get."""
    return dataclasses.replace(want, id=None, label=want.fields.get(kind.key, want.label))


def read_back(call: Call, desk: Desk, draft: Draft) -> None:
    """Waits until a new look would plan nothing; what is still different names itself in the time-out.

    A run that has created gives another one, which did so at the same moment, the time to take its own back.
    """
    if not call.patience.enabled:
        return
    created = any(step.verb == "create" for step in draft.steps)
    doubles = iter(range(LOOKS_FOR_A_DOUBLE if created else 0))

    def check() -> t.Union[Pending, Done[t.Any], Failed]:
        found = desk.read([draft.want])
        if any(getattr(each, "id", None) in desk.deleted and desk.exists(each) for each in found):
            return Pending("it is still listed")
        try:
            actual = pick(desk, draft.want, found)
        except Ambiguous:
            if next(doubles, None) is None:
                raise
            return Pending("another run has made one at the same time")
        seen = None if actual is None else desk.settled(actual)
        rest = desk.steps(desk.resolve(done_with_events(draft.want), seen), seen)
        return Pending("; ".join(["still to do: " + text for text in sentences(rest)])) if rest else Done(actual)

    operation: Operation[t.Any] = Operation(check)
    draft.after = wait(operation, f"see {desk.kind.noun} {draft.want.label} as wanted", call.work, call.patience)


def done_with_events(want: Want) -> Want:
    """The want as it stands once its events have happened."""
    return dataclasses.replace(want, goal=SETTLED_GOALS.get(want.goal, want.goal))


SETTLED_GOALS = {"restarted": "started", "rebuilt": "present"}
