# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts are called."""

from __future__ import annotations

import typing as t

import pytest
from ansible.template import trust_as_template
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Ambiguous
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_names import Named, name_hosts, usable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def node(name: str, id: str = "i-1", cloud: str = "prod", **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "id": id, "cloud": cloud, "labels": {}, **more}


def named(
    expressions: Expressions, *scopes: dict[str, t.Any], by: t.Sequence[str] = ("name",), how: str = "suffix"
) -> Named:
    return name_hosts(expressions, [trust_as_template(text) for text in by], scopes, how)


def test_the_first_that_gives_a_name_counts(expressions: Expressions) -> None:
    nodes = [node("a", "1", labels={"fqdn": "a.example.org"}), node("b", "2"), node("", "3")]
    assert named(expressions, *nodes, by=["labels.fqdn", "name"]).names == ["a.example.org", "b", "3"]


def test_a_template_whose_part_is_missing_gives_no_name(expressions: Expressions) -> None:
    nodes = [node("a", "1", location=None), node("b", "2", location="fsn1")]
    assert named(expressions, *nodes, by=["{{ name }}.{{ location }}", "name"]).names == ["a", "b.fsn1"]


def test_nodes_of_one_name_in_two_clouds_are_told_apart_by_the_cloud(expressions: Expressions) -> None:
    found = named(expressions, node("web", cloud="prod"), node("web", cloud="lab"), node("db"))
    assert found.names == ["web_prod", "web_lab", "db"]


def test_nodes_of_one_name_in_one_cloud_are_told_apart_by_their_ids(expressions: Expressions) -> None:
    assert named(expressions, node("web", "i-1"), node("web", "i-2")).names == ["web_i-1", "web_i-2"]


def test_a_suffix_never_makes_another_duplicate(expressions: Expressions) -> None:
    nodes = [node("web", "1", cloud="lab"), node("web", "2"), node("web_lab", "3"), node("web_1", "4"), node("x", "5")]
    names = named(expressions, *nodes).names
    assert names == ["web_2", "web_3", "web_lab", "web_1", "x"]


def test_warn_keeps_the_first_and_says_which(expressions: Expressions) -> None:
    found = named(expressions, node("web", "1"), node("web", "2", "lab"), node("db", "3"), how="warn")
    assert found.names == ["web", None, "db"]
    assert found.warnings == ["2 nodes are called web (prod/1, lab/2); only the first of each is in the inventory"]


def test_fail_names_them(expressions: Expressions) -> None:
    with pytest.raises(Ambiguous) as failed:
        named(expressions, node("web", "1"), node("web", "2", "lab"), how="fail")
    assert str(failed.value) == (
        "2 nodes are called web (prod/1, lab/2); set hostnames so that they differ, or on_duplicate"
    )


@pytest.mark.parametrize("how", ["suffix", "warn"])
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "all", "ungrouped"])
def test_no_node_is_called_like_the_controller_or_all(expressions: Expressions, name: str, how: str) -> None:
    assert named(expressions, node(name), how=how).names == [f"{name}_prod"]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("web-1", "web-1"),
        ("web-1.example.org", "web-1.example.org"),
        ("My Server (old)", "My_Server_old_"),
        ("-oProxyCommand=id", "_oProxyCommand_id"),
        ("a,b:c!d&e[1:3]", "a_b_c_d_e_1_3_"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("{{ lookup('pipe', 'id') }}", "_lookup_pipe_id_"),
        ("2001:db8::1", "2001:db8::1"),
        ("сервер", "сервер"),
        (7, "7"),
        ("", None),
        ("...", None),
        (" ", None),
        (None, None),
        (True, None),
        (["a"], None),
    ],
)
def test_a_name_is_made_usable(written: t.Any, name: str | None) -> None:
    assert usable(written) == name


@given(st.text())
def test_no_name_is_an_option_a_pattern_or_a_path(written: str) -> None:
    name = usable(written)
    assert name is None or (not name.startswith("-") and not set(name) & set(" ,!&[]{}()/\\$'\"\n\t*?~"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "a_x", "a_1"]), st.sampled_from(["x", "y"])), max_size=12))
def test_every_host_has_a_name_of_its_own(expressions: Expressions, nodes: list[tuple[str, str]]) -> None:
    scopes = [node(name, str(number), cloud) for number, (name, cloud) in enumerate(nodes)]
    names = named(expressions, *scopes).names
    assert len(set(names)) == len(names)
    assert None not in names
