# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creating one and only one, whatever happens to the answer."""

from __future__ import annotations

import hashlib
import typing as t

from ..sdk.capabilities import Once
from ..sdk.errors import Ambiguous, CloudError, Conflict, TokenSpent
from ..sdk.services import Where
from ..sdk.waiting import Done, Operation, Pending, Progress
from .kinds import Want, folded_extra
from .plan import Step

if t.TYPE_CHECKING:
    from .engine import Desk

GENERATIONS = 20
LOOKS = 4


class FoundInstead(Exception):
    """The resource is there already. It is ``ours`` where our own create, whose answer was lost, may have made it."""

    def __init__(self, resource: t.Any, ours: bool) -> None:
        super().__init__(resource)
        self.resource = resource
        self.ours = ours


def token(kind: str, name: str, scope: str, generation: int) -> str:
    """The same for every run that means the same resource, whatever the account is called locally."""
    return hashlib.sha256("\0".join((kind, name, scope, str(generation))).encode()).hexdigest()[:32]


def create(desk: Desk, step: Step, want: Want) -> Operation[t.Any]:
    """Creates what the step says, or finds what another run, or a lost answer, has made."""
    fields = folded_extra(step.values)
    fields.setdefault(desk.kind.key, want.label)
    mode = desk.capabilities.create_once
    try:
        if mode is Once.TOKEN:
            return with_token(desk, fields, want)
        operation: Operation[t.Any] = desk.service.create(fields)
    except CloudError as problem:
        if isinstance(problem, Conflict) or problem.outcome_unknown:
            return found_instead(desk, fields, want, problem)
        raise
    if operation.started is not None:
        desk.deleted.discard(operation.started.id)
    return operation if mode is Once.UNIQUE_NAME else alone(desk, want, operation)


def with_token(desk: Desk, fields: dict[str, t.Any], want: Want) -> Operation[t.Any]:
    scope = str(fields.get("location") or desk.call.cloud.connection.settings.region or "")
    generation, lost = 0, False
    while generation < GENERATIONS:
        try:
            return send(desk, fields, token(desk.kind.noun, desk.identity(want), scope, generation))
        except TokenSpent:
            generation += 1
        except CloudError as problem:
            if not problem.outcome_unknown or lost:
                raise
            lost = True
    raise Conflict(f"{desk.kind.noun} {want.label} was made and deleted too often in a short time; try again later")


def send(desk: Desk, fields: dict[str, t.Any], with_this: str) -> Operation[t.Any]:
    operation: Operation[t.Any] = desk.service.create(fields, with_this)
    return operation


def look(desk: Desk, want: Want) -> list[t.Any]:
    found = desk.find(Where(names=frozenset({want.label})))
    mine = (each for each in found if each.id not in desk.deleted and desk.exists(each) and desk.belongs(want, each))
    return sorted(mine, key=age)


def age(resource: t.Any) -> tuple[str, str]:
    return getattr(resource, "created", None) or "", resource.id


def found_instead(desk: Desk, fields: dict[str, t.Any], want: Want, problem: CloudError) -> Operation[t.Any]:
    """After a conflict or a lost answer: raises the resource if it is there, else the problem."""
    for pause in range(LOOKS):
        found = look(desk, want)
        if len(found) > 1:
            ids = ", ".join(str(each.id) for each in found)
            raise Ambiguous(
                f"the answer to creating {desk.kind.noun} {want.label} was lost and now there are {len(found)} (ids {ids}); "
                "delete the one that is not needed"
            ) from problem
        if found:
            raise FoundInstead(found[0], problem.outcome_unknown) from problem
        desk.call.work.sleep(min(0.5 * 2**pause, desk.call.patience.interval))
    if problem.outcome_unknown and desk.capabilities.create_once is Once.UNIQUE_NAME:
        again: Operation[t.Any] = desk.service.create(fields)
        return again
    raise problem


def alone(desk: Desk, want: Want, operation: Operation[t.Any]) -> Operation[t.Any]:
    """When two runs created at once the oldest stays; a run takes back only what its own create returned."""

    def check() -> Progress[t.Any]:
        progress = operation.check()
        if not isinstance(progress, Done) or progress.value is None:
            return progress
        mine, found = progress.value, look(desk, want)
        if all(each.id != mine.id for each in found):
            return Pending("not listed yet")
        first = min(found, key=age)
        if first.id == mine.id:
            return progress
        desk.service.delete(mine)
        desk.deleted.add(mine.id)
        return Done(first)

    return Operation(check, operation.started)
