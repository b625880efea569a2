# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts an inventory file gives, and what they are like."""

from __future__ import annotations

import json
import pathlib
import shlex
import typing as t

import pytest
from inventories import Reading, crowd

Read = t.Callable[..., Reading]


def node(name: str, **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "state": "running", **more}


WEB = node(
    "web-1",
    public_ips=["203.0.113.1"],
    private_ips=["10.0.0.1"],
    location="fsn1",
    labels={"role": "web", "env": "prod"},
)
DB = node(
    "db-1", private_ips=["10.0.0.2"], location="nbg1", labels={"role": "db"}, extra={"ssh_port": 2222, "secret_id": 7}
)


def test_hosts_have_the_same_variables_for_every_provider(read: Read, tmp_path: pathlib.Path) -> None:
    source = crowd(tmp_path, "lab", {**WEB, "size": "s", "image": "debian", "price_hourly": 0.5})
    found = read({"sources": [source]})
    assert found.hosts == {
        "web-1": {
            "ansible_host": "203.0.113.1",
            "cloud_cloud": "lab",
            "cloud_created": None,
            "cloud_currency": None,
            "cloud_host_keys": [],
            "cloud_id": "lab-0",
            "cloud_image": "debian",
            "cloud_ipv6": None,
            "cloud_key_names": [],
            "cloud_labels": {"role": "web", "env": "prod"},
            "cloud_location": "fsn1",
            "cloud_name": "web-1",
            "cloud_networks": [],
            "cloud_price_hourly": 0.5,
            "cloud_private_ip": "10.0.0.1",
            "cloud_private_ips": ["10.0.0.1"],
            "cloud_provider": "crowd",
            "cloud_public_ip": "203.0.113.1",
            "cloud_public_ips": ["203.0.113.1"],
            "cloud_region": None,
            "cloud_security_groups": [],
            "cloud_size": "s",
            "cloud_state": "running",
            "inventory_dir": None,
            "inventory_file": None,
        }
    }


def test_many_clouds_are_one_inventory(read: Read, tmp_path: pathlib.Path) -> None:
    clouds = {"prod-eu": crowd(tmp_path, "prod", WEB), "lab": crowd(tmp_path, "lab", DB)}
    for cloud in clouds.values():
        del cloud["cloud"]
    (tmp_path / "anycloud.yml").write_text(json.dumps({"clouds": clouds}), encoding="utf-8")
    wanted = {
        "cloud_prod_eu": ["web-1"],
        "cloud_lab": ["db-1"],
        "location_fsn1": ["web-1"],
        "location_nbg1": ["db-1"],
        "state_running": ["web-1", "db-1"],
        "label_role_web": ["web-1"],
        "label_env_prod": ["web-1"],
        "label_role_db": ["db-1"],
    }
    assert read({"clouds": ["prod-eu", "lab"]}).groups == wanted
    assert read({"clouds": ["*"]}).groups == wanted


def test_named_and_inline_sources_stand_side_by_side_each_with_its_own_way_in(
    read: Read, tmp_path: pathlib.Path
) -> None:
    private = {
        **crowd(tmp_path, "prod", WEB),
        "connect_with": ["private"],
        "jump_host": "ops@bastion:2222",
        "ansible_user": "root",
    }
    found = read({"sources": [private, crowd(tmp_path, "lab", DB)], "ansible_user": "ops", "raw": True})
    login = {
        name: {key: value for key, value in own.items() if key.startswith("ansible_")}
        for name, own in found.hosts.items()
    }
    assert login == {
        "web-1": {
            "ansible_host": "10.0.0.1",
            "ansible_user": "root",
            "ansible_ssh_common_args": "-o ProxyJump=ops@bastion:2222",
        },
        "db-1": {"ansible_host": "10.0.0.2", "ansible_user": "ops", "ansible_port": 2222},
    }
    assert found.hosts["db-1"]["cloud_extra"] == {"ssh_port": 2222, "secret_id": 7}


def test_the_user_is_the_one_of_the_image(read: Read, tmp_path: pathlib.Path) -> None:
    source = crowd(tmp_path, "lab", {**WEB, "image": "i-1"}, {**DB, "image": "i-2"})
    file = tmp_path / "lab.json"
    images = [{"id": "i-1", "name": "debian", "user": "admin"}, {"id": "i-2", "name": "odd"}]
    file.write_text(json.dumps({**json.loads(file.read_text()), "images": images}))
    users = {name: own.get("ansible_user") for name, own in read({"sources": [source]}).hosts.items()}
    assert users == {"web-1": "admin", "db-1": None}


def test_nodes_that_are_gone_are_no_hosts(read: Read, tmp_path: pathlib.Path) -> None:
    nodes = [{**node(state), "state": state} for state in ("running", "stopped", "deleting", "terminated", "unknown")]
    source = crowd(tmp_path, "lab", *nodes)
    assert read({"sources": [source]}).names == ["running", "stopped", "unknown"]
    assert read({"sources": [source], "states": ["terminated", "stopped"]}).names == ["stopped", "terminated"]


