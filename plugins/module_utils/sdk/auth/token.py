# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token in a header: one that stays, or one that ends and is got anew."""

from __future__ import annotations

import threading
import time
import typing as t
from dataclasses import dataclass, field

from ..messages import Request

EARLY = 60.0


@dataclass(frozen=True)
class Token:
    """Sends ``prefix`` and ``value`` in ``header``: a bearer token unless told otherwise."""

    value: str = field(repr=False)
    header: str = "Authorization"
    prefix: str = "Bearer "

    def __call__(self, request: Request, now: float) -> Request:
        return request.with_headers({self.header: self.prefix + self.value})


@dataclass(frozen=True)
class Fresh:
    """A token just got; ``ends`` is when, in seconds since 1970, or ``None`` for never."""

    value: str = field(repr=False)
    ends: float | None = None


class Lease:
    """The token that all threads and tasks of an account share; ``Http.keep`` holds it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.fresh: Fresh | None = None


class RenewedToken:
    """Sends a token that ``obtain`` gets: at first use, shortly before it ends, and after it was refused.

    One thread obtains it, the others wait for that one.
    """

    def __init__(
        self,
        obtain: t.Callable[[], Fresh],
        lease: Lease,
        *,
        header: str = "Authorization",
        prefix: str = "Bearer ",
        early: float = EARLY,
    ) -> None:
        self._obtain = obtain
        self._lease = lease
        self._header = header
        self._prefix = prefix
        self._early = early

    def __call__(self, request: Request, now: float) -> Request:
        with self._lease.lock:
            fresh = self._lease.fresh
            if fresh is None or (fresh.ends is not None and fresh.ends - self._early <= now):
                fresh = self._lease.fresh = self._obtain()
        return request.with_headers({self._header: self._prefix + fresh.value})

    def renew(self, refused: Request) -> bool:
        """Gets a token unless another thread has got one since the refused request was signed."""
        with self._lease.lock:
            fresh = self._lease.fresh
            if fresh is not None and refused.header(self._header) == self._prefix + fresh.value:
                self._lease.fresh = self._obtain()
        return True


def ends_in(seconds: float) -> float:
    """When a token ends that lasts for so long."""
    return time.time() + seconds
