# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From settled options to an opened cloud, on the host that runs the task."""

from __future__ import annotations

import os
import threading
import typing as t
from difflib import get_close_matches

from . import _catalog
from ._options import AUTH_PATHS, AUTH_SECRETS
from .sdk.errors import Invalid
from .sdk.provider import Cloud, Connection, Provider, Settings
from .sdk.work import Work

Options = t.Mapping[str, t.Any]


def open_cloud(options: Options, *, env: t.Mapping[str, str], cwd: str, work: Work) -> Cloud:
    """Opens what the common options describe; gaps are filled from the environment and the provider's own sources."""
    path = options.get("driver_path")
    provider = _catalog.provider(options.get("provider"), path and os.path.join(cwd, path))
    settings = settled(options, provider, env=env, cwd=cwd)
    for key, value in settings.auth.items():
        if key in AUTH_SECRETS or (key in provider.auth and provider.auth[key].secret):
            work.secret(value)
    if provider.needs_endpoint and not settings.endpoint:
        ways = " or ".join(("the option endpoint", *provider.endpoint_env))
        raise Invalid(f"the provider {provider.name} needs to know where it is; set {ways}")
    return Cloud(provider, Connection(settings, work), _catalog.providers_with)


def settled(options: Options, provider: Provider, *, env: t.Mapping[str, str], cwd: str) -> Settings:
    """The settings of a cloud: options, then the variables of the vendor's tools, then the provider's own sources."""
    auth = {key: value for key, value in (options.get("auth") or {}).items() if value is not None}
    own = options.get("options") or {}
    check_names(provider, "auth", auth, provider.auth)
    check_names(provider, "options", own, provider.options)
    for key in AUTH_PATHS:
        if key in auth:
            auth[key] = os.path.join(cwd, auth[key])
    for key, described in provider.auth.items():
        if key not in auth:
            auth.update((key, env[name]) for name in reversed(described.env) if env.get(name))
    ca_path = options.get("ca_path")
    settings = Settings(
        cloud=options.get("cloud"),
        provider=provider.name,
        region=options.get("region") or first(env, provider.region_env),
        endpoint=options.get("endpoint") or first(env, provider.endpoint_env),
        auth=auth,
        options=own,
        validate_certs=options.get("validate_certs", True),
        ca_path=ca_path and os.path.join(cwd, ca_path),
        api_timeout=options.get("api_timeout") or 30.0,
        api_retries=4 if options.get("api_retries") is None else options["api_retries"],
        api_rate=options.get("api_rate"),
        env=env,
        cwd=cwd,
        home=env.get("HOME") or "/",
    )
    return provider.sources(settings) if provider.sources else settings


def first(env: t.Mapping[str, str], names: t.Iterable[str]) -> str | None:
    return next((env[name] for name in names if env.get(name)), None)


def check_names(provider: Provider, option: str, given: t.Iterable[str], known: t.Collection[str]) -> None:
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=3) or sorted(known)
            reads = f"it reads: {', '.join(near)}" if near else "it reads none"
            raise Invalid(f"the provider {provider.name} does not read {option}.{name}; {reads}")


class Doors:
    """The clouds of one task by name, each opened once."""

    def __init__(self, params: Options, *, env: t.Mapping[str, str], cwd: str, work: Work) -> None:
        self._params = params
        self._env = env
        self._cwd = cwd
        self._work = work
        self._lock = threading.Lock()
        self._open: dict[str | None, Cloud] = {}

    def open(self, name: str | None) -> Cloud:
        with self._lock:
            if name not in self._open:
                self._open[name] = open_cloud(self._options(name), env=self._env, cwd=self._cwd, work=self._work)
            return self._open[name]

    def _options(self, name: str | None) -> Options:
        if name is None or name == self._params.get("cloud"):
            return self._params
        sources = self._params.get("sources") or ()
        for source in sources:
            if source.get("cloud") == name:
                return t.cast(Options, source)
        named = ", ".join(str(source.get("cloud")) for source in sources) or "none"
        raise Invalid(f"no cloud {name} in this task; its clouds are: {named}")
