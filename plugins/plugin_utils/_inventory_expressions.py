# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of an inventory file, worked out for many hosts at once.

What is no more than a path, a literal or a comparison of those is read natively. The rest is for Jinja, in one
template for many hosts: compiled once, where a template for each host would be compiled for each host.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible.errors import AnsibleTemplateSyntaxError
from ansible.template import Templar, is_trusted_as_template, trust_as_template
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from jinja2 import Environment, TemplateError, nodes

Scope = t.Mapping[str, t.Any]
Reader = t.Callable[[Scope], t.Any]

BATCH = 500
GLOBALS = frozenset({"lookup", "query", "q", "now", "undef", "omit", "vars", "hostvars", "groups", "range", "dict"})


@dataclass(frozen=True)
class Failure:
    """Why there is no value for this host."""

    reason: str


class Missing(Exception):
    """A path that leads nowhere."""


@dataclass(frozen=True)
class Parsed:
    """``native`` answers for one host; where it is absent, Jinja has to, which needs the variables ``names``."""

    text: str
    template: bool
    native: Reader | None
    names: tuple[str, ...]


class Expressions:
    """``extra`` are variables that every expression sees, above those of the host."""

    def __init__(self, templar: Templar, extra: Scope | None = None) -> None:
        self._templar = templar
        self._extra = extra or {}
        self._parsed: dict[str, Parsed] = {}
        self._jinja = Environment(autoescape=False)

    def column(self, what: str, text: object, scopes: t.Sequence[Scope]) -> list[t.Any]:
        """The value for each host, or a ``Failure``; ``Invalid`` when ``text`` is no expression at all."""
        parsed = self._parse(what, text)
        if self._extra:
            scopes = [{**scope, **self._extra} for scope in scopes]
        if parsed.native:
            return [attempt(parsed.native, scope) for scope in scopes]
        if not is_trusted_as_template(text):
            raise Invalid(f"{what} has the template {text!r}, which does not come from a file that is trusted")
        if any(name in GLOBALS for name in parsed.names):
            return [self._alone(what, parsed, scope) for scope in scopes]
        return self._together(what, parsed, scopes)

    def truths(self, what: str, text: object, scopes: t.Sequence[Scope]) -> list[bool | Failure]:
        """True or false for each host; ``Invalid`` when it is neither."""
        if isinstance(text, bool):
            return [text] * len(scopes)
        values = self.column(what, text, scopes)
        for value in values:
            if not isinstance(value, (bool, Failure)):
                raise Invalid(
                    f"{what} is {text!r}, which gave {value!r} and not true or false; "
                    "write a condition, for example labels.web is defined"
                )
        return values

    def _parse(self, what: str, text: object) -> Parsed:
        if not isinstance(text, str) or not text.strip():
            raise Invalid(f"{what} is {text!r}; write an expression, for example labels.role")
        if text not in self._parsed:
            self._parsed[text] = self._analysed(what, text)
        return self._parsed[text]

    def _analysed(self, what: str, text: str) -> Parsed:
        template = "{{" in text or "{%" in text
        source = "".join(text) if template else "{{ " + "".join(text) + " }}"
        try:
            tree = self._jinja.parse(source)
        except TemplateError as error:
            raise Invalid(f"{what} is {text!r}, which is no expression: {error.message}") from None
        outputs = tree.body
        if not template and not (
            len(outputs) == 1 and isinstance(outputs[0], nodes.Output) and len(outputs[0].nodes) == 1
        ):
            raise Invalid(f"{what} is {text!r}, which is no expression")
        names = tuple(sorted({name.name for name in tree.find_all(nodes.Name)}))
        return Parsed(text, template, native(outputs), names)

    def _together(self, what: str, parsed: Parsed, scopes: t.Sequence[Scope]) -> list[t.Any]:
        """Hosts that have the same ones of the variables share a template."""
        alike: dict[tuple[str, ...], list[int]] = {}
        for place, scope in enumerate(scopes):
            alike.setdefault(tuple(name for name in parsed.names if name in scope), []).append(place)
        values: list[t.Any] = [None] * len(scopes)
        for names, places in alike.items():
            for start in range(0, len(places), BATCH):
                batch = places[start : start + BATCH]
                found = self._batch(what, parsed, names, [scopes[place] for place in batch])
                for place, value in zip(batch, found, strict=True):
                    values[place] = value
        return values

    def _batch(self, what: str, parsed: Parsed, names: tuple[str, ...], scopes: t.Sequence[Scope]) -> list[t.Any]:
        """Falls back to a template for each host when they cannot be worked out together."""
        self._templar.available_variables = {"anycloud_rows": [[scope[name] for name in names] for scope in scopes]}
        try:
            found = self._templar.template(trust_as_template(batch_template(parsed, names)))
        except Exception:
            found = None
        if not isinstance(found, list) or len(found) != len(scopes):
            return [self._alone(what, parsed, scope) for scope in scopes]
        return [value[0] if value else Failure("it is undefined") for value in found]

    def _alone(self, what: str, parsed: Parsed, scope: Scope) -> t.Any:
        self._templar.available_variables = dict(scope)
        try:
            if parsed.template:
                return self._templar.template(parsed.text)
            return self._templar.evaluate_expression(parsed.text)
        except AnsibleTemplateSyntaxError as error:
            raise Invalid(f"{what} is {parsed.text!r}, which is no expression: {one_line(error)}") from None
        except Exception as error:
            return Failure(one_line(error))


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def batch_template(parsed: Parsed, names: tuple[str, ...]) -> str:
    """A template that gives a list with ``[value]`` for each row, or ``[]`` where the value is undefined."""
    text = "".join(parsed.text)
    variables = "".join("{% set " + name + " = anycloud_row[" + str(place) + "] %}" for place, name in enumerate(names))
    value = (
        "{% set anycloud_value %}" + text + "{% endset %}"
        if parsed.template
        else "{% set anycloud_value = (" + text + ") %}"
    )
    keep = "{% set anycloud_kept = anycloud_found.append([anycloud_value] if anycloud_value is defined else []) %}"
    loop = "{% for anycloud_row in anycloud_rows %}" + variables + value + keep + "{% endfor %}"
    return "{% set anycloud_found = [] %}" + loop + "{{ anycloud_found }}"


