# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PowerDNS driver against the real server, checked with dig."""

from __future__ import annotations

import dataclasses
import socket
import time
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.powerdns.provider import PROVIDER
from ansible_collections.anycloud.core.plugins.module_utils.sdk import dns
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import (
    AuthFailed,
    CloudError,
    Conflict,
    Invalid,
    NotFound,
    Unavailable,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet, Zone
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange, Where, ZoneService
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Done
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from backends.pdns import PowerDNS, pdns, running  # noqa: F401  # pylint: disable=unused-import

Records = t.Tuple[str, str, t.Tuple[str, ...]]


def service(url: str, key: str, **options: t.Any) -> ZoneService:
    settings = Settings(provider="powerdns", endpoint=url, auth={"token": key}, api_retries=1, options=options)
    return Cloud(PROVIDER, Connection(settings, Work())).zones


@pytest.fixture
def zones(pdns: PowerDNS) -> t.Iterator[ZoneService]:  # noqa: F811
    yield service(pdns.url, pdns.key)
    pdns.clear()


@pytest.fixture
def zone(zones: ZoneService) -> Zone:
    return made(zones, name="lab.test", nameservers=("ns1.lab.test",))


def made(zones: ZoneService, **fields: t.Any) -> Zone:
    created = zones.create(fields).check()  # type: ignore[typeddict-item]
    assert isinstance(created, Done)
    return created.value


def put(zones: ZoneService, zone: Zone, *sets: RecordSet) -> None:
    found = {each.identity: each for each in zones.find_records(zone)}
    changes = [RecordChange(before=found.get(each.identity), after=each) for each in sets]
    assert isinstance(zones.change_records(zone, changes).check(), Done)


def remove(zones: ZoneService, zone: Zone, *sets: RecordSet) -> None:
    zones.change_records(zone, [RecordChange(before=each) for each in sets]).check()


def named(zones: ZoneService, zone: Zone, name: str, *types: str) -> list[RecordSet]:
    where = Where(names=frozenset({name}), types=frozenset(types) if types else None)
    return sorted(zones.find_records(zone, where), key=lambda each: each.type)


RECORDS: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = [
    ("a", "A", ("192.0.2.2", "192.0.2.1"), ("192.0.2.1", "192.0.2.2")),
    ("aaaa", "AAAA", ("2001:db8::1",), ("2001:db8::1",)),
    ("cname", "CNAME", ("www.lab.test",), ("www.lab.test.",)),
    ("dname", "DNAME", ("other.test",), ("other.test.",)),
    ("mx", "MX", ("10 mail.lab.test", "0 ."), ("0 .", "10 mail.lab.test.")),
    ("_sip._udp", "SRV", ("10 5 5060 sip.lab.test",), ("10 5 5060 sip.lab.test.",)),
    ("caa", "CAA", ('0 issue "ca.test; policy=ev"', '128 iodef "mailto:a@b.test"'),
     ('0 issue "ca.test; policy=ev"', '128 iodef "mailto:a@b.test"')),
    ("sub", "NS", ("ns1.other.test", "ns2.other.test"), ()),
    ("sub", "DS", (f"12345 13 2 {'ab' * 32}",), (f"12345 13 2 {'AB' * 28} {'AB' * 4}",)),
    ("1", "PTR", ("host.lab.test",), ("host.lab.test.",)),
    ("sshfp", "SSHFP", (f"4 2 {'0f' * 32}",), (f"4 2 {'0F' * 28} {'0F' * 4}",)),
    ("_443._tcp", "TLSA", (f"3 1 1 {'0a' * 32}",), (f"3 1 1 {'0A' * 28} {'0A' * 4}",)),
    ("naptr", "NAPTR", ('100 10 "S" "SIP+D2U" "" _sip._udp.lab.test',), ('100 10 "S" "SIP+D2U" "" _sip._udp.lab.test.',)),
    ("loc", "LOC", ("52 22 23.000 N 4 53 32.000 E -2.00m 1.00m 10000.00m 10.00m",),
     ("52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m",)),
    ("hinfo", "HINFO", ('"PC" "Linux 6"',), ('"PC" "Linux 6"',)),
    ("uri", "URI", ('10 1 "https://lab.test/a"',), ('10 1 "https://lab.test/a"',)),
    ("https", "HTTPS", ("1 . alpn=h2,h3 port=8443",), ('1 . alpn="h2,h3" port=8443',)),
    ("svcb", "SVCB", ("0 svc.lab.test",), ("0 svc.lab.test.",)),
    ("afsdb", "AFSDB", ("1 afs.lab.test",), ("1 afs.lab.test.",)),
    ("cert", "CERT", ("1 0 0 AQID",), ("PKIX 0 0 AQID",)),
    ("openpgp", "OPENPGPKEY", ("AQID",), ("AQID",)),
    ("eui", "EUI48", ("00-11-22-33-44-55",), ("00-11-22-33-44-55",)),
    ("txt", "TXT", ("v=spf1 -all", 'say "hi" \\ there'), ('"say \\"hi\\" \\\\ there"', '"v=spf1 -all"')),
    ("long", "TXT", ("x" * 300,), (f'"{"x" * 255}" "{"x" * 45}"',)),
    ("uni", "TXT", ("grün ☂",), ('"gr\\195\\188n \\226\\152\\130"',)),
    ("none", "TXT", ("",), ('""',)),
    ("semi", "TXT", ("v=DKIM1; k=rsa; p=MIIB",), ('"v=DKIM1; k=rsa; p=MIIB"',)),
    ("spf", "SPF", ("v=spf1 -all",), ('"v=spf1 -all"',)),
    ("*", "A", ("192.0.2.9",), ("192.0.2.9",)),
    ("*.wild", "TXT", ("w",), ('"w"',)),
    ("_dmarc", "TXT", ("v=DMARC1",), ('"v=DMARC1"',)),
    ("xn--bcher-kva", "A", ("192.0.2.7",), ("192.0.2.7",)),
    ("0/26", "CNAME", ("0.lab.test",), ("0.lab.test.",)),
    ("under_score", "A", ("192.0.2.6",), ("192.0.2.6",)),
]  # fmt: skip


@pytest.mark.parametrize(("label", "type", "value", "dug"), RECORDS, ids=[f"{r[1]}-{r[0]}" for r in RECORDS])
def test_each_type_is_kept_as_written_and_served(
    zones: ZoneService,
    zone: Zone,
    pdns: PowerDNS,  # noqa: F811
    label: str,
    type: str,
    value: tuple[str, ...],
    dug: tuple[str, ...],
) -> None:
    name = f"{label}.lab.test"
    assert dns.canonical_values(type, value) == value
    put(zones, zone, RecordSet(name=name, type=type, value=value, ttl=120))
    [found] = named(zones, zone, name, type)
    assert (found.name, found.type, sorted(found.value), found.ttl) == (name, type, sorted(value), 120)
    assert found.complete
    if dug:
        assert pdns.dig(name, type) == sorted(dug)


def test_a_delegation_is_served(zones: ZoneService, zone: Zone, pdns: PowerDNS) -> None:  # noqa: F811
    put(zones, zone, RecordSet(name="sub.lab.test", type="NS", value=("ns1.other.test",), ttl=60))
    assert pdns.dig("x.sub.lab.test", "A", "+norecurse", "+authority") == []
    assert [each.value for each in named(zones, zone, "sub.lab.test", "NS")] == [("ns1.other.test",)]


def test_an_alias_is_resolved_by_the_server(zones: ZoneService, zone: Zone, pdns: PowerDNS) -> None:  # noqa: F811
    put(
        zones,
        zone,
        RecordSet(name="lab.test", type="ALIAS", value=("www.lab.test",), ttl=60),
        RecordSet(name="www.lab.test", type="A", value=("192.0.2.1",), ttl=60),
    )
    assert pdns.dig("lab.test", "A") == ["192.0.2.1"]
    assert named(zones, zone, "lab.test", "ALIAS")[0].value == ("www.lab.test",)


def test_many_changes_are_one_request_and_all_or_nothing(zones: ZoneService, zone: Zone, pdns: PowerDNS) -> None:  # noqa: F811
    sets = [RecordSet(name=f"n{at}.lab.test", type="A", value=(f"192.0.2.{at % 250}",), ttl=60) for at in range(600)]
    before = next(zones.find(Where(names=frozenset({"lab.test"})))).serial
    put(zones, zone, *sets)
    after = next(zones.find(Where(names=frozenset({"lab.test"})))).serial
    assert len([each for each in zones.find_records(zone) if each.type == "A"]) == 600
    assert before is not None and after == before + 1
    wrong = RecordSet(name="bad.lab.test", type="A", value=("192.0.2.999",), ttl=60)
    with pytest.raises(Invalid, match=r"192\.0\.2\.999"):
        zones.change_records(zone, [RecordChange(before=sets[0]), RecordChange(after=wrong)])
    outside = RecordSet(name="www.other.test", type="A", value=("192.0.2.9",), ttl=60)
    with pytest.raises(Invalid, match="out of zone"):
        zones.change_records(zone, [RecordChange(before=sets[0]), RecordChange(after=outside)])
    assert pdns.dig("n0.lab.test", "A") == ["192.0.2.0"]


def test_a_cname_takes_the_place_of_addresses_and_gives_it_back(zones: ZoneService, zone: Zone, pdns: PowerDNS) -> None:  # noqa: F811
    address = RecordSet(name="www.lab.test", type="A", value=("192.0.2.1",), ttl=60)
    cname = RecordSet(name="www.lab.test", type="CNAME", value=("web.lab.test",), ttl=60)
    put(zones, zone, address)
    for before, after in ((address, cname), (cname, address)):
        zones.change_records(zone, [RecordChange(after=after), RecordChange(before=before)])
        assert [each.type for each in named(zones, zone, "www.lab.test")] == [after.type]
    assert pdns.dig("www.lab.test", "A") == ["192.0.2.1"]


def test_an_update_keeps_what_it_was_not_told_of(zones: ZoneService, zone: Zone, pdns: PowerDNS) -> None:  # noqa: F811
    rrset = {
        "name": "www.lab.test.", "type": "A", "ttl": 77, "changetype": "REPLACE",
        "records": [{"content": "192.0.2.1", "disabled": False}, {"content": "192.0.2.2", "disabled": True}],
        "comments": [{"content": "one", "account": "ops"}, {"content": "two", "account": "dev"}],
    }  # fmt: skip
    pdns.api("PATCH", "/zones/lab.test.", {"rrsets": [rrset]})
    [found] = (each for each in zones.find_records(zone) if each.name == "www.lab.test")
    assert (found.value, found.complete, found.comment) == (("192.0.2.1",), False, "one\ntwo")
    put(zones, zone, dataclasses.replace(found, value=("192.0.2.3",), ttl=None))
    [kept] = [each for each in pdns.api("GET", "/zones/lab.test.")["rrsets"] if each["name"] == "www.lab.test."]
    assert sorted((each["content"], each["disabled"]) for each in kept["records"]) == [
        ("192.0.2.2", True),
        ("192.0.2.3", False),
    ]
    assert kept["ttl"] == 77
    assert sorted((each["content"], each["account"]) for each in kept["comments"]) == [("one", "ops"), ("two", "dev")]


def test_disabled_records_survive_the_deletion_of_their_set(zones: ZoneService, zone: Zone, pdns: PowerDNS) -> None:  # noqa: F811
    records = [{"content": "192.0.2.1", "disabled": False}, {"content": "192.0.2.2", "disabled": True}]
    rrset = {"name": "www.lab.test.", "type": "A", "ttl": 60, "changetype": "REPLACE", "records": records}
    pdns.api("PATCH", "/zones/lab.test.", {"rrsets": [rrset]})
    remove(zones, zone, *named(zones, zone, "www.lab.test"))
    assert named(zones, zone, "www.lab.test") == []
    assert not [each for each in zones.find_records(zone) if each.name == "www.lab.test"]
    [kept] = [each for each in pdns.api("GET", "/zones/lab.test.")["rrsets"] if each["name"] == "www.lab.test."]
    assert kept["records"] == [{"content": "192.0.2.2", "disabled": True}]
    assert pdns.dig("www.lab.test", "A") == []
    put(zones, zone, RecordSet(name="www.lab.test", type="A", value=("192.0.2.2",), ttl=60))
    assert pdns.dig("www.lab.test", "A") == ["192.0.2.2"]


def test_comments_are_set_changed_and_removed(zones: ZoneService, zone: Zone) -> None:
    first = RecordSet(name="www.lab.test", type="A", value=("192.0.2.1",), ttl=60, comment="web")
    for comment in ("web", "the web", None):
        put(zones, zone, dataclasses.replace(first, comment=comment))
        assert named(zones, zone, "www.lab.test")[0].comment == comment


def test_metadata_and_keys_of_a_signed_zone_survive_changes(zones: ZoneService, pdns: PowerDNS) -> None:  # noqa: F811
    zone = made(
        zones,
        name="signed.test",
        nameservers=("ns1.signed.test",),
        extra={"dnssec": True, "soa_edit": "INCEPTION-INCREMENT"},
    )
    pdns.api("POST", "/zones/signed.test./metadata", {"kind": "ALLOW-AXFR-FROM", "metadata": ["192.0.2.0/24"]})
    keys, metadata = (pdns.api("GET", f"/zones/signed.test./{each}") for each in ("cryptokeys", "metadata"))
    assert keys
    put(zones, zone, RecordSet(name="www.signed.test", type="A", value=("192.0.2.1",), ttl=60))
    zones.update(zone, {"kind": "primary"}).check()
    zones.update(zone, {"extra": {"account": "ops"}}).check()
    assert pdns.api("GET", "/zones/signed.test./cryptokeys") == keys
    assert pdns.api("GET", "/zones/signed.test./metadata") == metadata
    told = pdns.api("GET", "/zones/signed.test.")
    assert (told["kind"], told["account"], told["dnssec"], told["soa_edit"]) == (
        "Master",
        "ops",
        True,
        "INCEPTION-INCREMENT",
    )
    signatures = pdns.dig("www.signed.test", "A", "+dnssec")
    assert any(line.startswith("A 13 ") for line in signatures)
    assert {each.type for each in zones.find_records(zone)} == {"SOA", "NS", "A"}


@pytest.mark.parametrize("kind", ["native", "primary"])
def test_zones_are_made_found_changed_and_deleted(zones: ZoneService, pdns: PowerDNS, kind: str) -> None:  # noqa: F811
    zone = made(zones, name="new.test", kind=kind, nameservers=("ns1.new.test", "ns2.else.test"))
    assert (zone.name, zone.kind) == ("new.test", kind)
    assert pdns.dig("new.test", "NS") == ["ns1.new.test.", "ns2.else.test."]
    [soa] = pdns.dig("new.test", "SOA")
    assert soa.startswith("ns1.new.test. hostmaster.new.test. ")
    [found] = zones.find(Where(names=frozenset({"new.test"})))
    assert dataclasses.replace(found, extra={}) == dataclasses.replace(zone, extra={})
    other = "native" if kind == "primary" else "primary"
    zones.update(found, {"kind": other, "extra": {"account": "ops"}}).check()
    [after] = zones.find(Where(names=frozenset({"new.test"})))
    assert (after.kind, after.extra["account"]) == (other, "ops")
    assert zones.delete(after).check() == Done(None)
    assert zones.delete(after).check() == Done(None)
    assert list(zones.find(Where(names=frozenset({"new.test"})))) == []
    assert pdns.dig("new.test", "NS") == []


def test_a_zone_that_is_there_is_a_conflict(zones: ZoneService, zone: Zone) -> None:
    with pytest.raises(Conflict) as caught:
        made(zones, name="lab.test")
    assert not caught.value.outcome_unknown


ODD_ZONES = ["0/26.2.0.192.in-addr.arpa", "xn--bcher-kva.test", "_tcp.lab.test", "8.b.d.0.1.0.0.2.ip6.arpa"]


@pytest.mark.parametrize("name", ODD_ZONES)
def test_odd_zone_names(zones: ZoneService, pdns: PowerDNS, name: str) -> None:  # noqa: F811
    zone = made(zones, name=name)
    assert [each.name for each in zones.find(Where(names=frozenset({name})))] == [name]
    put(zones, zone, RecordSet(name=f"www.{name}", type="A", value=("192.0.2.1",), ttl=60))
    assert [each.name for each in named(zones, zone, f"www.{name}")] == [f"www.{name}"]
    assert pdns.dig(f"www.{name}", "A") == ["192.0.2.1"]
    zones.delete(zone).check()
    assert list(zones.find()) == []


def test_a_name_that_the_server_does_not_take_is_refused_in_one_sentence(zones: ZoneService, zone: Zone) -> None:
    with pytest.raises(Invalid, match="contains unsupported characters"):
        put(zones, zone, RecordSet(name="a\\.b.lab.test", type="A", value=("192.0.2.1",), ttl=60))


def test_many_zones_are_listed_at_once(zones: ZoneService) -> None:
    names = {f"z{at}.test" for at in range(8)}
    for name in names:
        made(zones, name=name)
    assert {each.name for each in zones.find()} == names
    assert {each.name for each in zones.find(Where(names=frozenset({"z1.test", "z2.test", "z9.test"})))} == {
        "z1.test",
        "z2.test",
    }


def test_a_secondary_follows_its_primary(
    pdns: PowerDNS,  # noqa: F811
    needs: t.Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running(needs, tmp_path_factory.mktemp("secondary")) as second:
        primary, secondary = service(pdns.url, pdns.key), service(second.url, second.key)
        zone = made(primary, name="two.test", kind="primary", nameservers=("ns1.two.test",))
        put(primary, zone, RecordSet(name="www.two.test", type="A", value=("192.0.2.1",), ttl=60))
        follower = made(secondary, name="two.test", kind="secondary", primaries=("127.0.0.1:1",))
        assert (follower.kind, follower.primaries) == ("secondary", ("127.0.0.1:1",))
        secondary.update(follower, {"primaries": (f"127.0.0.1:{pdns.dns}",)}).check()
        second.api("PUT", "/zones/two.test./axfr-retrieve")
        ends = time.monotonic() + 20
        while second.dig("www.two.test", "A") != ["192.0.2.1"] and time.monotonic() < ends:
            time.sleep(0.1)
        assert second.dig("www.two.test", "A") == ["192.0.2.1"]
        [found] = secondary.find(Where(names=frozenset({"two.test"})))
        assert found.primaries == (f"127.0.0.1:{pdns.dns}",)
        assert {each.type for each in secondary.find_records(found)} == {"SOA", "NS", "A"}
        primary.delete(zone).check()


def test_an_unchanged_record_costs_two_requests(pdns: PowerDNS) -> None:  # noqa: F811
    work = Work()
    settings = Settings(provider="powerdns", endpoint=f"{pdns.url}/api/v1/", auth={"token": pdns.key})
    zones = Cloud(PROVIDER, Connection(settings, work)).zones
    zone = made(zones, name="cost.test")
    put(zones, zone, RecordSet(name="www.cost.test", type="A", value=("192.0.2.1",), ttl=60))
    calls = work.api()["calls"]
    [found] = zones.find(Where(names=frozenset({"cost.test"})))
    assert named(zones, found, "www.cost.test", "A")
    assert work.api()["calls"] == calls + 2
    pdns.clear()


def test_a_wrong_key_is_said_to_be_one(pdns: PowerDNS) -> None:  # noqa: F811
    with pytest.raises(AuthFailed, match="did not accept the credentials") as caught:
        list(service(pdns.url, "wrong-key").find())
    assert "wrong-key" not in str(caught.value)


def test_a_missing_key_is_asked_for(pdns: PowerDNS) -> None:  # noqa: F811
    with pytest.raises(Invalid, match=r"needs auth\.token"):
        service(pdns.url, "")


def test_what_is_not_there_is_not_found(zones: ZoneService, zone: Zone, pdns: PowerDNS) -> None:  # noqa: F811
    gone = dataclasses.replace(zone, id="gone.test.", name="gone.test")
    attempts: list[t.Callable[[], object]] = [
        lambda: list(zones.find_records(gone)),
        lambda: zones.change_records(
            gone, [RecordChange(after=RecordSet(name="a.gone.test", type="A", value=("192.0.2.1",)))]
        ),
        lambda: zones.update(gone, {"kind": "native"}),
        lambda: list(service(pdns.url, pdns.key, server="elsewhere").find()),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()


def test_a_dead_endpoint_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="refused the connection") as caught:
            list(service(f"http://127.0.0.1:{closed.getsockname()[1]}", "key").find())
    assert isinstance(caught.value, CloudError) and caught.value.failure()["kind"] == "unavailable"
