# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for tests, on a clock that pauses without waiting."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils.sdk.http import Http
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work

REGIONS = itertools.count()


class Clock:
    """Time that goes on only while somebody pauses."""

    def __init__(self) -> None:
        self.time = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


class Client(Http):
    """An ``Http`` with its task's clock, work and log at hand; each is an account of its own."""

    def __init__(
        self,
        url: str,
        *,
        auth: t.Mapping[str, str] | None = None,
        env: t.Mapping[str, str] | None = None,
        deadline: float | None = None,
        retries: int = 2,
        timeout: float = 5.0,
        rate: float | None = None,
        certs: bool = True,
        ca: str | None = None,
        real_time: bool = False,
        **options: t.Any,
    ) -> None:
        self.clock = Clock()
        self.log: list[str] = []
        time = {} if real_time else {"now": self.clock.now, "pause": self.clock.pause}
        self.task = Work(deadline=deadline, log=self.log.append, **time)
        self.settings = Settings(
            cloud="lab",
            provider="test",
            region=str(next(REGIONS)),
            auth=auth or {},
            env=env or {},
            api_retries=retries,
            api_timeout=timeout,
            api_rate=rate,
            validate_certs=certs,
            ca_path=ca,
        )
        super().__init__(url, self.settings, self.task, **options)
