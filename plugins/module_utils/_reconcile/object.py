# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects, one or a whole tree, up, down, across and away."""

from __future__ import annotations

import itertools
import typing as t

from ..sdk.errors import CloudError, Conflict, Invalid, NotFound, Refused
from .nearest import nearest
from .objects.delivery import Delivery
from .objects.errand import FIELDS, SOURCES, Errand, check
from .objects.ledger import Ledger
from .objects.object_result import of_one, one_of, told, untouched
from .objects.sides import Objects, Side
from .objects.tree import Route
from .task import Call, Result, Task

LOOK_AT = 1000


def run(call: Call) -> Result:
    check(call.params)
    errand = Errand(call)
    if call.params.get("presign"):
        errand.need("presign")
    if only_address(call.params):
        return {**untouched(errand), **address(errand)}
    route = errand.route()
    ledger = Ledger(keep=not call.check_mode)
    try:
        result = reconciled(errand, route, ledger)
    finally:
        ledger.close()
    return {**result, **address(errand)}


def near(source: Side) -> str:
    """Names like that of an object that is not there, among those that are beside it."""
    if not isinstance(source, Objects) or source.only is None:
        return ""
    folder = source.only.rpartition("/")[0]
    beside = source.service.objects(source.bucket, f"{folder}/" if folder else "")
    return nearest(source.only, (found.name for found in itertools.islice(beside, LOOK_AT)))


def only_address(params: t.Mapping[str, t.Any]) -> bool:
    wanted = any(params.get(option) is not None for option in (*SOURCES, *FIELDS, "dest"))
    return params.get("presign") is not None and not wanted


def reconciled(errand: Errand, route: Route, ledger: Ledger) -> Result:
    """Plans, asks for permission, and does it unless in check mode."""
    call = errand.call
    check_expected(errand, route)
    route.plan(ledger)
    alone = one_of(route)
    if not ledger.sources and route.verb != "delete":
        if alone is not None:
            return foretold(errand, route)
        if "delete" in ledger.counts and not errand.unknown:
            ledger.needs.add("data_loss")
    delivery = Delivery(route, call.work, keep_going=call.params["on_error"] == "continue", alone=alone is not None)
    try:
        if not ledger.needs <= call.allow:
            raise refused(route, ledger)
        if not call.check_mode:
            delivery.run(ledger)
    except CloudError as problem:
        delivery.failures = delivery.failures or [(errand.bucket, problem)]
    result = told(errand, route, ledger, delivery)
    if alone is not None:
        result = {**result, **of_one(errand, route, ledger, bool(delivery.failures))}
    return result


def check_expected(errand: Errand, route: Route) -> None:
    """Raises where what is to go up is not what the option ``checksum`` says."""
    for algorithm, digits in errand.expected.items():
        if isinstance(route.source, Objects):
            if route.source.only is None:
                raise Invalid("checksum is for one object or file; leave it out for a whole tree")
            continue
        for entry in route.source.entries():
            found = route.source.digest(entry, algorithm)
            if found != digits:
                title = route.source.title(entry.path)
                raise Conflict(
                    f"{title} has the {algorithm} {found}, not {digits} as the option checksum says; nothing was changed"
                )


def refused(route: Route, ledger: Ledger) -> Refused:
    """What a plan is answered that needs a permission which ``allow`` does not give."""
    return Refused(
        f"{route.source.title('')} has nothing in it, so delete_extra would delete all {ledger.counts['delete']} "
        f"{route.target.noun}s of {route.target.title('')}; the plan needs allow: [data_loss], and nothing was changed"
    )


def foretold(errand: Errand, route: Route) -> Result:
    """The result when the one thing to move is not there: check mode goes on as if an earlier task had made it."""
    noun, title = route.source.noun, route.source.title("")
    if not errand.call.check_mode:
        hint = "; give content, src or copy_from to make it" if route.verb == "change" else ""
        raise NotFound(f"there is no {noun} {title}{hint or near(route.source)}")
    errand.call.work.warn(f"there is no {noun} {title} yet; this goes on as if an earlier task had made it")
    result = untouched(errand)
    if route.verb != "change" or route.fields:
        result["changed"] = True
        result["plan"] = [f"{route.verb} {noun} {title} (known after it exists)"]
    return result


def address(errand: Errand) -> Result:
    """A signed address of the object, for those who have no credentials."""
    wanted = errand.params.get("presign")
    if not wanted or errand.name is None:
        return {}
    return {"url": errand.service.presign(errand.bucket, errand.name, wanted["method"], wanted["expires"])}


TASK = Task(
    options={
        "bucket": {"type": "str", "required": True},
        "name": {"type": "str"},
        "prefix": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "src": {"type": "path"},
        "content": {"type": "str"},
        "content_base64": {"type": "str"},
        "copy_from": {
            "type": "dict",
            "options": {"bucket": {"type": "str"}, "name": {"type": "str"}, "prefix": {"type": "str"}},
        },
        "dest": {"type": "path"},
        "metadata": {"type": "dict"},
        "content_type": {"type": "str"},
        "cache_control": {"type": "str"},
        "checksum": {"type": "str"},
        "include": {"type": "list", "elements": "str"},
        "exclude": {"type": "list", "elements": "str"},
        "delete_extra": {"type": "bool", "default": False},
        "presign": {
            "type": "dict",
            "options": {
                "method": {"type": "str", "choices": ["GET", "PUT", "DELETE"], "default": "GET"},
                "expires": {"type": "int", "default": 3600},
            },
        },
        "allow": {"type": "list", "elements": "str", "choices": ["data_loss"], "default": []},
    },
    run=run,
    rules={"mutually_exclusive": [(*SOURCES, "dest"), ("name", "prefix")]},
    groups=frozenset({"wait", "many"}),
)
