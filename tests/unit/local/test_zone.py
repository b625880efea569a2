# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones of the local cloud, asked by dig."""

from __future__ import annotations

import socket
import subprocess

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Invalid, Unsupported
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import RecordSet, Zone
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange, Where

from .ground import Ground, do, eventually

ZONE = "example.org"


def new(name: str, type: str, *value: str, ttl: int | None = 60) -> RecordChange:
    full = ZONE if name == "@" else f"{name}.{ZONE}"
    return RecordChange(after=RecordSet(name=full, type=type, value=value, ttl=ttl))


class Asked:
    """What dig was told."""

    def __init__(self, output: str) -> None:
        lines = output.splitlines()
        header = next((line for line in lines if "HEADER" in line), "")
        flags = next((line for line in lines if line.startswith(";; flags:")), "")
        self.status = header.partition("status: ")[2].partition(",")[0]
        self.flags = flags.partition("flags: ")[2].partition(";")[0].split()
        self.counts = {word: int(flags.partition(f"{word}: ")[2].partition(",")[0]) for word in ("ANSWER", "AUTHORITY")}
        self.records = [line.split(None, 4) for line in lines if line and not line.startswith(";")]

    @property
    def values(self) -> list[str]:
        return [record[4] for record in self.records]


@pytest.fixture
def zone(local: Ground, needs) -> Zone:
    needs("dig")
    return do(local.cloud.zones.create({"name": ZONE}))


def dig(zone: Zone, name: str, type: str, *options: str) -> Asked:
    server = [f"@{zone.extra['dns_address']}", "-p", str(zone.extra["dns_port"])]
    line = ["dig", *server, "+tries=2", "+time=5", "+nocmd", "+noquestion", "+nostats", *options, name, type]
    return Asked(subprocess.run(line, capture_output=True, text=True, timeout=30, check=True).stdout)


RECORDS = [
    ("www", "A", ["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "192.0.2.2"]),
    ("www", "AAAA", ["2001:db8::1"], ["2001:db8::1"]),
    ("alias", "CNAME", ["elsewhere.example.net"], ["elsewhere.example.net."]),
    ("@", "MX", ["10 mail.example.org", "0 ."], ["10 mail.example.org.", "0 ."]),
    ("@", "TXT", ["v=spf1 -all", 'says "hi"', "grüße"], ['"v=spf1 -all"', '"says \\"hi\\""', '"gr\\195\\188\\195\\159e"']),
    ("long", "TXT", ["x" * 300], [f'"{"x" * 255}" "{"x" * 45}"']),
    ("_sip._tcp", "SRV", ["10 5 5060 sip.example.org"], ["10 5 5060 sip.example.org."]),
    ("@", "CAA", ['0 issue "letsencrypt.org"', '128 iodef "mailto:a@b.example"'], ['0 issue "letsencrypt.org"', '128 iodef "mailto:a@b.example"']),
    ("ptr", "PTR", ["host.example.org"], ["host.example.org."]),
    ("ssh", "SSHFP", [f"4 2 {'ab' * 32}"], [f"4 2 {'AB' * 28} {'AB' * 4}"]),
    ("_443._tcp", "TLSA", [f"3 1 1 {'cd' * 32}"], [f"3 1 1 {'CD' * 28} {'CD' * 4}"]),
    ("ds", "DS", [f"12345 13 2 {'ef' * 32}"], [f"12345 13 2 {'EF' * 28} {'EF' * 4}"]),
    ("naptr", "NAPTR", ['100 10 "S" "SIP+D2U" "" _sip._udp.example.org'], ['100 10 "S" "SIP+D2U" "" _sip._udp.example.org.']),
    ("uri", "URI", ['10 1 "https://example.org/"'], ['10 1 "https://example.org/"']),
    ("hinfo", "HINFO", ['"PC" "Linux"'], ['"PC" "Linux"']),
]  # fmt: skip


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_every_type_is_answered_as_it_was_written(local: Ground, zone: Zone, transport: str) -> None:
    do(local.cloud.zones.change_records(zone, [new(name, type, *value) for name, type, value, _shown in RECORDS]))

    for name, type, _value, shown in RECORDS:
        answer = dig(zone, ZONE if name == "@" else f"{name}.{ZONE}", type, transport)
        assert (answer.status, "aa" in answer.flags) == ("NOERROR", True)
        assert sorted(answer.values) == sorted(shown), type
        assert {record[1] for record in answer.records} == {"60"}


def test_what_was_written_is_found_again(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new(name, type, *value) for name, type, value, _shown in RECORDS]))

    found = {(each.name, each.type): each for each in local.cloud.zones.find_records(zone)}

    for name, type, value, _shown in RECORDS:
        assert list(found[ZONE if name == "@" else f"{name}.{ZONE}", type].value) == value
    assert {type for name, type in found if name == ZONE} >= {"SOA", "NS"}
    only = local.cloud.zones.find_records(zone, Where(names=frozenset({f"www.{ZONE}"}), types=frozenset({"A"})))
    assert [each.identity for each in only] == [(f"www.{ZONE}", "A", None)]


