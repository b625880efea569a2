# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which paths of a tree are meant: ``include`` and ``exclude``."""

from __future__ import annotations

import re
import typing as t

from ...sdk.errors import Invalid

TOKENS = re.compile(r"\*\*/|\*\*|\*|\?|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)
STRETCHES: t.Mapping[str, str] = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}


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
    return re.compile(anywhere + "".join(swift(pieces(TOKENS.findall(whole)))), re.DOTALL)


def pieces(tokens: t.Iterable[str]) -> list[str]:
    """A pattern cut up where it can stretch; repeated stretches are one."""
    found = [""]
    for token in tokens:
        if token not in STRETCHES:
            found[-1] += translated(token)
        elif found[-1] or len(found) < 2 or found[-2] != token:
            found += [token, ""]
    return found


def swift(found: t.Sequence[str]) -> t.Iterator[str]:
    """The same without second thoughts: a ``*`` that is followed by another one is right where it first fits.

    Names come from others, and with thoughts of any depth some would take years.
    """
    yield found[0]
    for at in range(1, len(found), 2):
        stretch, fixed, after = found[at], found[at + 1], found[at + 2] if at + 2 < len(found) else ""
        if stretch == "*" and after in ("*", "**"):
            yield f"(?=(?P<at{at}>[^/]*?{fixed}))(?P=at{at})"
        else:
            yield STRETCHES[stretch] + fixed


def translated(token: str) -> str:
    if token == "?":
        return "[^/]"
    if len(token) > 1:
        negated = token[1] in "!^"
        inner = token[2 if negated else 1 : -1].replace("\\", r"\\").replace("[", r"\[").replace("]", r"\]")
        return f"(?!/)[{'^' if negated else ''}{inner}]"
    return re.escape(token)
