# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a run, as the result that a user sees."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..sdk.errors import CloudError
from .kinds import Kind
from .plan import Step
from .render import diff, disrupts, sentences
from .task import Result


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One resource of a task. ``shown`` is the resource afterwards, or as far as it can be foretold."""

    name: str
    changed: bool
    steps: t.Sequence[Step] = ()
    failure: CloudError | None = None
    shown: dict[str, t.Any] | None = None

    def diff(self, kind: Kind) -> dict[str, t.Any]:
        header = f"{kind.noun} {self.name}"
        return {"before_header": header, "after_header": header, **diff(self.steps)}


def report(kind: Kind, outcomes: t.Sequence[Outcome], *, one: bool) -> Result:
    """The result of a task on ``outcomes``; with ``one`` the resource also stands alone."""
    steps = [step for outcome in outcomes for step in outcome.steps]
    changed = [outcome for outcome in outcomes if outcome.changed]
    result: Result = {
        "changed": bool(changed),
        "plan": sentences(steps),
        "disrupts": disrupts(steps),
        kind.plural.replace(" ", "_"): [outcome.shown for outcome in outcomes if outcome.shown is not None],
    }
    if one:
        result[kind.noun.replace(" ", "_")] = outcomes[0].shown
        result["diff"] = outcomes[0].diff(kind)
    else:
        result["diff"] = [outcome.diff(kind) for outcome in outcomes if outcome.steps]
        result["outcomes"] = [
            {
                "name": outcome.name,
                "changed": outcome.changed,
                "plan": sentences(outcome.steps),
                "failure": failure_of(outcome),
            }
            for outcome in outcomes
        ]
    return {**result, **failed(kind, outcomes)}


def failure_of(outcome: Outcome) -> dict[str, t.Any] | None:
    if outcome.failure is None:
        return None
    return {**outcome.failure.failure(), "msg": str(outcome.failure)}


def failed(kind: Kind, outcomes: t.Sequence[Outcome]) -> Result:
    """``failed``, ``msg`` and ``failure`` when something went wrong; the first failure speaks for all."""
    bad = [outcome for outcome in outcomes if outcome.failure is not None]
    if not bad or bad[0].failure is None:
        return {}
    msg = str(bad[0].failure)
    if len(outcomes) > 1:
        msg = f"{len(bad)} of {len(outcomes)} {kind.plural} failed; {bad[0].name}: {msg}"
    return {"failed": True, "msg": msg, "failure": bad[0].failure.failure()}
