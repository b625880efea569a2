# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests start from: a cloud over a state, and a call of a task on it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Call, Result, Task
from ansible_collections.anycloud.core.plugins.module_utils._task import argument_spec
from ansible_collections.anycloud.core.plugins.module_utils.sdk import services
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Provider, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import Service
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work

from .balancer import MemoryBalancers
from .bucket import MemoryBuckets
from .key import MemoryKeys
from .node import MemoryNodes
from .state import State
from .volume import MemoryVolumes
from .zone import MemoryZones

MADE: tuple[type[t.Any], ...] = (MemoryNodes, MemoryKeys, MemoryVolumes, MemoryBuckets, MemoryBalancers, MemoryZones)


@dataclass
class Heard:
    """What a task said while it ran."""

    warnings: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def memory_work(state: State, heard: Heard | None = None, deadline: float | None = None) -> Work:
    """A task's work on the state's own clock: it sleeps in no time."""
    heard = heard or Heard()
    return Work(
        deadline=deadline,
        log=heard.lines.append,
        warn=heard.warnings.append,
        secret=heard.secrets.append,
        now=state.now,
        pause=state.sleep,
    )


def memory_cloud(
    state: State,
    *,
    work: Work | None = None,
    name: str = "memory",
    offers: t.Collection[str] = ("node", "key", "volume", "bucket", "balancer", "zone"),
) -> Cloud:
    """A cloud that keeps everything in ``state`` and offers the named services."""
    connection = Connection(Settings(cloud=name, provider="memory", region="here"), work or memory_work(state))
    made: dict[str, t.Callable[[Connection], Service]] = {
        kind.name: _maker(kind, state) for kind in MADE if kind.name in offers
    }
    return Cloud(
        Provider(name="memory", title="Memory", services=made), connection, lambda service, ability: ("elsewhere",)
    )


def _maker(kind: type[t.Any], state: State) -> t.Callable[[Connection], Service]:
    lacking = frozenset(verb.partition(".")[2] for verb in state.lacks if verb.startswith(f"{kind.name}."))

    def make(connection: Connection) -> Service:
        made: Service = _without(kind, lacking)(state, connection)
        return made

    return make


def _without(kind: type[t.Any], lacking: frozenset[str]) -> type[t.Any]:
    """The service without some verbs, as if its class had never overridden them."""
    if not lacking:
        return kind
    plain = services.SERVICES[kind.name]
    verbs: dict[str, t.Any] = {verb: getattr(plain, verb) for verb in lacking if hasattr(plain, verb)}

    def can(cls: type[Service], verb: str) -> bool:
        return verb not in lacking and bool(kind.can(verb))

    return type(kind.__name__, (kind,), {**verbs, "can": classmethod(can)})


def call(
    cloud: Cloud,
    params: t.Mapping[str, t.Any],
    *,
    check_mode: bool = False,
    diff: bool = True,
    env: t.Mapping[str, str] | None = None,
    cwd: str = "/nowhere",
    clouds: t.Mapping[str, Cloud] | None = None,
) -> Call:
    """A call of a task with these params on ``cloud``; ``clouds`` are the others that it can open by name."""
    others = clouds or {}
    return Call(
        params=params,
        check_mode=check_mode,
        diff=diff,
        env=env or {},
        cwd=cwd,
        work=cloud.connection.work,
        open=lambda name: cloud if name is None else others[name],
    )


def filled(spec: t.Mapping[str, t.Mapping[str, t.Any]], given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Params as argument validation makes them: every option is there, and none that is not known."""
    assert given.keys() <= spec.keys(), f"no such options: {given.keys() - spec.keys()}"
    params = {}
    for name, option in spec.items():
        value = given.get(name, option.get("default"))
        if value is not None and "options" in option:
            nested = option["options"]
            value = filled(nested, value) if option["type"] == "dict" else [filled(nested, each) for each in value]
        params[name] = value
    return params


def run(
    state: State,
    task: Task,
    given: t.Mapping[str, t.Any],
    *,
    check_mode: bool = False,
    heard: Heard | None = None,
    cwd: str = "/nowhere",
) -> Result:
    """The result of a task on ``state``, as a user would get it; an error is a failed result."""
    cloud = memory_cloud(state, work=memory_work(state, heard))
    params = filled(argument_spec(task), given)
    try:
        return task.run(call(cloud, params, check_mode=check_mode, cwd=cwd))
    except CloudError as problem:
        return {"failed": True, "changed": False, "msg": str(problem), "failure": problem.failure()}
