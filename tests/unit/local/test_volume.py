# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys, volumes and snapshots of the local cloud."""

from __future__ import annotations

import os
import pathlib
import subprocess
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Invalid, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Node, Volume

from .ground import Ground, do


def volume(local: Ground, name: str = "box", **fields: t.Any) -> Volume:
    return do(local.cloud.volumes.create({"name": name, **fields}))


def attached(local: Ground, made: Volume, node: Node) -> Volume:
    return do(local.cloud.volumes.attach(made, node))


def again(local: Ground, name: str = "box") -> Volume | None:
    return next((found for found in local.cloud.volumes.find() if found.name == name), None)


def test_a_key_has_the_fingerprint_that_openssh_tells(local: Ground, needs) -> None:
    needs("ssh-keygen")
    private = local.key()
    told = subprocess.run(["ssh-keygen", "-lf", private], check=True, capture_output=True, text=True).stdout

    (key,) = local.cloud.keys.find()

    assert key.fingerprint == told.split()[1]
    assert key.public_key == private.with_suffix(".pub").read_text().strip()
    with pytest.raises(Conflict, match="a key me is there already"):
        local.cloud.keys.create({"name": "me", "public_key": key.public_key})
    do(local.cloud.keys.delete(key))
    assert list(local.cloud.keys.find()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 !!!",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIA",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        None,
    ],
)
def test_what_is_no_public_key_is_refused(local: Ground, text) -> None:
    with pytest.raises(Invalid, match="the public key is not one line as in a .pub file"):
        local.cloud.keys.create({"name": "me", "public_key": text})


def test_a_volume_is_a_folder_that_its_node_sees(local: Ground) -> None:
    node = local.node()
    made = volume(local, size_gb=10, labels={"a": "b"})
    assert (made.size_gb, made.state, made.node, made.labels) == (10, "available", None, {"a": "b"})

    held = attached(local, made, node)

    assert (held.state, held.node) == ("in_use", node.id)
    assert held.device == f"{node.extra['home']}/volumes/box"
    pathlib.Path(held.device, "file").write_text("kept")
    do(local.cloud.nodes.rebuild(node, "debian-13"))
    assert pathlib.Path(held.device, "file").read_text() == "kept"

    free = do(local.cloud.volumes.detach(held))

    assert (free.state, free.node, free.device) == ("available", None, None)
    assert not os.path.lexists(held.device)


def test_a_volume_survives_its_node(local: Ground) -> None:
    node = local.node()
    held = attached(local, volume(local), node)
    pathlib.Path(held.device, "file").write_text("kept")

    do(local.cloud.nodes.delete(node))

    free = again(local)
    assert (free.state, free.node) == ("available", None)
    assert pathlib.Path(free.extra["folder"], "file").read_text() == "kept"


def test_volumes_only_grow(local: Ground) -> None:
    made = volume(local, size_gb=10)

    assert do(local.cloud.volumes.update(made, {"size_gb": 20})).size_gb == 20
    with pytest.raises(Invalid, match="a volume of 20 GB cannot become one of 10 GB: volumes only grow"):
        local.cloud.volumes.update(made, {"size_gb": 10})
    with pytest.raises(Invalid, match="a volume of 0 GB cannot be had"):
        volume(local, "other", size_gb=0)


def test_an_attached_volume_can_be_renamed_but_not_deleted_or_attached_elsewhere(local: Ground) -> None:
    one, other = local.node("one"), local.node("other")
    held = attached(local, volume(local), one)

    with pytest.raises(Conflict, match="volume box is attached to node"):
        local.cloud.volumes.delete(held)
    with pytest.raises(Conflict, match="is attached to node .* already"):
        attached(local, held, other)

    renamed = do(local.cloud.volumes.update(held, {"name": "chest"}))
    assert renamed.device.endswith("/volumes/chest")
    assert os.listdir(os.path.dirname(renamed.device)) == ["chest"]


def test_a_folder_of_the_user_is_not_taken_for_a_volume(local: Ground) -> None:
    node = local.node()
    mine = pathlib.Path(node.extra["home"], "volumes", "box")
    mine.mkdir(parents=True)
    (mine / "precious").write_text("x")

    with pytest.raises(Conflict, match="is there already, and is no volume"):
        attached(local, volume(local), node)

    assert (mine / "precious").exists()
    assert again(local).node is None


def test_a_volume_and_its_node_are_in_one_location(local: Ground) -> None:
    node = local.node(location="oregon")

    with pytest.raises(Conflict, match="volume box is in berlin and node web-1 in oregon"):
        attached(local, volume(local, location="berlin"), node)


def test_a_snapshot_shows_what_was_and_makes_new_volumes(local: Ground) -> None:
    made = volume(local, size_gb=5)
    folder = pathlib.Path(made.extra["folder"])
    (folder / "file").write_text("then")
    (folder / "link").symlink_to("file")
    shot = do(
        local.cloud.volumes.create_snapshot(made, {"name": "then", "description": "before", "labels": {"a": "b"}})
    )
    (folder / "file").write_text("now")

    restored = volume(local, "back", snapshot=shot.id)

    back = pathlib.Path(restored.extra["folder"])
    assert (back / "file").read_text() == "then"
    assert os.readlink(back / "link") == "file"
    assert (restored.snapshot, restored.size_gb) == (shot.id, 5)
    assert list(local.cloud.volumes.find_snapshots()) == [shot]
    assert (shot.volume, shot.size_gb, shot.description, shot.labels) == (made.id, 5, "before", {"a": "b"})
    with pytest.raises(Invalid, match="volumes only grow"):
        volume(local, "small", snapshot=shot.id, size_gb=1)
    with pytest.raises(NotFound, match="no snapshot s-gone"):
        volume(local, "none", snapshot="s-gone")


def test_nothing_is_left_of_what_was_deleted(local: Ground) -> None:
    made = volume(local)
    shot = do(local.cloud.volumes.create_snapshot(made, {"name": "then"}))

    do(local.cloud.volumes.delete(made))
    assert [found.id for found in local.cloud.volumes.find_snapshots()] == [shot.id]
    do(local.cloud.volumes.delete_snapshot(shot))

    assert again(local) is None
    for folder in ("volumes", "snapshots", "staging"):
        assert os.listdir(local.directory / folder) == []


def test_a_folder_that_a_killed_task_left_goes_with_the_next_create(local: Ground) -> None:
    volume(local)
    (local.directory / "volumes" / "v-0123456789ab").mkdir()

    volume(local, "next")

    assert sorted(os.listdir(local.directory / "volumes")) == sorted(found.id for found in local.cloud.volumes.find())
