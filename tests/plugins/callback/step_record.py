# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the result of each task as one line of JSON, for tests to read."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: step_record
type: notification
short_description: Writes the result of each task as one line of JSON
description:
  - Each line has the task's name, its host, its status and its result.
  - The file is named by the environment variable E(ANYCLOUD_TEST_STEPS).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "step_record"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._write("failed", result, ignored=ignore_errors)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._write("unreachable", result)

    def _write(self, status: str, result: t.Any, ignored: bool = False) -> None:
        step = {
            "task": result._task.get_name(),
            "action": str(result._task.action),
            "host": result._host.get_name(),
            "status": status,
            "ignored": ignored,
            "result": result._result,
        }
        with open(os.environ["ANYCLOUD_TEST_STEPS"], "a", encoding="utf-8") as steps:
            steps.write(json.dumps(step, default=str) + "\n")