def attempt(read: Reader, scope: Scope) -> t.Any:
    try:
        return read(scope)
    except Missing as missing:
        return Failure(str(missing))
    except TypeError as error:
        return Failure(str(error))


def native(body: t.Sequence[nodes.Node]) -> Reader | None:
    """A reader of the only output of a template, or ``None`` when it takes Jinja."""
    if len(body) != 1 or not isinstance(body[0], nodes.Output):
        return None
    parts = [text_of(part) if isinstance(part, nodes.TemplateData) else reader(part) for part in body[0].nodes]
    readers = [part for part in parts if part is not None]
    if len(readers) < len(parts):
        return None
    return readers[0] if len(readers) == 1 else lambda scope: "".join(map(written, (read(scope) for read in readers)))


def text_of(part: nodes.TemplateData) -> Reader:
    text = str(part.data)
    return lambda scope: text


def written(value: t.Any) -> str:
    """A part of a text; what is not there does not become the word ``None``."""
    if value is None:
        raise Missing("a part of it is null")
    return str(value)


def reader(node: nodes.Node) -> Reader | None:
    make = READERS.get(type(node))
    return make(node) if make else None


def read_const(node: nodes.Const) -> Reader | None:
    value = "".join(node.value) if isinstance(node.value, str) else node.value
    return lambda scope: value


def read_name(node: nodes.Name) -> Reader | None:
    name = node.name
    return None if name in GLOBALS else lambda scope: item(scope, name)


def read_attribute(node: nodes.Getattr) -> Reader | None:
    base, key = reader(node.node), node.attr
    return base and (lambda scope: item(base(scope), key))


def read_item(node: nodes.Getitem) -> Reader | None:
    base = reader(node.node)
    if base is None or not isinstance(node.arg, nodes.Const):
        return None
    key = node.arg.value
    return lambda scope: item(base(scope), key)


def read_compare(node: nodes.Compare) -> Reader | None:
    left, right = reader(node.expr), reader(node.ops[0].expr)
    compare = COMPARISONS.get(node.ops[0].op)
    if left is None or right is None or compare is None or len(node.ops) > 1:
        return None
    return lambda scope: compare(left(scope), right(scope))


def read_and(node: nodes.And) -> Reader | None:
    left, right = reader(node.left), reader(node.right)
    return left and right and (lambda scope: left(scope) and right(scope))


def read_or(node: nodes.Or) -> Reader | None:
    left, right = reader(node.left), reader(node.right)
    return left and right and (lambda scope: left(scope) or right(scope))


def read_not(node: nodes.Not) -> Reader | None:
    inner = reader(node.node)
    return inner and (lambda scope: not inner(scope))


def read_test(node: nodes.Test) -> Reader | None:
    inner = reader(node.node)
    if inner is None or node.name not in ("defined", "undefined") or node.args or node.kwargs:
        return None
    wanted = node.name == "defined"
    return lambda scope: isinstance(attempt(inner, scope), Failure) is not wanted


def read_default(node: nodes.Filter) -> Reader | None:
    inner = reader(node.node) if node.node is not None else None
    if inner is None or node.name not in ("default", "d") or node.kwargs or node.dyn_args or not 0 < len(node.args) < 3:
        return None
    arguments = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if len(arguments) < len(node.args):
        return None
    other, for_empty = [*arguments, False][:2]

    def read(scope: Scope) -> t.Any:
        value = attempt(inner, scope)
        return other if isinstance(value, Failure) or (for_empty and not value) else value

    return read


def item(value: t.Any, key: t.Any) -> t.Any:
    try:
        if isinstance(value, t.Mapping) or (isinstance(key, int) and isinstance(value, (list, tuple, str))):
            return value[key]
    except (KeyError, IndexError):
        pass
    raise Missing(f"it has no {key}")


READERS: t.Mapping[type[nodes.Node], t.Callable[[t.Any], Reader | None]] = {
    nodes.Const: read_const,
    nodes.Name: read_name,
    nodes.Getattr: read_attribute,
    nodes.Getitem: read_item,
    nodes.Compare: read_compare,
    nodes.And: read_and,
    nodes.Or: read_or,
    nodes.Not: read_not,
    nodes.Test: read_test,
    nodes.Filter: read_default,
}

COMPARISONS: t.Mapping[str, t.Callable[[t.Any, t.Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "in": lambda left, right: left in right,
    "notin": lambda left, right: left not in right,
}
