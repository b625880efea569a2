# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fast lane: runs a module's task in the controller's worker process wherever that is the same.

What is imported here is loaded once, in the main process, and inherited by every worker; so the engine and the
HTTP client are, which every task needs and which only a worker would otherwise import, each for itself.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import logging
import os
import shutil
import sys
import traceback
import typing as t
import warnings
from collections import deque

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.common.validation import check_type_dict
from ansible.module_utils.common.warnings import warn
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.anycloud.core.plugins.module_utils import _catalog, _task
from ansible_collections.anycloud.core.plugins.module_utils._reconcile import engine as dummy_engine  # noqa: F401
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Task
from ansible_collections.anycloud.core.plugins.module_utils.sdk import http as dummy_http  # noqa: F401
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils._cloud_file import type_of
from ansible_collections.anycloud.core.plugins.plugin_utils._clouds import NamedClouds

display = Display()

PROFILE = "legacy"
OFF = ("false", "no", "off", "0", "n", "f")
LOG_LINES = 1000


class Lane(ActionBase):
    """The action of every module of this collection; ``task`` says which."""

    _supports_check_mode = True
    _supports_async = True
    task: t.ClassVar[Task]

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        variables = task_vars or {}
        environment: dict[str, t.Any] = {}
        self._compute_environment_string(environment)
        environment = {key: str(value) for key, value in environment.items()}
        try:
            args = self._settled(environment)
        except CloudError as error:
            return over_the_wire(_task.failed(error), Direction.MODULE_TO_CONTROLLER)
        except AnsibleError:
            raise
        except Exception as error:
            return withheld(error)
        why = self._why_not_fast(args, environment, variables)
        display.vvv(f"{self._task.action}: {'module lane: ' + why if why else 'fast lane'}")
        if why:
            return self._module_lane(args, variables)
        return self._fast_lane(args, environment, variables)

    def _settled(self, environment: dict[str, str]) -> dict[str, t.Any]:
        """The arguments with what the named cloud adds to them."""
        args = over_the_wire(self._task.args, Direction.CONTROLLER_TO_MODULE)
        spec = _task.argument_spec(self.task)
        for name in ("auth", "options"):
            if isinstance(args.get(name), str):
                args[name] = mapping(args[name])
        check_mappings(args, spec)
        clouds = self._named_clouds(args.get("cloud_config"), environment)
        names, sources = listed(args.get("clouds")), args.get("sources")
        if "sources" in spec and (names or sources):
            if are(str, names) and are(dict, sources):
                kept = spec["sources"]["options"]
                settled = clouds.settle_all(names or (), sources or ())
                args["sources"] = [{key: value for key, value in one.items() if key in kept} for one in settled]
        else:
            args.update((key, value) for key, value in clouds.settle(args).items() if key in spec)
        timeout = self._task.timeout
        if timeout and args.get("api_deadline") is None:
            args["api_deadline"] = deadline_within(timeout)
        return args

    def _named_clouds(self, option: t.Any, environment: dict[str, str]) -> NamedClouds:
        return NamedClouds(
            self._loader,
            env={**os.environ, **environment},
            folder=os.path.abspath(self._loader.get_basedir()),
            cwd=os.getcwd(),
            warn=warn,
            option=option if isinstance(option, str) else None,
        )

    def _why_not_fast(
        self, args: dict[str, t.Any], environment: dict[str, str], variables: dict[str, t.Any]
    ) -> str | None:
        if os.environ.get("ANYCLOUD_FAST_LANE", "").lower() in OFF or str(args.get("fast_lane", True)).lower() in OFF:
            return "switched off"
        if self._task.async_val:
            return "async"
        if self._connection.transport not in ("local", "ansible.builtin.local"):
            return f"connection {self._connection.transport}"
        if self._connection.become is not None:
            return "become"
        python = self._interpreter(variables)
        if python and not python.startswith("auto") and not same_python(python):
            return f"interpreter {python}"
        for name in environment:
            if name.startswith(("PYTHON", "LD_", "DYLD_", "LC_")) or name in ("TZ", "LANG"):
                return f"environment {name}"
        return self._missing_library(args)

    def _interpreter(self, variables: dict[str, t.Any]) -> str | None:
        host = self._task.delegate_to
        there = variables.get("ansible_delegated_vars", {}).get(host, {}) if host else variables
        if "ansible_python_interpreter" in there:
            return str(self._templar.template(there["ansible_python_interpreter"]))
        python = C.config.get_config_value("INTERPRETER_PYTHON", variables=there)
        return None if python is None else str(python)

    def _missing_library(self, args: dict[str, t.Any]) -> str | None:
        module = self._task.action.rpartition(".")[2]
        for cloud in [args, *listed(args.get("sources") or ())]:
            provider = cloud.get("provider") if isinstance(cloud, dict) and not cloud.get("driver_path") else None
            for library in _catalog.requires(provider if isinstance(provider, str) else None, module):
                if not is_installed(library):
                    return f"no {library} here"
        return None

    def _module_lane(self, args: dict[str, t.Any], variables: dict[str, t.Any]) -> dict[str, t.Any]:
        wrap_async = self._task.async_val and not getattr(self._connection, "has_native_async", False)
        result: dict[str, t.Any] = self._execute_module(module_args=args, task_vars=variables, wrap_async=wrap_async)
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _fast_lane(
        self, args: dict[str, t.Any], environment: dict[str, str], variables: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        run = FastRun(self, args)
        try:
            with environ(environment), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                quiet_loggers()
                result = run.result()
            if shows_invocation(variables):
                result["invocation"] = {"module_args": run.params}
            masked = remove_values(result, tuple(run.secrets))
            masked.update((key, value) for key, value in result.items() if value is None or isinstance(value, bool))
            return over_the_wire(masked, Direction.MODULE_TO_CONTROLLER)
        except Exception as error:
            return withheld(error)
        finally:
            run.tell()


class FastRun:
    """One run in this process: its parameters, and the secrets, log lines and warnings that turn up on the way.

    Lines and warnings wait until the end: threads cannot show them, and a secret may be known only later.
    """

    def __init__(self, lane: Lane, args: dict[str, t.Any]) -> None:
        self._lane = lane
        self._args = args
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._warnings: list[str] = []
        self.params: dict[str, t.Any] = args
        self.secrets: set[str] = set()

    def result(self) -> dict[str, t.Any]:
        task = self._lane.task
        checked = ModuleArgumentSpecValidator(_task.argument_spec(task), **task.rules).validate(self._args)
        self.params = checked.validated_parameters
        self.secrets.update(checked._no_log_values)
        if checked.error_messages:
            return {"failed": True, "msg": self._complaint(checked.errors)}
        call = _task.call_of(
            self.params,
            check_mode=self._lane._task.check_mode,
            diff=self._lane._task.diff,
            env=dict(os.environ),
            cwd=os.path.abspath(self._lane._loader.get_basedir()),
            secrets=self.secrets,
            log=self._log.append,
            warn=self._warnings.append,
        )
        return _task.outcome(task, call)

    def _complaint(self, errors: t.Any) -> str:
        if isinstance(errors[0], UnsupportedError):
            return f"Unsupported parameters for ({self._lane._task.action}) module: {errors.msg}"
        return str(errors.msg)

    def tell(self) -> None:
        secrets = tuple(self.secrets)
        for line in tuple(self._log):
            display.vvv(remove_values(line, secrets))
        for warning in dict.fromkeys(tuple(self._warnings)):
            warn(remove_values(warning, secrets))


def withheld(error: Exception) -> dict[str, t.Any]:
    """A crash of the lane itself, where it is not known yet what would have to be masked."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(where.filename)}, line {where.lineno}"
    return {
        "failed": True,
        "changed": False,
        "msg": f"bug in anycloud.core: {type(error).__name__} at {place}; its text is withheld, it may hold secrets",
    }


def over_the_wire(value: t.Any, direction: Direction) -> t.Any:
    """The value as it arrives at the other end of AnsiballZ: no tags, no lazy containers, dates as text."""
    text = json.dumps(value, cls=get_module_encoder(PROFILE, direction))
    return json.loads(text, cls=get_module_decoder(PROFILE, direction))


def deadline_within(timeout: float) -> float:
    """Core ends its own waiting at the ``timeout:``, but no module that runs: that must have ended before.

    A module also begins later than its task, the more so on a busy or distant host: a fifth, one second to five.
    """
    return max(timeout - min(max(1.0, timeout / 5), 5.0), timeout / 2)


def check_mappings(args: t.Mapping[str, t.Any], spec: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
    """What core's validation stumbles over: a list or a number where an option has suboptions."""
    for name, described in spec.items():
        value = args.get(name)
        if (
            described.get("type") == "dict"
            and "options" in described
            and not isinstance(value, (dict, str, type(None)))
        ):
            raise Invalid(f"{name} must be a mapping, not {type_of(value)}")


def mapping(value: t.Any) -> t.Any:
    """As an option of the type dict reads text, which is what an ad-hoc command gives."""
    with contextlib.suppress(TypeError):
        return check_type_dict(value)
    return value


def listed(value: t.Any) -> t.Any:
    """As an option of the type list reads text."""
    return value.split(",") if isinstance(value, str) else value


def are(kind: type, values: t.Any) -> bool:
    """Whether this is a list of that kind, or nothing; what is not is left for the validation to refuse."""
    return values is None or (isinstance(values, list) and all(isinstance(value, kind) for value in values))


@contextlib.contextmanager
def environ(extra: t.Mapping[str, str]) -> t.Iterator[None]:
    """The task's ``environment:`` in this process, and not for the next item of a loop."""
    saved = {name: os.environ.get(name) for name in extra}
    os.environ.update(extra)
    try:
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def quiet_loggers() -> None:
    """A library without a handler would write to the standard error, which a worker must not."""
    logger = logging.getLogger("paramiko")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def shows_invocation(variables: dict[str, t.Any]) -> bool:
    """As ``INJECT_INVOCATION`` says; before ansible-core 2.21 there is no such setting, and it is always shown."""
    try:
        return bool(C.config.get_config_value("INJECT_INVOCATION", variables=variables))
    except (AnsibleError, KeyError):
        return True


@functools.lru_cache(maxsize=64)
def is_installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


@functools.lru_cache(maxsize=64)
def same_python(path: str) -> bool:
    """Compares folder and file: the interpreters of two virtual environments may be links to one file."""
    found = shutil.which(os.path.expanduser(path)) or path
    return place_of(found) == place_of(sys.executable)


def place_of(path: str) -> tuple[str, str]:
    return os.path.realpath(os.path.dirname(path)), os.path.realpath(path)
