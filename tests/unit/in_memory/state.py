# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cloud in memory knows, and how it misbehaves: one state outlives the tasks that die on it."""

from __future__ import annotations

import itertools
import threading
import typing as t
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Capabilities
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, NotFound, Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Image, Location, Size
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Done, Operation, Pending, Progress

from .capable import CAPABILITIES

R = t.TypeVar("R")
When = t.Literal["before", "after"]
EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Killed(BaseException):
    """The process was killed; what the cloud did stays done."""


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How many reads a change stays unseen, and how many checks an operation is pending."""

    listed: int = 0
    gone: int = 0
    changed: int = 0
    pending: int = 0


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One call that reached the cloud."""

    service: str
    verb: str
    what: str
    mutates: bool
    fields: t.Mapping[str, t.Any] = field(default_factory=dict)


@dataclass
class Fault:
    """An error that strikes once ``left`` calls have passed; ``acted`` says that the cloud did the work first."""

    left: int
    error: BaseException
    acted: bool
    reads: bool


class Entry(t.Generic[R]):
    """A resource as it is, as it will be when it settles, and as a reader still sees it."""

    def __init__(self) -> None:
        self.truth: R | None = None
        self.later: R | None = None
        self.ticks = 0
        self.stale: R | None = None
        self.reads = 0

    @property
    def final(self) -> R | None:
        return self.later if self.ticks else self.truth

    def become(self, later: R | None, *, meanwhile: R | None, ticks: int, reads: int) -> None:
        self.stale = self.stale if self.reads else self.truth
        self.reads = reads
        self.truth = meanwhile if ticks else later
        self.later = later
        self.ticks = ticks

    def tick(self) -> None:
        if self.ticks:
            self.ticks -= 1
            if not self.ticks:
                self.truth = self.later

    def look(self) -> R | None:
        self.tick()
        if self.reads:
            self.reads -= 1
            return self.stale
        return self.truth


