# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud_zone and cloud_record against the real PowerDNS, in both lanes, checked with dig."""

from __future__ import annotations

import json
import socket
import typing as t

import pytest
from backends import faultproxy as faults
from backends.pdns import PowerDNS, pdns  # noqa: F401  # pylint: disable=unused-import
from playing import Ground, Outcome

Json = t.Dict[str, t.Any]

RECORDS: list[Json] = [
    {"name": "www", "type": "A", "value": ["192.0.2.1", "192.0.2.2"], "ttl": 300},
    {"name": "@", "type": "MX", "value": "10 mail.lab.test"},
    {"name": "bücher", "type": "CNAME", "value": "www.lab.test"},
    {"name": "long", "type": "TXT", "value": "x" * 300},
    {"name": "*", "type": "TXT", "value": "grün"},
    {"name": "@", "type": "CAA", "value": '0 issue "ca.test"'},
]


class Lab:
    """Plays tasks in one lane with one server as the cloud of all modules."""

    def __init__(self, play: Ground, lane: str, endpoint: str, key: str) -> None:
        self._play = play
        self._lane = lane
        self._cloud = {"provider": "powerdns", "endpoint": endpoint, "auth": {"token": key}}

    def __call__(self, *tasks: Json, cloud: Json | None = None, **options: t.Any) -> Outcome:
        defaults = {"group/anycloud.core.cloud": self._cloud if cloud is None else cloud}
        return self._play(list(tasks), lane=self._lane, keywords={"module_defaults": defaults}, **options)


@pytest.fixture
def lab(play: Ground, lane: str, pdns: PowerDNS) -> t.Iterator[Lab]:  # noqa: F811
    yield Lab(play, lane, pdns.url, pdns.key)
    pdns.clear()


def zone(task: str, /, **options: t.Any) -> Json:
    return {"name": task, "anycloud.core.cloud_zone": {"name": "lab.test", **options}}


def record(task: str, /, **options: t.Any) -> Json:
    return {"name": task, "anycloud.core.cloud_record": {"zone": "lab.test", **options}}


def thrice(*tasks: Json) -> list[Json]:
    """Each of them in check mode, for real and again, in one play."""
    return [
        {**task, "name": f"{task['name']} {time}", "check_mode": time == "foretold"}
        for task in tasks
        for time in ("foretold", "done", "again")
    ]


def assert_once(outcome: Outcome, task: str) -> Json:
    foretold, done, again = (outcome.result(f"{task} {time}") for time in ("foretold", "done", "again"))
    assert foretold["changed"] is done["changed"] is True
    assert (foretold["plan"], foretold["diff"]) == (done["plan"], done["diff"])
    assert again["changed"] is False
    return done


def test_check_apply_again_and_what_dig_sees(lab: Lab, pdns: PowerDNS) -> None:  # noqa: F811
    outcome = lab(
        *thrice(
            zone("zone", nameservers=["ns1.lab.test", "ns2.lab.test"]),
            record("many", records=RECORDS),
            record("ttl", name="www", type="A", ttl=60),
            record("gone", name="long", type="TXT", state="absent"),
            record("purge", records=RECORDS[:2], purge=True),
            zone("kind", kind="primary", extra={"account": "ops"}),
        )
    ).ok()
    for task in ("zone", "many", "ttl", "gone", "purge", "kind"):
        done = assert_once(outcome, task)
        assert done["api"]["retries"] == 0
    assert outcome.result("kind done")["zone"]["kind"] == "primary"
    assert pdns.dig("www.lab.test", "A") == ["192.0.2.1", "192.0.2.2"]
    assert pdns.ttl("www.lab.test", "A") == 300
    assert pdns.dig("lab.test", "MX") == ["10 mail.lab.test."]
    assert pdns.dig("lab.test", "NS") == ["ns1.lab.test.", "ns2.lab.test."]
    assert pdns.dig("any.lab.test", "TXT") == pdns.dig("lab.test", "CAA") == []


def test_every_record_of_a_task_is_served(lab: Lab, pdns: PowerDNS) -> None:  # noqa: F811
    lab(zone("zone"), record("many", records=RECORDS)).ok()
    assert pdns.dig("xn--bcher-kva.lab.test", "CNAME") == ["www.lab.test."]
    assert pdns.dig("long.lab.test", "TXT") == [f'"{"x" * 255}" "{"x" * 45}"']
    assert pdns.dig("any.lab.test", "TXT") == ['"gr\\195\\188n"']
    assert pdns.dig("lab.test", "CAA") == ['0 issue "ca.test"']


