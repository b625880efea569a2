# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one process keeps from one task to the next: open connections, and nothing of another account."""

from __future__ import annotations

import typing as t

import pytest
from playing import Ground
from unit.conversation import Exchange, conversation, expect

Json = t.Dict[str, t.Any]

HOST = "http://cloud.test"
ZONES = "/api/v1/servers/localhost/zones"
ZONE = {"id": "lab.test.", "name": "lab.test.", "kind": "Native"}
WWW = {"name": "www.lab.test.", "type": "A", "ttl": 60, "records": [{"content": "192.0.2.1", "disabled": False}]}


def look(token: str = "first-key", base: str = "") -> list[Exchange]:
    """What a task asks that finds its record as it should be."""
    headers = {"X-API-Key": token}
    return [
        expect("GET", f"{base}{ZONES}", query={"zone": "lab.test."}, headers=headers).answer(json=[ZONE]),
        expect("GET", f"{base}{ZONES}/lab.test.", headers=headers).answer(json={**ZONE, "rrsets": [WWW]}),
    ]


def record(url: str, token: str = "first-key", **keywords: t.Any) -> Json:
    options = {"zone": "lab.test", "name": "www", "type": "A", "value": "192.0.2.1"}
    cloud = {"provider": "powerdns", "endpoint": url, "auth": {"token": token}}
    return {"name": "www", "anycloud.core.cloud_record": {**cloud, **options}, **keywords}


@pytest.mark.parametrize(("lane", "connections"), [("fast", 1), ("module", 6)])
def test_a_loop_keeps_its_connection(play: Ground, lane: str, connections: int) -> None:
    with conversation(*look() * 6) as cloud:
        outcome = play([record(cloud.url, loop=[1, 2, 3, 4, 5, 6])], lane=lane).ok()
        assert cloud.connections == connections
    results = outcome.result("www")["results"]
    assert [each["changed"] for each in results] == [False] * 6
    assert [each["api"]["calls"] for each in results] == [2] * 6


def test_accounts_do_not_share_connections(play: Ground) -> None:
    order = ["first-key", "second-key", "first-key", "second-key"]
    with conversation(*(exchange for token in order for exchange in look(token))) as cloud:
        play([record(cloud.url, "{{ item }}", loop=order)], lane="fast").ok()
        assert cloud.connections == 2


def test_a_proxy_of_one_task_is_not_that_of_the_next(play: Ground) -> None:
    with conversation(*look(base=HOST)) as first, conversation(*look(base=HOST)) as second:
        task = record(HOST, environment={"http_proxy": "{{ item }}", "no_proxy": ""}, loop=[first.url, second.url])
        play([task], lane="fast").ok()
