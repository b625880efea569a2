# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""XML from a server that is not trusted: no document type, no entities, no names from other name spaces."""

from __future__ import annotations

import typing as t
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

DEEPEST = 200


def parse(body: bytes) -> Element:
    """The root element, names without their name spaces; ``ValueError`` for anything but plain XML."""
    tree = TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"XML is nested deeper than {DEEPEST} levels")
        tree.start(local(name), {local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        tree.end(local(name))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = tree.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise ValueError(f"not XML: {error}") from None
    return tree.close()


def local(name: str) -> str:
    return name.rpartition(" ")[2]


def refuse(*_declaration: t.Any) -> t.NoReturn:
    raise ValueError("XML with a document type or entities is not read")
