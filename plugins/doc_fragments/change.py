# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task may do to a resource that exists, and what only its provider knows."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  allow:
    description:
      - What the task may do to existing resources besides changes that nobody notices.
      - V(restart) allows to restart, V(recreate) to delete and make anew, V(shrink) to make smaller, V(data_loss) to lose data or settings.
      - A plan that needs more is refused before its first step, and shown.
    type: list
    elements: str
    choices: [restart, recreate, shrink, data_loss]
    default: []
  extra:
    description:
      - Settings of the resource that only its provider knows. A key that the provider does not know is refused.
    type: dict
  defaults:
    description:
      - What is used for options that the task leaves out when something is made, so that one playbook fits several clouds.
      - A named cloud can say it for all tasks, under the same key.
    type: dict
"""
