# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to the settings that a driver gets, where the task runs."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils import _clouds
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import AuthKey, Provider, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work

VENDOR = Provider(
    name="vendor",
    title="Vendor",
    services={},
    auth={
        "token": AuthKey(env=("VENDOR_TOKEN", "VENDOR_API_TOKEN"), secret=True),
        "username": AuthKey(env=("VENDOR_USER",)),
        "key_file": AuthKey(),
    },
    options={"tier": "Which tier."},
    endpoint_env=("VENDOR_URL",),
    region_env=("VENDOR_REGION",),
)


def settle(options: dict[str, t.Any], provider: Provider = VENDOR, **env: str) -> Settings:
    return _clouds.settled(options, provider, env=env, cwd="/srv")


def test_options_win_over_the_vendors_variables() -> None:
    env = {"VENDOR_TOKEN": "env", "VENDOR_URL": "https://env", "VENDOR_REGION": "env"}
    settings = settle({"auth": {"token": "mine"}, "endpoint": "https://mine", "region": "mine"}, **env)
    assert (settings.auth["token"], settings.endpoint, settings.region) == ("mine", "https://mine", "mine")
    settings = settle({}, **env)
    assert (settings.auth["token"], settings.endpoint, settings.region) == ("env", "https://env", "env")


def test_the_first_variable_that_is_set_counts() -> None:
    assert settle({}, VENDOR_TOKEN="first", VENDOR_API_TOKEN="second").auth["token"] == "first"
    assert settle({}, VENDOR_TOKEN="", VENDOR_API_TOKEN="second").auth["token"] == "second"


def test_a_credential_that_is_unset_is_absent() -> None:
    assert settle({"auth": {"token": None, "username": "ops"}}).auth == {"username": "ops"}


def test_the_providers_own_sources_come_last() -> None:
    def sources(settings: Settings) -> Settings:
        return dataclasses.replace(settings, region=settings.region or "from-profile", endpoint="https://from-profile")

    provider = dataclasses.replace(VENDOR, sources=sources)
    assert settle({}, provider).region == "from-profile"
    assert settle({}, provider, VENDOR_REGION="env").region == "env"


def test_what_the_provider_does_not_read_is_refused() -> None:
    with pytest.raises(
        Invalid, match=r"the provider vendor does not read auth\.password; it reads: key_file, token, username"
    ):
        settle({"auth": {"password": "x"}})
    with pytest.raises(Invalid, match=r"the provider vendor does not read options\.teir; it reads: tier"):
        settle({"options": {"teir": 1}})


def test_paths_are_those_of_the_task() -> None:
    settings = settle({"auth": {"key_file": "key.pem"}, "ca_path": "/etc/ca.pem"})
    assert (settings.auth["key_file"], settings.ca_path) == ("/srv/key.pem", "/etc/ca.pem")


def test_zero_retries_are_zero() -> None:
    assert settle({"api_retries": 0}).api_retries == 0
    assert settle({}).api_retries == 4


def test_no_secret_is_in_what_settings_show() -> None:
    assert "hunter2" not in repr(settle({"auth": {"token": "hunter2hunter2"}}, VENDOR_USER="hunter2"))


@pytest.fixture
def work() -> t.Iterator[tuple[Work, list[str]]]:
    secrets: list[str] = []
    yield Work(secret=secrets.append), secrets


def in_catalog(monkeypatch: pytest.MonkeyPatch, provider: Provider) -> None:
    monkeypatch.setattr(_clouds._catalog, "PROVIDERS", {provider.name: _clouds._catalog.Row(load=lambda: provider)})


def test_secrets_that_come_from_the_environment_are_announced(
    monkeypatch: pytest.MonkeyPatch, work: tuple[Work, list[str]]
) -> None:
    in_catalog(monkeypatch, VENDOR)
    env = {"VENDOR_TOKEN": "hunter2hunter2", "VENDOR_USER": "ops"}
    _clouds.open_cloud({"provider": "vendor"}, env=env, cwd="/", work=work[0])
    assert work[1] == ["hunter2hunter2"]


def test_a_missing_endpoint_is_told_with_the_ways_to_say_it(
    monkeypatch: pytest.MonkeyPatch, work: tuple[Work, list[str]]
) -> None:
    in_catalog(monkeypatch, dataclasses.replace(VENDOR, needs_endpoint=True))
    with pytest.raises(
        Invalid, match="the provider vendor needs to know where it is; set the option endpoint or VENDOR_URL"
    ):
        _clouds.open_cloud({"provider": "vendor"}, env={}, cwd="/", work=work[0])


def test_each_cloud_of_a_task_is_opened_once(monkeypatch: pytest.MonkeyPatch, work: tuple[Work, list[str]]) -> None:
    in_catalog(monkeypatch, VENDOR)
    params = {
        "cloud": "one",
        "provider": "vendor",
        "region": "r1",
        "sources": [{"cloud": "two", "provider": "vendor", "region": "r2"}],
    }
    doors = _clouds.Doors(params, env={}, cwd="/", work=work[0])
    assert doors.open(None) is doors.open(None)
    assert doors.open("two") is doors.open("two")
    assert [doors.open(name).connection.settings.region for name in (None, "one", "two")] == ["r1", "r1", "r2"]
    with pytest.raises(Invalid, match="no cloud three in this task; its clouds are: two"):
        doors.open("three")
