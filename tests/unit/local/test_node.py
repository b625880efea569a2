# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes of the local cloud: their life, from create to delete."""

from __future__ import annotations

import os
import pathlib

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Invalid, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import NodeState

from .ground import Ground, do, eventually, open_cloud


def test_nothing_is_made_by_looking(local: Ground) -> None:
    cloud = local.cloud

    assert list(cloud.nodes.find()) == []
    assert list(cloud.zones.find()) == []
    assert list(cloud.buckets.find()) == []
    assert not local.directory.exists()


def test_a_node_runs_until_it_is_deleted_and_leaves_nothing(local: Ground) -> None:
    node = local.node(size="micro", image="debian-13", location="helsinki", labels={"team": "a"})

    assert node.state is NodeState.RUNNING
    assert (node.size, node.image, node.location, node.labels) == ("micro", "debian-13", "helsinki", {"team": "a"})
    assert node.public_ips[0].startswith("127.")
    assert node.price_hourly == 0.004
    assert node.currency == "EUR"
    assert local.pid(node.id)

    do(local.cloud.nodes.delete(node))

    assert local.found() is None
    eventually(lambda: local.processes() == [])
    assert os.listdir(local.directory / "nodes") == []


@pytest.mark.parametrize("name", ["ünï", "../etc", "a b", "x" * 64])
def test_a_name_that_cannot_be_is_known_before_anything_is_asked_for(local: Ground, name: str) -> None:
    for service in (local.cloud.nodes, local.cloud.volumes, local.cloud.balancers):
        with pytest.raises(Invalid, match="is no name for a thing of the local cloud"):
            service.check_name("thing", name)


def test_a_stopped_node_keeps_its_home_and_its_address(local: Ground) -> None:
    node = local.node()
    (pathlib.Path(node.extra["home"]) / "kept").write_text("here")

    stopped = do(local.cloud.nodes.stop(node))

    assert stopped.state is NodeState.STOPPED
    assert local.processes() == []

    started = do(local.cloud.nodes.start(stopped))

    assert started.state is NodeState.RUNNING
    assert (started.id, started.public_ips) == (node.id, node.public_ips)
    assert started.extra["host_keys"] == node.extra["host_keys"]
    assert (pathlib.Path(node.extra["home"]) / "kept").read_text() == "here"


def test_a_restart_is_another_process_of_the_same_node(local: Ground) -> None:
    node = local.node()
    before = local.pid(node.id)

    restarted = do(local.cloud.nodes.restart(node))

    assert restarted.state is NodeState.RUNNING
    assert restarted.id == node.id
    assert local.pid(node.id) not in (None, before)


def test_a_rebuilt_node_begins_with_an_empty_home_and_boots_anew(local: Ground) -> None:
    node = local.node(user_data="#!/bin/sh\necho booted >> mark\n")
    home = pathlib.Path(node.extra["home"])
    eventually(lambda: local.found().extra["user_data_rc"] == 0)
    (home / "gone").write_text("soon")

    rebuilt = do(local.cloud.nodes.rebuild(node, "debian-12"))

    assert rebuilt.image == "debian-12"
    assert rebuilt.id == node.id
    eventually(lambda: local.found().extra["user_data_rc"] == 0)
    assert not (home / "gone").exists()
    assert (home / "mark").read_text() == "booted\n"


def test_user_data_runs_once_and_its_end_is_told(local: Ground) -> None:
    node = local.node(user_data="#!/bin/sh\necho $ANYCLOUD_NAME at $ANYCLOUD_ADDRESS >> mark\nexit 4\n")
    eventually(lambda: local.found().extra["user_data_rc"] is not None)

    do(local.cloud.nodes.restart(node))

    assert local.found().extra["user_data_rc"] == 4
    assert (pathlib.Path(node.extra["home"]) / "mark").read_text() == f"web-1 at {node.public_ips[0]}\n"


