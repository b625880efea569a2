# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that modules share, as argument specs."""

from __future__ import annotations

import typing as t

SpecDict = t.Dict[str, t.Dict[str, t.Any]]

AUTH_PLAIN: tuple[str, ...] = (
    "access_key",
    "account",
    "client_id",
    "credential_id",
    "domain",
    "email",
    "external_id",
    "key_id",
    "profile",
    "project",
    "project_domain",
    "project_id",
    "role_arn",
    "subscription_id",
    "tenant_id",
    "tsig_algorithm",
    "tsig_name",
    "user_domain",
    "username",
)
AUTH_PATHS: tuple[str, ...] = ("certificate_file", "certificate_key_file", "key_file")
AUTH_SECRETS: tuple[str, ...] = (
    "api_key",
    "certificate_key",
    "client_secret",
    "consumer_key",
    "credential_secret",
    "key",
    "key_passphrase",
    "password",
    "secret_key",
    "session_token",
    "token",
    "tsig_secret",
)
AUTH: tuple[str, ...] = tuple(sorted(AUTH_PLAIN + AUTH_PATHS + AUTH_SECRETS))

ALLOW: tuple[str, ...] = ("restart", "recreate", "shrink", "data_loss")


def auth_spec() -> SpecDict:
    """A suboption for each kind of credential; ``no_log`` is said for each, or names with "key" would warn."""
    spec: SpecDict = {name: {"type": "str", "no_log": False} for name in AUTH_PLAIN}
    spec.update((name, {"type": "path", "no_log": False}) for name in AUTH_PATHS)
    spec.update((name, {"type": "str", "no_log": True}) for name in AUTH_SECRETS)
    return spec


def connection_spec() -> SpecDict:
    """Where one cloud is and how to enter it: for a task, or for each of its ``sources``."""
    return {
        "cloud": {"type": "str"},
        "provider": {"type": "str"},
        "driver_path": {"type": "path"},
        "region": {"type": "str"},
        "endpoint": {"type": "str"},
        "auth": {"type": "dict", "options": auth_spec()},
        "options": {"type": "dict"},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "api_timeout": {"type": "float", "default": 30},
        "api_retries": {"type": "int", "default": 4},
        "api_rate": {"type": "float"},
    }


def task_spec() -> SpecDict:
    return {
        **connection_spec(),
        "cloud_config": {"type": "path"},
        "api_deadline": {"type": "float"},
        "fast_lane": {"type": "bool", "default": True},
    }


GROUPS: t.Mapping[str, t.Callable[[], SpecDict]] = {
    "change": lambda: {
        "allow": {"type": "list", "elements": "str", "choices": list(ALLOW), "default": []},
        "extra": {"type": "dict"},
        "defaults": {"type": "dict"},
    },
    "wait": lambda: {
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "float", "default": 600},
        "wait_interval": {"type": "float", "default": 5},
    },
    "many": lambda: {
        "on_error": {"type": "str", "choices": ["stop", "continue"], "default": "stop"},
    },
    "clouds": lambda: {
        "clouds": {"type": "list", "elements": "str"},
        "sources": {"type": "list", "elements": "dict", "options": connection_spec()},
    },
}


def common_spec(groups: t.Collection[str]) -> SpecDict:
    spec = task_spec()
    for group in sorted(groups):
        spec.update(GROUPS[group]())
    return spec
