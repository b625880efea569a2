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


def test_a_zone_comes_changes_and_goes(play: Ground, lane: str) -> None:
    tasks = [zone("come", ttl=600, comment="ours", labels={"team": "red"})]
    changes = [zone("change", ttl=60, labels={"stage": "test"})]
    ends = [zone("end", state="absent")]

    for step in (tasks, changes, ends):
        foretold = play(step, lane=lane, keywords=DEFAULTS, check=True).ok().result(0)
        done = play(step, lane=lane, keywords=DEFAULTS).ok().result(0)
        again = play(step, lane=lane, keywords=DEFAULTS).ok().result(0)
        assert (foretold["plan"], foretold["diff"]) == (done["plan"], done["diff"])
        assert set(foretold) == set(done)
        assert (done["changed"], again["changed"]) == (True, False)
        if step is changes:
            assert done["diff"]["before"] == {"ttl": 600, "labels": {"team": "red"}}
            assert done["zone"]["labels"] == {"team": "red", "stage": "test"}
            assert done["zone"]["comment"] == "ours"
    assert done["zone"] is None
    assert not play.processes()


def test_a_zone_file_goes_in_and_comes_out_the_same(play: Ground, lane: str) -> None:
    copy = play.folder / "copy"
    (play.folder / "zone").write_text(FILE, encoding="utf-8")
    bring = [zone("bring", import_file=str(play.folder / "zone"))]
    keep = [zone("keep", export_file=str(copy))]
    back = [zone("back", import_file=str(copy), purge_records=True)]

    foretold = play(bring, lane=lane, keywords=DEFAULTS, check=True).ok().result(0)
    done = play(bring, lane=lane, keywords=DEFAULTS).ok().result(0)
    again = play(bring, lane=lane, keywords=DEFAULTS).ok().result(0)
    assert (foretold["plan"], foretold["diff"]) == (done["plan"], done["diff"])
    assert done["plan"][0] == "create zone example.com"
    assert "create record *.sub.example.com CNAME: value www.example.com, ttl 3600" in done["plan"]
    assert done["imported"] == {"created": 5, "changed": 0, "deleted": 0, "unchanged": 0}
    assert again["changed"] is False
    assert again["imported"]["unchanged"] == 5

    play(keep, lane=lane, keywords=DEFAULTS, check=True).ok()
    assert not copy.exists()
    assert play(keep, lane=lane, keywords=DEFAULTS).ok().changed
    assert copy.stat().st_mode & 0o777 == 0o644
    assert "mail   300   IN A      192.0.2.20" in copy.read_text(encoding="utf-8")
    assert not play([*keep, *back], lane=lane, keywords=DEFAULTS).ok().changed


def test_a_zone_with_records_stays_unless_their_loss_is_allowed(play: Ground, lane: str) -> None:
    play([zone("bring", import_text=FILE)], keywords=DEFAULTS).ok()

    refused = play([zone("end", state="absent")], lane=lane, keywords=DEFAULTS)
    ended = play([zone("end", state="absent", allow=["data_loss"])], lane=lane, keywords=DEFAULTS).ok()

    assert refused.result(0)["failure"]["kind"] == "refused"
    assert "delete zone example.com (with 5 records)" in refused.result(0)["msg"]
    assert ended.result(0)["disrupts"] == ["data_loss"]


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
    tasks = [{**zone(f"bad {number}", **options), "ignore_errors": True} for number, (options, _says) in enumerate(BAD)]

    outcome = play(tasks, lane=lane, keywords=DEFAULTS).ok()

    for step, (_options, says) in zip(outcome.steps, BAD, strict=True):
        assert step.status == "failed", step
        assert says in step.result["msg"]
        assert "\n" not in step.result["msg"]
        assert step.result["changed"] is False
    assert not play.processes()