def test_rc_local_runs_at_each_boot(local: Ground) -> None:
    node = local.node(user_data="#!/bin/sh\nprintf '#!/bin/sh\\necho up >> ups\\n' > rc.local\nchmod +x rc.local\n")
    ups = pathlib.Path(node.extra["home"]) / "ups"
    eventually(ups.exists)

    do(local.cloud.nodes.restart(node))

    eventually(lambda: ups.read_text() == "up\nup\n")


def test_what_a_node_runs_ends_with_it(local: Ground) -> None:
    node = local.node(user_data="#!/bin/sh\n(trap '' TERM HUP; touch begun; sleep 600) &\n")
    eventually((pathlib.Path(node.extra["home"]) / "begun").exists)
    assert len(local.processes()) > 1

    do(local.cloud.nodes.stop(node))

    eventually(lambda: local.processes() == [])


def test_labels_change_while_a_node_runs_and_a_size_needs_a_restart(local: Ground) -> None:
    node = local.node()
    before = local.pid(node.id)
    fields = local.cloud.nodes.capabilities.fields
    assert (fields["labels"], fields["size"], fields["image"]) == (How.LIVE, How.RESTART, How.RECREATE)

    labelled = do(local.cloud.nodes.update(node, {"labels": {"a": "b"}}))
    assert labelled.labels == {"a": "b"}
    assert local.pid(node.id) == before

    larger = do(local.cloud.nodes.update(node, {"size": "large"}))
    assert larger.size == "large"
    assert larger.state is NodeState.RUNNING
    assert local.pid(node.id) != before


def test_a_stopped_node_stays_stopped_when_its_size_changes(local: Ground) -> None:
    node = do(local.cloud.nodes.stop(local.node()))

    assert do(local.cloud.nodes.update(node, {"size": "large"})).state is NodeState.STOPPED
    assert local.processes() == []


def test_a_second_node_of_one_name_is_refused_and_leaves_no_process(local: Ground) -> None:
    node = local.node()

    with pytest.raises(Conflict, match=rf"a node web-1 is there already \({node.id}\)"):
        local.node()

    assert local.processes() == [local.pid(node.id)]
    assert len(list(local.cloud.nodes.find())) == 1


@pytest.mark.parametrize(
    ("fields", "error", "sentence"),
    [
        ({"size": "smal"}, Invalid, "no size 'smal' on the local cloud; nearest: small"),
        ({"image": "debian13"}, Invalid, "no image 'debian13' on the local cloud; nearest: debian-13"),
        ({"location": "mars"}, Invalid, "no location 'mars' on the local cloud"),
        ({"key_names": ("nobody",)}, NotFound, "no key 'nobody' on the local cloud; nearest: there are none"),
        ({"name": "../x"}, Invalid, "'../x' is no name for a node"),
        ({"name": ""}, Invalid, "'' is no name for a node"),
    ],
)
def test_a_wrong_node_is_one_sentence_and_nothing_is_made(local: Ground, fields, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        do(local.cloud.nodes.create({"name": "web-1", **fields}))

    assert list(local.cloud.nodes.find()) == []
    assert local.processes() == []


def test_each_node_has_an_address_of_its_own_where_the_system_has_them(local: Ground) -> None:
    one, other = local.node("one"), local.node("other")

    places = {(node.public_ips[0], node.extra["ssh_port"]) for node in (one, other)}

    assert len(places) == 2
    if one.public_ips != ("127.0.0.1",):
        assert {port for _address, port in places} == {2222}


def test_two_clouds_do_not_see_each_other(local: Ground, tmp_path: pathlib.Path) -> None:
    local.node()

    assert list(open_cloud(tmp_path / "other").nodes.find()) == []


def test_there_is_something_to_choose_from(local: Ground) -> None:
    nodes = local.cloud.nodes

    assert len(list(nodes.sizes())) == 8
    assert all(size.price_hourly and size.currency == "EUR" for size in nodes.sizes())
    assert len({location.country for location in nodes.locations()}) >= 3
    builds = [image for image in nodes.images() if image.family == "debian" and image.version == "13"]
    assert max(builds, key=lambda image: image.created).id == "debian-13"
    assert len(builds) > 1
