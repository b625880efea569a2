# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a process keeps from one task to the next for an account: open connections, its pace, its token.

An account is the credentials together with the way out (proxies, certificates), so that nothing of one is
ever used for another. Nothing is opened before it is needed, and a forked process starts empty.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import typing as t
from collections import OrderedDict

from .route import BUNDLES, Route, tls
from .wire import Wire

if t.TYPE_CHECKING:
    import ssl

    from .provider import Settings

IDLE = 16
ACCOUNTS = 32

K = t.TypeVar("K")


class Pace:
    """When the next request of an account may go: so many a second, and none while the cloud asks for a pause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = 0.0
        self._resumes = 0.0

    def reserve(self, now: float, rate: float | None) -> float:
        """Takes the next place; the seconds until it."""
        with self._lock:
            place = max(now, self._free)
            if rate:
                self._free = place + 1 / rate
            return max(place, self._resumes) - now

    def paused(self, now: float) -> float:
        with self._lock:
            return max(0.0, self._resumes - now)

    def pause(self, until: float) -> None:
        with self._lock:
            self._resumes = max(self._resumes, until)


class Account:
    def __init__(self) -> None:
        self.pace = Pace()
        self._lock = threading.Lock()
        self._idle: dict[Route, list[Wire]] = {}
        self._contexts: dict[Route, ssl.SSLContext] = {}
        self._kept: dict[str, t.Any] = {}

    def take(self, route: Route) -> Wire:
        """A connection for one request: an open one that still stands, or a new one."""
        while True:
            with self._lock:
                idle = self._idle.get(route)
                wire = idle.pop() if idle else None
            if wire is None:
                return Wire(route, self._context(route))
            if not wire.dropped():
                return wire
            wire.close()

    def give(self, wire: Wire) -> None:
        with self._lock:
            idle = self._idle.setdefault(wire.route, [])
            if len(idle) < IDLE:
                idle.append(wire)
                return
        wire.close()

    def keep(self, name: str, make: t.Callable[[], K]) -> K:
        """What all tasks of this account share under a name, made by the first."""
        with self._lock:
            if name not in self._kept:
                self._kept[name] = make()
            return t.cast(K, self._kept[name])

    def close(self) -> None:
        with self._lock:
            wires = [wire for idle in self._idle.values() for wire in idle]
            self._idle.clear()
        for wire in wires:
            wire.close()

    def _context(self, route: Route) -> ssl.SSLContext | None:
        if route.origin.scheme == "http":
            return None
        with self._lock:
            known = self._contexts.get(route)
        if known is None:
            known = tls(route)
            with self._lock:
                known = self._contexts.setdefault(route, known)
        return known


class Pool:
    """The accounts that a process used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    def account(self, settings: Settings) -> Account:
        key = f"{os.getpid()}:{fingerprint(settings)}"
        with self._lock:
            account = self._accounts.setdefault(key, Account())
            self._accounts.move_to_end(key)
            oldest = self._accounts.popitem(last=False)[1] if len(self._accounts) > ACCOUNTS else None
        if oldest:
            oldest.close()
        return account

    def close(self) -> None:
        """Ends every connection that is not in use."""
        with self._lock:
            accounts, self._accounts = self._accounts, OrderedDict()
        for account in accounts.values():
            account.close()


def fingerprint(settings: Settings) -> str:
    """Tells accounts apart without keeping their secrets."""
    way = {name: value for name, value in settings.env.items() if name in BUNDLES or name.lower().endswith("_proxy")}
    told = [
        settings.provider,
        settings.region,
        settings.endpoint,
        dict(settings.auth),
        dict(settings.options),
        way,
        settings.ca_path,
        settings.validate_certs,
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


POOL = Pool()
"""The one of this process; ``POOL.close()`` ends its connections."""
