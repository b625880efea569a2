# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module of probe."""

from __future__ import annotations

from ansible_collections.anycloud.core.plugins.module_utils._task import run_module
from ansible_collections.anycloud.lanetest.plugins.module_utils._probe import TASK


def main() -> None:
    run_module(TASK)


if __name__ == "__main__":
    main()
