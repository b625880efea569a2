# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting, watching and ending the processes of the local cloud, from inside a task."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import typing as t
import uuid

from .serving import holder, status_of

PROGRAMS = ("state", "serving", "sshd", "machine", "sftp", "forwarder", "dnsd", "wire")
BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from anycloud_local.serving import main; main(*sys.argv[2:])"
KEPT_ENV = ("LANG", "LANGUAGE", "TZ", "TMPDIR")


def ship() -> None:
    """Never called: AnsiballZ takes along what is imported, and the processes need their programs."""
    from . import dnsd, forwarder, machine, sftp, sshd, wire

    del dnsd, forwarder, machine, sftp, sshd, wire


class Started:
    """A process that waits until ``go``: it then lives if its row is there, and ends at once if not."""

    def __init__(self, process: subprocess.Popen[bytes], token: str) -> None:
        self._process = process
        self.token = token

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *reason: object) -> None:
        with contextlib.suppress(OSError):
            t.cast("t.IO[bytes]", self._process.stdin).close()
        self._process.wait()


class Daemons:
    """The processes of one directory. ``env`` is what nodes see of the user's environment."""

    def __init__(self, directory: str, env: t.Mapping[str, str]) -> None:
        self.directory = directory
        kept = {
            key: value
            for key, value in env.items()
            if key in KEPT_ENV or key.startswith("LC_") or key.lower().endswith("_proxy")
        }
        self.env = {**kept, "ANYCLOUD_LOCAL_DIR": directory}

    def start(self, program: str, kind: str, id: str, token: str | None = None) -> Started:
        """Begins a process for the row with the token of the answer, which is to be written inside ``with``."""
        token = token or uuid.uuid4().hex
        run = self._programs()
        log = os.open(os.path.join(self.directory, "run", f"{id}.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                [sys.executable, "-I", "-S", "-c", BOOT, run, program, self.directory, kind, id, token],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=self.env,
                cwd="/",
            )
        finally:
            os.close(log)
        order = {"paths": [path for path in sys.path if os.path.isdir(path)], "env": self.env}
        stdin = t.cast("t.IO[bytes]", process.stdin)
        stdin.write(json.dumps(order).encode() + b"\n")
        stdin.flush()
        return Started(process, token)

    def status(self, id: str) -> dict[str, t.Any]:
        return status_of(self.directory, id)

    def alive(self, id: str) -> bool:
        return holder(self.directory, id) is not None

    def signal(self, id: str, how: int = signal.SIGTERM) -> None:
        pid = holder(self.directory, id)
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)

    def forget(self, id: str) -> None:
        """Takes away what an ended process left behind."""
        for ending in ("status", "log", "lock"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.directory, "run", f"{id}.{ending}"))

    def _programs(self) -> str:
        """The folder with the programs' files, which outlives this task and whatever it was unpacked from."""
        sources = {f"{name}.py": source_of(name) for name in PROGRAMS}
        version = hashlib.sha256(b"\0".join(sources.values())).hexdigest()[:16]
        run = os.path.join(self.directory, "run")
        folder = os.path.join(run, version)
        if not os.path.isdir(folder):
            draft = os.path.join(run, f"{version}.{uuid.uuid4().hex}")
            os.makedirs(os.path.join(draft, "anycloud_local"), mode=0o700)
            os.chmod(draft, 0o700)
            for name, source in {"__init__.py": b"", **sources}.items():
                path = os.path.join(draft, "anycloud_local", name)
                with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                    file.write(source)
            try:
                os.rename(draft, folder)
            except OSError:
                remove_tree(draft)
        return folder


def begun(token: str) -> dict[str, t.Any]:
    """The part of a row that wants the process with this token, from now on."""
    return {"token": token, "power": "on", "started": time.time()}


def source_of(program: str) -> bytes:
    """The text of a file beside this one, be that in a folder or in the archive of a module."""
    loader: t.Any = __spec__.loader if __spec__ else None
    return t.cast(bytes, loader.get_data(os.path.join(os.path.dirname(__file__), f"{program}.py")))


def remove_tree(path: str) -> None:
    import shutil

    shutil.rmtree(path, ignore_errors=True)
