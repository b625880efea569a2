# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a cloud to finish: operations, and the one place that sleeps."""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass

from .errors import CloudError, TimedOut
from .work import Work

T = t.TypeVar("T")


@dataclass(frozen=True)
class Pending:
    """Not there yet. ``state`` is what the provider calls it; ``after`` the seconds that it asks us to wait."""

    state: str = ""
    after: float | None = None


@dataclass(frozen=True)
class Done(t.Generic[T]):
    value: T


@dataclass(frozen=True)
class Failed:
    error: CloudError


Progress = t.Union[Pending, Done[T], Failed]


@dataclass(frozen=True)
class Operation(t.Generic[T]):
    """Something under way. ``check`` asks once and never sleeps; ``started`` is what the first answer showed."""

    check: t.Callable[[], Progress[T]]
    started: T | None = None


def done(value: T) -> Operation[T]:
    """An operation that was over with its first answer."""
    return Operation(lambda: Done(value), value)


def until_state(
    read: t.Callable[[], T | None],
    state_of: t.Callable[[T], str],
    good: t.Collection[str],
    *,
    bad: t.Collection[str] = (),
    started: T | None = None,
    missing_is: t.Callable[[], Progress[T]] = lambda: Pending("not listed yet"),
) -> Operation[T]:
    """Reads a resource until its state is a good one. What ``missing_is`` answers counts while it is not found."""

    def check() -> Progress[T]:
        found = read()
        if found is None:
            return missing_is()
        state = state_of(found)
        if state in good:
            return Done(found)
        if state in bad:
            return Failed(CloudError(f"it went to the state {state} instead of {' or '.join(sorted(good))}"))
        return Pending(state)

    return Operation(check, started)


def until_gone(exists: t.Callable[[], object]) -> Operation[None]:
    """Reads until nothing is found any more."""
    return Operation(lambda: Pending("deleting") if exists() else Done(None))


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long to wait, and the longest pause between two looks. ``enabled`` false waits for nothing optional."""

    enabled: bool = True
    timeout: float = 600.0
    interval: float = 5.0


def wait(operation: Operation[T], what: str, work: Work, patience: Patience) -> T:
    """The value of ``operation`` when it is done; raises what went wrong, or ``TimedOut`` with the last state."""
    ends = work.now() + patience.timeout
    pause = min(0.1, patience.interval)
    while True:
        progress = operation.check()
        if isinstance(progress, Done):
            return progress.value
        if isinstance(progress, Failed):
            raise progress.error
        left = min(ends - work.now(), work.left())
        if left <= 0:
            state = f"last state: {progress.state}" if progress.state else "no state was shown"
            raise TimedOut(f"gave up waiting to {what} after {patience.timeout:g} s; {state}")
        work.sleep(min(progress.after or random.uniform(pause / 2, pause), left))
        pause = min(pause * 1.6, patience.interval)
