# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same PowerDNS seen by Apache Libcloud and by us."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns.provider import PROVIDER
from ansible_collections.anycloud.core.plugins.module_utils.sdk import dns
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange, Where, ZoneService
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from backends.pdns import PowerDNS, pdns  # noqa: F401  # pylint: disable=unused-import

SETS = [
    RecordSet(name="www.lab.test", type="A", value=("192.0.2.1",), ttl=60),
    RecordSet(name="www.lab.test", type="AAAA", value=("2001:db8::1",), ttl=60),
    RecordSet(name="lab.test", type="MX", value=("10 mail.lab.test",), ttl=60),
    RecordSet(name="text.lab.test", type="TXT", value=('say "hi"; twice',), ttl=60),
]


@pytest.fixture
def ours(pdns: PowerDNS) -> t.Iterator[ZoneService]:  # noqa: F811
    settings = Settings(provider="powerdns", endpoint=pdns.url, auth={"token": pdns.key})
    yield Cloud(PROVIDER, Connection(settings, Work())).zones
    pdns.clear()


@pytest.fixture
def libcloud(pdns: PowerDNS) -> t.Any:  # noqa: F811
    drivers = pytest.importorskip("libcloud.dns.drivers.powerdns")
    address = urlsplit(pdns.url)
    return drivers.PowerDNSDriver(pdns.key, host=address.hostname, port=address.port, api_version="v1")


def seen(records: t.Iterable[t.Any]) -> set[tuple[str, str, str]]:
    """Libcloud's records, in our spelling."""
    return {
        (dns.name_from_wire(each.name), str(each.type), dns.from_wire_text(str(each.type), each.data))
        for each in records
    }


def told(sets: t.Iterable[RecordSet]) -> set[tuple[str, str, str]]:
    return {(each.name, each.type, value) for each in sets for value in each.value}


def test_zones_and_records_are_the_same(ours: ZoneService, libcloud: t.Any) -> None:
    for name in ("lab.test", "other.test"):
        ours.create({"name": name, "nameservers": (f"ns1.{name}",)})
    [zone] = ours.find(Where(names=frozenset({"lab.test"})))
    ours.change_records(zone, [RecordChange(after=each) for each in SETS])
    theirs = libcloud.list_zones()
    assert {each.domain for each in theirs} == {f"{each.name}." for each in ours.find()}
    assert seen(libcloud.list_records(libcloud.get_zone("lab.test."))) == told(ours.find_records(zone))


def test_what_libcloud_makes_we_find_and_change(ours: ZoneService, libcloud: t.Any) -> None:
    libcloud.create_zone("peer.test.", extra={"nameservers": ["ns1.peer.test."], "kind": "Native"})
    theirs = libcloud.get_zone("peer.test.")
    libcloud.create_record("www.peer.test.", theirs, "A", "192.0.2.1", extra={"ttl": 60})
    [zone] = ours.find(Where(names=frozenset({"peer.test"})))
    [found] = ours.find_records(zone, Where(names=frozenset({"www.peer.test"})))
    assert (found.value, found.ttl, found.complete) == (("192.0.2.1",), 60, True)
    ours.change_records(zone, [RecordChange(before=found)])
    assert told(ours.find_records(zone)) == seen(libcloud.list_records(theirs))
    assert not list(ours.find_records(zone, Where(types=frozenset({"A"}))))
