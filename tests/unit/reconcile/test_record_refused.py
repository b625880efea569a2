# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that make no sense, or that a cloud cannot have: one sentence each, and nothing is changed."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.record import TASK

from ..memory import State, capable
from .dns_ground import ZONE, Ground

WWW = {"zone": ZONE, "name": "www", "type": "A", "value": ["192.0.2.1"], "ttl": 300}


@pytest.fixture
def ground():
    return Ground(TASK)


def test_what_the_cloud_cannot_do_fails_before_anything_is_read():
    ground = Ground(
        TASK, State(capabilities=capable("zone", alias=False, routing=frozenset(), record_fields=frozenset({"ttl"})))
    )

    for given, says in [
        ({"alias": {"target": "x.example.net"}, "value": None, "ttl": None}, "has no aliases"),
        ({"set_id": "a"}, "has no routed records"),
        ({"comment": "hello"}, "does not support the option comment of a record"),
        ({"type": "TLSAX"}, "has no records of type TLSAX"),
    ]:
        assert says in ground.message(**{**WWW, **given})
    assert ground.reads() == 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"value": "192.0.2.256"},
            'record www A: "192.0.2.256" is no IPv4 address',
        ),
        ({"value": []}, "record www A: value is an empty list; write state: absent to delete the record"),
        ({"value": {"a": 1}}, "record www A: value must be a text or a list of texts, not {'a': 1}"),
        (
            {"type": "TXT", "value": 1.1},
            "record www TXT: a value was read as 1.1 and may have been another text; put it in quotes",
        ),
        ({"type": None}, "record www: the type is missing"),
        ({"type": "A/AAAA"}, 'record www A/AAAA: "A/AAAA" is no record type'),
        ({"type": "AAAAA"}, "nearest: AAAA, CAA; it has A, AAAA"),
        ({"type": "MX", "value": "mail"}, "2 parts are needed (priority, mail server), there is 1"),
        ({"ttl": -1}, "record www A: ttl is -1; it must be between 0 and 2147483647 seconds"),
        (
            {"name": "www.example.org."},
            'record www.example.org. A: the name "www.example.org." is outside of the zone example.com',
        ),
        ({"name": "w w"}, "it has a space"),
        ({"target": "192.0.2.1"}, "value and target exclude each other"),
        ({"routing": {"weight": 1}}, "routing needs set_id"),
        (
            {"routing": {"wieght": 1}, "set_id": "a"},
            'routing has no key "wieght"; nearest: weight; known here: region, weight',
        ),
        ({"extra": {"colour": "red"}}, 'unknown extra key "colour"'),
        ({"alias": {"target": "a.example.net"}, "value": None}, "an alias has no ttl of its own"),
        ({"type": "CNAME", "value": ["a.example.net", "b.example.net"]}, "it can have only one"),
        ({"type": "CNAME", "value": "www.example.com"}, "points to itself"),
        ({"name": "@", "type": "CNAME", "value": "a.example.net"}, "the zone's own name example.com cannot be a CNAME"),
        ({"name": "@", "type": "SOA", "value": None, "state": "absent"}, "a zone always has it"),
        ({"value": None}, "does not exist, and to create it value, alias or target is needed"),
        (
            {"alias": {"target": "a b"}, "value": None, "ttl": None},
            'record www A: "a b" is no DNS name, it has a space',
        ),
        ({"ignore": ["x"]}, "it needs purge: true"),
        ({"purge": True}, "it needs records"),
    ],
)
def test_what_makes_no_sense_is_refused_with_one_sentence(ground, given, says):
    message = ground.message(**{**WWW, **given})

    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("records", "says"),
    [
        ([{"name": "a", "type": "A", "value": "x"}], 'records[0] (a A): "x" is no IPv4 address'),
        (
            [
                {"name": "a", "type": "A", "value": "192.0.2.1"},
                {"name": "A.example.com", "type": "a", "value": "192.0.2.2"},
            ],
            "record a.example.com A is there twice in records",
        ),
        (
            [
                {"name": "a", "type": "A", "value": "192.0.2.1"},
                {"name": "a", "type": "CNAME", "value": "b.example.net"},
            ],
            "a.example.com cannot have a CNAME beside other records (A)",
        ),
    ],
)
def test_one_wrong_record_keeps_all_of_them_from_being_made(ground, records, says):
    assert says in ground.message(zone=ZONE, records=records)
    assert ground.sets() == {}


def test_a_cname_beside_what_is_there_is_refused(ground):
    ground.put("www", "A", "192.0.2.1")

    message = ground.message(zone=ZONE, name="www", type="CNAME", value="b.example.net")

    assert message.startswith(
        "www.example.com cannot have a CNAME beside other records (A); remove the one or the others"
    )
