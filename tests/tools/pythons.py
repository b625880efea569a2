# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds Pythons by version and makes a folder of links to those that really start.

Version managers put commands on the path that exist and then refuse to run.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

PLACES = (
    "{pyenv}/versions/{version}*/bin/python{version}",
    "~/.local/share/uv/python/cpython-{version}*/bin/python{version}",
)


def candidates(version: str) -> t.Iterator[str]:
    if sys.version_info[:2] == tuple(int(part) for part in version.split(".")):
        yield sys.executable
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield os.path.join(folder, f"python{version}")
    pyenv = os.environ.get("PYENV_ROOT") or "~/.pyenv"
    for place in PLACES:
        pattern = pathlib.Path(place.format(version=version, pyenv=pyenv)).expanduser()
        yield from map(
            str, sorted(pathlib.Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))), reverse=True)
        )


def real(candidate: str, version: str) -> str | None:
    """The interpreter behind a candidate, outside of any virtual environment."""
    if not shutil.which(candidate):
        return None
    ask = "import sys, os; print('%d.%d' % sys.version_info[:2], os.path.realpath(sys._base_executable))"
    answer = subprocess.run([candidate, "-c", ask], capture_output=True, text=True, check=False)
    found, path = answer.stdout.strip().split(" ", 1) if answer.returncode == 0 else ("", None)
    return path if found == version else None


def main(folder: str, *versions: str) -> int:
    """Links each version that is found; says which is not."""
    links = pathlib.Path(folder)
    links.mkdir(parents=True, exist_ok=True)
    missing = []
    for version in versions:
        path = next(filter(None, (real(candidate, version) for candidate in candidates(version))), None)
        if path is None:
            missing.append(version)
            continue
        link = links / f"python{version}"
        link.unlink(missing_ok=True)
        link.symlink_to(path)
    for version in missing:
        print(f"no working python{version} on this machine", file=sys.stderr)
    return len(missing)


if __name__ == "__main__":
    main(*sys.argv[1:])
