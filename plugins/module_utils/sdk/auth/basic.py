# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user name and a password with each request (RFC 7617)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from ..errors import Invalid
from ..messages import Request


@dataclass(frozen=True)
class Basic:
    username: str
    password: str = field(repr=False)

    def __call__(self, request: Request, now: float) -> Request:
        if ":" in self.username:
            raise Invalid(f'the user name "{self.username}" has a colon, which basic authentication cannot carry')
        pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return request.with_headers({"Authorization": f"Basic {pair}"})
