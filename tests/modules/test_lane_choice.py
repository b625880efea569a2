# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lane a task takes, and that the module lane does all that the fast one does not."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import time
import typing as t

from playing import Ground
from probing import HEADING, lane_of, probe

VERBOSE = ("-vvv",)


def a_probe(**keywords: t.Any) -> dict[str, t.Any]:
    return {"name": "probe", "anycloud.lanetest.probe": {"name": "a", **keywords.pop("options", {})}, **keywords}


def write(path: pathlib.Path, text: str) -> pathlib.Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


CHOICES: list[tuple[dict[str, t.Any], str]] = [
    (a_probe(), "fast lane"),
    (a_probe(options={"fast_lane": False}), "module lane: switched off"),
    (a_probe(options={"fast_lane": "no"}), "module lane: switched off"),
    (a_probe(vars={"ansible_connection": "ansible.builtin.local"}), "fast lane"),
    (a_probe(vars={"ansible_python_interpreter": "auto_silent"}), "fast lane"),
    (a_probe(environment={"PROBE": "x"}), "fast lane"),
    (a_probe(environment={"PYTHONPATH": "/nowhere"}), "module lane: environment PYTHONPATH"),
    (a_probe(environment={"LC_ALL": "C"}), "module lane: environment LC_ALL"),
    (a_probe(environment={"TZ": "UTC"}), "module lane: environment TZ"),
    (a_probe(timeout=60), "fast lane"),
]


def test_each_task_takes_the_lane_that_is_the_same_for_it(play: Ground) -> None:
    outcome = probe(play, [task for task, _lane in CHOICES], extra_args=VERBOSE).ok()
    assert lane_of(outcome) == [lane for _task, lane in CHOICES]
    assert [step.result["given"]["name"] for step in outcome.steps] == ["a"] * len(CHOICES)


def test_another_interpreter_is_used_and_a_link_to_the_same_file_is_another(play: Ground) -> None:
    other = play.folder / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(play.folder / "venv")], check=True)
    outcome = probe(play, [a_probe(vars={"ansible_python_interpreter": str(other)})], extra_args=VERBOSE).ok()
    assert lane_of(outcome) == [f"module lane: interpreter {other}"]
    assert f"{other} " in outcome.stdout


ELSEWHERE = """
DOCUMENTATION = "name: elsewhere\\nshort_description: local, but not called so\\nextends_documentation_fragment: [connection_pipelining]"
from ansible.plugins.connection.local import Connection as Local
class Connection(Local):
    transport = "elsewhere"
"""
NO_BECOME = """
DOCUMENTATION = "name: nobody\\nshort_description: becomes nobody else"
from ansible.plugins.become import BecomeBase
class BecomeModule(BecomeBase):
    name = "nobody"
    def build_become_command(self, cmd, shell):
        self._id = "x"
        return cmd
"""


