# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to one task while it runs: its deadline, its counters, its log, its end."""

from __future__ import annotations

import threading
import time
import typing as t

from .errors import TimedOut


class Stopped(BaseException):
    """The task was ended from outside; its threads stop at the next call."""


def ignore(message: str) -> None:
    """Where a message goes that nobody asked for."""


class Work:
    """Shared by all threads of a task. ``log``, ``warn`` and ``secret`` say where lines, warnings and secrets go."""

    def __init__(
        self,
        *,
        deadline: float | None = None,
        log: t.Callable[[str], object] = ignore,
        warn: t.Callable[[str], object] = ignore,
        secret: t.Callable[[str], object] = ignore,
        now: t.Callable[[], float] = time.monotonic,
        pause: t.Callable[[float], object] | None = None,
    ) -> None:
        self.now = now
        self.log = log
        self.warn = warn
        self.secret = secret
        self._ends = None if deadline is None else now() + deadline
        self._seconds = deadline
        self._stop = threading.Event()
        self._pause = pause or self._stop.wait
        self._lock = threading.Lock()
        self._calls = 0
        self._retries = 0
        self._throttled = 0.0

    def left(self) -> float:
        """Seconds until the deadline; infinite without one, never below zero."""
        return float("inf") if self._ends is None else max(0.0, self._ends - self.now())

    def stop(self) -> None:
        self._stop.set()

    def check(self) -> None:
        """Raises when the task is over: before each call, so that nothing is sent after the end."""
        if self._stop.is_set():
            raise Stopped
        if self.left() <= 0:
            raise TimedOut(f"the task's deadline of {self._seconds:g} s is over")

    def sleep(self, seconds: float) -> None:
        self.check()
        self._pause(min(seconds, self.left()))
        if self._stop.is_set():
            raise Stopped

    def count(self, *, calls: int = 0, retries: int = 0, throttled: float = 0.0) -> None:
        with self._lock:
            self._calls += calls
            self._retries += retries
            self._throttled += throttled

    def api(self) -> dict[str, t.Any]:
        """The ``api`` key of a result."""
        with self._lock:
            return {"calls": self._calls, "retries": self._retries, "throttled_seconds": round(self._throttled, 3)}