def test_an_unchanged_record_costs_two_requests(lab: Lab) -> None:
    www = record("www", **RECORDS[0])
    outcome = lab(zone("zone"), www, {**www, "name": "again"}).ok()
    assert outcome.result("again")["changed"] is False
    assert outcome.result("again")["api"]["calls"] <= 2


def test_the_key_and_the_address_may_come_from_the_environment(lab: Lab, pdns: PowerDNS) -> None:  # noqa: F811
    env = {"PDNS_API_KEY": pdns.key, "PDNS_API_URL": pdns.url}
    outcome = lab(zone("zone"), cloud={"provider": "powerdns"}, env=env).ok()
    assert outcome.result("zone")["changed"] is True
    task = {**zone("own"), "environment": {"PDNS_API_KEY": pdns.key, "PDNS_SERVER_URL": pdns.url}}
    assert lab(task, cloud={"provider": "powerdns"}).ok().result("own")["changed"] is False


def test_a_purge_spares_what_it_cannot_see_whole(lab: Lab, pdns: PowerDNS) -> None:  # noqa: F811
    lab(zone("zone", nameservers=["ns1.lab.test"])).ok()
    off = [{"content": "192.0.2.1", "disabled": False}, {"content": "192.0.2.2", "disabled": True}]
    rrset = {"name": "half.lab.test.", "type": "A", "ttl": 60, "changetype": "REPLACE", "records": off}
    pdns.api("PATCH", "/zones/lab.test.", {"rrsets": [rrset]})
    outcome = lab(*thrice(record("purge", records=RECORDS[:1], purge=True))).ok()
    assert_once(outcome, "purge")
    kept = {each["name"]: each for each in pdns.api("GET", "/zones/lab.test.")["rrsets"]}
    assert len(kept["half.lab.test."]["records"]) == 2
    assert pdns.dig("half.lab.test", "A") == ["192.0.2.1"]


BAD: list[tuple[Json, str, str]] = [
    ({"zone": "nope.test"}, "not_found", "there is no zone nope.test"),
    ({"auth": {"token": "wr0ng-key"}}, "auth", "did not accept the credentials"),
    ({"options": {"server": "other"}}, "not_found", "does not know what was asked for"),
    ({"name": "a\\.b"}, "invalid", "unsupported characters"),
    ({"extra": {"nope": 1}}, "invalid", "nope"),
    ({"options": {"nope": "1"}}, "invalid", "does not read options.nope"),
]


def test_what_goes_wrong_is_said_in_one_sentence(lab: Lab) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = {"endpoint": f"http://127.0.0.1:{closed.getsockname()[1]}", "api_retries": 0}
        bad = [*BAD, (dead, "unavailable", "refused the connection")]
        tasks = [
            {
                **record(f"bad {at}", **{"name": "www", "type": "A", "value": "192.0.2.1", **options}),
                "ignore_errors": True,
            }
            for at, (options, _kind, _says) in enumerate(bad)
        ]
        outcome = lab(zone("zone"), *tasks, extra_args=["-vvv"]).ok()
    for at, (_options, kind, says) in enumerate(bad):
        result = outcome.result(f"bad {at}")
        assert (result["changed"], result["failure"]["kind"]) == (False, kind), result
        assert says in result["msg"]
        assert "\n" not in result["msg"]
    assert "wr0ng-key" not in json.dumps([outcome.result(f"bad {at}") for at in range(len(bad))])


def test_lost_answers_and_busy_servers_end_well(lab: Lab, play: Ground, lane: str, pdns: PowerDNS) -> None:  # noqa: F811
    with faults.faulty(pdns.url) as proxy:
        shaky = Lab(play, lane, proxy.url, pdns.key)
        proxy.next(faults.reset_after, method="POST")
        proxy.next(faults.status(503), method="GET")
        proxy.next(faults.reset_after, method="PATCH")
        proxy.next(faults.status(429, {"Retry-After": "1"}), method="DELETE")
        outcome = shaky(
            *thrice(zone("zone"), record("many", records=RECORDS)),
            zone("delete", state="absent", allow=["data_loss"]),
        ).ok()
        assert proxy.count("POST") <= 2
    assert_once(outcome, "zone")
    assert assert_once(outcome, "many")["api"]["retries"] == 1
    assert outcome.result("delete")["api"]["throttled_seconds"] >= 1
    assert pdns.api("GET", "/zones") == []
