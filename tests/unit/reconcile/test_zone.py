# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cloud_zone does with a cloud, as a user would tell it."""

from __future__ import annotations

import contextlib
import textwrap

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.record import TASK as RECORD_TASK
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.zone import TASK
from hypothesis import given
from hypothesis import strategies as st

from ..memory import Killed, Lag, State, capable, changing, lost
from .dns_ground import ZONE, Ground

FILE = textwrap.dedent(
    """\
    $TTL 1h
    @    IN SOA ns1.elsewhere.example. ops 1 2 3 4 5
    @    IN NS  ns1.elsewhere.example.
    @    IN MX  10 mail
    www  IN A   192.0.2.10
         IN A   192.0.2.11
    mail IN A   192.0.2.20
    """
)


@pytest.fixture
def empty():
    return Ground(TASK, zone=False)


@pytest.fixture
def ground():
    return Ground(TASK)


def test_a_zone_is_planned_created_and_then_left_alone(empty):
    result = empty.thrice(name="Example.COM.", ttl=600, labels={"team": "red"})

    assert result["plan"] == ["create zone example.com: ttl 600, labels team=red"]
    assert result["zone"]["name"] == ZONE
    assert result["zone"]["ttl"] == 600
    assert result["diff"]["after"] == {"state": "present", "ttl": 600, "labels": {"team": "red"}}


def test_only_what_was_said_is_changed(ground):
    ground.run(name=ZONE, ttl=600, comment="ours", labels={"team": "red"})

    result = ground.thrice(name=ZONE, ttl=60, labels={"stage": "test"})

    assert result["diff"]["before"] == {"ttl": 600, "labels": {"team": "red"}}
    assert result["diff"]["after"] == {"ttl": 60, "labels": {"team": "red", "stage": "test"}}
    assert result["zone"]["comment"] == "ours"


def test_labels_can_be_purged(ground):
    ground.run(name=ZONE, labels={"team": "red", "stage": "test"})

    assert ground.thrice(name=ZONE, labels={"stage": "test"}, purge_labels=True)["zone"]["labels"] == {"stage": "test"}


@pytest.mark.parametrize("primary", ["192.0.2.1:5300", "2001:db8::1", "[2001:db8::1]:5300"])
def test_a_primary_is_an_address_perhaps_with_a_port(empty, primary):
    assert empty.thrice(name=ZONE, kind="secondary", primaries=[primary])["zone"]["primaries"] == [primary]


def test_the_order_of_primaries_does_not_count(empty):
    empty.thrice(name=ZONE, kind="secondary", primaries=["192.0.2.1", "192.0.2.2"])

    assert empty.run(name=ZONE, primaries=["192.0.2.2", "192.0.2.1"])["changed"] is False
    assert empty.thrice(name=ZONE, primaries=["192.0.2.2"])["zone"]["primaries"] == ["192.0.2.2"]


def test_name_servers_count_when_the_zone_is_made(empty):
    servers = ["b.example.net", "a.example.net"]
    empty.thrice(name=ZONE, nameservers=servers)
    assert next(iter(empty.zones.find())).nameservers == tuple(servers)

    empty.run(name=ZONE, nameservers=["A.example.net.", "b.example.net"])
    assert empty.heard.warnings == []
    assert empty.run(name=ZONE, nameservers=["c.example.net"])["changed"] is False
    assert empty.heard.warnings == [
        "zone example.com: nameservers is b.example.net, a.example.net and can only be chosen when the zone is created"
    ]


def test_a_zone_with_records_is_deleted_only_with_leave(ground):
    ground.put("www", "A", "192.0.2.1")

    message = ground.message(name=ZONE, state="absent")

    assert "allow: [data_loss]" in message
    assert "delete zone example.com (with 1 record)" in message
    result = ground.thrice(name=ZONE, state="absent", allow=["data_loss"])
    assert result["zone"] is None
    assert result["disrupts"] == ["data_loss"]


