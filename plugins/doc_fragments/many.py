# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several resources in one task."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  on_error:
    description:
      - What to do with the other resources of the task when one fails. V(stop) begins no more of them, V(continue) goes on with all.
    type: str
    choices: [stop, continue]
    default: stop
"""