class Shelf(t.Generic[R]):
    """All resources of one kind."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry[R]] = {}

    def look(self) -> list[R]:
        seen = [entry.look() for entry in self.entries.values()]
        self.entries = {key: entry for key, entry in self.entries.items() if not _over(entry)}
        return [resource for resource in seen if resource is not None]

    def now(self) -> dict[str, R]:
        """What is there in truth, transitions taken as done."""
        return {key: entry.final for key, entry in self.entries.items() if entry.final is not None}

    def held(self) -> list[R]:
        """What takes up its name: also what is about to go."""
        return [entry.truth for entry in self.entries.values() if entry.truth is not None]

    def get(self, key: str, what: str) -> R:
        entry = self.entries.get(key)
        if entry is None or entry.final is None:
            raise NotFound(f"no {what} with the id {key}")
        return entry.final


def _over(entry: Entry[t.Any]) -> bool:
    return entry.truth is None and not entry.ticks and not entry.reads


SIZES = (
    Size(id="s-small", name="small", cpus=1, ram_mb=1024, disk_gb=10, price_hourly=0.01, currency="EUR"),
    Size(id="s-medium", name="medium", cpus=2, ram_mb=4096, disk_gb=40, price_hourly=0.04, currency="EUR"),
    Size(id="s-large", name="large", cpus=4, ram_mb=8192, disk_gb=80, price_hourly=0.08, currency="EUR"),
)
IMAGES = (
    Image(id="i-12", name="debian-12", family="debian", version="12", created="2023-06-10T00:00:00Z"),
    Image(id="i-13", name="debian-13", family="debian", version="13", created="2025-08-09T00:00:00Z"),
    Image(id="i-24", name="ubuntu-24.04", family="ubuntu", version="24.04", created="2024-04-25T00:00:00Z"),
)
LOCATIONS = (
    Location(id="l-north", name="north", country="FI", region="eu"),
    Location(id="l-south", name="south", country="IT", region="eu"),
)


class State:
    """The cloud behind every ``memory_cloud`` that is given it.

    ``capabilities`` replaces the default ones of a kind (node, key, volume, snapshot, bucket, balancer, zone);
    ``lacks`` names verbs that the cloud does not have, as ``node.rebuild``; ``remembers_tokens`` is whether a
    token stays spent when its resource is gone.
    """

    def __init__(
        self,
        *,
        capabilities: t.Mapping[str, Capabilities] | None = None,
        lag: Lag = Lag(),
        lacks: t.Collection[str] = (),
        remembers_tokens: bool = True,
    ) -> None:
        self.capabilities: dict[str, Capabilities] = {**CAPABILITIES, **(capabilities or {})}
        self.lag = lag
        self.lacks = frozenset(lacks)
        self.remembers_tokens = remembers_tokens
        self.sizes, self.images, self.locations = SIZES, IMAGES, LOCATIONS
        self.log: list[Logged] = []
        self.clock = 0.0
        self.shelves: dict[str, Shelf[t.Any]] = {}
        self.tokens: dict[tuple[str, str], tuple[str, t.Any]] = {}
        self.user_data: dict[str, str] = {}
        self.bytes: dict[tuple[str, str], bytes] = {}
        self.uploads: dict[str, t.Any] = {}
        self.process = 0
        self.dead = False
        self._ids = itertools.count(1)
        self._kill: tuple[int, When] | None = None
        self._mutations = 0
        self._faults: list[Fault] = []
        self._lock = threading.RLock()

    def shelf(self, kind: str) -> Shelf[t.Any]:
        return self.shelves.setdefault(kind, Shelf())

    def look(self, kind: str) -> list[t.Any]:
        """What a reader sees, lag and all."""
        with self._lock:
            return self.shelf(kind).look()

    def all(self, kind: str) -> list[t.Any]:
        """What is there in truth."""
        return list(self.shelf(kind).now().values())

    def one(self, kind: str, name: str) -> t.Any:
        """The one resource of that name in truth; a test fails when there is another number of them."""
        found = [resource for resource in self.all(kind) if resource.name == name]
        assert len(found) == 1, f"{len(found)} of {kind} {name}: {found}"
        return found[0]

    def mutations(self) -> list[Logged]:
        return [call for call in self.log if call.mutates]

    def settle(self) -> None:
        """Lets all that is under way end, and all that is stale be seen."""
        with self._lock:
            for shelf in self.shelves.values():
                for entry in shelf.entries.values():
                    entry.truth, entry.ticks, entry.reads = entry.final, 0, 0

    def new_id(self, kind: str) -> str:
        return f"{kind}-{next(self._ids)}"

    def stamp(self) -> str:
        """The time now as a cloud writes it; later with every call."""
        self.sleep(1)
        return (EPOCH + timedelta(seconds=self.clock)).isoformat().replace("+00:00", "Z")

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.clock += seconds

    @property
    def moments(self) -> int:
        """How many moments for a kill there were since the last one, or the beginning."""
        return self._mutations

    def kill_at(self, number: int, when: When) -> None:
        """Dies at the mutating call of that number from here on (from 1), before or after the cloud has acted."""
        self._mutations = 0
        self._kill = (number, when)

    def fail_at(self, number: int, error: BaseException, *, acted: bool = False, reads: bool = False) -> None:
        """The mutating call of that number from here on fails; with ``reads``, the call of any sort of that number."""
        self._faults.append(Fault(number, error, acted, reads))

    def revive(self) -> None:
        """A new process: neither dead nor about to die or fail."""
        self.process += 1
        self.dead = False
        self._kill = None
        self._faults.clear()

    def read(self, process: int, service: str, verb: str, what: str = "") -> None:
        with self._lock:
            self._log(process, Logged(service=service, verb=verb, what=what, mutates=False))
            if error := self._struck(mutates=False):
                raise error

    @contextmanager
    def mutation(
        self, process: int, service: str, verb: str, what: str, fields: t.Mapping[str, t.Any] | None = None
    ) -> t.Iterator[None]:
        """One request that changes something, unless what is done inside, on the cloud's side, refuses it."""
        with self._lock:
            request = Logged(service=service, verb=verb, what=what, mutates=True, fields=dict(fields or {}))
            call = self._log(process, request)
            before = self._struck(mutates=True)
            self.moment("before")
            if before:
                raise before
            late = next((fault for fault in self._faults if fault.left == 0), None)
            try:
                yield
            except CloudError:
                self.log[self.log.index(call)] = replace(call, mutates=False)
                raise
            self.moment("after")
            if late:
                self._faults.remove(late)
                raise late.error

    def moment(self, when: When) -> None:
        """Where a kill can strike."""
        if when == "before":
            self._mutations += 1
        if self._kill == (self._mutations, when):
            self.dead = True
            raise Killed

    def _log(self, process: int, call: Logged) -> Logged:
        if self.dead or process != self.process:
            raise Killed
        self.log.append(call)
        self.clock += 0.01
        return call

    def _struck(self, *, mutates: bool) -> BaseException | None:
        for fault in list(self._faults):
            if not (mutates or fault.reads):
                continue
            fault.left -= 1
            if fault.left == 0 and not (fault.acted and mutates):
                self._faults.remove(fault)
                return fault.error
        return None

    def put(
        self,
        kind: str,
        key: str,
        later: t.Any,
        *,
        meanwhile: t.Any = None,
        reads: int | None = None,
    ) -> Entry[t.Any]:
        """Makes or changes a resource, with the lag of this cloud; ``meanwhile`` is how it looks while pending."""
        entries = self.shelf(kind).entries
        entry = entries.get(key)
        if reads is None:
            reads = self.lag.listed if entry is None else self.lag.changed
        entry = entries.setdefault(key, Entry())
        entry.become(later, meanwhile=later if meanwhile is None else meanwhile, ticks=self.lag.pending, reads=reads)
        return entry

    def drop(self, kind: str, key: str, *, meanwhile: t.Any = None) -> Entry[t.Any]:
        entry = self.shelf(kind).entries[key]
        ticks = self.lag.pending if meanwhile is not None else 0
        entry.become(None, meanwhile=meanwhile, ticks=ticks, reads=self.lag.gone)
        return entry

    def operation(self, process: int, service: str, entry: Entry[t.Any]) -> Operation[t.Any]:
        """Pending until the entry has settled; what it becomes is the value."""

        def check() -> Progress[t.Any]:
            with self._lock:
                self.read(process, service, "check")
                entry.tick()
                return Pending(_state_of(entry.truth)) if entry.ticks else Done(entry.truth)

        return Operation(check, entry.truth)

    def changed(self, kind: str, key: str, values: t.Mapping[str, t.Any]) -> Entry[t.Any]:
        return self.put(kind, key, replace(self.shelf(kind).get(key, kind), **values))


def _state_of(resource: t.Any) -> str:
    state = getattr(resource, "state", None)
    return str(getattr(state, "value", state) or "pending")


def lost() -> CloudError:
    """The answer to a request did not arrive."""
    return Unavailable("the connection was reset before the answer arrived", outcome_unknown=True)
