# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How to reach a host: proxy and trust, read from the settings and never from the process."""

from __future__ import annotations

import base64
import ipaddress
import os
import typing as t
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from .errors import Invalid
from .urls import bare

if t.TYPE_CHECKING:
    import ssl

    from .provider import Settings

PORTS = {"http": 80, "https": 443}
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port: what credentials are good for."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class Proxy:
    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Route:
    """An origin and the way to it. ``ca`` is a file or folder of certificates; without it the system's count."""

    origin: Origin
    proxy: Proxy | None
    ca: str | None
    verify: bool


def origin_of(url: str) -> Origin:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise Invalid("the endpoint is not a URL; write it like https://api.example.com:8443") from None
    if parts.scheme not in PORTS or not host:
        raise Invalid(f'the endpoint "{bare(url)}" is not a URL; write it like https://api.example.com:8443')
    if parts.username is not None or parts.password is not None:
        raise Invalid(f"the endpoint on {host} has credentials in it; put them under auth")
    return Origin(parts.scheme, host_name(host), port or PORTS[parts.scheme])


def host_name(host: str) -> str:
    try:
        known = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        known = ""
    if not all(0 < len(label) < 64 for label in known.removesuffix(".").split(".")):
        raise Invalid(f'"{host}" is no host name')
    return known


def route_to(origin: Origin, settings: Settings) -> Route:
    return Route(origin, proxy_for(origin, settings.env), trusted(settings), settings.validate_certs)


def trusted(settings: Settings) -> str | None:
    if not settings.validate_certs:
        return None
    named = [("ca_path", settings.ca_path), *((name, settings.env.get(name)) for name in BUNDLES)]
    for source, path in named:
        if path:
            full = os.path.join(settings.cwd, path)
            if not os.path.exists(full):
                raise Invalid(f"{source} names {path}, which does not exist; give a file or folder of CA certificates")
            return full
    return None


def proxy_for(origin: Origin, env: t.Mapping[str, str]) -> Proxy | None:
    def either(name: str) -> str:
        return env.get(name.lower()) or env.get(name.upper()) or ""

    url = either(f"{origin.scheme}_proxy") or either("all_proxy")
    if not url or any(spares(entry.strip(), origin) for entry in either("no_proxy").split(",")):
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.hostname:
        raise Invalid(f"cannot use a proxy of the kind {parts.scheme}://; only http:// proxies are supported")
    authorization = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return Proxy(parts.hostname, parts.port or 80, authorization)


def spares(entry: str, origin: Origin) -> bool:
    """Whether an entry of NO_PROXY (a host, a domain, an address, a network, ``*``) covers the origin."""
    if entry in ("", "*"):
        return entry == "*"
    try:
        return ipaddress.ip_address(origin.host) in ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        pass
    name, _colon, port = entry.lower().partition(":")
    if port and port != str(origin.port):
        return False
    name = name.lstrip("*").lstrip(".")
    host = origin.host.lower()
    return bool(name) and (host == name or host.endswith("." + name))


def tls(route: Route) -> ssl.SSLContext:
    """What a connection along the route trusts."""
    import ssl

    if not route.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        if route.ca is None:
            return ssl.create_default_context(cafile=fallback_bundle())
        if os.path.isdir(route.ca):
            return ssl.create_default_context(capath=route.ca)
        return ssl.create_default_context(cafile=route.ca)
    except (ssl.SSLError, OSError):
        raise Invalid(f"{route.ca} holds no CA certificates that can be read; give PEM files") from None


def fallback_bundle() -> str | None:
    """The bundle of ``certifi`` where Python was built without knowing the system's certificates."""
    import ssl

    paths = ssl.get_default_verify_paths()
    if paths.cafile or (paths.capath and os.listdir(paths.capath)):
        return None
    try:
        import certifi
    except ImportError:
        return None
    return str(certifi.where())