def test_a_connection_that_is_not_local_takes_the_module_and_delegating_comes_back(play: Ground) -> None:
    plugins = write(play.folder / "connections" / "elsewhere.py", ELSEWHERE).parent
    there = {"ansible_connection": "elsewhere", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    outcome = probe(
        play,
        [a_probe(), a_probe(delegate_to="localhost")],
        vars=there,
        keywords={**HEADING, "connection": "elsewhere"},
        inventory="there,",
        extra_args=VERBOSE,
        env={"ANSIBLE_CONNECTION_PLUGINS": str(plugins)},
    ).ok()
    assert lane_of(outcome) == ["module lane: connection elsewhere"] * 2

    outcome = probe(
        play,
        [a_probe(), a_probe(delegate_to="here")],
        inventory=str(
            write(play.folder / "hosts.ini", "there ansible_connection=elsewhere\nhere ansible_connection=local\n")
        ),
        keywords={**HEADING, "hosts": "there", "connection": "ssh"},
        extra_args=VERBOSE,
        env={"ANSIBLE_CONNECTION_PLUGINS": str(plugins)},
    ).ok()
    assert lane_of(outcome) == ["module lane: connection elsewhere", "fast lane"]


def test_become_takes_the_module(play: Ground) -> None:
    plugins = write(play.folder / "becomes" / "nobody.py", NO_BECOME).parent
    env = {"ANSIBLE_BECOME_PLUGINS": str(plugins)}
    by_keyword = a_probe(become=True, become_method="nobody")
    by_variable = a_probe(vars={"ansible_become": True, "ansible_become_method": "nobody"})
    outcome = probe(play, [by_keyword, by_variable], extra_args=VERBOSE, env=env).ok()
    assert lane_of(outcome) == ["module lane: become"] * 2
    assert [step.result["given"]["name"] for step in outcome.steps] == ["a", "a"]


def test_async_runs_in_the_background_and_is_collected(play: Ground) -> None:
    tasks = """
    - name: begin
      anycloud.lanetest.probe:
        name: a
      async: 60
      poll: 0
      register: begun
    - name: collect
      ansible.builtin.async_status:
        jid: "{{ begun.ansible_job_id }}"
      register: job
      until: job is finished
      retries: 60
      delay: 1
    - name: waited for
      anycloud.lanetest.probe:
        name: b
      async: 60
      poll: 1
    """
    env = {"ANSIBLE_ASYNC_DIR": str(play.folder / "jobs")}
    outcome = probe(play, tasks, extra_args=VERBOSE, env=env).ok()
    assert lane_of(outcome) == ["module lane: async"] * 2
    assert outcome.result("collect")["given"]["name"] == "a"
    assert outcome.result("waited for")["given"]["name"] == "b"


def test_a_library_that_the_controller_lacks_takes_the_module(play: Ground) -> None:
    hidden = write(play.folder / "hidden" / "sitecustomize.py", "import sys\nsys.modules['paramiko'] = None\n").parent
    tasks = [{"anycloud.core.cloud_node": {"provider": "local", "name": "web-1", "state": "absent"}}]
    outcome = play(tasks, extra_args=VERBOSE, env={"PYTHONPATH": str(hidden)}).ok()
    assert "anycloud.core.cloud_node: module lane: no paramiko here" in outcome.stdout
    assert not outcome.changed


def test_the_keyword_timeout_becomes_the_deadline_of_the_task(play: Ground) -> None:
    environment = {"does": "environment"}
    tasks = [
        a_probe(options=environment, timeout=100),
        a_probe(options=environment, timeout=10),
        a_probe(options={**environment, "api_deadline": 7}, timeout=100),
        a_probe(options=environment),
    ]
    outcome = probe(play, tasks).ok()
    assert [step.result["deadline"] for step in outcome.steps] == [95, 8, 7, None]


def test_the_module_gets_the_same_deadline(play: Ground) -> None:
    outcome = probe(play, [a_probe(options={"does": "environment"}, timeout=100)], lane="module").ok()
    assert outcome.result("probe")["deadline"] == 95


def test_a_task_ends_by_itself_before_it_would_be_killed(play: Ground) -> None:
    outcome = probe(play, [a_probe(options={"does": "sleep"}, timeout=4, ignore_errors=True)]).ok()
    assert outcome.result("probe")["failure"]["kind"] == "timeout"
    assert outcome.result("probe")["msg"].endswith("the task's deadline of 3 s is over")


def test_a_task_that_is_deaf_to_its_deadline_is_ended_with_its_threads(play: Ground) -> None:
    began = time.monotonic()
    hang = a_probe(options={"does": "hang"}, timeout=2, ignore_errors=True, loop=[1, 2])
    outcome = probe(play, [hang, {**a_probe(), "name": "after"}], extra_args=VERBOSE).ok()
    assert time.monotonic() - began < 30, "the task itself sleeps for 30 s"
    assert "Timed out after 2 second" in str(outcome.result("probe"))
    assert outcome.result("after")["given"]["name"] == "a"


def test_the_module_lane_runs_on_the_task_s_own_folder(play: Ground, lane: str) -> None:
    outcome = probe(play, [a_probe(options={"does": "environment"})], lane=lane).ok()
    assert outcome.result("probe")["cwd"] == str(play.folder)
