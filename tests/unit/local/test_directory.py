# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of a local cloud: what else is in it stays, and others keep out."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Denied

from .ground import Ground, do


@pytest.mark.parametrize("folder", ["volumes", "snapshots", "buckets", "nodes"])
def test_a_folder_that_somebody_uses_becomes_no_local_cloud(local: Ground, folder: str) -> None:
    mine = local.directory / folder / "mine" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work")

    with pytest.raises(Conflict, match=f"{folder} has files, but .* is no local cloud; choose another directory"):
        do(local.cloud.volumes.create({"name": "box"}))

    assert mine.read_text() == "years of work"
    assert [path.name for path in local.directory.iterdir()] == [folder]


def test_what_is_put_beside_volumes_and_drafts_stays(local: Ground) -> None:
    do(local.cloud.volumes.create({"name": "box"}))
    mine = [local.directory / "volumes" / "mine", local.directory / "staging" / "mine"]
    orphan = local.directory / "volumes" / "v-0123456789ab"
    for folder in (*mine, orphan):
        folder.mkdir()
    (local.directory / "staging" / "mine.lock").touch()

    do(local.cloud.volumes.create({"name": "crate"}))

    assert all(folder.is_dir() for folder in mine)
    assert not orphan.exists()


def test_a_folder_that_everybody_can_write_to_is_refused(local: Ground) -> None:
    local.directory.mkdir()
    local.directory.chmod(0o1777)

    for use in (lambda: list(local.cloud.volumes.find()), lambda: local.cloud.volumes.create({"name": "box"})):
        with pytest.raises(Denied, match="everybody can write to"):
            use()

    assert not list(local.directory.iterdir())


def test_nobody_else_can_look_into_it(local: Ground) -> None:
    do(local.cloud.volumes.create({"name": "box"}))

    for path in (local.directory, *local.directory.rglob("*")):
        assert not path.stat().st_mode & 0o077, path