def test_the_zone_itself_has_soa_and_ns(zone: Zone) -> None:
    assert dig(zone, ZONE, "NS").values == ["ns1.anycloud.invalid."]
    assert dig(zone, ZONE, "SOA").values == ["ns1.anycloud.invalid. hostmaster.example.org. 1 7200 900 1209600 300"]


def test_a_name_that_is_not_there(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new("a.b", "A", "192.0.2.1")]))

    missing = dig(zone, f"nope.{ZONE}", "A")
    assert (missing.status, missing.counts) == ("NXDOMAIN", {"ANSWER": 0, "AUTHORITY": 1})
    assert missing.records[0][3] == "SOA"

    empty = dig(zone, f"b.{ZONE}", "A")
    assert (empty.status, empty.counts) == ("NOERROR", {"ANSWER": 0, "AUTHORITY": 1})

    other_type = dig(zone, f"a.b.{ZONE}", "AAAA")
    assert (other_type.status, other_type.counts["ANSWER"]) == ("NOERROR", 0)


def test_a_name_of_no_zone_here_is_refused(zone: Zone) -> None:
    assert dig(zone, "www.example.com", "A").status == "REFUSED"
    assert dig(zone, "org", "A").status == "REFUSED"


def test_aliases_are_followed_into_other_zones_here(local: Ground, zone: Zone) -> None:
    other = do(local.cloud.zones.create({"name": "example.com"}))
    there = RecordSet(name="deep.example.com", type="A", value=("192.0.2.7",), ttl=30)
    do(local.cloud.zones.change_records(other, [RecordChange(after=there)]))
    do(
        local.cloud.zones.change_records(
            zone, [new("one", "CNAME", f"two.{ZONE}"), new("two", "CNAME", "deep.example.com")]
        )
    )

    answer = dig(zone, f"one.{ZONE}", "A")

    assert answer.values == [f"two.{ZONE}.", "deep.example.com.", "192.0.2.7"]
    assert dig(zone, f"one.{ZONE}", "CNAME").values == [f"two.{ZONE}."]


def test_aliases_in_a_circle_end(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new("one", "CNAME", f"two.{ZONE}"), new("two", "CNAME", f"one.{ZONE}")]))

    assert dig(zone, f"one.{ZONE}", "A").status == "NOERROR"


def test_a_wildcard_answers_for_names_that_are_not_there(local: Ground, zone: Zone) -> None:
    changes = [new("*", "A", "192.0.2.9"), new("here", "TXT", "x"), new("below.there", "TXT", "x")]
    do(local.cloud.zones.change_records(zone, changes))

    assert dig(zone, f"any.{ZONE}", "A").records[0][0] == f"any.{ZONE}."
    assert dig(zone, f"very.deep.{ZONE}", "A").values == ["192.0.2.9"]
    assert dig(zone, f"here.{ZONE}", "A").values[0].startswith("ns1")
    assert dig(zone, f"there.{ZONE}", "A").counts["ANSWER"] == 0
    assert dig(zone, f"x.there.{ZONE}", "A").status == "NXDOMAIN"


def test_a_name_given_to_other_servers_is_referred(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new("sub", "NS", f"ns.sub.{ZONE}"), new("ns.sub", "A", "192.0.2.53")]))

    referral = dig(zone, f"www.sub.{ZONE}", "A")

    assert "aa" not in referral.flags
    assert referral.counts == {"ANSWER": 0, "AUTHORITY": 1}
    assert referral.values == [f"ns.sub.{ZONE}.", "192.0.2.53"]


def test_an_answer_too_large_for_a_datagram_is_cut_off_and_whole_over_tcp(local: Ground, zone: Zone) -> None:
    texts = [f"{number:03}" * 60 for number in range(30)]
    do(local.cloud.zones.change_records(zone, [new("big", "TXT", *texts)]))

    cut = dig(zone, f"big.{ZONE}", "TXT", "+ignore")
    assert "tc" in cut.flags
    assert cut.counts["ANSWER"] == 0

    assert len(dig(zone, f"big.{ZONE}", "TXT").values) == 30


