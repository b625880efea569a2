# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin with the real ansible-inventory: hosts, their variables and groups."""

from __future__ import annotations

import json
import typing as t

from inventories import PLUGIN, Untrusted, crowd, listed, take_down, write
from playing import Ground

EVIL = "{{ lookup('ansible.builtin.pipe', 'touch evil') }}"


def node(name: str, **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "state": "running", **more}


WEB = node("web-1", location="fsn1", labels={"role": "web", "env": "prod"})
DB = node("db-1", location="nbg1", labels={"role": "db"})


def test_constructed_features(play: Ground) -> None:
    found = listed(
        play,
        {
            "sources": [crowd(play.folder, "lab", WEB, DB)],
            "hostvars_prefix": "node_",
            "group_by": ["provider"],
            "hostnames": ["labels.fqdn", "{{ name }}.{{ location }}.example.org"],
            "compose": {
                "loud": "name | upper",
                "tier": "labels.env | default('none')",
                "fixed": "'x'",
                "none": "labels.absent",
            },
            "groups": {"web servers": "labels.role == 'web'", "loud": "loud == 'DB-1'"},
            "keyed_groups": [{"key": "tier", "prefix": "tier", "parent_group": "tiers"}, {"key": "node_location"}],
        },
    )
    web, db = "web-1.fsn1.example.org", "db-1.nbg1.example.org"
    assert found.names == [db, web]
    assert {name: found.hosts[web].get(name) for name in ("loud", "tier", "fixed", "none", "node_name")} == {
        "loud": "WEB-1", "tier": "prod", "fixed": "x", "none": None, "node_name": "web-1",
    }  # fmt: skip
    assert found.groups == {
        "provider_crowd": [web, db], "web_servers": [web], "loud": [db],
        "tier_prod": [web], "tier_none": [db], "_fsn1": [web], "_nbg1": [db],
    }  # fmt: skip
    assert found.children["tiers"] == ["tier_prod", "tier_none"]


def test_text_of_a_cloud_is_never_a_template(play: Ground) -> None:
    """Names, labels and the provider's own values, composed, as a group and in a running play."""
    evil = node(
        "x",
        labels={"role": EVIL, EVIL: "key"},
        location=EVIL,
        extra={"note": EVIL, "ssh_user": EVIL},
        public_ips=[EVIL],
    )
    config = {
        "sources": [crowd(play.folder, "lab", evil)],
        "raw": True,
        "hostnames": ["labels.role", "name"],
        "compose": {"role": "labels.role", "rendered": "labels.role ~ ''", "upper": "location | trim", "deep": "extra"},
        "keyed_groups": [{"key": "labels.role", "parent_group": "in_{{ location }}"}],
    }
    found = listed(play, config)
    (own,) = found.hosts.values()
    assert own["cloud_labels"]["role"] == own["role"] == own["rendered"] == own["upper"] == EVIL
    assert own["deep"]["note"] == own["cloud_extra"]["note"] == EVIL
    assert {type(own[name]) for name in ("role", "rendered", "upper", "cloud_name", "cloud_location")} == {Untrusted}
    assert {type(text) for text in own["cloud_labels"].values()} == {Untrusted}
    assert not {"ansible_host", "ansible_user"} & set(own)

    book = [
        {"ansible.builtin.debug": {"msg": ["{{ role }}", "{{ cloud_labels }}", "{{ rendered }}", "{{ hostvars }}"]}}
    ]
    outcome = play(book, inventory=write(play, config)).ok()
    assert outcome.result(0)["msg"][0] == EVIL
    assert list(play.folder.rglob("evil")) == []


def test_files_of_these_names_are_read(play: Ground) -> None:
    names = ["nodes.anycloud.yaml", "my_cloud_nodes.yml", "anything.yml"]
    for number, name in enumerate(names):
        source = crowd(play.folder, f"cloud-{number}", node(f"host-{number}"))
        (play.folder / name).write_text(f"plugin: {PLUGIN}\nsources:\n- {json.dumps(source)}\n", encoding="utf-8")
    done = play.command("ansible-inventory", *(arg for name in names for arg in ("-i", name)), "--graph")
    assert all(f"--host-{number}\n" in done.stdout for number in range(3)), done.stderr


def test_the_cloud_configuration_is_no_inventory(play: Ground) -> None:
    (play.folder / "anycloud.yml").write_text("clouds: {lab: {provider: local}}\n", encoding="utf-8")
    done = play.command("ansible-inventory", "-i", "anycloud.yml", "--list", env={"ANSIBLE_INVENTORY_ENABLED": PLUGIN})
    assert "Unable to parse" in done.stderr
    assert "Failed to parse inventory with" not in done.stderr


def test_when_a_cloud_does_not_answer_nobody_is_mistaken_for_all(play: Ground) -> None:
    take_down(play.folder, "lab")
    sources = [crowd(play.folder, "lab", WEB), crowd(play.folder, "prod", DB)]
    found = listed(play, {"sources": sources})
    assert found.names == []
    assert "lab: no answer to the token none; 1 of 2 sources answered" in found.warnings
    done = play.command(
        "ansible-inventory",
        "-i",
        write(play, {"sources": sources}),
        "--list",
        env={"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1"},
    )
    assert done.returncode != 0


def test_nodes_of_the_local_cloud_answer_ping(play: Ground, needs: t.Callable[[str], str]) -> None:
    """Made by a playbook, found by the inventory, from the cloud and from the cache, and logged in to by ssh."""
    needs("ssh")
    play(
        [
            {
                "anycloud.core.cloud_key": {
                    "name": "mine",
                    "private_key_file": str(play.home / "key"),
                    "provider": "local",
                }
            },
            {
                "anycloud.core.cloud_node": {
                    "provider": "local",
                    "names": ["web-1", "web-2"],
                    "size": "small",
                    "image": "debian-13",
                    "key_names": ["mine"],
                    "labels": {"role": "web"},
                }
            },
        ]
    ).ok()
    config = {
        "sources": [{"provider": "local"}],
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(play.folder / "cache"),
        "compose": {"ansible_ssh_private_key_file": f"'{play.home}/key'"},
        "known_hosts": "known_hosts",
    }
    found = listed(play, config)
    assert sorted(found.groups["label_role_web"]) == ["web-1", "web-2"]
    assert {own["ansible_port"] for own in found.hosts.values()} != {22}

    done = play.command(
        "ansible", "-i", write(play, config), "label_role_web", "-m", "ping", env={"ANSIBLE_SSH_ARGS": "-C"}
    )

    assert done.stdout.count('"ping": "pong"') == 2, done.stdout + done.stderr
