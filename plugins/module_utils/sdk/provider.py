# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a driver is: a provider that says what it needs and offers services on a connection."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .errors import Invalid, Unsupported
from .models import nothing
from .services import BalancerService, BucketService, KeyService, NodeService, Service, VolumeService, ZoneService
from .work import Work

if t.TYPE_CHECKING:
    from .http import Http, Sign

SDK = 1


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where a cloud is and how to enter it, all sources settled. ``auth`` holds plain secrets: never show it.

    ``options`` are the provider's own connection settings; ``env``, ``cwd`` and ``home`` stand for the
    process's, which no driver reads.
    """

    cloud: str | None = None
    provider: str = ""
    region: str | None = None
    endpoint: str | None = None
    auth: t.Mapping[str, str] = field(default_factory=nothing, repr=False)
    options: t.Mapping[str, t.Any] = field(default_factory=nothing, repr=False)
    validate_certs: bool = True
    ca_path: str | None = None
    api_timeout: float = 30.0
    api_retries: int = 4
    api_rate: float | None = None
    env: t.Mapping[str, str] = field(default_factory=nothing, repr=False)
    cwd: str = "."
    home: str = "~"

    def need(self, key: str) -> str:
        """A credential that cannot be done without."""
        value = self.auth.get(key)
        if not value:
            raise Invalid(
                f"the provider {self.provider} needs auth.{key}; set it in the task, the named cloud or the environment"
            )
        return value


@dataclass(frozen=True)
class Connection:
    """One cloud, for one task: the settings and the work that a driver's services are made with."""

    settings: Settings
    work: Work

    def http(self, base_url: str, sign: Sign | None = None, **options: t.Any) -> Http:
        """A client below ``base_url`` that signs with ``sign``; ``options`` as ``Http`` documents them."""
        from .http import Http

        return Http(base_url, self.settings, self.work, sign=sign, **options)


@dataclass(frozen=True, kw_only=True)
class AuthKey:
    """A suboption of ``auth`` that a provider reads, and the environment variables its vendor's tools read."""

    description: str = ""
    env: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A kind of cloud. ``services`` makes each service from a connection.

    ``endpoint_env`` and ``region_env`` name the variables that the vendor's own tools read; ``sources`` may
    find more settings (files, metadata services) and returns settings with gaps filled.
    """

    name: str
    title: str
    services: t.Mapping[str, t.Callable[[Connection], Service]]
    sdk: int = SDK
    auth: t.Mapping[str, AuthKey] = field(default_factory=nothing)
    options: t.Mapping[str, str] = field(default_factory=nothing)
    endpoint_env: tuple[str, ...] = ()
    region_env: tuple[str, ...] = ()
    needs_endpoint: bool = False
    sources: t.Callable[[Settings], Settings] | None = None
    requires: tuple[str, ...] = ()


S = t.TypeVar("S", bound=Service)


class Cloud:
    """A cloud that was opened for a task; its services are made when first asked for."""

    def __init__(
        self,
        provider: Provider,
        connection: Connection,
        others: t.Callable[[str, str], t.Sequence[str]] = lambda service, ability: (),
    ) -> None:
        self.provider = provider
        self.connection = connection
        self._others = others
        self._made: dict[str, Service] = {}

    @property
    def name(self) -> str:
        """The name of the cloud in the user's configuration, or else its provider's."""
        return self.connection.settings.cloud or self.provider.name

    def offers(self, service: str) -> bool:
        return service in self.provider.services

    def service(self, kind: type[S]) -> S:
        made = self._made.get(kind.name)
        if made is None:
            make = self.provider.services.get(kind.name)
            if make is None:
                raise self.unsupported(kind.name, "", f"has no {kind.name} service")
            made = self._made[kind.name] = make(self.connection)
        if not isinstance(made, kind):
            raise TypeError(f"{type(made).__name__} of {self.provider.name} is no {kind.__name__}")
        return made

    def unsupported(self, service: str, ability: str, lacks: str) -> Unsupported:
        """The error for what this provider cannot do, naming those that can; ``ability`` is a field or a verb."""
        others = [name for name in self._others(service, ability) if name != self.provider.name]
        who = f"these can: {', '.join(others)}" if others else "no other provider here can"
        return Unsupported(f"the provider {self.provider.name} {lacks}; {who}")

    @property
    def nodes(self) -> NodeService:
        return self.service(NodeService)

    @property
    def keys(self) -> KeyService:
        return self.service(KeyService)

    @property
    def volumes(self) -> VolumeService:
        return self.service(VolumeService)

    @property
    def buckets(self) -> BucketService:
        return self.service(BucketService)

    @property
    def balancers(self) -> BalancerService:
        return self.service(BalancerService)

    @property
    def zones(self) -> ZoneService:
        return self.service(ZoneService)
