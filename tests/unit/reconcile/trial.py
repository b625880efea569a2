# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task on one cloud in memory, as a test tells it: check mode, for real, and again."""

from __future__ import annotations

import typing as t

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Result, Task
from ansible_collections.anycloud.core.tests.unit.memory import Heard, State, run


class Trial:
    """A task on a state of its own; ``heard`` is what it said."""

    def __init__(self, task: Task, state: State | None = None) -> None:
        self.task = task
        self.state = state or State()
        self.heard = Heard()

    def run(self, check_mode: bool = False, **given: t.Any) -> Result:
        return run(self.state, self.task, given, check_mode=check_mode, heard=self.heard)

    def foretold(self, **given: t.Any) -> Result:
        """What check mode says; nothing may change."""
        count = len(self.state.mutations())
        result = self.run(check_mode=True, **given)
        assert len(self.state.mutations()) == count, "check mode changed something"
        assert "failed" not in result, result["msg"]
        return result

    def made(self, **given: t.Any) -> Result:
        """What came of it; check mode foretold it and a second run has nothing to do."""
        planned = self.foretold(**given)
        result = self.run(**given)
        assert "failed" not in result, result["msg"]
        assert planned.keys() == result.keys()
        for key in ("changed", "plan", "diff", "disrupts"):
            assert planned[key] == result[key], key
        again = self.run(**given)
        assert (again["changed"], again["plan"]) == (False, [])
        return result

    def refused(self, **given: t.Any) -> Result:
        """A run that fails before anything is changed."""
        count = len(self.state.mutations())
        result = self.run(**given)
        assert len(self.state.mutations()) == count, "it changed something"
        assert result["failed"] and not result["changed"]
        return result
