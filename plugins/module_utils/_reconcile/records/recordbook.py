# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record sets of one zone, reconciled all at once: one look, one plan, as few batches as the provider allows."""

from __future__ import annotations

import dataclasses
import itertools
import random
import typing as t

from ...sdk.errors import CloudError, Conflict, Invalid, NotFound, Refused
from ...sdk.models import RecordSet, Zone
from ...sdk.services import RecordChange, Where
from ...sdk.waiting import Done, Operation, Pending, wait
from ..plan import Step, permit
from ..render import sentences
from ..report import Outcome
from ..shown import shown
from ..task import Call
from .recordset import Purge, RecordPlan, RecordWant, Sets, plan_records

TRIES = 6
TOLD = 100
ORDER = {"delete": 0, "update": 1, "create": 2}
UNLIMITED = 10**9


class RecordBook:
    """What is wanted of a zone's record sets. A zone without an id is one that only check mode knows."""

    def __init__(self, call: Call, zone: Zone, wants: t.Sequence[RecordWant], purge: Purge | None = None) -> None:
        self.call = call
        self.zone = zone
        self.wants = wants
        self.purge = purge
        self.service = call.cloud.zones
        self.done: set[t.Any] = set()

    def reconcile(self) -> list[Outcome]:
        """Makes the record sets as wanted, or says in check mode what that would take."""
        found, plans = self.prepare()
        try:
            self.permit(plans)
        except Refused as refused:
            return [self.refused_outcome(plan, found, refused) for plan in plans]
        return self.foretold(found, plans) if self.call.check_mode else self.carry_out(found, plans)

    def prepare(self) -> tuple[Sets, list[RecordPlan]]:
        """What is there and what is to be done; nothing is changed."""
        found = self.read()
        plans = self.plan(found)
        if self.zone.kind == "secondary" and steps_of(plans):
            raise Invalid(
                f"zone {self.zone.name} is secondary, it copies its records from its primaries; change them there"
            )
        return found, plans

    def permit(self, plans: t.Sequence[RecordPlan]) -> None:
        steps = steps_of(plans)
        permit(steps, self.call.allow, told(sentences(steps)))

    def foretold(self, found: Sets, plans: t.Sequence[RecordPlan]) -> list[Outcome]:
        after = predicted(found, steps_of(plans))
        return [self.outcome(plan, after) for plan in plans]

    def carry_out(self, found: Sets, plans: t.Sequence[RecordPlan]) -> list[Outcome]:
        steps = steps_of(plans)
        problem = self.apply(steps) if steps else None
        if problem is not None:
            return self.after_failure(plans, found, problem)
        if not steps or not self.call.patience.enabled:
            return self.foretold(found, plans)
        return self.outcomes_read_back(plans, steps)

    def read(self) -> Sets:
        """All sets of the names that are wanted, or of the whole zone where the rest is to go."""
        if not self.zone.id:
            return {}
        names = None if self.purge is not None else frozenset(want.name for want in self.wants)
        if names is not None and not names:
            return {}
        return {each.identity: each for each in self.service.find_records(self.zone, Where(names=names))}

    def plan(self, found: Sets) -> list[RecordPlan]:
        return plan_records(self.zone.name, self.wants, found.values(), self.service.capabilities, self.purge)

    def apply(self, steps: t.Sequence[Step]) -> CloudError | None:
        """Sends the steps; when an answer is lost, or somebody else was faster, looks again and sends what is left."""
        left = list(steps)
        for attempt in range(1, TRIES + 1):
            try:
                self.send(left)
                return None
            except CloudError as problem:
                overtaken = isinstance(problem, (Conflict, NotFound))
                if not (problem.outcome_unknown or overtaken) or attempt == TRIES:
                    return problem
            self.call.work.sleep(random.uniform(0, min(0.5 * 2**attempt, self.call.patience.interval)))
            try:
                plans = self.plan(self.read())
                self.permit(plans)
                left = steps_of(plans)
            except CloudError as problem:
                return problem
        return None

    def send(self, steps: t.Sequence[Step]) -> None:
        limit = self.service.capabilities.limits.get("record_changes", UNLIMITED)
        operations = []
        for batch in batches(steps, limit):
            changes = [RecordChange(before=step.resource, after=step.part) for step in batch]
            operations.append(self.service.change_records(self.zone, changes))
            self.done.update(step_identity(step) for step in batch)
        if self.call.patience.enabled:
            for operation in operations:
                wait(operation, f"change the records of {self.zone.name}", self.call.work, self.call.patience)

    def outcomes_read_back(self, plans: t.Sequence[RecordPlan], steps: t.Sequence[Step]) -> list[Outcome]:
        try:
            seen = self.read_back({step_identity(step) for step in steps})
        except CloudError as problem:
            return [
                dataclasses.replace(self.outcome(plan, {}), failure=problem if plan.steps else None) for plan in plans
            ]
        return [self.outcome(plan, seen) for plan in plans]

    def read_back(self, mine: t.Collection[t.Any]) -> Sets:
        """Looks until a new plan would leave alone what this one changed; what it would not names itself."""

        def check() -> t.Union[Pending, Done[Sets]]:
            found = self.read()
            rest = [step for plan in self.plan(found) for step in plan.steps if step_identity(step) in mine]
            return Pending("; ".join(f"still to do: {text}" for text in sentences(rest))) if rest else Done(found)

        operation: Operation[Sets] = Operation(check)
        return wait(operation, f"see the records of {self.zone.name} as wanted", self.call.work, self.call.patience)

    def after_failure(self, plans: t.Sequence[RecordPlan], before: Sets, problem: CloudError) -> list[Outcome]:
        """What was done all the same, found by one more look where the cloud still answers."""
        try:
            found = self.read()
            left = {step_identity(step) for plan in self.plan(found) for step in plan.steps}
        except CloudError:
            found, left = before, {step_identity(step) for plan in plans for step in plan.steps} - self.done
        return [self.failed_outcome(plan, found, left, problem) for plan in plans]

    def refused_outcome(self, plan: RecordPlan, found: Sets, refused: Refused) -> Outcome:
        failure = refused if any(step.needs for step in plan.steps) else None
        return dataclasses.replace(self.outcome(plan, found), changed=False, failure=failure)

    def failed_outcome(self, plan: RecordPlan, found: Sets, left: set[t.Any], problem: CloudError) -> Outcome:
        identities = {step_identity(step) for step in plan.steps}
        outcome = self.outcome(plan, found)
        failure = problem if identities & left else None
        return dataclasses.replace(outcome, changed=bool(identities - left), failure=failure)

    def outcome(self, plan: RecordPlan, sets: Sets) -> Outcome:
        identity = plan.want.identity if plan.want else None
        seen = sets.get(identity) if identity else None
        return Outcome(
            name=plan.label,
            changed=bool(plan.steps),
            steps=plan.steps,
            shown=None if seen is None else self.show(seen),
        )

    def show(self, each: RecordSet) -> dict[str, t.Any]:
        """A record set as results have it."""
        said = dataclasses.replace(each, value=tuple(map(str, each.value)))
        return {"zone": self.zone.name, **shown(said)}