def test_a_zone_without_records_of_its_own_is_simply_deleted(ground):
    assert ground.thrice(name=ZONE, state="absent")["disrupts"] == []
    assert list(ground.zones.find()) == []


def test_a_lost_answer_to_a_create_makes_no_second_zone(empty):
    empty.state.lag = Lag(listed=1)
    empty.state.fail_at(1, lost(), acted=True)

    result = empty.run(name=ZONE)

    assert result["changed"] is True
    assert [zone.name for zone in empty.zones.find()] == [ZONE]


def test_private_tells_two_zones_of_one_name_apart():
    ground = Ground(TASK, State(capabilities=capable("zone", create_once=ground_once())), zone=False)
    ground.zones.create({"name": ZONE, "private": False})
    ground.zones.create({"name": ZONE, "private": True})

    assert "2 zones are called example.com" in ground.message(name=ZONE)
    assert ground.thrice(name=ZONE, private=True, comment="inside")["zone"]["private"] is True


def ground_once():
    from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import Once

    return Once.LOOK


def test_a_zone_file_makes_records_in_a_new_zone(empty):
    result = empty.thrice(name=ZONE, import_text=FILE)

    assert result["plan"] == [
        "create zone example.com",
        "create record example.com MX: value 10 mail.example.com, ttl 3600",
        "create record www.example.com A: value 192.0.2.10, 192.0.2.11, ttl 3600",
        "create record mail.example.com A: value 192.0.2.20, ttl 3600",
    ]
    assert result["imported"] == {"created": 3, "changed": 0, "deleted": 0, "unchanged": 0}
    assert empty.sets() == {
        "@ MX": ["10 mail.example.com"],
        "www A": ["192.0.2.10", "192.0.2.11"],
        "mail A": ["192.0.2.20"],
    }


def test_a_zone_file_changes_and_with_a_purge_deletes(ground):
    ground.put("www", "A", "192.0.2.9", ttl=60)
    ground.put("old", "A", "192.0.2.9")
    ground.put("_acme-challenge", "TXT", "token")

    kept = ground.thrice(name=ZONE, import_text=FILE)
    assert kept["imported"] == {"created": 2, "changed": 1, "deleted": 0, "unchanged": 0}
    purged = ground.thrice(name=ZONE, import_text=FILE, purge_records=True, ignore=["_acme*"])
    assert purged["plan"] == ["delete record old.example.com A (not in records)"]
    assert purged["imported"] == {"created": 0, "changed": 0, "deleted": 1, "unchanged": 3}
    assert "_acme-challenge TXT" in ground.sets()


def test_a_zone_file_on_disk(ground, tmp_path):
    (tmp_path / "zone").write_text(FILE)

    ground.thrice(name=ZONE, import_file=str(tmp_path / "zone"))

    assert ground.message(name=ZONE, import_file=str(tmp_path / "none")).startswith("import_file: there is no file")


def test_of_many_records_the_first_hundred_are_told(empty):
    text = "".join(f"h{number} 60 A 192.0.2.1\n" for number in range(150))

    result = empty.thrice(name=ZONE, import_text=text)

    assert len(result["plan"]) == 102
    assert result["plan"][-1] == "and 50 more"
    assert result["imported"]["created"] == 150


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("www A 192.0.2.300\n", 'line 1 of the zone file: "192.0.2.300" is no IPv4 address'),
        (
            "www TLSA 3 1 1 ab\n",
            "the zone file has www.example.com TLSA, and the provider memory has no records of that type",
        ),
        ("www A 192.0.2.1\nwww CNAME a.example.net.\n", "cannot have a CNAME beside other records"),
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_a_wrong_zone_file_changes_nothing(text, says, there):
    ground = Ground(TASK, zone=there)

    assert says in ground.message(name=ZONE, import_text=text, ttl=77)


