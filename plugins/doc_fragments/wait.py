# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to wait."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the resource is as asked for. With V(false), only waits that a later step needs are made.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds to wait for one resource.
    type: float
    default: 600
  wait_interval:
    description:
      - The longest pause between two looks, in seconds. The first pauses are shorter.
    type: float
    default: 5
"""
