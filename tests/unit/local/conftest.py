# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local cloud for each test."""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from .ground import Ground


@pytest.fixture
def local() -> t.Iterator[Ground]:
    """A local cloud of its own, at a short path; whatever runs there is ended."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="any-"))
    ground = Ground(folder)
    yield ground
    ground.close()
    shutil.rmtree(folder, ignore_errors=True)
