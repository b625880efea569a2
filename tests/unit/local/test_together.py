# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many at once, killed at any point, and for nobody else's eyes."""

from __future__ import annotations

import os
import pathlib
import random
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._drivers.local import state as state_file
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Listener, NodeState

from .ground import Ground, do, eventually

PRELUDE = """
import sys
sys.path[:0] = {paths!r}
from {module} import do, open_cloud
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Listener, RecordSet
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import RecordChange
cloud = open_cloud({directory!r})
"""


def begin(local: Ground, script: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A process of its own that uses the same cloud, as a second ansible-playbook would."""
    paths = [str(pathlib.Path(__file__).parent), *(path for path in sys.path if path)]
    prelude = PRELUDE.format(paths=paths, module="ground", directory=str(local.directory))
    line = [sys.executable, "-c", prelude + script, *arguments]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> str:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return output.decode()


def test_twenty_processes_at_once_lose_nothing(local: Ground) -> None:
    script = """
me = sys.argv[1]
zone = next(iter(cloud.zones.find()))
for number in range(10):
    do(cloud.volumes.create({"name": f"v-{me}-{number}"}))
    record = RecordSet(name=f"r{me}-{number}.example.org", type="A", value=("192.0.2.1",), ttl=60)
    do(cloud.zones.change_records(zone, [RecordChange(after=record)]))
    if number % 2:
        do(cloud.volumes.delete(next(found for found in cloud.volumes.find() if found.name == f"v-{me}-{number}")))
"""
    zone = do(local.cloud.zones.create({"name": "example.org"}))
    for process in [begin(local, script, str(number)) for number in range(20)]:
        finish(process)

    assert len(list(local.cloud.volumes.find())) == 100
    assert len(os.listdir(local.directory / "volumes")) == 100
    records = [found for found in local.cloud.zones.find_records(zone) if found.type == "A"]
    assert len(records) == 200
    assert next(iter(local.cloud.zones.find())).serial == 201


def test_twenty_processes_make_the_cloud_and_one_thing_in_it_once(local: Ground) -> None:
    script = """
try:
    do(cloud.buckets.create({"name": "photos"}))
    print("made")
except Conflict:
    print("there")
"""
    processes = [begin(local, script) for _unused in range(20)]

    assert sorted(finish(process).strip() for process in processes) == ["made"] + ["there"] * 19


def test_nodes_made_at_once_all_run_at_addresses_of_their_own(local: Ground) -> None:
    script = 'print(do(cloud.nodes.create({"name": f"web-{sys.argv[1]}"})).id)'
    processes = [begin(local, script, str(number)) for number in range(8)]
    ids = {finish(process).strip() for process in processes}

    nodes = list(local.cloud.nodes.find())

    assert {node.id for node in nodes} == ids
    assert {node.state for node in nodes} == {NodeState.RUNNING}
    assert len({(node.public_ips[0], node.extra["ssh_port"]) for node in nodes}) == 8


def test_one_name_for_two_nodes_at_once_is_one_node(local: Ground) -> None:
    script = """
try:
    print(do(cloud.nodes.create({"name": "web"})).id)
except Conflict as error:
    print("conflict")
"""
    answers = [finish(process).strip() for process in [begin(local, script) for _unused in range(6)]]

    assert answers.count("conflict") == 5
    assert [node.id for node in local.cloud.nodes.find()] == [answer for answer in answers if answer != "conflict"]
    eventually(lambda: len(local.processes()) == 1)


@pytest.mark.parametrize("seed", range(12))
def test_a_task_killed_at_any_point_of_a_create_leaves_a_node_that_runs_or_none(local: Ground, seed: int) -> None:
    process = begin(local, 'print("begun", flush=True); do(cloud.nodes.create({"name": "web-1"}))')
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 0.4))
    process.kill()
    process.communicate()

    eventually(lambda: local.found() is None or local.found().state is not NodeState.STARTING)
    node = local.found()

    if node is None:
        eventually(lambda: local.processes() == [])
        node = local.node()
    assert node.state is NodeState.RUNNING
    assert local.found().id == node.id
    eventually(lambda: local.processes() == [local.pid(node.id)])
    do(local.cloud.nodes.delete(node))
    assert os.listdir(local.directory / "nodes") == []


@pytest.mark.parametrize("seed", range(8))
def test_a_task_killed_at_any_point_of_a_life_leaves_what_the_next_one_repairs(local: Ground, seed: int) -> None:
    script = """
print("begun", flush=True)
node = do(cloud.nodes.create({"name": "web-1"}))
node = do(cloud.nodes.stop(node))
node = do(cloud.nodes.start(node))
node = do(cloud.nodes.rebuild(node, "debian-12"))
do(cloud.nodes.delete(node))
"""
    process = begin(local, script)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.3, 2.5))
    process.kill()
    process.communicate()

    passing = (NodeState.STARTING, NodeState.STOPPING)
    eventually(lambda: local.found() is None or local.found().state not in passing)
    node = local.found() or local.node()
    assert do(local.cloud.nodes.start(node)).state is NodeState.RUNNING
    do(local.cloud.nodes.delete(node))

    eventually(lambda: local.processes() == [])
    local.cloud.nodes.directory.sweep("node", "nodes")
    assert os.listdir(local.directory / "nodes") == []


def answers(place: tuple[str, int]) -> bool:
    """Whether someone listens there: a process that lives sees a new listener a moment after its row is written."""
    try:
        with socket.create_connection(place, timeout=10):
            return True
    except ConnectionRefusedError:
        return False


@pytest.mark.parametrize("seed", range(6))
def test_what_a_killed_task_left_of_a_zone_and_a_balancer_serves_after_the_next(local: Ground, seed: int) -> None:
    script = """
print("begun", flush=True)
do(cloud.zones.create({"name": "example.org"}))
do(cloud.balancers.create({"name": "lb", "listeners": (Listener(port=8000),)}))
do(cloud.balancers.add_listener(next(iter(cloud.balancers.find())), Listener(port=8001)))
"""
    process = begin(local, script)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 0.6))
    process.kill()
    process.communicate()

    zone = next(iter(local.cloud.zones.find()), None) or do(local.cloud.zones.create({"name": "example.org"}))
    fields = {"name": "lb", "listeners": (Listener(port=8000),)}
    balancer = next(iter(local.cloud.balancers.find()), None) or do(local.cloud.balancers.create(fields))

    places = [(balancer.address, listener.port) for listener in balancer.listeners]
    for place in [*places, (zone.extra["dns_address"], zone.extra["dns_port"])]:
        eventually(lambda place=place: answers(place))
    assert len(places) in (1, 2)
    eventually(lambda: len(local.processes()) == 2)


def test_a_killed_node_is_stopped_and_starts_again(local: Ground) -> None:
    node = local.node(user_data="#!/bin/sh\ntouch begun\nexec sleep 600\n")
    eventually((pathlib.Path(node.extra["home"]) / "begun").exists)
    local.kill(node.id)

    assert local.state() == "stopped"

    assert do(local.cloud.nodes.start(local.found())).state is NodeState.RUNNING
    assert local.processes() == [local.pid(node.id)]


def test_a_process_of_the_same_number_is_not_taken_for_the_node(local: Ground) -> None:
    node = local.node()
    local.kill(node.id)
    (local.directory / "run" / f"{node.id}.lock").write_text(str(os.getpid()))

    assert local.state() == "stopped"
    do(local.cloud.nodes.delete(node))


def test_a_process_whose_row_is_gone_ends_by_itself(local: Ground) -> None:
    local.node()
    do(local.cloud.zones.create({"name": "example.org"}))
    do(local.cloud.balancers.create({"name": "lb"}))
    assert len(local.processes()) == 3

    with sqlite3.connect(local.directory / "state.db") as sql:
        sql.execute("DELETE FROM resource")

    eventually(lambda: local.processes() == [])


def test_all_ends_when_the_directory_is_taken_away(local: Ground) -> None:
    node = local.node(user_data="#!/bin/sh\ntouch begun\nexec sleep 600\n")
    eventually((pathlib.Path(node.extra["home"]) / "begun").exists)
    do(local.cloud.zones.create({"name": "example.org"}))
    local.directory.rename(local.folder / "elsewhere")
    local.directory.mkdir()

    eventually(lambda: local.processes() == [])
    assert os.listdir(local.directory) == []


def test_only_the_user_can_read_what_is_kept(local: Ground) -> None:
    before = os.umask(0)
    try:
        local.node(user_data="#!/bin/sh\nexit 0\n")
        eventually(lambda: local.found().extra["user_data_rc"] == 0)
        do(local.cloud.zones.create({"name": "example.org"}))
        do(local.cloud.balancers.create({"name": "lb"}))
        do(local.cloud.volumes.create({"name": "box"}))
        do(local.cloud.buckets.create({"name": "photos"}))
    finally:
        os.umask(before)

    for path in [local.directory, *local.directory.rglob("*")]:
        if "__pycache__" not in path.parts and not path.is_symlink():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_everything_listens_on_loopback_only(local: Ground) -> None:
    local.node()
    do(local.cloud.zones.create({"name": "example.org"}))
    inodes = set()
    for pid in local.processes():
        for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            target = os.readlink(link)
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[9] in inodes:
                found.append(words[1])

    assert len(found) == 3
    assert all(address.partition(":")[0].endswith("7F") for address in found)


def test_a_state_of_a_later_version_is_left_alone(local: Ground) -> None:
    do(local.cloud.volumes.create({"name": "box"}))
    with sqlite3.connect(local.directory / "state.db") as sql:
        sql.execute(f"PRAGMA user_version = {state_file.VERSION + 1}")

    with pytest.raises(Unavailable, match=r"a later version of anycloud.core made this local cloud"):
        list(local.cloud.volumes.find())


def test_a_file_that_is_no_state_is_one_sentence(local: Ground) -> None:
    local.directory.mkdir()
    (local.directory / "state.db").write_bytes(b"this is no database" * 100)

    with pytest.raises(CloudError, match=r"the local cloud's state in .* cannot be used"):
        list(local.cloud.nodes.find())


def test_a_directory_that_cannot_be_made_is_one_sentence(local: Ground) -> None:
    local.directory.write_text("a file is in the way")

    for use in (
        lambda: local.cloud.volumes.create({"name": "box"}),
        lambda: local.cloud.nodes.create({"name": "web-1"}),
        lambda: local.cloud.buckets.start_upload("photos", "x", {}),
    ):
        with pytest.raises(CloudError, match=r"the local cloud in .* cannot go on: .*Not a directory"):
            use()


def test_the_directory_is_found_where_users_expect_it(tmp_path: pathlib.Path) -> None:
    from ansible_collections.anycloud.core.plugins.module_utils._drivers.local.directory import Directory
    from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Connection, Settings
    from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work

    def path(options: dict[str, str], env: dict[str, str]) -> str:
        return Directory(Connection(Settings(options=options, env=env, home="/home/me", cwd="/here"), Work())).path

    assert path({}, {}) == "/home/me/.local/share/anycloud/local"
    assert path({}, {"XDG_DATA_HOME": "/x"}) == "/x/anycloud/local"
    assert path({}, {"XDG_DATA_HOME": "/x", "ANYCLOUD_LOCAL_DIR": "/y"}) == "/y"
    assert path({"directory": "~/z"}, {"ANYCLOUD_LOCAL_DIR": "/y"}) == "/home/me/z"
    assert path({"directory": "rel"}, {}) == "/here/rel"


def test_signals_of_the_task_do_not_reach_the_node(local: Ground) -> None:
    process = begin(
        local, 'import time; print(do(cloud.nodes.create({"name": "web-1"})).id, flush=True); time.sleep(60)'
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate()

    assert local.state() == "running"
