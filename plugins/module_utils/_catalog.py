# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which providers there are: ours, those that closed, and those from outside the collection.

The table is static and each import stands in a function of its own: AnsiballZ carries what it sees imported,
and a task pays only for the driver that it uses.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from difflib import get_close_matches

from .sdk.errors import Invalid, Unsupported
from .sdk.provider import SDK, Connection, Provider, Settings
from .sdk.work import Work


def _local() -> Provider:
    from ._drivers.local.provider import PROVIDER

    return PROVIDER


def _powerdns() -> Provider:
    from ._drivers.powerdns.provider import PROVIDER

    return PROVIDER


@dataclass(frozen=True, kw_only=True)
class Row:
    """What those must know who must not import the driver; a test compares it with what the driver says.

    ``requires`` are libraries, ``node_requires`` those that only nodes and keys need; ``env`` are the variables
    that show that somebody set this provider up.
    """

    load: t.Callable[[], Provider]
    requires: tuple[str, ...] = ()
    node_requires: tuple[str, ...] = ()
    env: tuple[str, ...] = ()


PROVIDERS: t.Mapping[str, Row] = {
    "local": Row(load=_local, node_requires=("cryptography", "paramiko")),
    "powerdns": Row(load=_powerdns, env=("PDNS_API_KEY", "PDNS_API_URL", "PDNS_AUTH_API_KEY", "PDNS_SERVER_URL")),
}

CLOSED: t.Mapping[str, str] = {
    "bluebox": "Blue Box was closed in 2015, when IBM bought it; use IBM Cloud",
    "dimensiondata": "the cloud of Dimension Data became that of NTT; use the current NTT cloud",
    "dreamhost_ps": "DreamHost PS was closed in 2015; use DreamCompute with the provider openstack",
    "elastichosts": "ElasticHosts was closed in 2020 and has no successor",
    "enomaly": "Enomaly was closed in 2011; it became Virtustream",
    "equinix_metal": "Equinix Metal was closed in 2026 and has no successor",
    "exoscale_v1": "the first API of Exoscale was closed; use its current API",
    "gogrid": "GoGrid was closed between 2015 and 2017; it went to Datapipe and then to Rackspace",
    "hetzner_dns": "the old DNS API of Hetzner was closed in May 2026; its zones are now in the provider hetzner",
    "hpcloud": "HP Cloud was closed in 2016 and has no successor",
    "ibm_developer_cloud": "the IBM Developer Cloud was closed in 2014; use IBM Cloud classic",
    "joyent": "the Joyent cloud was closed in 2019; it went to MNX",
    "linode_v3": "version 3 of the API of Linode was closed; use its current API",
    "ninefold": "Ninefold was closed in 2016 and has no successor",
    "ntta": "NTT America became part of NTT; use the current NTT cloud",
    "rkt": "rkt was archived in 2020; use podman or containerd",
    "slicehost": "Slicehost was closed in 2012; it went to Rackspace",
    "stratuslab": "StratusLab was closed about 2016 and has no successor",
    "terremark": "Terremark was closed between 2016 and 2017 and has no successor",
    "voxel": "Voxel was closed in 2012; it went to Internap",
    "vultr_v1": "version 1 of the API of Vultr was closed; use its current API",
    "zerigo": "Zerigo was closed in 2014; it went to Akamai",
}

GROUP = "anycloud.drivers"


def provider(name: str | None, driver_path: str | None = None) -> Provider:
    """The provider of that name; with ``driver_path``, the one that the file defines."""
    if driver_path:
        found = _from_file(driver_path, name)
    elif not name:
        raise Invalid("no provider was named; set provider or cloud")
    elif name in PROVIDERS:
        return PROVIDERS[name].load()
    else:
        found = _from_outside(name)
    if found.sdk > SDK:
        raise Unsupported(
            f"the driver of {found.name} was written for version {found.sdk} of the sdk, this collection has {SDK}; "
            "install a newer anycloud.core"
        )
    return found


