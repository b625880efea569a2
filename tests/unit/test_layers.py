# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part may import which: the arrows that keep a provider out of the engine and the engine out of a driver."""

from __future__ import annotations

import ast
import functools
import pathlib
import sys
import typing as t

import pytest

PLUGINS = pathlib.Path(__file__).resolve().parents[2] / "plugins"
COLLECTION = "ansible_collections.anycloud.core.plugins."
UTILS = PLUGINS / "module_utils"

SHARED = {"_secrets", "_options"}
ARROWS: t.Mapping[str, set[str]] = {
    "sdk": set(),
    "_reconcile": {"sdk"},
    "_drivers": {"sdk"},
    "_catalog": {"_drivers", "sdk"},
    "_secrets": {"sdk"},
    "_options": {"sdk", "_reconcile", "_secrets"},
    "_clouds": {"_catalog", "sdk"} | SHARED,
    "_task": {"_reconcile", "_clouds", "_catalog", "sdk"} | SHARED,
    "plugin_utils": {"_task", "_clouds", "_catalog", "_reconcile", "sdk"} | SHARED,
    "modules": {"_task", "_reconcile"},
    "action": {"plugin_utils", "_reconcile"},
    "inventory": {"plugin_utils"},
    "doc_fragments": set(),
}
FREE_OF_ANSIBLE = {"sdk", "_reconcile", "_drivers", "_catalog"}
LOADS_FROM_OUTSIDE = "module_utils/_catalog.py"


class Import(t.NamedTuple):
    """``target`` is dotted, below ``plugins`` for our own; ``lazy`` when it stands in a function or is for types only."""

    target: str
    ours: bool
    lazy: bool
    for_types: bool
    line: int


def files(under: pathlib.Path = PLUGINS) -> list[pathlib.Path]:
    return sorted(under.rglob("*.py"))


def short(file: pathlib.Path) -> str:
    return file.relative_to(PLUGINS).as_posix()


@functools.cache
def tree(file: pathlib.Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def layer(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "module_utils" and len(parts) > 1 else parts[0]


def layer_of(file: pathlib.Path) -> str:
    return layer(short(file).removesuffix(".py").replace("/", "."))


def driver(dotted: str) -> str | None:
    """The driver that a name is part of; folders with a leading underscore are what drivers share."""
    parts = dotted.split(".")
    if parts[:2] != ["module_utils", "_drivers"] or len(parts) < 3 or parts[2].startswith("_"):
        return None
    return parts[2]


def imports(file: pathlib.Path) -> list[Import]:
    return list(_imports(tree(file), short(file).split("/")[:-1], lazy=False, for_types=False))


def _imports(node: ast.AST, folder: list[str], lazy: bool, for_types: bool) -> t.Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield _import(alias.name, lazy, for_types, child.lineno)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                base = COLLECTION + ".".join([*folder[: len(folder) - child.level + 1], *([base] if base else [])])
            for alias in child.names:
                yield _import(f"{base}.{alias.name}", lazy, for_types, child.lineno)
        else:
            function = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            types = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
            yield from _imports(child, folder, lazy or function, for_types or types)


def _import(dotted: str, lazy: bool, for_types: bool, line: int) -> Import:
    ours = dotted.startswith(COLLECTION)
    return Import(dotted.removeprefix(COLLECTION), ours, lazy, for_types, line)


def test_imports_follow_the_arrows() -> None:
    wrong = [
        f"{short(file)}:{found.line} imports {found.target}"
        for file in files()
        for found in imports(file)
        if found.ours
        and layer(found.target) != layer_of(file)
        and layer(found.target) not in ARROWS.get(layer_of(file), set())
    ]
    assert wrong == []


def test_every_file_stands_in_a_known_layer() -> None:
    assert {layer_of(file) for file in files()} <= set(ARROWS)


def test_no_driver_knows_another() -> None:
    wrong = [
        f"{short(file)}:{found.line} imports {found.target}"
        for file in files(UTILS / "_drivers")
        for found in imports(file)
        if found.ours and driver(found.target) not in (None, driver(short(file).replace("/", ".")))
    ]
    assert wrong == []


def test_what_may_leave_ansible_knows_nothing_of_it() -> None:
    wrong = [
        f"{short(file)}:{found.line} imports {found.target}"
        for file in files(UTILS)
        for found in imports(file)
        if layer_of(file) in FREE_OF_ANSIBLE and not found.ours and found.target.split(".")[0].startswith("ansible")
    ]
    assert wrong == []


def test_third_parties_are_imported_where_they_are_used() -> None:
    known = set(sys.stdlib_module_names) | {"ansible"}
    wrong = [
        f"{short(file)}:{found.line} imports {found.target} at its top"
        for file in files()
        for found in imports(file)
        if not found.ours
        and not found.lazy
        and not found.for_types
        and found.target.split(".")[0] not in known
        # What the fast lane's action file imports early is inherited by every worker.
        and layer_of(file) != "plugin_utils"
    ]
    assert wrong == []


def test_only_the_loader_of_outside_drivers_imports_by_name() -> None:
    wrong = [
        f"{short(file)}:{found.line}"
        for file in files(UTILS)
        for found in imports(file)
        if found.target.split(".")[0] in ("importlib", "runpy", "pkgutil") and short(file) != LOADS_FROM_OUTSIDE
    ]
    calls = [
        f"{short(file)}:{node.lineno}"
        for file in files(UTILS)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "exec", "eval")
    ]
    assert wrong + calls == []


def test_no_import_hides_in_a_match_where_it_would_not_be_shipped() -> None:
    wrong = [
        f"{short(file)}:{inner.lineno}"
        for file in files(UTILS)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Match)
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    ]
    assert wrong == []


