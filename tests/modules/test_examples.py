# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation does what it says: every example of every module runs, in both lanes."""

from __future__ import annotations

import ast
import json
import pathlib
import re
import typing as t

import pytest
import yaml
from playing import ROOT, Ground

MODULES = sorted((ROOT / "plugins" / "modules").glob("cloud_*.py"))
GIVEN = pathlib.Path(__file__).with_name("given")
PLUGINS = [
    (kind, file.stem)
    for kind, folder in (("module", "modules"), ("inventory", "inventory"))
    for file in sorted((ROOT / "plugins" / folder).glob("*.py"))
]


def constant(module: pathlib.Path, name: str) -> str:
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return str(ast.literal_eval(node.value))
    pytest.fail(f"{module.name} has no {name}")


def clouds_named_in(examples: str) -> set[str]:
    """The clouds that examples name, in ``cloud: one`` and ``clouds: [one, two]``."""
    one = re.findall(r"\bcloud: ([\w-]+)", examples)
    many = re.findall(r"\bclouds: \[([^\]]*)\]", examples)
    return {*one, *(name.strip() for names in many for name in names.split(","))}


def write_clouds(play: Ground, names: t.Iterable[str]) -> None:
    """All of these clouds are the embedded one, which is empty."""
    clouds = {name: {"provider": "local"} for name in (*names, "laptop")}
    (play.folder / "anycloud.yml").write_text(json.dumps({"clouds": clouds, "default": "laptop"}), encoding="utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_example_runs_in_order_on_an_empty_cloud(play: Ground, lane: str, module: pathlib.Path) -> None:
    examples = constant(module, "EXAMPLES")
    written = yaml.safe_load(examples)
    write_clouds(play, clouds_named_in(examples))
    given = GIVEN / f"{module.stem}.yml"
    before = yaml.safe_load(given.read_text(encoding="utf-8")) if given.exists() else []
    assert any(f"anycloud.core.{module.stem}" in task for task in written)

    outcome = play([*before, *written], lane=lane).ok()

    done = [step for step in outcome.steps if step.status != "skipped"]
    assert len(done) >= len(before) + len(written)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_every_result_that_is_documented_is_described(module: pathlib.Path) -> None:
    returns = yaml.safe_load(constant(module, "RETURN"))

    assert returns
    for name, value in returns.items():
        assert value["description"], name
        assert value["returned"], name


@pytest.mark.parametrize(("kind", "name"), PLUGINS, ids=[name for kind, name in PLUGINS])
def test_ansible_doc_shows_it(play: Ground, kind: str, name: str) -> None:
    shown = play.command("ansible-doc", "-t", kind, "--json", f"anycloud.core.{name}")

    assert shown.returncode == 0, shown.stderr
    assert "WARNING" not in shown.stderr
    doc = json.loads(shown.stdout)[f"anycloud.core.{name}"]["doc"]
    assert doc["short_description"]
    assert doc["options"]
