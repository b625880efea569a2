# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether requests fit what a vendor's OpenAPI document says of them."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t
from urllib.parse import unquote

import jsonschema
from unit.conversation import Said

FOLDER = pathlib.Path(__file__).parent


class Contract:
    """A document and the address below which it holds; ``relaxed`` lists what its prose takes back of its schemas."""

    def __init__(self, name: str, base: str) -> None:
        self.document = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        self._base = base

    def schema(self, name: str) -> dict[str, t.Any]:
        return {"$ref": f"#/components/schemas/{name}", "components": self.document["components"]}

    def check(self, said: Said) -> str:
        """The operation's id; raises what does not fit."""
        assert said.path.startswith(self._base), f"{said.path} is not below {self._base}"
        path = said.path[len(self._base) :]
        template = next((each for each in self.document["paths"] if fits(each, path)), None)
        assert template, f"no such path: {path}"
        item = self.document["paths"][template]
        operation = item.get(said.method.lower())
        assert operation, f"no {said.method} on {template}"
        parameters = [self._resolved(each) for each in [*item.get("parameters", ()), *operation.get("parameters", ())]]
        self._check_query(said, [each for each in parameters if each["in"] == "query"])
        self._check_body(said, operation.get("requestBody"))
        return str(operation["operationId"])

    def _check_query(self, said: Said, parameters: list[dict[str, t.Any]]) -> None:
        known = {each["name"]: each for each in parameters}
        assert said.query.keys() <= known.keys(), f"unknown query parameters: {said.query.keys() - known.keys()}"
        for name, each in known.items():
            assert name in said.query or not each.get("required"), f"the query lacks {name}"
            if name in said.query and each["schema"].get("type") == "boolean":
                assert said.query[name] in ("true", "false")

    def _check_body(self, said: Said, expected: dict[str, t.Any] | None) -> None:
        if expected is None:
            assert not said.body, f"{said.method} {said.path} takes no body"
            return
        assert said.body or not expected.get("required")
        assert said.headers["content-type"] == "application/json"
        schema = self._resolved(expected)["content"]["application/json"]["schema"]
        jsonschema.validate(said.json, {**schema, "components": self.document["components"]})

    def _resolved(self, part: dict[str, t.Any]) -> dict[str, t.Any]:
        reference = part.get("$ref")
        if reference is None:
            return part
        found: t.Any = self.document
        for key in reference.removeprefix("#/").split("/"):
            found = found[key]
        return t.cast("dict[str, t.Any]", found)


def fits(template: str, path: str) -> bool:
    pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None and "//" not in unquote(path)
