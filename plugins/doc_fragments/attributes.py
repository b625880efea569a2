# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's own keywords do to a task."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    support: full
    description: Can run in check mode and show what it would do, without changing anything.
  diff_mode:
    support: full
    description: Shows what changes, before and after, in the words of the options.
  async:
    support: full
    description: Can run in the background, with C(async) and C(poll).
  action_group:
    support: full
    description: Part of a group, so that C(module_defaults) can set a cloud for all modules at once.
    membership:
      - anycloud.core.cloud
"""
