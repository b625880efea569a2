# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is canonical to us comes back from the real PowerDNS as the same value, so that nothing changes twice."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns.provider import PROVIDER
from ansible_collections.anycloud.core.plugins.module_utils.sdk import dns
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange, Where
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Done
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from ansible_collections.anycloud.core.tests.unit.sdk.dns_strategies import VALUES
from backends.pdns import PowerDNS, pdns  # noqa: F401  # pylint: disable=unused-import
from hypothesis import given, settings

# The server wants plain host names in some types, DNSKEY at the apex only, and reads a longitude of zero as west.
CHOOSY = {"MX", "NS", "SRV", "DNSKEY", "LOC", "SOA"}
EXAMPLES = 30


@pytest.fixture(scope="module")
def zoned(pdns: PowerDNS):  # noqa: F811
    cloud_settings = Settings(provider="powerdns", endpoint=pdns.url, auth={"token": pdns.key})
    zones = Cloud(PROVIDER, Connection(cloud_settings, Work())).zones
    made = zones.create({"name": "lab.test", "nameservers": ("ns1.lab.test",)}).check()
    assert isinstance(made, Done)
    yield zones, made.value
    pdns.clear()


@pytest.mark.parametrize("type", sorted(VALUES.keys() - CHOOSY - {"TYPE65280"}))
def test_values_come_back_as_they_went(zoned, type):
    zones, zone = zoned

    @settings(max_examples=EXAMPLES)
    @given(VALUES[type].map(lambda value: dns.canonical(type, value)))
    def comes_back(value):
        record = RecordSet(name="host.lab.test", type=type, value=(value,), ttl=60)
        zones.change_records(zone, [RecordChange(after=record)])
        (found,) = zones.find_records(zone, Where(names=frozenset({record.name}), types=frozenset({type})))
        zones.change_records(zone, [RecordChange(before=found)])
        assert found.value == record.value

    comes_back()
