# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which groups hosts are in; the constructed ones as Ansible itself makes them."""

from __future__ import annotations

import typing as t

import pytest
from ansible.inventory.data import InventoryData
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible.template import Templar, trust_as_template
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_groups import Groups, Rules, group_hosts

HOSTS = ["web-1", "db-1", "odd"]
SCOPES: list[dict[str, t.Any]] = [
    {
        "name": "web-1", "cloud": "prod-eu", "provider": "x", "region": "r", "state": "running", "location": "fsn1",
        "size": "s", "image": "i", "labels": {"role": "web", "env": "prod", "tier": ""}, "roles": ["a", "b", ""],
    },
    {
        "name": "db-1", "cloud": "prod-eu", "provider": "x", "region": None, "state": "stopped", "location": None,
        "size": "s", "image": "i", "labels": {"role": "db", "env": "prod"}, "roles": [],
    },
    {
        "name": "odd", "cloud": "lab", "provider": "x", "region": None, "state": "running", "location": "fsn1",
        "size": "s", "image": "i", "labels": {"app.kubernetes.io/name": "a b"}, "roles": ["a"],
    },
]  # fmt: skip


def grouped(
    expressions: Expressions,
    *,
    group_by: t.Sequence[str] = (),
    groups: t.Mapping[str, t.Any] | None = None,
    keyed: t.Sequence[t.Any] = (),
    strict: bool = False,
    leading: bool = True,
) -> Groups:
    rules = Rules(group_by=group_by, groups=groups or {}, keyed_groups=keyed, strict=strict, leading_separator=leading)
    return group_hosts(expressions, rules, HOSTS, SCOPES)


def members(found: Groups) -> dict[str, list[str]]:
    return {group: [HOSTS[place] for place in places] for group, places in found.members.items()}


def test_groups_out_of_the_box(expressions: Expressions) -> None:
    assert members(grouped(expressions, group_by=["cloud", "location", "state", "labels"])) == {
        "cloud_prod_eu": ["web-1", "db-1"],
        "cloud_lab": ["odd"],
        "location_fsn1": ["web-1", "odd"],
        "state_running": ["web-1", "odd"],
        "state_stopped": ["db-1"],
        "label_role_web": ["web-1"],
        "label_role_db": ["db-1"],
        "label_env_prod": ["web-1", "db-1"],
        "label_tier": ["web-1"],
        "label_app_kubernetes_io_name_a_b": ["odd"],
    }


class Peer(Constructable, BaseInventoryPlugin):
    """Ansible's own way to make constructed groups."""

    NAME = "peer"

    def __init__(self, templar: Templar, leading: bool) -> None:
        super().__init__()
        self._options = {"leading_separator": leading, "use_extra_vars": False}
        self.templar = templar
        self.inventory = InventoryData()

    def get_option(self, option: str, hostvars: t.Any = None) -> t.Any:
        return self._options[option]

    def groups(self, groups: t.Mapping[str, t.Any], keyed: t.Sequence[t.Any]) -> dict[str, list[str]]:
        for host, scope in zip(HOSTS, SCOPES, strict=True):
            self.inventory.add_host(host)
            self._add_host_to_composed_groups(groups, scope, host, fetch_hostvars=False)
            self._add_host_to_keyed_groups(list(keyed), scope, host, fetch_hostvars=False)
        made = {name: group for name, group in self.inventory.groups.items() if name not in ("all", "ungrouped")}
        found = {name: [host.name for host in group.hosts] for name, group in made.items()}
        found.update({f"in {name}": sorted(c.name for c in group.child_groups) for name, group in made.items()})
        return {name: names for name, names in found.items() if names}


RULES: list[dict[str, t.Any]] = [
    {"key": "state"},
    {"key": "state", "prefix": "is"},
    {"key": "state", "prefix": "is", "separator": "-"},
    {"key": "labels.role", "prefix": "role", "parent_group": "roles"},
    {"key": "labels.role", "parent_group": "in_{{ state }}"},
    {"key": "labels", "prefix": "tag"},
    {"key": "labels", "prefix": "tag", "default_value": "none"},
    {"key": "labels", "prefix": "tag", "trailing_separator": False},
    {"key": "roles", "prefix": "r"},
    {"key": "roles", "prefix": "r", "default_value": "none"},
    {"key": "location", "default_value": "nowhere", "prefix": "at"},
    {"key": "location", "separator": ""},
    {"key": "name | upper", "prefix": "n"},
    {"key": "labels.absent", "prefix": "n"},
]


@pytest.mark.parametrize("leading", [True, False])
@pytest.mark.parametrize("rule", RULES, ids=str)
def test_keyed_groups_are_those_that_ansible_makes(templar: Templar, rule: dict[str, t.Any], leading: bool) -> None:
    trusted = {key: trust_as_template(value) if isinstance(value, str) else value for key, value in rule.items()}
    found = grouped(Expressions(templar), keyed=[trusted], leading=leading)
    made = {**members(found), **{f"in {parent}": sorted(children) for parent, children in found.children.items()}}
    assert made == Peer(templar, leading).groups({}, [trusted])


@pytest.mark.parametrize(
    "condition",
    ["state == 'running'", "'web' in name", "labels.role == 'web'", "labels.role is defined", "name is match('d')"],
)
def test_groups_by_condition_are_those_that_ansible_makes(templar: Templar, condition: str) -> None:
    groups = {"the group": trust_as_template(condition)}
    assert members(grouped(Expressions(templar), groups=groups)) == Peer(templar, True).groups(groups, [])


def test_a_number_names_a_group_too(expressions: Expressions) -> None:
    found = grouped(expressions, keyed=[{"key": trust_as_template("name | length"), "prefix": "long"}])
    assert members(found) == {"long_5": ["web-1"], "long_4": ["db-1"], "long_3": ["odd"]}


@pytest.mark.parametrize(
    ("keyed", "sentence"),
    [
        ("name", "keyed_groups[0] is 'name'; write a mapping with a key, for example {key: labels.role, prefix: role}"),
        ({"prefix": "x"}, "keyed_groups[0] is {'prefix': 'x'}; write a mapping with a key"),
        ({"key": "name", "prefxi": "x"}, "keyed_groups[0] has 'prefxi', which is not known; nearest: prefix"),
        (
            {"key": "name", "default_value": "x", "trailing_separator": False},
            "keyed_groups[0] has default_value and trailing_separator; leave one of the two out",
        ),
    ],
)
def test_a_rule_of_the_wrong_shape_gets_one_sentence(expressions: Expressions, keyed: t.Any, sentence: str) -> None:
    with pytest.raises(Invalid) as failed:
        grouped(expressions, keyed=[keyed])
    assert str(failed.value).startswith(sentence)


def test_strict_makes_a_missing_value_an_error(expressions: Expressions) -> None:
    with pytest.raises(Invalid) as failed:
        grouped(expressions, keyed=[{"key": "labels.role"}], strict=True)
    assert str(failed.value) == "keyed_groups with the key labels.role has no value for the host odd: it has no role"
    with pytest.raises(Invalid, match=r"groups\.g has no value for the host odd: it has no role"):
        grouped(expressions, groups={"g": "labels.role == 'web'"}, strict=True)
    with pytest.raises(Invalid, match="keyed_groups with the key location gave nothing for the host db-1"):
        grouped(expressions, keyed=[{"key": "location"}], strict=True)
