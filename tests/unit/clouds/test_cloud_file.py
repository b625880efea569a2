# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand in anycloud.yml, and which cloud a task means."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid
from ansible_collections.anycloud.core.plugins.plugin_utils._cloud_file import (
    CloudFile,
    checked,
    chosen,
    combined,
    fallback,
    literal_secrets,
)

PATH = "/etc/anycloud/clouds.yml"
LAB = {"provider": "openstack", "endpoint": "https://lab:5000/v3", "auth": {"username": "ops", "password": "pw"}}


def a_file(default: str | None = None, **clouds: t.Any) -> CloudFile:
    return checked({"clouds": clouds or {"lab": LAB, "laptop": {"provider": "local"}}, "default": default}, PATH)


@pytest.mark.parametrize(
    ("parsed", "says"),
    [
        (["a"], "must hold a mapping with the key clouds, not a list"),
        ("clouds", "must hold a mapping with the key clouds, not text"),
        ({"cloud": {}}, "cloud is no key that is known; nearest: clouds"),
        ({"clouds": []}, "clouds must be a mapping, not a list"),
        ({"clouds": {"lab": None}}, "clouds.lab must be a mapping, not empty"),
        ({"clouds": {"lab": {}}}, "clouds.lab needs a provider"),
        ({"clouds": {"lab": {"provider": 5}}}, "clouds.lab.provider must be text, not a number"),
        ({"clouds": {"lab": {"provider": "x", "regoin": "y"}}}, "clouds.lab.regoin is no key that is known; nearest: region"),
        ({"clouds": {"lab": {"provider": "x", "validate_certs": "no"}}}, "validate_certs must be true or false, not text"),
        ({"clouds": {"lab": {"provider": "x", "api_retries": True}}}, "api_retries must be a whole number, not true or false"),
        ({"clouds": {"lab": {"provider": "x", "api_timeout": "1"}}}, "api_timeout must be a number, not text"),
        ({"clouds": {"lab": {"provider": "x", "auth": "pw"}}}, "clouds.lab.auth must be a mapping, not text"),
        ({"clouds": {"lab": {"provider": "x", "auth": {"pasword": "y"}}}}, "clouds.lab.auth.pasword is no key that is known; nearest: password"),
        ({"clouds": {"lab": {"provider": "x", "auth": {"token": None}}}}, "clouds.lab.auth.token must be text, not empty"),
        ({"clouds": {"lab": {"provider": "x", "auth": {"token": ["y"]}}}}, "clouds.lab.auth.token must be text, not a list"),
        ({"clouds": {"lab": {"provider": "x", "auth": {"token": {"evn": "A"}}}}}, "clouds.lab.auth.token must be text or one of"),
        ({"clouds": {"lab": {"provider": "x", "auth": {"token": {"env": "A", "file": "b"}}}}}, "must be text or one of"),
        ({"clouds": {"lab": {"provider": "x", "auth": {"token": {"command": "pass x"}}}}}, "clouds.lab.auth.token.command must be a list, not text"),
        ({"clouds": {"lab": {"provider": "x", "auth": {"token": {"command": [1]}}}}}, "clouds.lab.auth.token.command must be text, not a number"),
        ({"clouds": {"lab": {"provider": "x"}}, "default": "lap"}, "default names the cloud lap, which is not there"),
        ({"clouds": {"lab": {"provider": "x"}}, "default": ["lab"]}, "default must be text, not a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_and_key(parsed: t.Any, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked(parsed, PATH)
    assert str(caught.value).startswith(PATH)
    assert says in str(caught.value)


def test_no_value_of_a_credential_is_in_a_complaint() -> None:
    with pytest.raises(Invalid) as caught:
        checked({"clouds": {"lab": {"provider": "x", "auth": {"token": {"literal": "hunter2hunter2"}}}}}, PATH)
    assert "hunter2" not in str(caught.value)


def test_an_empty_file_names_no_clouds() -> None:
    assert checked(None, PATH).clouds == {}


def test_the_task_names_the_cloud_before_the_environment_and_the_file() -> None:
    file, env = a_file("laptop"), {"ANYCLOUD_CLOUD": "lab"}
    assert chosen({"cloud": "other"}, env, file) == "other"
    assert chosen({}, env, file) == "lab"
    assert chosen({}, {}, file) == "laptop"
    assert chosen({"provider": "aws"}, env, file) is None
    assert chosen({"driver_path": "x.py"}, env, file) is None


def test_what_the_task_says_wins_over_the_named_cloud_and_that_over_the_environment() -> None:
    env = {"ANYCLOUD_REGION": "from-env", "ANYCLOUD_ENDPOINT": "https://from-env"}
    answer = combined({"cloud": "lab", "endpoint": "https://task"}, env, a_file())
    assert answer["provider"] == "openstack"
    assert answer["region"] == "from-env"
    assert "endpoint" not in answer
    assert combined({"cloud": "lab"}, env, a_file())["endpoint"] == LAB["endpoint"]


def test_credentials_are_combined_key_by_key() -> None:
    answer = combined({"cloud": "lab", "auth": {"password": "mine"}}, {}, a_file())
    assert answer["auth"] == {"username": "ops", "password": "mine"}


def test_options_are_combined_key_by_key() -> None:
    file = a_file(lab={"provider": "x", "options": {"a": 1, "b": 2}})
    assert combined({"cloud": "lab", "options": {"b": 3}}, {}, file)["options"] == {"a": 1, "b": 3}


def test_the_environment_of_one_provider_is_not_used_for_another() -> None:
    env = {"ANYCLOUD_PROVIDER": "openstack", "ANYCLOUD_ENDPOINT": "https://lab"}
    assert combined({"cloud": "laptop"}, env, a_file()) == {"provider": "local", "cloud": "laptop"}
    assert combined({}, env, None) == {"provider": "openstack", "endpoint": "https://lab"}


def test_another_provider_than_the_named_clouds_is_refused_so_that_its_credentials_stay() -> None:
    with pytest.raises(Invalid, match="the cloud lab is one of openstack, but the task says provider aws"):
        combined({"cloud": "lab", "provider": "aws"}, {}, a_file())


def test_an_unknown_cloud_is_told_with_those_there_are() -> None:
    with pytest.raises(Invalid, match=f"no cloud labb in {PATH}; nearest: lab"):
        combined({"cloud": "labb"}, {}, a_file())
    with pytest.raises(Invalid, match="its clouds are: lab, laptop"):
        combined({"cloud": "zzz"}, {}, a_file())


def test_a_named_cloud_without_any_file_tells_where_one_would_be_looked_for() -> None:
    with pytest.raises(Invalid, match=r"the cloud lab was asked for, but there is no anycloud\.yml"):
        combined({"cloud": "lab"}, {}, None)


def test_paths_of_the_file_are_relative_to_it() -> None:
    file = a_file(lab={"provider": "x", "ca_path": "ca.pem", "driver_path": "~/d.py", "auth": {"key_file": "k.pem"}})
    answer = combined({"cloud": "lab"}, {}, file)
    assert answer["ca_path"] == "/etc/anycloud/ca.pem"
    assert answer["driver_path"] == "~/d.py"
    assert answer["auth"] == {"key_file": "/etc/anycloud/k.pem"}


def test_a_profile_is_a_credential() -> None:
    file = a_file(prod={"provider": "aws", "profile": "prod"})
    assert combined({"cloud": "prod"}, {}, file)["auth"] == {"profile": "prod"}


def test_defaults_of_the_cloud_become_an_option() -> None:
    file = a_file(lab={"provider": "x", "defaults": {"image": "debian*"}})
    assert combined({"cloud": "lab"}, {}, file)["defaults"] == {"image": "debian*"}


def test_without_any_configuration_the_local_cloud_is_used() -> None:
    assert fallback({}, {}, None) == "local"


def test_a_file_without_default_does_not_fall_back_to_the_laptop() -> None:
    with pytest.raises(Invalid, match=f"no cloud was named and {PATH} has no default; .*lab, laptop"):
        fallback({}, {}, a_file())


def test_an_endpoint_without_a_provider_is_not_the_laptop() -> None:
    with pytest.raises(Invalid, match="an endpoint was given without a provider"):
        fallback({"endpoint": "https://x"}, {}, None)


def test_literal_secrets_are_found_and_pointers_are_not() -> None:
    clouds = {
        "a": {"auth": {"token": "abc", "username": "ops"}},
        "b": {"auth": {"token": {"env": "TOKEN"}}},
        "c": {"auth": {"password": 12345678}},
    }
    assert literal_secrets(clouds) == ["clouds.a.auth.token", "clouds.c.auth.password"]
