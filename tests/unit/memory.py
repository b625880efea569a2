# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud in memory: every service of the SDK over one state, with lag, failures and kills on demand."""

from __future__ import annotations

from .in_memory.capable import CAPABILITIES, capable, changing
from .in_memory.cloud import Heard, call, memory_cloud, memory_work, run
from .in_memory.state import Killed, Lag, Logged, State, lost

__all__ = [
    "CAPABILITIES",
    "Heard",
    "Killed",
    "Lag",
    "Logged",
    "State",
    "call",
    "capable",
    "changing",
    "lost",
    "memory_cloud",
    "memory_work",
    "run",
]
