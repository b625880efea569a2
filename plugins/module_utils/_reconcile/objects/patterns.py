# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths of a tree are meant: ``include`` and ``exclude``."""

from __future__ import annotations

import re
import typing as t

from ...sdk.errors import Invalid

TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)


class Patterns:
    """Accepts a path that some ``include`` fits, or all without one, unless some ``exclude`` fits."""

    def __init__(self, include: t.Sequence[str] | None, exclude: t.Sequence[str] | None) -> None:
        self._include = None if include is None else [compiled(pattern) for pattern in include]
        self._exclude = [compiled(pattern) for pattern in exclude or ()]

    def accept(self, path: str) -> bool:
        if self._include is not None and not any(pattern.fullmatch(path) for pattern in self._include):
            return False
        return not any(pattern.fullmatch(path) for pattern in self._exclude)


def compiled(pattern: str) -> re.Pattern[str]:
    """``*.log`` fits a name at any depth, ``a/*.log`` a path from the top, ``**`` any number of folders, ``a/`` all of a folder."""
    if not pattern.strip("/"):
        raise Invalid(f'the pattern "{pattern}" fits nothing; write for example *.html, photos/ or **')
    whole = pattern.lstrip("/") + ("**" if pattern.endswith("/") else "")
    anywhere = "" if "/" in pattern.rstrip("/") or whole.startswith("**") else "(?:.*/)?"
    return re.compile(anywhere + "".join(map(translated, TOKENS.findall(whole))), re.DOTALL)


def translated(token: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    if token in known:
        return known[token]
    if len(token) > 1:
        negated = token[1] in "!^"
        inner = token[2 if negated else 1 : -1].replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
        return f"(?!/)[{'^' if negated else ''}{inner}]"
    return re.escape(token)
