# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which groups the hosts are in: those of every inventory, and ``groups`` and ``keyed_groups`` as constructed ones have."""

from __future__ import annotations

import difflib
import typing as t
from dataclasses import dataclass, field

from ansible.plugins.inventory import to_safe_group_name
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions, Failure, Scope

GROUPED_BY = ("cloud", "provider", "region", "location", "state", "size", "image", "labels")
KEYED = ("key", "prefix", "separator", "parent_group", "default_value", "trailing_separator")
EMPTY = (None, "")


@dataclass
class Groups:
    """``members`` has the places of the hosts of each group, ``children`` the groups inside another."""

    members: dict[str, list[int]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)
    _safe: dict[str, str] = field(default_factory=dict)

    def add(self, group: str, place: int) -> str:
        name = self.safe(group)
        places = self.members.setdefault(name, [])
        if not places or places[-1] != place:
            places.append(place)
        return name

    def nest(self, parent: str, child: str) -> None:
        inside = self.children.setdefault(self.safe(parent), [])
        if child not in inside:
            inside.append(child)

    def safe(self, group: str) -> str:
        """A name that can be a variable's; labels and places are seldom ones."""
        if group not in self._safe:
            self._safe[group] = to_safe_group_name(group)
        return self._safe[group]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What an inventory file says about groups. ``strict`` makes an expression that fails for a host an error."""

    group_by: t.Sequence[str]
    groups: t.Mapping[str, t.Any]
    keyed_groups: t.Sequence[t.Mapping[str, t.Any]]
    strict: bool
    leading_separator: bool


def group_hosts(expressions: Expressions, rules: Rules, hosts: t.Sequence[str], scopes: t.Sequence[Scope]) -> Groups:
    found = Groups()
    for what in rules.group_by:
        for place, scope in enumerate(scopes):
            for group in plain_groups(what, scope):
                found.add(group, place)
    for group, condition in rules.groups.items():
        truths = expressions.truths(f"groups.{group}", condition, scopes)
        strictly(rules.strict, f"groups.{group}", truths, hosts)
        for place, truth in enumerate(truths):
            if truth is True:
                found.add(str(group), place)
    for number, rule in enumerate(rules.keyed_groups):
        key_hosts(found, expressions, checked_rule(number, rule), rules, hosts, scopes)
    return found


def plain_groups(what: str, scope: Scope) -> list[str]:
    if what == "labels":
        return [f"label_{key}_{value}" if value else f"label_{key}" for key, value in scope["labels"].items()]
    return [f"{what}_{scope[what]}"] if scope[what] else []


def checked_rule(number: int, rule: t.Any) -> t.Mapping[str, t.Any]:
    what = f"keyed_groups[{number}]"
    if not isinstance(rule, t.Mapping) or not rule.get("key"):
        raise Invalid(f"{what} is {rule!r}; write a mapping with a key, for example {{key: labels.role, prefix: role}}")
    for name in rule:
        if name not in KEYED:
            near = difflib.get_close_matches(str(name), KEYED, 1) or KEYED
            raise Invalid(f"{what} has {name!r}, which is not known; nearest: {', '.join(near)}")
    if rule.get("trailing_separator") is not None and rule.get("default_value") is not None:
        raise Invalid(f"{what} has default_value and trailing_separator; leave one of the two out")
    return rule


def key_hosts(
    found: Groups,
    expressions: Expressions,
    rule: t.Mapping[str, t.Any],
    rules: Rules,
    hosts: t.Sequence[str],
    scopes: t.Sequence[Scope],
) -> None:
    what = f"keyed_groups with the key {rule['key']}"
    prefix, separator = str(rule.get("prefix", "")), str(rule.get("separator", "_"))
    leading = prefix + (separator if prefix or rules.leading_separator else "")
    keys = expressions.column(what, rule["key"], scopes)
    strictly(rules.strict, what, keys, hosts)
    parents = parents_of(expressions, rule, scopes)
    for place, key in enumerate(keys):
        if isinstance(key, Failure) or isinstance(parents[place], Failure):
            continue
        names = names_of(what, key, rule, separator)
        if not names and rules.strict and key not in ([], {}):
            raise Invalid(f"{what} gave nothing for the host {hosts[place]}; leave strict out or set default_value")
        for name in names:
            group = found.add(f"{leading}{name}", place)
            if parents[place]:
                found.nest(str(parents[place]), group)


def parents_of(expressions: Expressions, rule: t.Mapping[str, t.Any], scopes: t.Sequence[Scope]) -> list[t.Any]:
    parent = rule.get("parent_group")
    if isinstance(parent, str) and ("{{" in parent or "{%" in parent):
        return expressions.column("keyed_groups.parent_group", parent, scopes)
    return [parent] * len(scopes)


def names_of(what: str, key: t.Any, rule: t.Mapping[str, t.Any], separator: str) -> list[str]:
    """The ends of the names of the groups that ``key`` stands for: itself, each of a list, key and value of a mapping."""
    default = rule.get("default_value")
    if isinstance(key, t.Mapping):
        return [pair(name, value, rule, separator) for name, value in key.items()]
    if isinstance(key, (list, tuple)):
        return [str(default) if item in EMPTY and default is not None else str(item) for item in key]
    if key in EMPTY:
        return [] if default is None else [str(default)]
    if isinstance(key, (str, int, float)):
        return [str(key)]
    raise Invalid(f"{what} gave {key!r}; a group is named by a text, a list of them or a mapping")


def pair(name: t.Any, value: t.Any, rule: t.Mapping[str, t.Any], separator: str) -> str:
    default = rule.get("default_value")
    if value in EMPTY and default is not None:
        value = default
    elif value in EMPTY and rule.get("trailing_separator") is False:
        return str(name)
    return f"{name}{separator}{value}"


def strictly(strict: bool, what: str, column: t.Sequence[t.Any], hosts: t.Sequence[str]) -> None:
    """With ``strict`` the first host without a value is an error."""
    if strict:
        for host, value in zip(hosts, column, strict=True):
            if isinstance(value, Failure):
                raise Invalid(f"{what} has no value for the host {host}: {value.reason}")
