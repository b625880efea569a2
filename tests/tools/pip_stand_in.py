# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives ansible-test the pip that it otherwise fetches from a host of its own.

Run by the Python that has ansible-test; takes the home folder that ansible-test will see.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

STAND_IN = """\
import pathlib
import runpy
import sys

sys.path.insert(0, str(pathlib.Path(__file__).with_name("{wheel}")))
sys.argv[1:] = ["install"] + [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def wanted_pip() -> str:
    """The version of pip that this ansible-test puts into its virtual environments."""
    import ansible_test._internal as internal

    source = pathlib.Path(internal.__file__).with_name("python_requirements.py").read_text(encoding="utf-8")
    found = re.search(r"""pip=['"]([0-9.]+)['"]""", source)
    if not found:
        sys.exit("this ansible-test does not say which pip it wants; see python_requirements.py")
    return found.group(1)


def main(home: str) -> None:
    version = wanted_pip()
    cache = pathlib.Path(home, ".ansible", "test", "cache")
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), f"pip=={version}"]
    subprocess.run(command, check=True)
    script.write_text(STAND_IN.format(wheel=f"pip-{version}-py3-none-any.whl"), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
