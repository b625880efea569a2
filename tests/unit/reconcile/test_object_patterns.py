# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns fit what they say, and no name takes them long."""

from __future__ import annotations

import itertools

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.objects.patterns import Patterns
from hypothesis import assume, given
from hypothesis import strategies as st

TOKENS = st.lists(st.sampled_from(["**/", "**", "*", "?", "/", "a", "b"]), min_size=1, max_size=9)
PATHS = st.text("aab/", max_size=10)


def fits(tokens: tuple[str, ...], path: str) -> bool:
    """What a pattern means, token by token."""
    if not tokens:
        return not path
    token, rest = tokens[0], tokens[1:]
    lengths = range(len(path) + 1)
    if token == "**/":
        return any(fits(rest, path[end:]) for end in lengths if not end or path[end - 1] == "/")
    if token == "**":
        return any(fits(rest, path[end:]) for end in lengths)
    if token == "*":
        return any(fits(rest, path[end:]) for end in lengths if "/" not in path[:end])
    return path[:1] not in ("", "/" if token == "?" else "") and token in ("?", path[0]) and fits(rest, path[1:])


@given(TOKENS, PATHS)
def test_a_pattern_fits_what_its_tokens_say(written: list[str], path: str) -> None:
    # the first letter and slash bind it to the top, the last letter keeps it from being a folder
    tokens = ("a", "/", *written, "b")
    pattern = "".join(tokens)
    assume(not any(other[0] in {"*": "*", "**": "*/"}.get(one, "") for one, other in itertools.pairwise(tokens)))

    assert Patterns([pattern], None).accept(f"a/{path}b") == fits(tokens, f"a/{path}b")


def test_a_name_of_nothing_but_dashes_is_soon_told_from_a_date() -> None:
    dated = Patterns(["*-*-*-*-*-*-*-*.log"], None)

    assert not dated.accept("-" * 1000)
    assert dated.accept("a/b/web-1-2026-11-20-18-40-59.log")
