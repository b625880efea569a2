# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of cloud_object stand on: a bucket in memory beside a real folder."""

from __future__ import annotations

import io
import pathlib
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils._reconcile.object import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError

from ..memory import Heard, State, call, capable, memory_cloud, memory_work

DEFAULTS: t.Mapping[str, t.Any] = {
    **{name: option.get("default") for name, option in TASK.options.items()},
    "on_error": "stop",
    "wait": True,
    "bucket": "site",
}
SMALL_PARTS = {
    "delete_objects": 3,
    "part_min": 1,
    "part_max": 1000,
    "parts": 100,
    "put_max": 1000,
    "part_size": 4,
    "multipart_from": 10,
}


class Text:
    """A text as a driver takes it."""

    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self._content = content

    def open(self, start: int = 0, length: int | None = None) -> t.BinaryIO:
        end = None if length is None else start + length
        return io.BytesIO(self._content[start:end])


def site(state: State | None = None, objects: t.Mapping[str, bytes] | None = None, **fields: t.Any) -> State:
    """A state with the bucket ``site`` that holds these objects."""
    state = state or State()
    buckets = memory_cloud(state).buckets
    buckets.create({"name": "site"})
    for name, content in (objects or {}).items():
        buckets.put("site", name, Text(content), t.cast(t.Any, fields))
    state.log.clear()
    return state


def capable_of(**changes: t.Any) -> State:
    return State(capabilities=capable("bucket", **changes))


def run(
    memory: State,
    cwd: pathlib.Path | str = "/nowhere",
    /,
    *,
    check_mode: bool = False,
    heard: Heard | None = None,
    **params: t.Any,
) -> dict[str, t.Any]:
    cloud = memory_cloud(memory, work=memory_work(memory, heard))
    return TASK.run(call(cloud, {**DEFAULTS, **params}, check_mode=check_mode, cwd=str(cwd)))


def problem(memory: State, cwd: pathlib.Path | str = "/nowhere", /, **params: t.Any) -> str:
    """The sentence of a task that fails in check mode and for real, and changes nothing."""
    calls = len(memory.mutations())
    before, files = contents(memory), tree(cwd)
    said = []
    for check_mode in (True, False):
        try:
            result = run(memory, cwd, check_mode=check_mode, **params)
        except CloudError as error:
            said.append(str(error))
        else:
            assert result.get("failed") is True, result
            said.append(result["msg"])
    assert said[0] == said[1]
    assert (contents(memory), tree(cwd)) == (before, files)
    assert len(memory.mutations()) == calls
    return said[0]


def contents(state: State, bucket: str = "site") -> dict[str, bytes]:
    return {name: content for (where, name), content in sorted(state.bytes.items()) if where == bucket}


def mutations(state: State) -> list[str]:
    return [f"{each.verb} {each.what}" for each in state.mutations()]


def write(folder: pathlib.Path, files: t.Mapping[str, bytes]) -> pathlib.Path:
    folder.mkdir(exist_ok=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def tree(folder: pathlib.Path | str) -> dict[str, bytes]:
    """All files below a folder, links and what begins with a dot too."""
    top = pathlib.Path(folder)
    return {
        str(path.relative_to(top)): b"-> " + str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
