# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud_record in real playbooks on the local cloud, in both lanes."""

from __future__ import annotations

import subprocess
import typing as t

from playing import Ground

DEFAULTS = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}
ZONE = {"name": "zone", "anycloud.core.cloud_zone": {"name": "example.com"}}
Json = t.Dict[str, t.Any]


def record(task: str, /, **options: t.Any) -> Json:
    return {"name": task, "anycloud.core.cloud_record": {"zone": "example.com", **options}}


def thrice(tasks: t.Sequence[Json]) -> list[Json]:
    """Each of them in check mode, for real and again, in one play."""
    return [
        {**task, "name": f"{task['name']} {time}", "check_mode": time == "foretold"}
        for task in tasks
        for time in ("foretold", "done", "again")
    ]


def dig(path: str, zone: Json, *question: str) -> list[str]:
    """What the local cloud's name server answers, as the independent client sees it."""
    server = [f"@{zone['extra']['dns_address']}", "-p", str(zone["extra"]["dns_port"])]
    asked = subprocess.run(
        [path, *server, "+short", "+tries=2", *question], capture_output=True, text=True, check=True, timeout=30
    )
    return sorted(asked.stdout.splitlines())


ALL = [
    record("www", name="www", type="A", value=["192.0.2.10", "192.0.2.11"], ttl=300),
    record("mail", name="@", type="mx", value="10 MAIL.example.com."),
    record(
        "many",
        records=[
            {"name": "mail", "target": "192.0.2.20"},
            {"name": "mail", "type": "AAAA", "value": "2001:DB8:0::20"},
            {"name": "bücher", "target": "pages.example.net"},
            {"name": "long", "type": "TXT", "value": "x" * 300},
            {"name": "_sip._tcp", "type": "SRV", "value": "0 5 5060 mail.example.com"},
            {"name": "@", "type": "CAA", "value": '0 issue "ca.example"'},
            {"name": "*.apps", "type": "A", "value": "192.0.2.30"},
        ],
    ),
]


def test_check_apply_again_and_what_dig_sees(play: Ground, lane: str, needs: t.Callable[[str], str]) -> None:
    outcome = play([ZONE, *thrice(ALL)], lane=lane, keywords=DEFAULTS).ok()

    for task in ALL:
        foretold, done, again = (outcome.result(f"{task['name']} {time}") for time in ("foretold", "done", "again"))
        assert foretold["changed"] is done["changed"] is True
        assert (foretold["plan"], foretold["diff"]) == (done["plan"], done["diff"])
        assert set(foretold) == set(done)
        assert again["changed"] is False
    www, many = outcome.result("www done"), outcome.result("many done")
    assert www["plan"] == ["create record www.example.com A: value 192.0.2.10, 192.0.2.11, ttl 300"]
    assert www["record"]["ttl"] == 300
    assert many["records"][2]["name"] == "xn--bcher-kva.example.com"

    path, zone = needs("dig"), outcome.result("zone")["zone"]
    assert dig(path, zone, "www.example.com", "A") == ["192.0.2.10", "192.0.2.11"]
    assert dig(path, zone, "example.com", "MX") == ["10 mail.example.com."]
    assert dig(path, zone, "mail.example.com", "AAAA") == ["2001:db8::20"]
    assert dig(path, zone, "xn--bcher-kva.example.com", "CNAME") == ["pages.example.net."]
    assert dig(path, zone, "long.example.com", "TXT") == [f'"{"x" * 255}" "{"x" * 45}"']
    assert dig(path, zone, "_sip._tcp.example.com", "SRV") == ["0 5 5060 mail.example.com."]
    assert dig(path, zone, "example.com", "CAA") == ['0 issue "ca.example"']
    assert dig(path, zone, "anything.apps.example.com", "A") == ["192.0.2.30"]


def test_the_diff_speaks_the_users_words(play: Ground, lane: str) -> None:
    outcome = play(
        [
            ZONE,
            ALL[0],
            record("time", name="www", type="A", ttl=600),
            record("add", name="www", type="A", value="192.0.2.12", purge_values=False),
            record("take", name="www", type="A", value="192.0.2.10", state="absent"),
            record("gone", name="www", type="A", state="absent"),
            record("gone again", name="www", type="A", state="absent"),
        ],
        lane=lane,
        keywords=DEFAULTS,
    ).ok()

    header = {"before_header": "record www.example.com A", "after_header": "record www.example.com A"}
    assert outcome.result("time")["diff"] == {**header, "before": {"ttl": 300}, "after": {"ttl": 600}}
    assert outcome.result("add")["record"]["value"] == ["192.0.2.12", "192.0.2.10", "192.0.2.11"]
    assert outcome.result("take")["diff"]["after"] == {"value": ["192.0.2.11", "192.0.2.12"]}
    assert outcome.result("gone")["diff"]["after"] == {"state": "absent"}
    assert outcome.result("gone")["record"] is None
    assert outcome.result("gone again")["changed"] is False
    assert '-    "ttl": 300' in outcome.stdout


