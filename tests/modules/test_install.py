# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users get: the built collection, installed where there was nothing, works."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import pytest
from playing import ROOT, Ground

TASKS = """
- name: make
  anycloud.core.cloud_bucket:
    provider: local
    name: first
- name: look
  anycloud.core.cloud_info:
    provider: local
    gather: [buckets]
"""


@pytest.fixture
def clone(tmp_path: pathlib.Path) -> pathlib.Path:
    """The files that Git knows or would take; nothing of what lies about in a working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    copy = tmp_path / "clone"
    for file in filter(None, listed.split("\0")):
        if (ROOT / file).is_file():
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, copy / file)
    return copy


def test_the_built_collection_works_from_an_empty_home(play: Ground, clone: pathlib.Path) -> None:
    built = play.command("ansible-galaxy", "collection", "build", str(clone), "--output-path", str(play.folder))
    assert built.returncode == 0, built.stderr
    (tarball,) = play.folder.glob("anycloud-core-*.tar.gz")
    elsewhere = {"ANSIBLE_COLLECTIONS_PATH": str(play.home / "collections"), "PYTHONPATH": os.devnull}

    installed = play.command("ansible-galaxy", "collection", "install", str(tarball), env=elsewhere)

    assert installed.returncode == 0, installed.stderr
    for lane in ("fast", "module"):
        outcome = play(TASKS, lane=lane, env=elsewhere).ok()
        assert outcome.changed == (lane == "fast")
        assert [bucket["name"] for bucket in outcome.result("look")["buckets"]] == ["first"]
    assert (play.home / "collections/ansible_collections/anycloud/core/playbooks/quickstart.yml").exists()
    assert not list((play.home / "collections").rglob("__pycache__/conftest*"))
