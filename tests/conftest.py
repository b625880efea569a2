# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every test may ask for: playbooks in both lanes, and the programs of others."""

from __future__ import annotations

import os
import pathlib
import shutil
import sys
import typing as t

import pytest
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
from hypothesis import HealthCheck, settings

TESTS = pathlib.Path(__file__).resolve().parent
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

import playing  # noqa: E402

COLLECTIONS = playing.collections_root()
if str(COLLECTIONS) not in sys.path:
    sys.path.insert(0, str(COLLECTIONS))
# Collections that were imported in another way cannot be used by a test that needs Ansible's own.
_AnsibleCollectionFinder(paths=[str(COLLECTIONS)])._install()

settings.register_profile(
    "anycloud",
    max_examples=int(os.environ.get("ANYCLOUD_EXAMPLES", "500")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("anycloud")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where every back end is there, a test that is skipped would go unnoticed for ever."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("ANYCLOUD_ALL_BACKENDS") != "1" or reporter is None or not reporter.stats.get("skipped"):
        return
    reporter.write_line(
        f"{len(reporter.stats['skipped'])} skipped, which ANYCLOUD_ALL_BACKENDS=1 does not allow", red=True
    )
    session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def play() -> t.Iterator[playing.Ground]:
    """``play(tasks, lane=..., check=...)`` runs a real playbook; see ``playing.Ground``."""
    made = playing.ground(COLLECTIONS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_play() -> t.Iterator[playing.Ground]:
    """The same for all tests of a file, where they read what one of them made."""
    made = playing.ground(COLLECTIONS)
    yield made
    made.close()


@pytest.fixture(params=playing.LANES)
def lane(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def needs() -> t.Callable[[str], str]:
    """``needs("dig")`` is the path of the program; without it the test is skipped, or fails where all must be there."""

    def path_of(program: str) -> str:
        found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        if found:
            return found
        message = f"{program} is not installed"
        if os.environ.get("ANYCLOUD_ALL_BACKENDS") == "1":
            pytest.fail(message)
        pytest.skip(message)

    return path_of
