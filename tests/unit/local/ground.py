# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local cloud for a test: its driver, its clients, its processes."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import subprocess
import time
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils._drivers.local.provider import PROVIDER
from ansible_collections.anycloud.core.plugins.module_utils._drivers.local.serving import holder
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Operation, Patience, wait
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work

T = t.TypeVar("T")

SSH_OPTIONS = {
    "StrictHostKeyChecking": "no",
    "UserKnownHostsFile": "/dev/null",
    "LogLevel": "ERROR",
    "IdentitiesOnly": "yes",
    "BatchMode": "yes",
}


def open_cloud(directory: str | pathlib.Path) -> Cloud:
    settings = Settings(
        provider="local",
        options={"directory": str(directory)},
        env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
        home=str(directory),
    )
    return Cloud(PROVIDER, Connection(settings, Work()))


def do(operation: Operation[T]) -> T:
    """Waits for an operation as a task does."""
    return wait(operation, "do it", Work(), Patience(timeout=30, interval=0.2))


def eventually(holds: t.Callable[[], object], within: float = 15.0) -> None:
    """Asks again until it holds; what is asked happens in another process."""
    ends = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.05)


class Ground:
    """A directory with a local cloud in it; ``close`` ends whatever runs there."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.directory = folder / "cloud"
        self.cloud = open_cloud(self.directory)

    def key(self, name: str = "me", kind: str = "ed25519") -> pathlib.Path:
        """The private half of a new key, whose public half the cloud knows by ``name``."""
        path = self.folder / f"key-{name}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path], check=True)
        do(self.cloud.keys.create({"name": name, "public_key": path.with_suffix(".pub").read_text()}))
        return path

    def node(self, name: str = "web-1", **fields: t.Any) -> t.Any:
        return do(self.cloud.nodes.create({"name": name, **fields}))

    def found(self, name: str = "web-1") -> t.Any:
        return next((node for node in self.cloud.nodes.find() if node.name == name), None)

    def state(self, name: str = "web-1") -> str:
        return self.found(name).state.value

    def ssh_options(self, node: t.Any, key: pathlib.Path, port_flag: str = "-p") -> list[str]:
        options = [f"-o{name}={value}" for name, value in SSH_OPTIONS.items()]
        return [*options, "-i", str(key), port_flag, str(node.extra["ssh_port"])]

    def ssh(
        self, node: t.Any, key: pathlib.Path, *command: str, options: t.Sequence[str] = (), input: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        line = ["ssh", *options, *self.ssh_options(node, key), node.public_ips[0], *command]
        return subprocess.run(line, check=False, input=input, capture_output=True, timeout=60)

    def processes(self) -> list[int]:
        """All processes of this cloud, also those that were begun on its nodes."""
        mark = f"ANYCLOUD_LOCAL_DIR={self.directory}".encode()
        found = []
        for environ in pathlib.Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mark in environ.read_bytes().split(b"\0"):
                    found.append(int(environ.parent.name))
        return found

    def pid(self, id: str) -> int | None:
        """The process that serves a resource."""
        return holder(str(self.directory), id)

    def kill(self, id: str) -> None:
        """kill -9 of the process that serves a resource, and the wait for its end."""
        pid = self.pid(id)
        assert pid, f"nothing serves {id}"
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: self.pid(id) is None)

    def close(self) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
