# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real playbooks for tests: run by the real ansible-playbook, in a home, a folder and a local cloud of their own."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import typing as t
from dataclasses import dataclass

TESTS = pathlib.Path(__file__).resolve().parent
ROOT = TESTS.parent
LANES = ("fast", "module")
KEPT = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "ANYCLOUD_LOCAL_IDLE")

Json = t.Dict[str, t.Any]


@dataclass(frozen=True)
class Step:
    """One task on one host; ``status`` is ``ok``, ``failed``, ``skipped`` or ``unreachable``."""

    task: str
    action: str
    host: str
    status: str
    ignored: bool
    result: Json

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))


@dataclass(frozen=True)
class Outcome:
    """What one run of ansible-playbook did."""

    rc: int
    stdout: str
    stderr: str
    steps: tuple[Step, ...]

    @property
    def failed(self) -> bool:
        return self.rc != 0

    @property
    def changed(self) -> bool:
        """Whether any task changed anything."""
        return any(step.changed for step in self.steps)

    @property
    def results(self) -> list[Json]:
        return [step.result for step in self.steps]

    @property
    def text(self) -> str:
        """All that a user would have seen."""
        return self.stdout + self.stderr

    def step(self, task: str | int) -> Step:
        """The last step with that task name, or the step at that place."""
        if isinstance(task, int):
            assert -len(self.steps) <= task < len(self.steps), f"no step {task} of {len(self.steps)}:\n{self.text}"
            return self.steps[task]
        named = [step for step in self.steps if step.task == task]
        assert named, f"no task {task!r} among {[step.task for step in self.steps]}:\n{self.text}"
        return named[-1]

    def result(self, task: str | int) -> Json:
        return self.step(task).result

    def ok(self) -> Outcome:
        """Itself, when the run went well."""
        assert self.rc == 0, self.text
        return self


@dataclass(frozen=True)
class Ground:
    """Where a test plays: nothing of it outlives the test. Calling it plays tasks."""

    folder: pathlib.Path
    collections: pathlib.Path

    @property
    def home(self) -> pathlib.Path:
        return self.folder / "home"

    @property
    def local(self) -> pathlib.Path:
        """The directory of the local cloud."""
        return self.folder / "cloud"

    @property
    def env(self) -> dict[str, str]:
        """The environment that every command here gets."""
        return {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANYCLOUD_LOCAL_DIR": str(self.local),
            "ANSIBLE_CALLBACK_PLUGINS": str(TESTS / "plugins" / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "step_record",
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.home / ".ansible"),
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "local_tmp"),
            "ANSIBLE_REMOTE_TEMP": str(self.folder / "remote_tmp"),
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "False",
            "ANSIBLE_NOCOLOR": "1",
            "ANYCLOUD_TEST_STEPS": str(self.folder / "steps.jsonl"),
        }

    def __call__(
        self,
        tasks: str | t.Sequence[Json],
        *,
        lane: str = "fast",
        check: bool = False,
        diff: bool = True,
        vars: t.Mapping[str, t.Any] | None = None,
        keywords: t.Mapping[str, t.Any] | None = None,
        extra_args: t.Sequence[str] = (),
        env: t.Mapping[str, str] | None = None,
        inventory: str = "localhost,",
        timeout: float = 300,
    ) -> Outcome:
        """Plays ``tasks`` (a list, or a string of YAML) on localhost in one lane.

        ``keywords`` are further keywords of the play, such as ``module_defaults``.
        """
        assert lane in LANES, lane
        heading = {
            "name": "test",
            "hosts": "all",
            "gather_facts": False,
            "connection": "local",
            **(keywords or {}),
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", **(vars or {})},
        }
        book = self.folder / "playbook.yml"
        book.write_text(playbook(heading, tasks), encoding="utf-8")
        flags = ["--check"] * check + ["--diff"] * diff
        return self.playbook(
            str(book), "-i", inventory, *flags, *extra_args,
            env={"ANYCLOUD_FAST_LANE": "1" if lane == "fast" else "0", **(env or {})}, timeout=timeout,
        )  # fmt: skip

    def playbook(self, *args: str, env: t.Mapping[str, str] | None = None, timeout: float = 300) -> Outcome:
        """Runs ``ansible-playbook`` with ``args`` as they are."""
        record = self.folder / "steps.jsonl"
        record.unlink(missing_ok=True)
        done = self.command("ansible-playbook", *args, env=env, timeout=timeout)
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        return Outcome(done.returncode, done.stdout, done.stderr, tuple(Step(**json.loads(line)) for line in lines))

    def command(
        self, program: str, *args: str, env: t.Mapping[str, str] | None = None, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program of this Python's environment, such as ``ansible-inventory``, to its end."""
        with subprocess.Popen(
            [str(pathlib.Path(sys.executable).parent / program), *args],
            cwd=self.folder,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        ) as running:
            try:
                stdout, stderr = running.communicate(timeout=timeout)
            except BaseException:
                os.killpg(running.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess([program, *args], running.returncode, stdout, stderr)

    def processes(self) -> list[int]:
        """The processes that were begun here, by what they were told: nodes, balancers, name servers."""
        mark = str(self.folder).encode()
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
                if mark in told and "zombie" not in (process / "status").read_text():
                    found.append(int(process.name))
        return found

    def close(self) -> None:
        """Ends what still runs and removes the folder."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def ground(collections: pathlib.Path) -> Ground:
    """A fresh ground; its path is short, because Unix sockets below it have a limit of 107 bytes."""
    made = Ground(pathlib.Path(tempfile.mkdtemp(prefix="any-")), collections)
    for folder in (made.home, made.folder / "remote_tmp"):
        folder.mkdir(mode=0o700)
    (made.folder / "ansible.cfg").touch()
    return made


def playbook(heading: Json, tasks: str | t.Sequence[Json]) -> str:
    """A playbook of one play; JSON is YAML too."""
    lines = [f"{key}: {json.dumps(value)}" for key, value in heading.items()]
    if isinstance(tasks, str):
        lines += ["tasks:", textwrap.indent(textwrap.dedent(tasks).strip("\n"), "  ")]
    else:
        lines += [f"tasks: {json.dumps(list(tasks))}"]
    return "---\n- " + textwrap.indent("\n".join(lines), "  ").lstrip() + "\n"


def collections_root() -> pathlib.Path:
    """A folder that shows this repository as the collection it is, wherever it was cloned to."""
    for place in sys.path:
        seen = pathlib.Path(place or ".", "ansible_collections", "anycloud", "core")
        if seen.exists() and seen.samefile(ROOT):
            return pathlib.Path(place or ".").absolute()
    link = ROOT / ".cache" / "collections" / "ansible_collections" / "anycloud" / "core"
    link.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        link.symlink_to("../../../..", target_is_directory=True)
    return ROOT / ".cache" / "collections"