def told(plan: list[str]) -> list[str]:
    """The first hundred sentences, and how many more there are."""
    return [*plan[:TOLD], f"and {len(plan) - TOLD} more"] if len(plan) > TOLD else plan


def steps_of(plans: t.Iterable[RecordPlan]) -> list[Step]:
    return [step for plan in plans for step in plan.steps]


def step_identity(step: Step) -> t.Any:
    return (step.resource if step.part is None else step.part).identity


def predicted(found: Sets, steps: t.Iterable[Step]) -> Sets:
    after = dict(found)
    for step in steps:
        after.pop(step_identity(step), None)
        if step.part is not None:
            after[step.part.identity] = step.part
    return after


def batches(steps: t.Iterable[Step], limit: int) -> t.Iterator[list[Step]]:
    """At most ``limit`` steps at once, those of one name together, what goes before what comes."""
    batch: list[Step] = []
    by_name = sorted(steps, key=lambda step: (step_identity(step)[0], ORDER[step.verb]))
    for _name, group in itertools.groupby(by_name, key=lambda step: step_identity(step)[0]):
        of_name = list(group)
        if batch and len(batch) + len(of_name) > limit:
            yield ordered(batch)
            batch = []
        batch += of_name
        while len(batch) > limit:
            yield ordered(batch[:limit])
            batch = batch[limit:]
    if batch:
        yield ordered(batch)


def ordered(batch: list[Step]) -> list[Step]:
    return sorted(batch, key=lambda step: ORDER[step.verb])
