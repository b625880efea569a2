# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of an inventory file: native where that is enough, Jinja for the rest, and the same answer from both."""

from __future__ import annotations

import typing as t

import pytest
from ansible.template import Templar, is_trusted_as_template, trust_as_template
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions, Failure

EVIL = "{{ lookup('pipe', 'id') }}"
WEB = {
    "name": "web",
    "state": "running",
    "labels": {"role": "web", "a/b": "c", "items": "x"},
    "ips": ["1", "2"],
    "n": 3,
}
DB = {"name": "db", "state": "stopped", "labels": {"note": EVIL}, "ips": [], "n": 0}


def column(templar: Templar, text: str, *scopes: dict[str, t.Any], **extra: t.Any) -> list[t.Any]:
    return Expressions(templar, extra).column("compose.x", trust_as_template(text), scopes or (WEB, DB))


NATIVE = [
    ("name", ["web", "db"]),
    ("'fixed'", ["fixed", "fixed"]),
    ("42", [42, 42]),
    ("true", [True, True]),
    ("labels.role", ["web", Failure]),
    ("labels['a/b']", ["c", Failure]),
    ("ips.0", ["1", Failure]),
    ("ips[1]", ["2", Failure]),
    ("state == 'running'", [True, False]),
    ("state != 'running'", [False, True]),
    ("'we' in name", [True, False]),
    ("name not in ['db']", Failure),
    ("labels.role is defined", [True, False]),
    ("labels.role is not defined", [False, True]),
    ("labels.role | default('none')", ["web", "none"]),
    ("n | default(7, true)", [3, 7]),
    ("n | default(7)", [3, 0]),
    ("state == 'running' and labels.role == 'web'", [True, False]),
    ("not state == 'running' or labels.role == 'db'", [False, True]),
    ("{{ name }}.example.org", ["web.example.org", "db.example.org"]),
]
JINJA = [
    ("name | upper", ["WEB", "DB"]),
    ("name ~ '-' ~ n", ["web-3", "db-0"]),
    ("labels.role | upper", ["WEB", Failure]),
    ("n > 2", [True, False]),
    ("6 / n", [2.0, Failure]),
    ("labels | dict2items | length", [3, 1]),
    ("{{ name | upper }}.x", ["WEB.x", "DB.x"]),
    ("nothing | default('d')", ["d", "d"]),
    ("lookup('vars', 'name')", ["web", "db"]),
]


@pytest.mark.parametrize(("text", "wanted"), [case for case in NATIVE + JINJA if case[1] is not Failure])
def test_each_host_gets_its_value(templar: Templar, text: str, wanted: list[t.Any]) -> None:
    found = column(templar, text)
    assert [Failure if isinstance(value, Failure) else value for value in found] == wanted


@pytest.mark.parametrize("text", [text for text, _wanted in NATIVE if "{{" not in text])
def test_what_is_read_natively_is_what_jinja_says(templar: Templar, text: str) -> None:
    for scope, value in zip((WEB, DB), column(templar, text), strict=True):
        templar.available_variables = scope
        try:
            wanted = templar.evaluate_expression(trust_as_template(text))
        except Exception:
            assert isinstance(value, Failure)
        else:
            assert value == wanted
            assert type(value) is type(wanted)


def test_a_label_may_have_the_name_of_a_method(templar: Templar) -> None:
    assert column(templar, "labels.items", WEB) == ["x"]


@pytest.mark.parametrize(
    "text", ["labels.note", "labels.note | default('')", "labels.note ~ ''", "labels['note'] | trim"]
)
def test_a_template_from_a_cloud_is_text_and_stays_untrusted(templar: Templar, text: str) -> None:
    (value,) = column(templar, text, DB)
    assert value == EVIL
    assert not is_trusted_as_template(value)


def test_an_expression_from_an_untrusted_place_is_refused(templar: Templar) -> None:
    with pytest.raises(Invalid, match="does not come from a file that is trusted"):
        Expressions(templar).column("compose.x", EVIL, [WEB])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a b", "compose.x is 'a b', which is no expression: expected token"),
        ("name }} {{ n", "compose.x is 'name }} {{ n', which is no expression"),
        ("name | bad", "compose.x is 'name | bad', which is no expression: "),
        ("(name", "which is no expression"),
        ("", "compose.x is ''; write an expression, for example labels.role"),
    ],
)
def test_what_is_no_expression_is_said_to_be_none(templar: Templar, text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as failed:
        column(templar, text)
    assert sentence in str(failed.value)


def test_a_failure_tells_why(templar: Templar) -> None:
    assert column(templar, "labels.role", DB) == [Failure("it has no role")]
    assert column(templar, "6 / n", DB)[0].reason.endswith("division by zero")


def test_more_hosts_than_fit_one_batch_keep_their_order(templar: Templar) -> None:
    scopes = [{"n": n} for n in range(1203)]
    assert column(templar, "n * 2", *scopes) == [n * 2 for n in range(1203)]


def test_hosts_with_different_variables_each_get_their_own(templar: Templar) -> None:
    scopes = [{"n": n, **({"role": "r"} if n % 2 else {})} for n in range(6)]
    assert column(templar, "role | default('none') | upper", *scopes) == ["NONE", "R"] * 3


def test_extra_variables_come_first(templar: Templar) -> None:
    assert column(templar, "name", WEB, name="extra") == ["extra"]
    assert column(templar, "name | upper", WEB, name="extra") == ["EXTRA"]


def test_a_condition_must_be_true_or_false(templar: Templar) -> None:
    expressions = Expressions(templar)
    assert expressions.truths("include", True, [WEB]) == [True]
    with pytest.raises(Invalid) as failed:
        expressions.truths("include", trust_as_template("labels.role"), [WEB])
    assert str(failed.value) == (
        "include is 'labels.role', which gave 'web' and not true or false; "
        "write a condition, for example labels.web is defined"
    )