def test_drivers_are_imported_only_when_one_is_used() -> None:
    wrong = [
        f"{short(file)}:{found.line} imports {found.target} at its top"
        for file in files()
        for found in imports(file)
        if found.ours and layer(found.target) == "_drivers" and layer_of(file) != "_drivers" and not found.lazy
        and not found.for_types
    ]  # fmt: skip
    assert wrong == []


def test_the_whole_sdk_is_shipped_for_drivers_from_outside() -> None:
    catalog = tree(UTILS / "_catalog.py")
    ship = [node for node in catalog.body if isinstance(node, ast.FunctionDef) and node.name == "ship_sdk"]
    assert ship, "the catalog has no ship_sdk"
    named = {
        ".".join(short(file).removesuffix(".py").removesuffix("/__init__").split("/")): file
        for file in files(UTILS / "sdk")
    }
    shipped: set[str] = set()
    waiting = {found.target for found in _imports(ship[0], ["module_utils"], lazy=True, for_types=False)}

    while waiting:
        target = waiting.pop()
        for name in {name for name in named if f"{target}.".startswith(f"{name}.")} - shipped:
            shipped.add(name)
            waiting |= {found.target for found in imports(named[name]) if found.ours}

    assert set(named) - shipped == set()


def providers() -> set[str]:
    return {folder.name for folder in (UTILS / "_drivers").iterdir() if folder.is_dir() and folder.name[0].isalpha()}


def test_no_shared_code_asks_which_provider_it_is() -> None:
    names = providers()
    wrong = []
    for file in files():
        if layer_of(file) in ("_drivers", "_catalog"):
            continue
        for node in ast.walk(tree(file)):
            if isinstance(node, (ast.Compare, ast.match_case)):
                words = {leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)}
                asked = {word for word in words & names if isinstance(word, str)}
                if asked - {"local"} or (asked and "provider" in ast.unparse(node)):
                    wrong.append(
                        f"{short(file)}:{node.lineno if isinstance(node, ast.Compare) else '?'} asks for {asked}"
                    )
            elif isinstance(node, ast.Name) and node.id in names - {"local"}:
                wrong.append(f"{short(file)}:{node.lineno} is named {node.id}")
    assert wrong == []


@pytest.mark.parametrize("file", files(PLUGINS / "modules"), ids=lambda file: file.stem)
def test_a_module_holds_documentation_and_one_call(file: pathlib.Path) -> None:
    body = tree(file).body
    assigned = [
        target.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    functions = [ast.unparse(node) for node in body if isinstance(node, ast.FunctionDef)]
    others = [
        node for node in body if not isinstance(node, (ast.Assign, ast.ImportFrom, ast.FunctionDef, ast.If, ast.Expr))
    ]

    assert set(assigned) <= {"DOCUMENTATION", "EXAMPLES", "RETURN"}
    assert functions == ["def main() -> None:\n    run_module(TASK)"]
    assert others == []


@pytest.mark.parametrize("file", files(PLUGINS / "modules"), ids=lambda file: file.stem)
def test_a_module_has_an_action_of_its_name_that_is_the_one_lane(file: pathlib.Path) -> None:
    action = PLUGINS / "action" / file.name
    assert action.exists()
    classes = [node for node in tree(action).body if isinstance(node, ast.ClassDef)]
    assert [ast.unparse(base) for found in classes for base in found.bases] == ["Lane"]
    assert [ast.unparse(statement) for found in classes for statement in found.body] == ["task = TASK"]
