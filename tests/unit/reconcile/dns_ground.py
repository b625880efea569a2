# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud in memory with the zone example.com, and the tasks of DNS on it."""

from __future__ import annotations

import typing as t

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Task
from ansible_collections.anycloud.core.plugins.module_utils._task import argument_spec
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange

from ..memory import Heard, State, call, memory_cloud, memory_work

ZONE = "example.com"
Result = t.Dict[str, t.Any]


def filled(spec: t.Mapping[str, t.Mapping[str, t.Any]], given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Params as argument validation makes them: every option is there."""
    unknown = given.keys() - spec.keys()
    assert not unknown, f"no such options: {unknown}"
    params = {}
    for name, option in spec.items():
        value = given.get(name, option.get("default"))
        if value is not None and "options" in option:
            nested = option["options"]
            value = filled(nested, value) if option["type"] == "dict" else [filled(nested, each) for each in value]
        params[name] = value
    return params


class Ground:
    """One state, and what was heard while tasks ran on it."""

    def __init__(self, task: Task, state: State | None = None, zone: bool = True) -> None:
        self.task = task
        self.state = state or State()
        self.heard = Heard()
        if zone:
            self.zones.create({"name": ZONE})
            self.state.settle()
            self.state.log.clear()

    @property
    def zones(self) -> t.Any:
        return memory_cloud(self.state).zones

    def run(self, check_mode: bool = False, **given: t.Any) -> Result:
        cloud = memory_cloud(self.state, work=memory_work(self.state, self.heard))
        params = filled(argument_spec(self.task), given)
        return self.task.run(call(cloud, params, check_mode=check_mode))

    def check(self, **given: t.Any) -> Result:
        """Check mode; nothing may change."""
        before = len(self.state.mutations())
        result = self.run(check_mode=True, **given)
        assert len(self.state.mutations()) == before, "check mode changed something"
        return result

    def thrice(self, **given: t.Any) -> Result:
        """Check mode, for real, again: the plan holds and nothing is left to do."""
        foretold = self.check(**given)
        result = self.run(**given)
        assert "failed" not in result, result
        for key in ("changed", "plan", "diff", "disrupts"):
            assert foretold[key] == result[key], key
        assert set(foretold) == set(result)
        again = self.run(**given)
        assert (again["changed"], again["plan"]) == (False, [])
        return result

    def message(self, **given: t.Any) -> str:
        """What a task says that fails before it changes anything."""
        before = len(self.state.mutations())
        try:
            result = self.run(**given)
        except CloudError as problem:
            text = str(problem)
        else:
            assert result.get("failed"), result
            text = result["msg"]
        assert len(self.state.mutations()) == before, "something was changed"
        return text

    def put(self, name: str, type: str, *value: str, **fields: t.Any) -> None:
        """A set that is there before the task."""
        full = ZONE if name == "@" else f"{name}.{ZONE}"
        zone = next(iter(self.zones.find()))
        self.zones.change_records(zone, [RecordChange(after=RecordSet(name=full, type=type, value=value, **fields))])
        self.state.settle()
        self.state.log.clear()

    def sets(self) -> dict[str, t.Any]:
        """What is there in truth, but for SOA and NS of the zone: ``www A`` and its values."""
        zone = next(iter(self.zones.find()))
        found = self.state.all(f"record/{zone.id}")
        return {
            f"{each.name.removesuffix(ZONE).rstrip('.') or '@'} {each.type}": each.alias.target
            if each.alias
            else sorted(each.value)
            for each in found
            if (each.name, each.type) not in {(ZONE, "SOA"), (ZONE, "NS")}
        }

    def reads(self) -> int:
        return sum(not each.mutates for each in self.state.log)
