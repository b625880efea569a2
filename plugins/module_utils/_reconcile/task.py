# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is, as data, and what one run of it is given."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..sdk.errors import Invalid
from ..sdk.models import nothing
from ..sdk.provider import Cloud
from ..sdk.waiting import Patience
from ..sdk.work import Work

Result = t.Dict[str, t.Any]


@dataclass(frozen=True)
class Call:
    """One run of a task, the same in both lanes. Nothing below reads the process's environment or folder.

    ``open`` opens a cloud by the name it has in the user's configuration; without one, that of the task.
    """

    params: t.Mapping[str, t.Any]
    check_mode: bool
    diff: bool
    env: t.Mapping[str, str] = field(repr=False)
    cwd: str
    work: Work
    open: t.Callable[[str | None], Cloud]

    @property
    def cloud(self) -> Cloud:
        return self.open(None)

    @property
    def clouds(self) -> tuple[str | None, ...]:
        """Names to ``open``: of all clouds that the task asks for, or of its one cloud."""
        sources = self.params.get("sources") or ()
        return tuple(source["cloud"] for source in sources) or (None,)

    @property
    def allow(self) -> frozenset[str]:
        return frozenset(self.params.get("allow") or ())

    @property
    def defaults(self) -> t.Mapping[str, t.Any]:
        """What the named cloud says for options that the task leaves out when something is made."""
        return self.params.get("defaults") or {}

    @property
    def patience(self) -> Patience:
        timeout, interval = self.params.get("wait_timeout"), self.params.get("wait_interval")
        return Patience(
            enabled=self.params.get("wait", True),
            timeout=600 if timeout is None else timeout,
            interval=5 if interval is None else interval,
        )

    def check(self) -> None:
        """Raises for waits that make no sense, before anything is looked at."""
        patience = self.patience
        if patience.timeout < 0:
            raise Invalid(f"wait_timeout is {patience.timeout:g}; it takes seconds, and wait: false waits for nothing")
        if patience.interval <= 0:
            raise Invalid(f"wait_interval is {patience.interval:g}; it takes seconds, more than 0")


@dataclass(frozen=True)
class Task:
    """A module: its own options, the rules between them, and what runs.

    ``groups`` names the common options it takes besides those of the cloud: ``change`` (``allow``, ``extra``,
    ``defaults``), ``wait`` (``wait``, ``wait_timeout``, ``wait_interval``), ``many`` (``on_error``),
    ``clouds`` (``clouds``, ``sources``: several clouds at once, see ``Call.clouds``).
    """

    options: t.Mapping[str, t.Mapping[str, t.Any]]
    run: t.Callable[[Call], Result]
    rules: t.Mapping[str, t.Any] = field(default_factory=nothing)
    groups: frozenset[str] = frozenset({"change", "wait"})
