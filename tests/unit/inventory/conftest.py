# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own template engine, for the tests of the inventory."""

from __future__ import annotations

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar
from ansible_collections.anycloud.core.plugins.plugin_utils._inventory_expressions import Expressions


@pytest.fixture(scope="session")
def templar() -> Templar:
    init_plugin_loader()
    return Templar(loader=DataLoader())


@pytest.fixture
def expressions(templar: Templar) -> Expressions:
    return Expressions(templar)
