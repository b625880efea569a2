# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Near misses, for messages that help."""

from __future__ import annotations

import difflib
import typing as t


def nearest(name: str, known: t.Iterable[str]) -> str:
    """``; nearest: a, b`` for the known names that look like this one, or nothing."""
    names = {str(each).lower(): str(each) for each in known}
    close = difflib.get_close_matches(str(name).lower(), names, n=3, cutoff=0.5)
    return f"; nearest: {', '.join(names[each] for each in close)}" if close else ""