def requires(name: str | None, module: str) -> tuple[str, ...]:
    """The libraries that a provider of ours needs for a module, asked without importing it."""
    row = PROVIDERS.get(name or "")
    if row is None:
        return ()
    return row.requires + (row.node_requires if module in ("cloud_node", "cloud_key") else ())


def configured_by(env: t.Mapping[str, str]) -> dict[str, str]:
    """Providers that the environment has been set up for, each with the variable that shows it."""
    return {name: key for name, row in PROVIDERS.items() for key in row.env if env.get(key)}


def providers_with(service: str, ability: str = "") -> list[str]:
    """Our providers that have a service, and in it a verb or a field. Imports them all: for error messages only."""
    return [name for name, row in sorted(PROVIDERS.items()) if _has(row.load, service, ability)]


def _has(load: t.Callable[[], Provider], service: str, ability: str) -> bool:
    """Asked of a service that is connected to nowhere; one that cannot be made so is left out."""
    try:
        found = load()
        if not ability or service not in found.services:
            return service in found.services
        nowhere = Settings(provider=found.name, endpoint="http://localhost", auth=dict.fromkeys(found.auth, "none"))
        made = found.services[service](Connection(nowhere, Work()))
        return made.can(ability) or ability in made.capabilities.fields
    except Exception:
        return False


def _from_outside(name: str) -> Provider:
    from importlib import metadata

    if name in CLOSED:
        raise Invalid(f"the provider {name} is gone: {CLOSED[name]}")
    points = {point.name: point for point in metadata.entry_points(group=GROUP)}
    if name not in points:
        raise Invalid(_unknown(name, [*PROVIDERS, *points]))
    try:
        found = points[name].load()
    except Exception as error:
        raise Invalid(f"the driver of the provider {name} ({points[name].value}) cannot be loaded: {error}") from error
    return _checked(found, name, f"the entry point {points[name].value}")


def _from_file(path: str, name: str | None) -> Provider:
    import os
    from importlib import util
    from sys import modules

    try:
        state = os.stat(path)
    except OSError as error:
        raise Invalid(f"the driver file {path} cannot be read: {error.strerror}") from error
    module_name = f"anycloud_driver_{state.st_dev}_{state.st_ino}_{state.st_mtime_ns}"
    if module_name not in modules:
        spec = util.spec_from_file_location(module_name, path)
        if spec is None or spec.loader is None:
            raise Invalid(f"the driver file {path} is no Python file; its name must end in .py")
        modules[module_name] = util.module_from_spec(spec)
        try:
            spec.loader.exec_module(modules[module_name])
        except Exception as error:
            del modules[module_name]
            raise Invalid(f"the driver file {path} cannot be loaded: {type(error).__name__}: {error}") from error
    return _checked(getattr(modules[module_name], "PROVIDER", None), name, f"the driver file {path}")


def _checked(found: object, name: str | None, where: str) -> Provider:
    if not isinstance(found, Provider):
        raise Invalid(f"{where} defines no PROVIDER of the type sdk.provider.Provider")
    if name and found.name != name:
        raise Invalid(f"{where} defines the provider {found.name}, not {name}")
    return found


def _unknown(name: str, known: t.Sequence[str]) -> str:
    near = get_close_matches(name.lower(), [*known, *CLOSED], n=3)
    if near:
        return f"no provider {name}; nearest: {', '.join(near)}"
    return f"no provider {name}; there are: {', '.join(sorted(known))}"


def ship_sdk() -> None:
    """Never called. Its imports make AnsiballZ carry the whole sdk, for drivers from outside."""
    from .sdk import (  # noqa: F401
        capabilities,
        dns,
        dnsfields,
        dnsloc,
        dnsname,
        dnstext,
        errors,
        http,
        messages,
        models,
        paging,
        pool,
        provider,
        redact,
        route,
        services,
        urls,
        waiting,
        wire,
        work,
        xml,
        zonefile,
    )
    from .sdk.auth import basic, token  # noqa: F401
