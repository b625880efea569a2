# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node from inside: its home, its environment, its boot, and who may enter."""

from __future__ import annotations

import contextlib
import io
import os
import pwd
import shutil
import signal
import subprocess
import sys
import typing as t

from .serving import MARK, Serving
from .state import Row, State


class Machine:
    """What the sessions of a node share: its home, its environment, and who may enter."""

    def __init__(self, serving: Serving, row: Row) -> None:
        import paramiko

        self.id = serving.id
        self.state: State = serving.state
        self.address: str = row.body["address"]
        self.port: int = row.body["port"]
        self.folder = os.path.join(serving.directory, "nodes", serving.id)
        self.home = os.path.join(self.folder, "home")
        self.shell = "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"
        self.groups: set[int] = set()
        self._prepare(row)
        try:
            user = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            user = str(os.getuid())
        self.usual = serving.env
        self.env = {
            "ANYCLOUD_LOCAL_DIR": serving.directory,
            "PATH": search_path(),
            "HOME": self.home,
            "USER": user,
            "LOGNAME": user,
            "SHELL": self.shell,
            MARK: self.id,
            "ANYCLOUD_NAME": row.name,
            "ANYCLOUD_ADDRESS": self.address,
        }
        self.host_key = paramiko.Ed25519Key.from_private_key(io.StringIO(row.body["host_private"]))

    def _prepare(self, row: Row) -> None:
        """A home as the image has it: empty, but for the volumes."""
        if row.body["wipe"]:
            shutil.rmtree(self.home, ignore_errors=True)
            self._record(wipe=False, booted=False)
        os.makedirs(self.home, mode=0o700, exist_ok=True)
        for folder in (self.folder, self.home):
            os.chmod(folder, 0o700)
        with self.state.reading() as state:
            volumes = [volume for volume in state.rows("volume") if volume.body["node"] == self.id]
        for volume in volumes:
            os.makedirs(os.path.join(self.home, "volumes"), mode=0o700, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                target = os.path.join(os.path.dirname(os.path.dirname(self.folder)), "volumes", volume.id)
                os.symlink(target, os.path.join(self.home, "volumes", volume.name))

    def _record(self, **parts: t.Any) -> None:
        with contextlib.suppress(FileNotFoundError), self.state.transaction() as state:
            row = state.row("node", self.id)
            if row is not None:
                state.change(row, **parts)

    def boot(self) -> None:
        """Runs the user data at the first boot, and ``rc.local`` of the home at each one."""
        with self.state.reading() as state:
            row = state.row("node", self.id)
        if row is not None and not row.body["booted"]:
            self._record(booted=True)
            if str(row.body["user_data"] or "").startswith("#!"):
                path = os.path.join(self.folder, "user_data")
                with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o700), "w", encoding="utf-8") as file:
                    file.write(row.body["user_data"])
                self._record(user_data_rc=self._run_script(path, "user_data.log"))
        path = os.path.join(self.home, "rc.local")
        if os.access(path, os.X_OK):
            self._run_script(path, "rc.local.log")

    def _run_script(self, path: str, log: str) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        with open(os.open(os.path.join(self.home, log), flags, 0o600), "ab") as output:
            try:
                process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                    [path], cwd=self.home, env={**self.usual, **self.env}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                    start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                output.write(f"{error}\n".encode())
                return 127
        with self.knows(process):
            return process.wait()

    def lets_in(self, blob: str) -> bool:
        """Whether a public key is one of the node's, or in its own authorized_keys."""
        with self.state.reading() as state:
            row = state.row("node", self.id)
            keys = {key.name: key.body["public_key"] for key in state.rows("key")}
        lines = [keys[name] for name in row.body["key_names"] if name in keys] if row else []
        with (
            contextlib.suppress(OSError, UnicodeDecodeError),
            open(os.path.join(self.home, ".ssh", "authorized_keys"), encoding="utf-8") as file,
        ):
            lines += [line for line in file.read().splitlines() if not line.lstrip().startswith("#")]
        return any(blob in line.split() for line in lines)

    @contextlib.contextmanager
    def knows(self, process: subprocess.Popen[bytes]) -> t.Iterator[None]:
        """While a command runs, it can be ended also where processes cannot be found by their mark."""
        self.groups.add(process.pid)
        try:
            yield
        finally:
            self.groups.discard(process.pid)

    def end(self) -> None:
        """Ends what runs here, and takes the node's folder away if the node is gone."""
        for group in list(self.groups):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        with self.state.reading() as state:
            gone = state.row("node", self.id) is None
        if gone:
            shutil.rmtree(self.folder, ignore_errors=True)


def search_path() -> str:
    """As on a machine of its own, not as in the user's shell; with a Python that is no wrapper, for Ansible to find."""
    usual = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/opt/homebrew/bin")
    folders = [*usual, os.path.dirname(os.path.realpath(sys.executable))]
    return os.pathsep.join(dict.fromkeys(folder for folder in folders if os.path.isdir(folder)))
