# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mutation of the PowerDNS driver under every fault: right in the end, or one clear failure; nothing doubled."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns.provider import PROVIDER
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import KINDS, CloudError, TimedOut
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet, Zone
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange, Where, ZoneService
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from backends import faultproxy as faults
from backends.faultproxy import Fault, FaultProxy
from backends.pdns import PowerDNS, pdns  # noqa: F401  # pylint: disable=unused-import

LAB = Where(names=frozenset({"lab.test"}))
OLD = RecordSet(name="old.lab.test", type="A", value=("192.0.2.1",), ttl=60)
NEW = RecordSet(name="new.lab.test", type="TXT", value=("new",), ttl=60)
OLDER = RecordSet(name="old.lab.test", type="A", value=("192.0.2.7", "192.0.2.8"), ttl=90)


@dataclass(frozen=True)
class Ground:
    """The server behind a proxy, and one zone with a record in it."""

    proxy: FaultProxy
    zones: ZoneService
    truth: ZoneService

    def zone(self) -> Zone:
        return next(self.truth.find(LAB))

    def change(self, *changes: RecordChange) -> None:
        self.zones.change_records(self.zone(), changes).check()

    def state(self) -> t.Any:
        """What is really there, past the proxy."""
        found = ((zone, self.truth.find_records(zone)) for zone in self.truth.find())
        return sorted(
            (zone.name, zone.kind, rows(*(each for each in sets if each.type not in ("SOA", "NS"))))
            for zone, sets in found
        )


Mutation = t.Tuple[str, t.Callable[[Ground], object]]

MUTATIONS: t.Mapping[str, Mutation] = {
    "create zone": (
        "POST",
        lambda lab: lab.zones.create({"name": "extra.test", "nameservers": ("ns1.extra.test",)}).check(),
    ),
    "update zone": ("PUT", lambda lab: lab.zones.update(lab.zone(), {"kind": "primary"}).check()),
    "delete zone": ("DELETE", lambda lab: lab.zones.delete(lab.zone()).check()),
    "add record": ("PATCH", lambda lab: lab.change(RecordChange(after=NEW))),
    "change record": ("PATCH", lambda lab: lab.change(RecordChange(before=OLD, after=OLDER))),
    "delete record": ("PATCH", lambda lab: lab.change(RecordChange(before=OLD))),
    "all at once": ("PATCH", lambda lab: lab.change(RecordChange(before=OLD, after=OLDER), RecordChange(after=NEW))),
}


def rows(*sets: RecordSet) -> list[t.Any]:
    return sorted((each.name, each.type, sorted(each.value), each.ttl) for each in sets)


BEFORE = [("lab.test", "native", rows(OLD))]
AFTER: t.Mapping[str, t.Any] = {
    "create zone": [("extra.test", "native", []), *BEFORE],
    "update zone": [("lab.test", "primary", rows(OLD))],
    "delete zone": [],
    "add record": [("lab.test", "native", rows(OLD, NEW))],
    "change record": [("lab.test", "native", rows(OLDER))],
    "delete record": [("lab.test", "native", [])],
    "all at once": [("lab.test", "native", rows(OLDER, NEW))],
}

LOST = [
    faults.reset_before,
    faults.reset_after,
    faults.closed_after,
    faults.half,
    faults.truncated,
    faults.black_hole,
    faults.black_hole_after,
    *map(faults.status, (408, 500, 502, 503, 504)),
    faults.status_after(502),
    faults.status_after(500),
    faults.bad_json,
    faults.web_page,
    faults.garbage,
    faults.empty,
]
TURNED_AWAY = [
    faults.status(423),
    faults.status(425),
    faults.status(429),
    faults.named(faults.status(429, {"Retry-After": "0.1"}), "status 429, Retry-After"),
]
STUBBORN = [faults.reset_after, faults.black_hole, faults.status(429), faults.status_after(502), faults.web_page]
HARMLESS = [faults.passes, faults.trickle]


def service(url: str, key: str, *, deadline: float | None = None, timeout: float = 0.2) -> ZoneService:
    """A service whose pauses take no time."""
    settings = Settings(provider="powerdns", endpoint=url, auth={"token": key}, api_retries=2, api_timeout=timeout)
    return Cloud(PROVIDER, Connection(settings, Work(deadline=deadline, pause=lambda seconds: None))).zones


