# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud_info: what clouds have, of one or of many at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..sdk.errors import CloudError, Invalid
from ..sdk.provider import Cloud
from ..sdk.services import Where
from .listing import GATHERERS, Asked, Row
from .need import SizeNeed, described, fits, nearest, parse_need
from .parallel import concurrently
from .sorting import SORTS, sort_rows
from .task import Call, Result, Task

# A result with the key "keys" could not be read as result.keys: that is a method of every dict.
RESULT_KEYS = {"keys": "key_pairs"}


@dataclass(frozen=True)
class Found:
    """What one cloud has of one kind, or why that is not known."""

    cloud: str
    what: str
    rows: t.Sequence[Row] = ()
    error: CloudError | None = None
    hint: str | None = None


def run(call: Call) -> Result:
    gather, asked = wanted(call.params)
    found: list[Found] = []
    clouds: list[Cloud] = []
    for name in call.clouds:
        try:
            clouds.append(call.open(name))
        except CloudError as error:
            found.append(Found(name or str(call.params.get("cloud") or call.params.get("provider")), "", error=error))
    jobs, refused = shared_out(clouds, gather)
    found += refused
    answers = dict(concurrently(call.work, lambda job: ask(job, asked), jobs))
    found += [answers[job] for job in jobs]
    return result(call, gather, asked, found, [cloud.name for cloud in clouds])


def wanted(params: t.Mapping[str, t.Any]) -> tuple[list[str], Asked]:
    """What to gather, and the conditions on it."""
    need = parse_need(params["need"], what="need", places=True) if params.get("need") is not None else None
    gather = list(dict.fromkeys(params.get("gather") or (["sizes"] if need else ["nodes"])))
    if need and "sizes" not in gather:
        raise Invalid(f"need is a question about sizes, but only {', '.join(gather)} are gathered; add sizes to gather")
    if params.get("limit") is not None and params["limit"] < 1:
        raise Invalid(f"limit is {params['limit']}; it takes a number from 1 up, or leave it out to get all")
    labels = params.get("labels")
    where = Where(
        ids=None if params.get("ids") is None else frozenset(params["ids"]),
        names=None if params.get("names") is None else frozenset(params["names"]),
        labels=None if labels is None else {str(key): str(value) for key, value in labels.items()},
    )
    sort = params.get("sort") or ("price" if need else None)
    limit = params.get("limit")
    return gather, Asked(where=where, zones=params.get("zones"), need=need, sort=sort, limit=limit)


Job = t.Tuple[Cloud, str]


def shared_out(clouds: t.Sequence[Cloud], gather: t.Sequence[str]) -> tuple[list[Job], list[Found]]:
    """Who is asked for what. A cloud without the service is passed over, unless none of them has it."""
    jobs: list[Job] = []
    refused: list[Found] = []
    for what in gather:
        service = GATHERERS[what].service
        able = [cloud for cloud in clouds if service is None or cloud.offers(service.name)]
        for cloud in able or clouds:
            try:
                if service is not None:
                    cloud.service(service)
                jobs.append((cloud, what))
            except CloudError as error:
                refused.append(Found(cloud.name, what, error=error))
    return jobs, refused


def ask(job: Job, asked: Asked) -> Found:
    cloud, what = job
    try:
        rows = GATHERERS[what].rows(cloud, asked)
        place = {"cloud": cloud.name, "provider": cloud.provider.name, "region": cloud.connection.settings.region}
        hint = shortage(cloud, asked.need) if what == "sizes" and asked.need and not rows else None
        return Found(cloud.name, what, [{**place, **row} for row in rows], hint=hint)
    except CloudError as error:
        return Found(cloud.name, what, error=error)


def shortage(cloud: Cloud, need: SizeNeed) -> str:
    """What a cloud has instead of what nothing of it meets."""
    sizes = list(cloud.nodes.sizes())
    enough = [size for size in sizes if fits(size, need)]
    return f"{described(enough[0])} is enough, but not there" if enough else nearest(sizes, need, 1)


def result(call: Call, gather: list[str], asked: Asked, found: list[Found], clouds: list[str]) -> Result:
    """Everything that was found, and what was not in ``errors``; a failure unless the task says to go on."""
    answer: Result = {"changed": False, "clouds": clouds}
    for what in gather:
        rows = [row for one in found if one.what == what for row in one.rows]
        rows = sort_rows(rows, asked.sort)
        answer[RESULT_KEYS.get(what, what)] = rows[: asked.limit]
    if asked.need:
        warn_about_sizes(call, asked, found, answer["sizes"])
    bad = [one for one in found if one.error is not None]
    answer["errors"] = [error_of(one) for one in bad]
    if not bad:
        return answer
    first = bad[0]
    said = f"{first.cloud}: {first.error}"
    if call.params.get("on_error") == "continue":
        call.work.warn(f"what {', '.join(dict.fromkeys(one.cloud for one in bad))} did not tell is left out; {said}")
        return answer
    if len(call.clouds) > 1:
        failed = len({one.cloud for one in bad})
        said = f"{failed} of {len(call.clouds)} clouds failed; {said}"
    else:
        said = str(first.error)
    return {**answer, "failed": True, "msg": said, "failure": error_of(first)["failure"]}


def error_of(one: Found) -> dict[str, t.Any]:
    failure = one.error.failure() if one.error else None
    return {"cloud": one.cloud, "gather": one.what or None, "msg": str(one.error), "failure": failure}


def warn_about_sizes(call: Call, asked: Asked, found: t.Sequence[Found], sizes: t.Sequence[Row]) -> None:
    hints = [f"{one.cloud}: {one.hint}" for one in found if one.hint]
    if not sizes and hints:
        call.work.warn(f"no size has {asked.need}; {'; '.join(hints)}")
    currencies = sorted({str(row["currency"]) for row in sizes if row["price_hourly"] is not None})
    if asked.sort == "price" and len(currencies) > 1:
        call.work.warn(f"prices in {' and '.join(currencies)} are compared as numbers")


NEED: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "cpus": {"type": "float"},
    "ram": {"type": "str"},
    "disk": {"type": "str"},
    "country": {"type": "list", "elements": "str"},
    "not_country": {"type": "list", "elements": "str"},
    "location": {"type": "list", "elements": "str"},
    "cheapest": {"type": "bool", "default": False},
}

TASK = Task(
    options={
        "gather": {"type": "list", "elements": "str", "choices": list(GATHERERS)},
        "ids": {"type": "list", "elements": "str"},
        "names": {"type": "list", "elements": "str"},
        "labels": {"type": "dict"},
        "zones": {"type": "list", "elements": "str"},
        "need": {"type": "dict", "options": NEED},
        "sort": {"type": "str", "choices": list(SORTS)},
        "limit": {"type": "int"},
    },
    run=run,
    groups=frozenset({"clouds", "many"}),
)
