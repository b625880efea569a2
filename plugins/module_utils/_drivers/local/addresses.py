# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses on this computer: one of 127/8 for each resource where that works, ports of 127.0.0.1 elsewhere."""

from __future__ import annotations

import hashlib
import socket
import typing as t

from .state import Transaction

SHARED = "127.0.0.1"


def own_addresses() -> bool:
    """Whether this system answers on all of 127/8, as Linux does."""
    return refusal("127.87.0.1", 0) is None


def refusal(address: str, port: int, kind: int = socket.SOCK_STREAM) -> OSError | None:
    """Why nothing can listen there, or nothing when it can."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            if kind == socket.SOCK_STREAM:
                probe.listen(1)
        except OSError as error:
            return error
    return None


def taken(state: Transaction) -> set[str]:
    return {row.body["address"] for kind in ("node", "balancer", "dns") for row in state.rows(kind)}


def free_address(state: Transaction, directory: str, ports: t.Iterable[int]) -> str:
    """An address where all ``ports`` are free; other directories begin elsewhere, so that they rarely meet."""
    if not own_addresses():
        return SHARED
    used = taken(state)
    base = 64 + hashlib.sha256(directory.encode()).digest()[0] % 128
    for number in range(1 << 14):
        address = f"127.{base}.{number // 250}.{number % 250 + 1}"
        if address not in used and all(refusal(address, port) is None for port in ports):
            return address
    return SHARED


def free_port(state: Transaction, address: str, wanted: int, kinds: t.Iterable[int] = (socket.SOCK_STREAM,)) -> int:
    """``wanted`` if it is free at ``address``, else one that is, and that no resource at rest has."""
    used = {row.body["port"] for kind in ("node", "dns") for row in state.rows(kind) if row.body["address"] == address}
    for _attempt in range(100):
        if wanted not in used and all(refusal(address, wanted, kind) is None for kind in kinds):
            return wanted
        with socket.socket() as probe:
            probe.bind((address, 0))
            wanted = probe.getsockname()[1]
    return wanted
