# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that ``anycloud.yml`` does not hold but points to."""

from __future__ import annotations

import functools
import os
import subprocess
import time
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid

COMMAND_SECONDS = 30
KEPT_SECONDS = 60


def secret(value: t.Any, *, env: t.Mapping[str, str], folder: str, where: str) -> str:
    """The secret that a form stands for. Messages say where it was asked for, never what was found."""
    if not isinstance(value, dict):
        return str(value)
    form, what = next(iter(value.items()))
    if form == "env":
        return from_env(what, env, where)
    if form == "file":
        return from_file(os.path.join(folder, expanded(what, env)), where)
    return from_command([str(word) for word in what], env, folder, where)


def expanded(path: str, env: t.Mapping[str, str]) -> str:
    home = env.get("HOME")
    return home + path[1:] if home and (path == "~" or path.startswith("~/")) else path


def from_env(name: str, env: t.Mapping[str, str], where: str) -> str:
    value = env.get(name)
    if not value:
        raise Invalid(f"{where} is to be read from the environment variable {name}, which is not set")
    return value


def from_file(path: str, where: str) -> str:
    try:
        with open(path, encoding="utf-8") as source:
            return source.read().rstrip("\r\n")
    except OSError as error:
        raise Invalid(f"{where} is to be read from the file {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Invalid(f"{where} is to be read from the file {path}, which is not UTF-8 text") from None


def from_command(words: list[str], env: t.Mapping[str, str], folder: str, where: str) -> str:
    """Only the program is named in a message: its arguments and its output may hold secrets."""
    if not words:
        raise Invalid(f"{where} is to be read from a command, but the list is empty")
    asked = f"{where} is to be read from the command {words[0]}"
    command = (expanded(words[0], env), *words[1:])
    try:
        return told(command, tuple(sorted(env.items())), folder, int(time.monotonic() // KEPT_SECONDS))
    except subprocess.TimeoutExpired:
        raise Invalid(f"{asked}, which did not end within {COMMAND_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise Invalid(f"{asked}, which ended with {error.returncode}; run it by hand to see why") from None
    except OSError as error:
        raise Invalid(f"{asked}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Invalid(f"{asked}, which printed no UTF-8 text") from None
    except EOFError:
        raise Invalid(f"{asked}, which printed nothing") from None


@functools.lru_cache(maxsize=16)
def told(command: tuple[str, ...], env: tuple[tuple[str, str], ...], folder: str, period: int) -> str:
    """What a command printed. The items of a loop share one answer for a while; ``period`` says which while."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=COMMAND_SECONDS,
        env=dict(env),
        cwd=folder or None,
        check=True,
    )
    value = done.stdout.decode("utf-8").rstrip("\r\n")
    if not value:
        raise EOFError
    return value