def test_filters_include_and_exclude_say_which(read: Read, tmp_path: pathlib.Path) -> None:
    source = crowd(
        tmp_path, "lab", WEB, DB, node("web-2", labels={"role": "web", "keep": "no"}), node("x", labels={"role": "x"})
    )
    assert read({"sources": [source], "filters": {"labels": {"role": "web"}}}).names == ["web-1", "web-2"]
    assert read({"sources": [{**source, "filters": {"prefix": "db"}}], "filters": {"names": ["x"]}}).names == ["db-1"]
    chosen = {"include": ["labels.role == 'web'", "name == 'db-1'"], "exclude": ["labels.keep == 'no'"]}
    assert read({"sources": [source], **chosen}).names == ["db-1", "web-1"]


def test_regions_are_asked_side_by_side_and_a_node_is_one_host(read: Read, tmp_path: pathlib.Path) -> None:
    found = read({"sources": [{**crowd(tmp_path, "lab", WEB), "regions": ["eu", "us"]}]})
    assert found.names == ["web-1"]


def test_all_clouds_and_regions_are_asked_at_the_same_time(read: Read, tmp_path: pathlib.Path) -> None:
    lab = {**crowd(tmp_path, "lab", WEB, meet=4), "regions": ["eu", "us", "asia"]}
    found = read({"sources": [lab, crowd(tmp_path, "prod", DB, meet=4)]})
    assert (found.names, found.error) == (["db-1", "web-1"], None)


@pytest.mark.parametrize("how", ["suffix", "warn", "fail"])
def test_duplicates(read: Read, tmp_path: pathlib.Path, how: str) -> None:
    sources = [crowd(tmp_path, "prod", WEB), crowd(tmp_path, "lab", WEB, DB)]
    found = read({"sources": sources, "on_duplicate": how})
    clash = "2 nodes are called web-1 (prod/prod-0, lab/lab-0)"
    assert (found.names, found.warnings, found.error) == {
        "suffix": (["db-1", "web-1_lab", "web-1_prod"], [], None),
        "warn": (["db-1", "web-1"], [f"{clash}; only the first of each is in the inventory"], None),
        "fail": ([], [], f"{clash}; set hostnames so that they differ, or on_duplicate"),
    }[how]


def test_the_host_keys_that_a_cloud_tells_are_those_that_ssh_expects(read: Read, tmp_path: pathlib.Path) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOLZfU3wp6KsB8pzpJkvKszhsIm3NM2Sra"
    keys = {"host_keys": [key, "evil\n* ssh-rsa AAAA", "@cert-authority * ssh-rsa AAAA"]}
    web = {**WEB, "extra": {**keys, "ssh_port": 2222}}
    plain = node("plain", public_ips=["203.0.113.9"], extra=keys)
    source = {**crowd(tmp_path, "lab", web, plain, DB), "jump_host": "bastion"}

    found = read({"sources": [source], "known_hosts": "keys/known hosts"})

    file = tmp_path / "keys" / "known hosts"
    assert file.read_text(encoding="utf-8") == f"203.0.113.9 {key}\n[203.0.113.1]:2222 {key}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["known hosts"]
    assert found.hosts["web-1"]["cloud_host_keys"] == [key]
    arguments = shlex.split(found.hosts["web-1"]["ansible_ssh_common_args"])
    assert arguments == ["-o", "ProxyJump=bastion", "-o", f'UserKnownHostsFile="{file}"']
    assert found.hosts["db-1"]["ansible_ssh_common_args"] == "-o ProxyJump=bastion"


def test_a_cloud_that_can_have_no_nodes_is_passed_over_among_others(read: Read, tmp_path: pathlib.Path) -> None:
    dns = {"cloud": "dns", "provider": "powerdns", "endpoint": "http://127.0.0.1:1", "auth": {"token": "t0ken"}}
    found = read({"sources": [dns, crowd(tmp_path, "lab", WEB)]})
    assert (found.names, found.warnings, found.error) == (["web-1"], [], None)
    assert str(read({"sources": [dns]}).error).startswith("dns: the provider powerdns has no node service; these can: ")


def test_a_node_that_is_called_like_a_group_changes_nothing_for_that_group(read: Read, tmp_path: pathlib.Path) -> None:
    spoof = node("label_role_db", labels={"role": "web", "place": "elsewhere"})
    found = read({"sources": [crowd(tmp_path, "lab", DB, WEB, spoof)], "compose": {"place": "labels.place"}})

    assert found.hosts["label_role_db"]["place"] == "elsewhere"
    assert "place" not in found.hosts["db-1"]
    assert set(found.groups["label_role_web"]) == {"web-1", "label_role_db"}
    assert set(found.groups["label_role_db"]) == {"db-1"}


def test_groups_that_labels_put_into_each_other_do_not_lose_the_hosts(read: Read, tmp_path: pathlib.Path) -> None:
    nodes = [node("one", labels={"own": "a", "above": "b"}), node("two", labels={"own": "b", "above": "a"})]
    keyed = [{"key": "labels.own", "separator": "", "parent_group": "{{ labels.above }}"}]
    found = read({"sources": [crowd(tmp_path, "lab", *nodes)], "keyed_groups": keyed})

    assert set(found.hosts) == {"one", "two"}
    assert any("is not put into" in warning for warning in found.warnings)