def test_a_larger_datagram_is_used_where_the_client_takes_it(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new("mid", "TXT", *(f"{number}" * 200 for number in range(4)))]))

    assert "tc" in dig(zone, f"mid.{ZONE}", "TXT", "+ignore", "+noedns").flags
    assert len(dig(zone, f"mid.{ZONE}", "TXT", "+ignore", "+bufsize=1232").values) == 4


def test_case_is_kept_and_does_not_count(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new("www", "A", "192.0.2.1")]))

    assert dig(zone, "WwW.ExAmPlE.oRg", "A").records[0][0] == "WwW.ExAmPlE.oRg."


def test_a_change_is_answered_at_once_and_seen_in_the_serial(local: Ground, zone: Zone) -> None:
    for number in range(1, 6):
        before = next(local.cloud.zones.find_records(zone, Where(types=frozenset({"A"}))), None)
        change = RecordChange(before=before, after=new("www", "A", f"192.0.2.{number}").after)
        do(local.cloud.zones.change_records(zone, [change]))
        assert dig(zone, f"www.{ZONE}", "A").values == [f"192.0.2.{number}"]
        assert dig(zone, ZONE, "SOA").values[0].split()[2] == str(number + 1)
    assert next(iter(local.cloud.zones.find())).serial == 6


@pytest.mark.parametrize(
    ("change", "error", "sentence"),
    [
        (new("www", "A", "300.0.2.1"), Invalid, "no IPv4 address"),
        (new("alias", "A", "192.0.2.1"), Invalid, "cannot have a CNAME beside other records"),
        (new("www", "LOC", "52 22 23 N 4 53 32 E 2m"), Unsupported, "has no records of type LOC"),
        (
            RecordChange(after=RecordSet(name="www.example.net", type="A", value=("192.0.2.1",))),
            Invalid,
            "not in the zone",
        ),
        (new("alias", "CNAME", "other.example.org"), Conflict, "was made by another task meanwhile"),
        (RecordChange(before=RecordSet(name=ZONE, type="SOA")), Invalid, "SOA set of the zone example.org itself"),
    ],
)
def test_a_batch_is_made_wholly_or_not_at_all(local: Ground, zone: Zone, change, error, sentence) -> None:
    do(local.cloud.zones.change_records(zone, [new("alias", "CNAME", "www.example.org")]))
    before = list(local.cloud.zones.find_records(zone))

    with pytest.raises(error, match=sentence):
        local.cloud.zones.change_records(zone, [new("first", "A", "192.0.2.1"), change, new("last", "A", "192.0.2.1")])

    assert list(local.cloud.zones.find_records(zone)) == before


def test_garbage_is_survived(local: Ground, zone: Zone) -> None:
    place = (zone.extra["dns_address"], zone.extra["dns_port"])
    garbage = [
        b"",
        b"x",
        b"\0" * 11,
        b"\xff" * 12,
        b"\0" * 12,
        b"\0\1\0\0\0\1" + b"\0" * 6 + b"\xc0\x0c",
        b"\0\1" * 300,
    ]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        for message in garbage:
            link.sendto(message, place)
    for message in garbage:
        with socket.create_connection(place, timeout=5) as stream:
            stream.sendall(len(message).to_bytes(2, "big") + message)

    assert dig(zone, ZONE, "SOA").status == "NOERROR"


def test_a_killed_server_answers_again_after_the_next_look(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new("www", "A", "192.0.2.1")]))
    local.kill("dns")

    again = next(iter(local.cloud.zones.find()))

    assert again == next(iter(local.cloud.zones.find()))
    assert dig(again, f"www.{ZONE}", "A").values == ["192.0.2.1"]


def test_the_last_zone_takes_the_server_with_it(local: Ground, zone: Zone) -> None:
    other = do(local.cloud.zones.create({"name": "example.com"}))
    do(local.cloud.zones.delete(zone))
    assert dig(other, "example.com", "SOA").status == "NOERROR"
    assert dig(other, ZONE, "SOA").status == "REFUSED"

    do(local.cloud.zones.delete(other))

    eventually(lambda: local.processes() == [])
    back = do(local.cloud.zones.create({"name": ZONE}))
    assert dig(back, ZONE, "SOA").status == "NOERROR"


def test_settings_of_a_zone(local: Ground, zone: Zone) -> None:
    do(local.cloud.zones.change_records(zone, [new("www", "A", "192.0.2.1", ttl=None)]))

    changed = do(local.cloud.zones.update(zone, {"ttl": 77, "comment": "ours", "labels": {"a": "b"}}))

    assert (changed.ttl, changed.comment, changed.labels) == (77, "ours", {"a": "b"})
    assert dig(zone, f"www.{ZONE}", "A").records[0][1] == "77"
    with pytest.raises(Conflict, match="a zone example.org is there already"):
        local.cloud.zones.create({"name": ZONE})