@pytest.fixture
def lab(pdns: PowerDNS) -> t.Iterator[Ground]:  # noqa: F811
    truth = service(pdns.url, pdns.key, timeout=10)
    truth.create({"name": "lab.test", "nameservers": ("ns1.lab.test",)})
    (zone,) = truth.find(LAB)
    truth.change_records(zone, [RecordChange(after=OLD)])
    with faults.faulty(pdns.url) as proxy:
        yield Ground(proxy, service(proxy.url, pdns.key), truth)
    pdns.clear()


def outcome(lab: Ground, mutation: t.Callable[[Ground], object]) -> CloudError | None:
    try:
        mutation(lab)
    except CloudError as error:
        assert error.kind in KINDS
        assert "\n" not in str(error) and "a-key" not in str(error)
        return error
    return None


@pytest.mark.parametrize("fault", [*HARMLESS, *TURNED_AWAY, *LOST], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("what", MUTATIONS)
def test_one_fault(lab: Ground, pdns: PowerDNS, what: str, fault: Fault) -> None:  # noqa: F811
    if fault not in (faults.black_hole, faults.black_hole_after):
        lab = dataclasses.replace(lab, zones=service(lab.proxy.url, pdns.key, timeout=10))
    method, mutation = MUTATIONS[what]
    before, after = BEFORE, AFTER[what]
    lab.proxy.next(fault, method=method)
    error = outcome(lab, mutation)
    if error is None:
        assert lab.state() == after
        return
    assert what == "create zone" and fault in LOST
    assert error.outcome_unknown
    assert lab.state() in (before, after)
    assert lab.proxy.count("POST") == 1
    if not list(lab.zones.find(Where(names=frozenset({"extra.test"})))):
        mutation(lab)
    assert lab.state() == after


@pytest.mark.parametrize("fault", STUBBORN, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("what", MUTATIONS)
def test_a_fault_that_stays(lab: Ground, what: str, fault: Fault) -> None:
    method, mutation = MUTATIONS[what]
    before, after = BEFORE, AFTER[what]
    lab.proxy.next(fault, method=method, times=99)
    error = outcome(lab, mutation)
    if error is None:
        assert lab.state() == after
        return
    assert lab.state() in (before, after)
    assert lab.state() == before or error.outcome_unknown
    assert lab.proxy.count(method) <= 3


@pytest.mark.parametrize("fault", [*TURNED_AWAY, *LOST], ids=lambda fault: fault.__name__)
def test_reading_gets_over_a_fault(lab: Ground, fault: Fault) -> None:
    lab.proxy.next(fault, method="GET")
    [zone] = lab.zones.find(LAB)
    lab.proxy.next(fault, method="GET")
    assert OLD.value in [each.value for each in lab.zones.find_records(zone)]


@pytest.mark.parametrize("what", MUTATIONS)
def test_connections_that_are_reset_at_once(lab: Ground, what: str) -> None:
    _method, mutation = MUTATIONS[what]
    before, after = BEFORE, AFTER[what]
    lab.proxy.reset_connections(1)
    error = outcome(lab, mutation)
    assert lab.state() == (before if error else after)
    assert error is None or what == "create zone"


@pytest.mark.parametrize(
    "fault", [faults.black_hole, faults.black_hole_after, faults.trickle], ids=lambda fault: fault.__name__
)
@pytest.mark.parametrize("what", MUTATIONS)
def test_the_deadline_ends_it(lab: Ground, pdns: PowerDNS, what: str, fault: Fault) -> None:  # noqa: F811
    method, mutation = MUTATIONS[what]
    before, after = BEFORE, AFTER[what]
    hurried = Ground(lab.proxy, service(lab.proxy.url, pdns.key, deadline=0.3, timeout=30), lab.truth)
    lab.proxy.next(fault, method=method, times=99)
    error = outcome(hurried, mutation)
    assert isinstance(error, TimedOut)
    assert error.outcome_unknown
    assert lab.state() in (before, after)
