# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks that pages show to newcomers run as they stand, and change nothing the second time."""

from __future__ import annotations

import re

import pytest
from playing import ROOT, Ground


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md"])
def test_the_playbook_of_a_page_runs_as_it_stands(play: Ground, page: str) -> None:
    (shown,) = re.findall(r"```yaml\n(- hosts: .*?)```", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    (play.home / ".ssh").mkdir(mode=0o700)
    book = play.folder / "shown.yml"
    book.write_text(shown, encoding="utf-8")

    assert play.playbook(str(book), "--check").ok().changed
    assert not (play.home / ".ssh" / "anycloud_local").exists()
    assert play.playbook(str(book)).ok().changed
    assert not play.playbook(str(book)).ok().changed
