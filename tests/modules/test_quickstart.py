# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first thing that a user runs."""

from __future__ import annotations

import shutil

from playing import Ground, Outcome


def run(play: Ground, book: str) -> Outcome:
    return play.playbook(f"anycloud.core.{book}", "-e", f"demo_folder={play.folder / 'demo'}").ok()


def test_the_quick_start_works_again_and_again_and_leaves_nothing(play: Ground) -> None:
    first = run(play, "quickstart")

    assert {f"web-{number}" for number in (1, 2, 3)} == {
        answer.removeprefix("Hello, I am ").removesuffix(".") for answer in first.result("Who answered")["msg"]
    }
    assert first.result("Nothing was left to do")["msg"].startswith("Everything was there already")
    if shutil.which("ssh"):
        assert first.result("Which nodes answered")["msg"] == ["web-1: pong", "web-2: pong", "web-3: pong"]

    assert not run(play, "quickstart").changed
    assert play.processes()

    assert run(play, "quickstart_clean").changed
    assert play.processes() == []
    assert not (play.folder / "demo").exists()
    assert not run(play, "quickstart_clean").changed


def test_the_quick_start_plans_without_making_anything(play: Ground) -> None:
    outcome = play.playbook("anycloud.core.quickstart", "--check", "-e", f"demo_folder={play.folder / 'demo'}").ok()

    assert play.processes() == []
    assert not (play.folder / "demo").exists()
    assert any("create node web-1" in sentence for sentence in outcome.result("What was planned and done")["msg"])
    assert outcome.step(-1).status == "skipped"
