# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PowerDNS Authoritative Server, over its HTTP API."""

from __future__ import annotations

from ...sdk.provider import AuthKey, Connection, Provider
from ...sdk.services import ZoneService


def zone(connection: Connection) -> ZoneService:
    from .zone import Zones

    return Zones(connection)


PROVIDER = Provider(
    name="powerdns",
    title="PowerDNS Authoritative Server",
    services={"zone": zone},
    auth={
        "token": AuthKey(description="The server's api-key.", env=("PDNS_API_KEY", "PDNS_AUTH_API_KEY"), secret=True)
    },
    options={"server": "The server's id in its API; localhost unless a proxy in front offers others."},
    endpoint_env=("PDNS_API_URL", "PDNS_SERVER_URL"),
    needs_endpoint=True,
)
