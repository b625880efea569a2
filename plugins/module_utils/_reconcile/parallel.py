# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several things at once, bounded, and over at once when the task is over."""

from __future__ import annotations

import typing as t
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from ..sdk.work import Stopped, Work

T = t.TypeVar("T")
R = t.TypeVar("R")
WIDTH = 8


def concurrently(
    work: Work, run: t.Callable[[T], R], items: t.Iterable[T], width: int = WIDTH
) -> t.Iterator[tuple[T, R]]:
    """Each item with what ``run`` made of it, as they finish; ``items`` is read no faster than it is worked off.

    The first exception ends the iteration; what was not begun by then is dropped. Nothing is waited for when the
    task is ended from outside, so that a task's time limit holds.
    """
    todo = iter(items)
    first, second = next(todo, None), next(todo, None)
    if second is None:
        if first is not None:
            yield first, run(first)
        return
    pool = ThreadPoolExecutor(max_workers=width)
    running: dict[Future[R], T] = {pool.submit(run, item): item for item in (first, second) if item is not None}
    try:
        while running:
            while len(running) < width * 2:
                item = next(todo, None)
                if item is None:
                    break
                running[pool.submit(run, item)] = item
            finished, _rest = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                item = running.pop(future)
                yield item, future.result()
    except BaseException as problem:
        pool.shutdown(wait=False, cancel_futures=True)
        if not isinstance(problem, (Exception, GeneratorExit, Stopped)):
            work.stop()
        raise
    pool.shutdown()
