# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner that the tests of modules stand on."""

from __future__ import annotations

from playing import Ground


def test_a_playbook_runs_and_its_results_come_back_by_name(play: Ground, lane: str) -> None:
    outcome = play(
        """
        - name: say
          ansible.builtin.command: echo {{ greeting }}
        - name: skipped
          ansible.builtin.ping:
          when: false
        - name: fails
          ansible.builtin.fail:
            msg: as it must
          ignore_errors: true
        """,
        lane=lane,
        vars={"greeting": "hello"},
    ).ok()

    assert outcome.changed
    assert outcome.result("say")["stdout"] == "hello"
    assert [step.status for step in outcome.steps] == ["ok", "skipped", "failed"]
    assert outcome.result(-1)["msg"] == "as it must"


def test_tasks_may_be_a_list_and_the_world_is_the_tests_own(play: Ground) -> None:
    outcome = play([{"name": "look", "ansible.builtin.command": "env"}], env={"COLOUR": "blue"}).ok()

    env = dict(line.split("=", 1) for line in outcome.result("look")["stdout"].splitlines() if "=" in line)
    assert env["COLOUR"] == "blue"
    assert env["HOME"] == str(play.home)
    assert env["ANYCLOUD_LOCAL_DIR"] == str(play.local)


def test_what_still_runs_is_found_and_ended(play: Ground) -> None:
    play([{"ansible.builtin.shell": "sleep 60 >/dev/null 2>&1 </dev/null &"}]).ok()
    assert len(play.processes()) == 1

    play.close()

    assert play.processes() == []
    assert not play.folder.exists()
