# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module and the fast lane share: the options, the run, the shape of the result."""

from __future__ import annotations

import os
import sys
import traceback
import typing as t

from ._clouds import Doors
from ._options import SpecDict, common_spec
from ._reconcile.task import Call, Result, Task
from ._secrets import all_disguises, disguises
from .sdk.errors import CloudError, Invalid
from .sdk.work import Work, ignore

Warn = t.Callable[[str], object]


def argument_spec(task: Task) -> SpecDict:
    """The module's own options and the common ones that it takes."""
    return {**common_spec(task.groups), **{name: dict(spec) for name, spec in task.options.items()}}


def call_of(
    params: t.Mapping[str, t.Any],
    *,
    check_mode: bool,
    diff: bool,
    env: t.Mapping[str, str],
    cwd: str,
    secrets: set[str],
    log: t.Callable[[str], object] = ignore,
    warn: Warn = ignore,
) -> Call:
    """One run of a task. ``secrets`` grows with every secret that turns up on the way, in all its forms."""
    secrets.update(all_disguises(secrets))
    work = Work(
        deadline=params.get("api_deadline"),
        log=log,
        warn=warn,
        secret=lambda secret: secrets.update(disguises(secret)),
    )
    doors = Doors(params, env=env, cwd=cwd, work=work)
    return Call(params, check_mode, diff, env, cwd, work, doors.open)


def outcome(task: Task, call: Call) -> Result:
    """Runs the task; every end of it is a plain result. The caller still has to mask secrets in it."""
    try:
        check_nulls(task, call.params)
        call.check()
        result = task.run(call)
    except CloudError as error:
        result = failed(error)
    except ModuleNotFoundError as error:
        result = lacking(error) if is_foreign(error.name) else crashed(error)
    except Exception as error:
        result = crashed(error)
    except BaseException:
        call.work.stop()
        raise
    result["api"] = call.work.api()
    return result


def check_nulls(task: Task, params: t.Mapping[str, t.Any]) -> None:
    """Core takes a null for a value; for us it is an option that was left out."""
    lacking = list(nulls(task.options, params))
    if lacking:
        raise Invalid(f"{' and '.join(lacking)} must not be null; give a value")
    for names in task.rules.get("required_one_of", ()):
        if all(params.get(name) is None for name in names):
            raise Invalid(f"all of {', '.join(names)} are null; one of them needs a value")


def nulls(options: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any], within: str = "") -> t.Iterator[str]:
    """Where a null stands in place of a value that is required."""
    for name, spec in options.items():
        value = params.get(name)
        if value is None:
            yield from [within + name] if spec.get("required") else []
            continue
        for number, part in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(part, dict) and "options" in spec:
                place = f"{name}[{number}]" if isinstance(value, list) else name
                yield from nulls(spec["options"], part, f"{within}{place}.")


def failed(error: CloudError) -> Result:
    return {
        "failed": True,
        "changed": False,
        "msg": str(error),
        "failure": error.failure(),
    }


def lacking(error: ModuleNotFoundError) -> Result:
    library = str(error.name).partition(".")[0]
    return {
        "failed": True,
        "changed": False,
        "msg": f"this needs the Python library {library}, which {sys.executable} does not have; install it there",
        "failure": {"kind": "unsupported", "provider_code": None, "request_id": None, "retryable": False},
    }


def is_foreign(module: str | None) -> bool:
    return bool(module) and not str(module).startswith("ansible")


def crashed(error: Exception) -> Result:
    text = " ".join(str(error).split())
    return {
        "failed": True,
        "changed": False,
        "msg": f"bug in anycloud.core: {type(error).__name__}: {text}",
        "exception": "".join(traceback.format_exception(type(error), error, error.__traceback__)),
    }


def run_module(task: Task) -> None:
    """The module lane: what ``main`` of a module calls."""
    from ansible.module_utils.basic import AnsibleModule
    from ansible.module_utils.common.parameters import remove_values

    module = AnsibleModule(argument_spec=argument_spec(task), supports_check_mode=True, **task.rules)
    warnings: list[str] = []
    call = call_of(
        module.params,
        check_mode=module.check_mode,
        diff=module._diff,
        env=dict(os.environ),
        cwd=os.getcwd(),
        secrets=module.no_log_values,
        warn=warnings.append,
    )
    result = outcome(task, call)
    for warning in dict.fromkeys(warnings):
        module.warn(remove_values(warning, module.no_log_values))
    module.exit_json(**result)
