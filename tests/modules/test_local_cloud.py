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
    content = play.folder / "content"
    content.write_text("from here")

    def adhoc(*arguments: str, **env: str) -> str:
        env = {"ANSIBLE_REMOTE_TEMP": "~/.ansible/tmp", **env}
        done = play.command("ansible", "-i", str(inventory), "web-1", *arguments, env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert '"ping": "pong"' in adhoc("-m", "ping")
    assert '"ping": "pong"' in adhoc("-m", "ping", ANSIBLE_PIPELINING="1")
    assert f'"HOME": "{node["extra"]["home"]}"' in adhoc("-m", "setup", "-a", "filter=ansible_env")
    adhoc("-m", "copy", "-a", f"src={content} dest=~/copied mode=0600")
    assert "from here" in adhoc("-m", "command", "-a", "cat copied")
    adhoc(
        "-m",
        "copy",
        "-a",
        f"src={content} dest=~/again",
        ANSIBLE_SSH_TRANSFER_METHOD="scp",
        ANSIBLE_SCP_EXTRA_ARGS="-O",
    )
    assert "from here" in adhoc("-m", "command", "-a", "cat again")

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
