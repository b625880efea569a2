# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plays the test-only module ``anycloud.lanetest.probe``, which has one behaviour for each end of a run."""

from __future__ import annotations

import base64
import pathlib
import typing as t
from urllib.parse import quote

from playing import Ground, Outcome

LANETEST = pathlib.Path(__file__).resolve().parent / "collections"
HEADING = {"module_defaults": {"group/anycloud.lanetest.cloud": {"provider": "local"}}}


def probe(play: Ground, tasks: t.Any, env: t.Mapping[str, str] | None = None, **more: t.Any) -> Outcome:
    """``play`` with the module at hand, on the local cloud unless a task says otherwise."""
    more.setdefault("keywords", HEADING)
    return play(tasks, env={"ANSIBLE_COLLECTIONS_PATH": f"{play.collections}:{LANETEST}", **(env or {})}, **more)


def lane_of(outcome: Outcome) -> list[str]:
    """Which lane each task took, as -vvv tells it."""
    mark = "anycloud.lanetest.probe: "
    return [line.partition(mark)[2] for line in outcome.stdout.splitlines() if mark in line and " lane" in line]


def traces(secret: str, text: str) -> list[str]:
    """The forms of a secret that can be seen in a text."""
    raw = secret.encode()
    forms = {
        "plain": secret,
        "base64": base64.b64encode(raw).decode().rstrip("=")[:-1],
        "percent": quote(secret, safe=""),
    }
    return [name for name, form in forms.items() if form in text]