def test_a_purge_leaves_exactly_what_was_said(play: Ground, lane: str) -> None:
    purge = record("purge", purge=True, ignore=["* CAA"], records=[{"name": "www", "type": "A", "value": "192.0.2.10"}])

    outcome = play(
        [ZONE, *ALL, *thrice([purge]), record("nothing left", purge=True, records=[])], lane=lane, keywords=DEFAULTS
    )

    foretold, done, again, refused = outcome.results[-4:]
    assert foretold["plan"] == done["plan"]
    assert done["plan"][0].startswith("change record www.example.com A")
    assert "delete record *.apps.example.com A (not in records)" in done["plan"]
    assert not any("CAA" in sentence or "SOA" in sentence or " NS" in sentence for sentence in done["plan"])
    assert again["changed"] is False
    assert outcome.failed
    assert refused["failure"]["kind"] == "refused"
    assert refused["disrupts"] == ["data_loss"]


def test_check_mode_before_there_is_a_zone(play: Ground, lane: str) -> None:
    outcome = play([ZONE, ALL[0]], lane=lane, keywords=DEFAULTS, check=True).ok()

    assert outcome.changed
    assert "there is no zone example.com yet" in outcome.text
    assert not play.processes()


BAD = [
    ({"name": "www", "type": "A", "value": "192.0.2.300"}, 'record www A: "192.0.2.300" is no IPv4 address;'),
    ({"name": "www", "type": "CNAME", "value": "a.example.net"}, "www.example.com cannot have a CNAME beside other"),
    ({"name": "@", "type": "CNAME", "value": "a.example.net"}, "the zone's own name example.com cannot be a CNAME"),
    ({"name": "@", "target": "a.example.net"}, "the provider local has no aliases"),
    ({"name": "x", "target": "nobody"}, "record x: there is no balancer nobody on local"),
    ({"name": "x", "type": "AAAAA", "value": "1"}, "the provider local has no records of type AAAAA; nearest: AAAA"),
    ({"name": "x", "type": "A", "value": []}, "record x A: value is an empty list; write state: absent"),
    ({"name": "x", "type": "A", "value": {"a": 1}}, "value must be a text or a list of texts"),
    ({"name": "x", "value": "192.0.2.1"}, "record x: the type is missing"),
    ({"name": "x", "type": "A"}, "does not exist, and to create it value, alias or target is needed"),
    ({"name": "smile☺", "type": "A", "value": "192.0.2.1"}, 'it has the character "☺"'),
    ({"name": "x.example.org.", "type": "A", "value": "192.0.2.1"}, "outside of the zone example.com"),
    ({"zone": "exampel.com", "name": "x", "type": "A", "value": "192.0.2.1"}, "there is no zone exampel.com on local; nearest: example.com"),
    ({"name": "x", "type": "A", "value": "192.0.2.1", "set_id": "a"}, "the provider local has no routed records"),
    ({"name": "x", "type": "A", "value": "192.0.2.1", "extra": {"a": 1}}, 'record x A: unknown extra key "a"'),
    ({"records": [{"name": "x", "type": "A", "value": "192.0.2.1"}, {"name": "y", "type": "MX", "value": "mail"}]}, "records[1] (y MX)"),
]  # fmt: skip


def test_bad_input_is_refused_with_one_sentence_and_nothing_changes(play: Ground, lane: str) -> None:
    bad = BAD if lane == "fast" else BAD[::5]
    tasks = [
        {**record(f"bad {number}", **options), "ignore_errors": True} for number, (options, _says) in enumerate(bad)
    ]
    copy = {
        "name": "copy",
        "anycloud.core.cloud_zone": {"name": "example.com", "export_file": str(play.folder / "copy")},
    }

    outcome = play([ZONE, ALL[0], copy, *tasks, copy], lane=lane, keywords=DEFAULTS).ok()

    assert outcome.result("copy")["changed"] is False
    for step, (_options, says) in zip(outcome.steps[3:-1], bad, strict=True):
        assert step.status == "failed"
        assert says in step.result["msg"]
        assert "\n" not in step.result["msg"]
        assert step.result["changed"] is False
        assert step.result["failure"]["kind"] in ("invalid", "unsupported", "not_found")
