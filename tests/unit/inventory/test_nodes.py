# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node as the inventory keeps it, and where Ansible connects to."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node, NodeState
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_nodes import address, row_of

WEB = Node(
    id="i-1",
    name="web.example.org",
    state=NodeState.RUNNING,
    public_ips=("2001:db8::1", "203.0.113.7"),
    private_ips=("10.0.0.7", "fd00::7"),
    image="debian",
    labels={"role": "web"},
    extra={"ssh_port": 2222, "zone": ("a", "b")},
)


def row(**changes: t.Any) -> dict[str, t.Any]:
    return row_of(dataclasses.replace(WEB, **changes), {"debian": "admin"}, raw=False)


@pytest.mark.parametrize(
    ("ways", "found"),
    [
        (["public"], "203.0.113.7"),
        (["private"], "10.0.0.7"),
        (["ipv6"], "2001:db8::1"),
        (["name"], "web.example.org"),
        (["public", "private"], "203.0.113.7"),
        ([], None),
    ],
)
def test_the_first_way_that_there_is_counts(ways: list[str], found: str | None) -> None:
    assert address(row(), ways) == found


def test_a_node_without_public_addresses_is_reached_another_way() -> None:
    assert address(row(public_ips=()), ["public", "private"]) == "10.0.0.7"
    assert address(row(public_ips=()), ["ipv6"]) == "fd00::7"
    assert address(row(public_ips=(), private_ips=()), ["public", "ipv6", "private"]) is None


@pytest.mark.parametrize("evil", ["-oProxyCommand=touch /tmp/x", "$(id)", "203.0.113.7 -o x", "", "localhost"])
def test_what_is_no_address_is_never_connected_to(evil: str) -> None:
    assert address(row(public_ips=(evil, "203.0.113.7")), ["public"]) == "203.0.113.7"


@pytest.mark.parametrize("evil", ["-oProxyCommand=x", "a b", "a;b", "a@b", ""])
def test_a_name_that_is_no_host_name_is_never_connected_to(evil: str) -> None:
    assert address(row(name=evil), ["name"]) is None


def test_the_port_and_the_user_come_from_the_node_or_its_image() -> None:
    assert (row()["ssh_port"], row()["user"]) == (2222, "admin")
    assert row(extra={"ssh_user": "root"})["user"] == "root"
    assert row(image="other", extra={})["user"] is None


@pytest.mark.parametrize("port", ["22", 0, 65536, True, None, -1])
def test_what_is_no_port_is_left_out(port: t.Any) -> None:
    assert row(extra={"ssh_port": port})["ssh_port"] is None


@pytest.mark.parametrize("user", ["-l", "a b", "", 7, "x\n"])
def test_what_is_no_user_is_left_out(user: t.Any) -> None:
    assert row(image=None, extra={"ssh_user": user})["user"] is None


def test_a_row_is_plain_and_survives_a_cache() -> None:
    found = row_of(WEB, {}, raw=True)
    assert json.loads(json.dumps(found)) == found
    assert found["extra"] == {"ssh_port": 2222, "zone": ["a", "b"]}
    assert found["state"].__class__ is str
