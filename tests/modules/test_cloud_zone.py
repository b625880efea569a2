# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud_zone in real playbooks on the local cloud, in both lanes."""

from __future__ import annotations

import typing as t

from playing import Ground

DEFAULTS = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}
Json = t.Dict[str, t.Any]
FILE = """\
$TTL 1h ; for all below
@     IN SOA ns1.elsewhere.example. ops (
              1 ; serial
              2h 1h 2w 5m )
@     IN NS  ns1.elsewhere.example.
@     IN MX  10 mail
      IN TXT "v=spf1 mx " "-all"
www   IN A   192.0.2.10
      IN A   192.0.2.11
mail  5m IN A 192.0.2.20
$ORIGIN sub
*     IN CNAME www.example.com.
"""


def zone(task: str, /, **options: t.Any) -> Json:
    return {"name": task, "anycloud.core.cloud_zone": {"name": "example.com", **options}}


def thrice(tasks: t.Sequence[Json]) -> list[Json]:
    """Each of them in check mode, for real and again, in one play."""
    return [
        {**task, "name": f"{task['name']} {time}", "check_mode": time == "foretold"}
        for task in tasks
        for time in ("foretold", "done", "again")
    ]


def test_a_zone_comes_changes_and_goes(play: Ground, lane: str) -> None:
    tasks = [
        zone("come", ttl=600, comment="ours", labels={"team": "red"}),
        zone("change", ttl=60, labels={"stage": "test"}),
        zone("end", state="absent"),
    ]

    outcome = play(thrice(tasks), lane=lane, keywords=DEFAULTS).ok()

    for task in tasks:
        foretold, done, again = (outcome.result(f"{task['name']} {time}") for time in ("foretold", "done", "again"))
        assert (foretold["plan"], foretold["diff"]) == (done["plan"], done["diff"])
        assert set(foretold) == set(done)
        assert (done["changed"], again["changed"]) == (True, False)
    changed = outcome.result("change done")
    assert changed["diff"]["before"] == {"ttl": 600, "labels": {"team": "red"}}
    assert changed["zone"]["labels"] == {"team": "red", "stage": "test"}
    assert changed["zone"]["comment"] == "ours"
    assert outcome.result("end done")["zone"] is None
    assert not play.processes()


def test_a_zone_file_goes_in_and_comes_out_the_same(play: Ground, lane: str) -> None:
    copy = play.folder / "copy"
    (play.folder / "zone").write_text(FILE, encoding="utf-8")

    outcome = play(
        [
            *thrice([zone("bring", import_file=str(play.folder / "zone"))]),
            zone("foretold", export_file=str(copy)) | {"check_mode": True},
            {"name": "look", "ansible.builtin.stat": {"path": str(copy)}},
            zone("keep", export_file=str(copy)),
            zone("keep again", export_file=str(copy)),
            zone("back", import_file=str(copy), purge_records=True),
        ],
        lane=lane,
        keywords=DEFAULTS,
    ).ok()

    foretold, done, again = outcome.results[:3]
    assert (foretold["plan"], foretold["diff"]) == (done["plan"], done["diff"])
    assert done["plan"][0] == "create zone example.com"
    assert "create record *.sub.example.com CNAME: value www.example.com, ttl 3600" in done["plan"]
    assert done["imported"] == {"created": 5, "changed": 0, "deleted": 0, "unchanged": 0}
    assert again["changed"] is False
    assert again["imported"]["unchanged"] == 5
    assert outcome.result("look")["stat"]["exists"] is False
    assert outcome.result("foretold")["diff"] == outcome.result("keep")["diff"]
    assert copy.stat().st_mode & 0o777 == 0o644
    assert "mail   300   IN A      192.0.2.20" in copy.read_text(encoding="utf-8")
    assert [step.changed for step in outcome.steps[-3:]] == [True, False, False]


def test_a_zone_with_records_stays_unless_their_loss_is_allowed(play: Ground, lane: str) -> None:
    outcome = play(
        [
            zone("bring", import_text=FILE),
            zone("refused", state="absent") | {"ignore_errors": True},
            zone("ended", state="absent", allow=["data_loss"]),
        ],
        lane=lane,
        keywords=DEFAULTS,
    ).ok()

    assert outcome.result("refused")["failure"]["kind"] == "refused"
    assert "delete zone example.com (with 5 records)" in outcome.result("refused")["msg"]
    assert outcome.result("ended")["disrupts"] == ["data_loss"]


BAD = [
    ({"name": "exa mple.com"}, '"exa mple.com" is no DNS name, it has a space'),
    ({"kind": "secondary", "primaries": ["192.0.2.1"]}, "the provider local has no secondary zones (it has native); these can: powerdns"),
    ({"private": True}, "does not support the option private of a zone"),
    ({"ttl": -5}, "ttl is -5"),
    ({"extra": {"a": 1}}, 'zone example.com: unknown extra key "a"'),
    ({"import_text": "$TTL 60\nwww A 1.2.3\n"}, 'line 2 of the zone file: "1.2.3" is no IPv4 address'),
    ({"import_text": "www A 192.0.2.1\nwww CNAME x.example.net.\n"}, "cannot have a CNAME beside other records"),
    ({"import_text": "$INCLUDE /etc/passwd\n"}, "$INCLUDE is not supported"),
    ({"import_file": "nowhere"}, "import_file: there is no file"),
    ({"export_file": "/nowhere/at/all"}, "there is no zone example.com on local"),
    ({"purge_records": True}, "it needs import_file or import_text"),
    ({"state": "absent", "import_text": FILE}, "no records to import or export"),
]  # fmt: skip


def test_bad_input_is_refused_with_one_sentence_and_nothing_changes(play: Ground, lane: str) -> None:
    bad = BAD if lane == "fast" else BAD[::4]
    tasks = [{**zone(f"bad {number}", **options), "ignore_errors": True} for number, (options, _says) in enumerate(bad)]

    outcome = play(tasks, lane=lane, keywords=DEFAULTS).ok()

    for step, (_options, says) in zip(outcome.steps, bad, strict=True):
        assert step.status == "failed", step
        assert says in step.result["msg"]
        assert "\n" not in step.result["msg"]
        assert step.result["changed"] is False
    assert not play.processes()
