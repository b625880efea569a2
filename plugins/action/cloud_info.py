# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.info import TASK
from ansible_collections.anycloud.core.plugins.plugin_utils._lane import Lane


class ActionModule(Lane):
    task = TASK