def test_a_zone_is_written_to_a_file_and_read_back_the_same(ground, tmp_path):
    Ground(RECORD_TASK, ground.state, zone=False).run(
        zone=ZONE,
        records=[{"name": "www", "type": "TXT", "value": 'say "hi"'}, {"name": "@", "type": "A", "value": "192.0.2.1"}],
    )
    path = tmp_path / "zone"

    planned = ground.check(name=ZONE, export_file=str(path))
    assert planned["changed"] is True
    assert not path.exists()
    result = ground.run(name=ZONE, export_file=str(path))
    assert result["plan"] == planned["plan"] == [f"write file {path}: 6 lines"]
    assert result["diff"] == planned["diff"]
    assert path.stat().st_mode & 0o777 == 0o644
    assert ground.run(name=ZONE, export_file=str(path))["changed"] is False
    assert ground.run(name=ZONE, import_file=str(path))["changed"] is False
    path.write_text("; older")
    path.chmod(0o600)
    assert ground.run(name=ZONE, export_file=str(path))["plan"] == [f"change file {path}: 6 lines"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["zone"]


def test_a_zone_that_is_missing_is_not_made_for_an_export(ground, tmp_path):
    path = str(tmp_path / "zone")

    assert "there is no zone exampel.com on memory; nearest: example.com" in ground.message(
        name="exampel.com", export_file=path
    )
    assert ground.check(name="exampel.com", export_file=path)["changed"] is False
    assert "there is no folder" in ground.message(name=ZONE, export_file=str(tmp_path / "a" / "b"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "exa mple.com"}, "it has a space"),
        ({"name": "a..b"}, "two dots in a row"),
        ({"ttl": -1}, "ttl is -1"),
        ({"kind": "secondary", "name": "new.example"}, "it needs primaries"),
        ({"kind": "secondary", "name": "new.example", "primaries": ["not an ip"]}, "which is no IP address"),
        ({"kind": "secondary", "name": "new.example", "primaries": ["[192.0.2:1"]}, "which is no IP address"),
        ({"state": "absent", "import_text": "x"}, "no records to import or export"),
        ({"purge_records": True}, "it needs import_file or import_text"),
        ({"ignore": ["x"]}, "it needs purge_records: true"),
        ({"extra": {"colour": "red"}}, 'unknown extra key "colour"'),
        ({"name": None, "id": "zone-99"}, "no zone with the id zone-99"),
    ],
)
def test_what_makes_no_sense_is_refused_with_one_sentence(ground, given, says):
    message = ground.message(**{"name": ZONE, **given})

    assert says in message
    assert "\n" not in message


def test_what_the_cloud_cannot_do_is_refused():
    ground = Ground(TASK, State(capabilities=capable("zone", zone_kinds=frozenset({"native"}))))
    assert "has no secondary zones (it has native)" in ground.message(
        name=ZONE, kind="secondary", primaries=["192.0.2.1"]
    )
    ground = Ground(TASK, State(capabilities=changing("zone", comment=None)))
    assert "does not support the option comment of a zone" in ground.message(name=ZONE, comment="hello")


def test_records_cannot_be_imported_into_a_copy(empty):
    empty.run(name=ZONE, kind="secondary", primaries=["192.0.2.1"])

    assert "zone example.com is secondary" in empty.message(name=ZONE, import_text=FILE)


@given(st.integers(1, 6), st.sampled_from(["before", "after"]), st.booleans(), st.integers(0, 2))
def test_an_import_killed_between_any_two_calls_is_finished_by_the_next_run(number, when, atomic, lag):
    capabilities = capable("zone", limits={"record_changes": 1}, atomic=atomic)
    ground = Ground(TASK, State(capabilities=capabilities, lag=Lag(listed=lag, changed=lag)), zone=False)
    ground.state.kill_at(number, when)
    with contextlib.suppress(Killed):
        ground.run(name=ZONE, ttl=60, import_text=FILE)
    ground.state.revive()
    ground.state.settle()

    assert "failed" not in ground.run(name=ZONE, ttl=60, import_text=FILE)
    assert ground.run(name=ZONE, ttl=60, import_text=FILE)["changed"] is False
    assert sorted(ground.sets()) == ["@ MX", "mail A", "www A"]
    assert [zone.ttl for zone in ground.zones.find()] == [60]
