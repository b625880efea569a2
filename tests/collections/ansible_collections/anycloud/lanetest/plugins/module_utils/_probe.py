# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task with one behaviour for each end that a run can have."""

from __future__ import annotations

import threading
import time
import typing as t
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Call, Result, Task
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import NotFound


def echo(call: Call) -> Result:
    return {
        "changed": call.params["state"] == "present",
        "diff": {"before": {}, "after": {"name": call.params["name"]}} if call.diff else {},
        "given": {key: call.params[key] for key in ("name", "value", "mapping", "day", "path", "password")},
        "check_mode": call.check_mode,
        "none": None,
    }


def fail(call: Call) -> Result:
    raise NotFound(f"no probe {call.params['name']} with {call.params['password']}", request_id="r-1")


def crash(call: Call) -> Result:
    raise RuntimeError(f"it broke with {call.params['password']}\nand another line")


def lack(call: Call) -> Result:
    import anycloud_no_such_library  # noqa: F401

    return {}


def environment(call: Call) -> Result:
    return {
        "changed": False,
        "env": {key: call.env.get(key) for key in ("PROBE", "LANG")},
        "cwd": call.cwd,
        "deadline": call.params["api_deadline"],
    }


def found_secret(call: Call) -> Result:
    call.work.secret(call.params["value"][0][::-1])
    call.work.log(f"GET /token {call.params['value'][0][::-1]}")
    call.work.warn(f"look at {call.params['value'][0][::-1]}")
    return {"changed": False, "seen": call.params["value"][0][::-1]}


def sleep(call: Call) -> Result:
    def nap(number: int) -> None:
        for _step in range(200):
            call.work.sleep(0.1)

    pool = ThreadPoolExecutor(2)
    try:
        for nap_done in [pool.submit(nap, number) for number in range(2)]:
            nap_done.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    return {"changed": False}


def hang(call: Call) -> Result:
    """Deaf to its deadline, as a library might be; its threads are not."""
    pool = ThreadPoolExecutor(2)
    pool.submit(lambda: [call.work.sleep(0.1) for step in range(300)])
    try:
        time.sleep(30)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    return {"changed": False, "threads": threading.active_count()}


def opened(call: Call) -> Result:
    """What the cloud was opened with, each secret by its length."""
    clouds = []
    for name in call.clouds:
        settings = call.open(name).connection.settings
        clouds.append(
            {
                "name": call.open(name).name,
                "provider": settings.provider,
                "region": settings.region,
                "endpoint": settings.endpoint,
                "options": dict(settings.options),
                "auth": {key: len(value) for key, value in sorted(settings.auth.items())},
                "raw": [f"{key}={value}" for key, value in sorted(settings.auth.items())],
            }
        )
    return {"changed": False, "clouds": clouds, "defaults": dict(call.defaults)}


def spill(call: Call) -> Result:
    """Crashes with all that it knows about the credentials, as a careless library might."""
    auth = call.cloud.connection.settings.auth
    for value in auth.values():
        call.work.log(f"GET /?token={value}")
        call.work.warn(f"careless with {value}")
    spelled = [
        (quote(value, safe=""), b64encode(value.encode()), b64encode(b"ops:" + value.encode()))
        for value in auth.values()
    ]
    raise RuntimeError(f"{dict(auth)} {spelled} {call.params}")


DOES: t.Mapping[str, t.Callable[[Call], Result]] = {
    "echo": echo,
    "fail": fail,
    "crash": crash,
    "lack": lack,
    "environment": environment,
    "found_secret": found_secret,
    "sleep": sleep,
    "hang": hang,
    "opened": opened,
    "spill": spill,
}


def run(call: Call) -> Result:
    return DOES[call.params["does"]](call)


TASK = Task(
    options={
        "name": {"type": "str", "required": True, "aliases": ["title"]},
        "value": {"type": "list", "elements": "str"},
        "mapping": {"type": "dict"},
        "day": {"type": "raw"},
        "path": {"type": "path"},
        "number": {"type": "int"},
        "password": {"type": "str", "no_log": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "does": {"type": "str", "choices": sorted(DOES), "default": "echo"},
    },
    run=run,
    rules={"required_if": [("does", "found_secret", ("value",))]},
    groups=frozenset({"change", "wait", "clouds"}),
)
