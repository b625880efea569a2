# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a task on objects, as the result that a user sees."""

from __future__ import annotations

import typing as t

from ...sdk.errors import Refused
from ...sdk.models import Object
from ...sdk.waiting import Done, Operation, Pending, wait
from ..shown import shown
from ..task import Result
from .delivery import Delivery
from .errand import Errand
from .folder import readable
from .ledger import Ledger
from .match import field_of, own_metadata
from .sides import Files, Objects
from .tree import Route

VERBS = {"upload": "uploaded", "download": "downloaded", "copy": "copied", "change": "changed", "delete": "deleted"}


def one_of(route: Route) -> Objects | None:
    """The object that a task is about, when it is about one."""
    for side in (route.target, route.source):
        if isinstance(side, Objects) and side.only is not None:
            return side
    return None


def untouched(errand: Errand) -> Result:
    """The keys of every result, with nothing in them."""
    return {
        "changed": False,
        "diff": {"before": {}, "after": {}},
        "plan": [],
        "disrupts": [],
        "objects": [],
        "object": None,
        "counts": {**dict.fromkeys(VERBS.values(), 0), "unchanged": 0, "bytes": 0},
        "outcomes": [],
    }


def told(errand: Errand, route: Route, ledger: Ledger, delivery: Delivery) -> Result:
    """What the ledger says, and what went wrong."""
    counts = {name: ledger.counts.get(verb, 0) for verb, name in VERBS.items()}
    header = {"before_header": heading(errand, route), "after_header": heading(errand, route)}
    result = {
        **untouched(errand),
        "changed": bool(ledger.steps if errand.call.check_mode or not delivery.failures else delivery.done),
        "plan": ledger.sentences,
        "disrupts": sorted(ledger.needs),
        "diff": {**header, **ledger.diff_of_tree()},
        "objects": ledger.told(),
        "counts": {**counts, "unchanged": ledger.unchanged, "bytes": ledger.size},
    }
    if delivery.failures:
        _title, first = delivery.failures[0]
        result.update(failed=True, msg=failure_text(delivery, ledger), failure=first.failure())
        result["outcomes"] = [
            {"name": title, "changed": False, "plan": [], "failure": {**problem.failure(), "msg": str(problem)}}
            for title, problem in delivery.failures[: ledger.width]
            if not isinstance(problem, Refused)
        ]
    return result


def failure_text(delivery: Delivery, ledger: Ledger) -> str:
    title, first = delivery.failures[0]
    if ledger.steps == 1 or isinstance(first, Refused):
        return str(first)
    return (
        f"{len(delivery.failures)} of {ledger.steps} steps failed, {delivery.done} were done and the next run does the "
        f"rest; {title}: {first}"
    )


def heading(errand: Errand, route: Route) -> str:
    if isinstance(route.target, Objects):
        return (
            f"object {route.target.title('')}" if route.target.only is not None else f"bucket {route.target.title('')}"
        )
    return readable(errand.path(errand.params["dest"]))


def of_one(errand: Errand, route: Route, ledger: Ledger, failed: bool) -> Result:
    """What a result about one object has besides: the object itself."""
    header = {"before_header": heading(errand, route), "after_header": heading(errand, route)}
    side = one_of(route)
    found = None
    if side is not None and not errand.absent:
        waits = bool(ledger.steps) and not failed and isinstance(route.target, Objects)
        if errand.call.check_mode and waits:
            found = expected_object(side, route, ledger)
        else:
            found = object_shown(seen(errand, side, route) if waits else side.found)
    result: Result = {"diff": {**header, **ledger.diff_of_one()}, "object": found, "objects": [found] if found else []}
    if isinstance(route.target, Files):
        result["dest"] = route.target.title("")
    return result


def seen(errand: Errand, side: Objects, route: Route) -> Object | None:
    """The object when the cloud shows it as it was sent."""

    def check() -> Pending | Done[Object | None]:
        found = side.look(side.only or "")
        if found is None:
            return Pending("not there yet")
        different = [name for name, value in route.fields.items() if field_of(found, name) != value]
        return Pending(f"{' and '.join(different)} not as wanted yet") if different else Done(found)

    operation: Operation[Object | None] = Operation(check)
    if not errand.call.patience.enabled:
        return side.look(side.only or "")
    return wait(operation, f"see object {side.title('')} as wanted", errand.call.work, errand.call.patience)


def expected_object(side: Objects, route: Route, ledger: Ledger) -> dict[str, t.Any]:
    """The object as it will be, as far as that is known before."""
    before = object_shown(side.found) or dict.fromkeys(object_shown(Object(name="", size=0)) or {})
    size = next((item["size"] for item in ledger.told()), before["size"])
    changed = "change" not in ledger.counts
    lost = dict.fromkeys(("etag", "checksums", "modified", "version")) if changed else {"modified": None}
    return {**before, **lost, "name": side.only, "size": size, **route.fields}


def object_shown(found: Object | None) -> dict[str, t.Any] | None:
    if found is None:
        return None
    return {**shown(found), "metadata": own_metadata(found)}
