# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cloud from playbooks, in both lanes, and its nodes as hosts of Ansible through OpenSSH."""

from __future__ import annotations

import pathlib
import socket
import subprocess

import pytest
from playing import Ground

KEY_OPTIONS = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o LogLevel=ERROR"

CREATE = """
- anycloud.core.cloud_key: {provider: local, name: me, public_key: "{{ lookup('file', key ~ '.pub') }}"}
- anycloud.core.cloud_node:
    provider: local
    name: web-1
    size: nano
    image: debian-13
    key_names: [me]
  register: made
"""

USE = """
- {name: facts, ansible.builtin.setup: {gather_subset: "!all"}}
- ansible.builtin.copy: {src: content, dest: ~/copied, mode: "0600"}
- {name: read, ansible.builtin.command: cat copied}
"""

# how files get there does not depend on the lane that made the node
WAYS = {
    "fast": [{}, {"ANSIBLE_SSH_TRANSFER_METHOD": "scp", "ANSIBLE_SCP_EXTRA_ARGS": "-O"}, {"ANSIBLE_PIPELINING": "1"}],
    "module": [{}],
}

DELETE = """
- anycloud.core.cloud_node: {provider: local, name: web-1, state: absent}
- anycloud.core.cloud_key: {provider: local, name: me, state: absent}
"""


@pytest.fixture
def key(play: Ground, needs) -> pathlib.Path:
    needs("ssh")
    path = play.folder / "key"
    subprocess.run([needs("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def test_a_node_outlives_its_task_and_is_a_host_of_ansible(play: Ground, lane: str, key: pathlib.Path) -> None:
    made = play(CREATE, lane=lane, vars={"key": str(key)})
    assert not made.failed, made.text
    node = made.results[-1]["node"]
    host = (
        f"web-1 ansible_host={node['public_ips'][0]} ansible_port={node['extra']['ssh_port']} "
        f"ansible_ssh_private_key_file={key} ansible_ssh_common_args='{KEY_OPTIONS}' "
        "ansible_python_interpreter=auto_silent"
    )
    inventory = play.folder / "hosts"
    inventory.write_text(f"{host}\n")
    (play.folder / "content").write_text("from here")
    env = {"ANSIBLE_REMOTE_TEMP": "~/.ansible/tmp"}

    pinged = play.command("ansible", "-i", str(inventory), "web-1", "-m", "ping", env=env)
    used = [
        play(USE, inventory=str(inventory), keywords={"connection": "ssh"}, env={**env, **way}) for way in WAYS[lane]
    ]

    assert '"ping": "pong"' in pinged.stdout, pinged.stdout + pinged.stderr
    for outcome in used:
        assert not outcome.failed, outcome.text
        assert outcome.step("facts").result["ansible_facts"]["ansible_env"]["HOME"] == node["extra"]["home"]
        assert outcome.step("read").result["stdout"] == "from here"

    ended = play(DELETE, lane=lane)
    assert not ended.failed, ended.text
    assert play.processes() == []


def test_what_a_reboot_ended_is_stopped_and_starts_again(play: Ground, lane: str, key: pathlib.Path) -> None:
    node = play(CREATE, lane=lane, vars={"key": str(key)}).results[-1]["node"]
    for pid in play.processes():
        subprocess.run(["kill", "-9", str(pid)], check=True)
    task = [{"name": "it", "anycloud.core.cloud_node": {"provider": "local", "name": "web-1", "state": "started"}}]

    planned = play(task, lane=lane, check=True).step("it").result
    assert play.processes() == []
    started = play(task, lane=lane).step("it").result
    again = play(task, lane=lane).step("it").result

    assert planned["changed"] and started["changed"] and not again["changed"]
    assert started["node"]["state"] == "running"
    assert started["node"]["id"] == node["id"]
    with socket.create_connection((node["public_ips"][0], node["extra"]["ssh_port"]), timeout=10) as link:
        assert link.recv(4) == b"SSH-"
