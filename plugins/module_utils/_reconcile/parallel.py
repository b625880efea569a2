# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several things at once, bounded, and over at once when the task is over."""

from __future__ import annotations

import itertools
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

    The first exception ends the iteration; what was not begun by then is dropped, what was begun comes to its end.
    Nothing is waited for when the task is ended from outside, so that a task's time limit holds.
    """
    todo = iter(items)
    head = list(itertools.islice(todo, 2))
    if len(head) < 2:
        for item in head:
            yield item, run(item)
        return
    pool = ThreadPoolExecutor(max_workers=width)
    todo = itertools.chain(head, todo)
    running: dict[Future[R], T] = {}
    try:
        while True:
            for item in itertools.islice(todo, width * 2 - len(running)):
                running[pool.submit(run, item)] = item
            if not running:
                break
            finished, _rest = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                item = running.pop(future)
                yield item, future.result()
    except BaseException as problem:
        ended = not isinstance(problem, (Exception, GeneratorExit))
        if ended and not isinstance(problem, Stopped):
            work.stop()
        pool.shutdown(wait=not ended, cancel_futures=True)
        raise
    pool.shutdown()
