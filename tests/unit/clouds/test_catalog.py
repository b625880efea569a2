# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Providers of ours, closed ones, and those from outside."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils import _catalog
from ansible_collections.anycloud.core.plugins.module_utils._options import AUTH, AUTH_SECRETS
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid, Unsupported
from ansible_collections.anycloud.core.plugins.module_utils.sdk.services import SERVICES

SDK = "ansible_collections.anycloud.core.plugins.module_utils.sdk"
NO_OPTION = frozenset({"HOME", "PATH"})


@pytest.fixture(params=sorted(_catalog.PROVIDERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_driver_is_what_its_row_says(name: str) -> None:
    row, provider = _catalog.PROVIDERS[name], _catalog.provider(name)
    assert provider.name == name
    assert set(provider.requires) <= {*row.requires, *row.node_requires}
    assert set(provider.services) <= set(SERVICES)
    told = {key for described in provider.auth.values() for key in described.env} | set(provider.endpoint_env)
    assert set(row.env) <= told - NO_OPTION


def test_a_driver_reads_credentials_that_tasks_can_give_and_says_which_are_secret(name: str) -> None:
    auth = _catalog.provider(name).auth
    assert set(auth) <= set(AUTH)
    assert {key for key, described in auth.items() if described.secret} == set(auth) & set(AUTH_SECRETS)


@pytest.mark.parametrize(
    ("closed", "says"),
    [
        ("gogrid", ("2015", "2017", "Datapipe", "Rackspace")),
        ("slicehost", ("2012", "Rackspace")),
        ("terremark", ("2016", "2017", "no successor")),
        ("voxel", ("2012", "Internap")),
        ("enomaly", ("2011", "Virtustream")),
        ("ibm_developer_cloud", ("2014", "IBM Cloud classic")),
        ("bluebox", ("2015", "IBM")),
        ("stratuslab", ("about 2016", "no successor")),
        ("zerigo", ("2014", "Akamai")),
        ("elastichosts", ("2020", "no successor")),
        ("rkt", ("2020", "podman", "containerd")),
        ("equinix_metal", ("2026", "no successor")),
        ("dreamhost_ps", ("2015", "DreamCompute", "openstack")),
        ("ninefold", ("2016", "no successor")),
        ("hpcloud", ("2016", "no successor")),
        ("joyent", ("2019", "MNX")),
        ("dimensiondata", ("NTT",)),
        ("ntta", ("NTT",)),
        ("hetzner_dns", ("May 2026", "hetzner")),
        ("linode_v3", ("current API",)),
        ("vultr_v1", ("current API",)),
        ("exoscale_v1", ("current API",)),
    ],
)
def test_a_closed_provider_is_told_in_one_sentence(closed: str, says: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        _catalog.provider(closed)
    message = str(caught.value)
    assert message.startswith(f"the provider {closed} is gone: ")
    assert all(word in message for word in says)
    assert "\n" not in message and ". " not in message


def test_every_closed_provider_is_in_that_test() -> None:
    mark = test_a_closed_provider_is_told_in_one_sentence.pytestmark[0]  # type: ignore[attr-defined]
    assert {case[0] for case in mark.args[1]} == set(_catalog.CLOSED)
    assert not set(_catalog.CLOSED) & set(_catalog.PROVIDERS)


def test_an_unknown_provider_is_told_with_the_nearest() -> None:
    with pytest.raises(Invalid, match="no provider lokal; nearest: local"):
        _catalog.provider("lokal")
    with pytest.raises(Invalid, match=r"no provider zzz; there are: .*local"):
        _catalog.provider("zzz")
    with pytest.raises(Invalid, match="no provider was named"):
        _catalog.provider(None)


DRIVER = f"""
from {SDK}.provider import Provider
PROVIDER = Provider(name="mine", title="Mine", services={{{{}}}}{{more}})
"""


def a_driver(folder: pathlib.Path, text: str, name: str = "mine.py") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_driver_is_read_from_a_file(tmp_path: pathlib.Path) -> None:
    path = a_driver(tmp_path, DRIVER.format(more=""))
    assert _catalog.provider(None, path).name == "mine"
    assert _catalog.provider("mine", path) is _catalog.provider(None, path)


def test_a_driver_file_that_changed_is_read_again(tmp_path: pathlib.Path) -> None:
    path = a_driver(tmp_path, DRIVER.format(more=""))
    assert _catalog.provider(None, path).title == "Mine"
    pathlib.Path(path).unlink()
    a_driver(tmp_path, DRIVER.format(more="").replace('"Mine"', '"Yours"'))
    assert _catalog.provider(None, path).title == "Yours"


@pytest.mark.parametrize(
    ("text", "file", "says"),
    [
        ("PROVIDER = 1", "mine.py", "defines no PROVIDER of the type"),
        ("", "mine.py", "defines no PROVIDER of the type"),
        ("1 / 0", "mine.py", "cannot be loaded: ZeroDivisionError: division by zero"),
        ("def (", "mine.py", "cannot be loaded: SyntaxError"),
        ("import anycloud_no_such", "mine.py", "cannot be loaded: ModuleNotFoundError"),
        ("", "mine.txt", "is no Python file; its name must end in .py"),
        (DRIVER.format(more="").replace('"mine"', '"other"'), "mine.py", "defines the provider other, not mine"),
    ],
)
def test_a_bad_driver_file_is_told(tmp_path: pathlib.Path, text: str, file: str, says: str) -> None:
    path = a_driver(tmp_path, text, file)
    with pytest.raises(Invalid) as caught:
        _catalog.provider("mine", path)
    assert str(caught.value).startswith(f"the driver file {path} ")
    assert says in str(caught.value)


def test_a_driver_file_that_is_not_there_is_told() -> None:
    with pytest.raises(Invalid, match=r"the driver file /no/such\.py cannot be read: No such file"):
        _catalog.provider("mine", "/no/such.py")


def test_a_driver_of_a_later_sdk_is_refused(tmp_path: pathlib.Path) -> None:
    path = a_driver(tmp_path, DRIVER.format(more=", sdk=99"))
    with pytest.raises(
        Unsupported, match=r"written for version 99 of the sdk, this collection has \d+; install a newer"
    ):
        _catalog.provider(None, path)


def installed(folder: pathlib.Path, value: str) -> pathlib.Path:
    about = folder / "anycloud_mine-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: anycloud-mine\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(f"[anycloud.drivers]\nmine = {value}\n", encoding="utf-8")
    return folder


def test_a_driver_is_found_by_its_entry_point(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_driver(tmp_path, DRIVER.format(more=""), "anycloud_mine_a.py")
    monkeypatch.syspath_prepend(str(installed(tmp_path, "anycloud_mine_a:PROVIDER")))
    assert _catalog.provider("mine").title == "Mine"
    with pytest.raises(Invalid, match="no provider mien; nearest: mine"):
        _catalog.provider("mien")


def test_an_entry_point_that_leads_nowhere_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed(tmp_path, "anycloud_mine_none:PROVIDER")))
    with pytest.raises(
        Invalid, match=r"the driver of the provider mine \(anycloud_mine_none:PROVIDER\) cannot be loaded"
    ):
        _catalog.provider("mine")


@pytest.mark.parametrize(
    ("service", "ability", "who"),
    [("node", "", "local"), ("node", "rebuild", "local"), ("node", "labels", "local"), ("zone", "", "local")],
)
def test_who_can_do_a_thing_is_known_for_messages(service: str, ability: str, who: str) -> None:
    assert who in _catalog.providers_with(service, ability)
    assert _catalog.providers_with(service, "an_ability_that_nobody_has") == []


def test_the_libraries_of_a_provider_are_known_without_its_driver() -> None:
    assert _catalog.requires("local", "cloud_node") == ("cryptography", "paramiko")
    assert _catalog.requires("local", "cloud_record") == ()
    assert _catalog.requires("unknown", "cloud_node") == ()


def test_signs_of_a_provider_in_the_environment_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    row = _catalog.Row(load=lambda: t.cast(t.Any, None), env=("MINE_TOKEN",))
    monkeypatch.setattr(_catalog, "PROVIDERS", {"mine": row})
    assert _catalog.configured_by({"MINE_TOKEN": "x", "OTHER": "y"}) == {"mine": "MINE_TOKEN"}
    assert _catalog.configured_by({"MINE_TOKEN": ""}) == {}
