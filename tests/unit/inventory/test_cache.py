# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's cache, and what it does when a cloud does not answer."""

from __future__ import annotations

import os
import pathlib
import time
import typing as t

import pytest
from inventories import Reading, bring_up, crowd, requests, take_down

Read = t.Callable[..., Reading]

WEB = {"name": "web-1", "state": "running", "labels": {"note": "{{ x }}"}, "public_ips": ["203.0.113.1"]}
DB = {"name": "db-1", "state": "running"}
TOKEN = "correct-horse-battery"


def cached(folder: pathlib.Path, *sources: t.Any, **more: t.Any) -> dict[str, t.Any]:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder / "cache")}
    return {**cache, "cache_timeout": 3600, "sources": list(sources), **more}


def entries(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted((folder / "cache").iterdir())


def make_old(folder: pathlib.Path) -> None:
    long_ago = time.time() - 7200
    for file in entries(folder):
        os.utime(file, (long_ago, long_ago))


def test_the_second_time_no_cloud_is_asked_and_nothing_differs(read: Read, tmp_path: pathlib.Path) -> None:
    config = cached(tmp_path, crowd(tmp_path, "lab", WEB), crowd(tmp_path, "prod", DB), raw=True)
    first = read(config)
    assert requests(tmp_path) == ["lab - nodes", "prod - nodes"]

    second = read(config)

    assert requests(tmp_path) == []
    assert second == first

    read(config, cache=False)
    assert requests(tmp_path) == ["lab - nodes", "prod - nodes"]


@pytest.mark.parametrize(
    "other",
    [
        {"auth": {"token": "another"}},
        {"filters": {"prefix": "db"}},
        {"region": "eu"},
        {"endpoint": "http://127.0.0.1:1"},
    ],
)
def test_an_entry_belongs_to_what_was_asked_and_to_whom(
    read: Read, tmp_path: pathlib.Path, other: dict[str, t.Any]
) -> None:
    source = {**crowd(tmp_path, "lab", WEB), "auth": {"token": TOKEN}}
    read(cached(tmp_path, source))
    requests(tmp_path)

    read(cached(tmp_path, {**source, **other}))
    assert len(requests(tmp_path)) == 1

    read(cached(tmp_path, {**source, "cloud": "renamed"}))
    assert requests(tmp_path) == []


def test_no_secret_is_in_the_cache(read: Read, tmp_path: pathlib.Path) -> None:
    read(cached(tmp_path, {**crowd(tmp_path, "lab", WEB), "auth": {"token": TOKEN}}, raw=True))
    assert len(entries(tmp_path)) == 1
    assert not [file for file in entries(tmp_path) if TOKEN in file.name + file.read_text(encoding="utf-8")]


def test_only_whole_answers_are_kept_and_each_has_its_own_age(read: Read, tmp_path: pathlib.Path) -> None:
    config = cached(tmp_path, crowd(tmp_path, "lab", WEB), crowd(tmp_path, "prod", DB), on_source_error="warn")
    take_down(tmp_path, "prod")
    found = read(config)
    assert list(found.hosts) == ["web-1"]
    assert found.warnings == ["prod: no answer to the token none; its nodes are left out"]
    (lab,) = entries(tmp_path)
    written = lab.stat().st_mtime_ns

    bring_up(tmp_path, "prod")
    requests(tmp_path)

    assert list(read(config).hosts) == ["web-1", "db-1"]
    assert requests(tmp_path) == ["prod - nodes"]
    assert lab.stat().st_mtime_ns == written, "a neighbour's new answer does not make this one younger"


def test_an_old_answer_is_better_than_none_where_that_is_allowed(read: Read, tmp_path: pathlib.Path) -> None:
    config = cached(tmp_path, crowd(tmp_path, "lab", WEB), crowd(tmp_path, "prod", DB), on_source_error="use_cache")
    first = read(config)
    make_old(tmp_path)
    take_down(tmp_path, "lab")

    found = read(config)

    assert found.hosts == first.hosts
    assert found.warnings == ["lab: no answer to the token none; using its last 1 nodes"]
    requests(tmp_path)
    read(config)
    assert requests(tmp_path) == ["lab - nodes"], "an old answer does not become a new one"


@pytest.mark.parametrize("how", ["fail", "use_cache"])
def test_without_any_answer_the_failure_is_told_and_there_are_no_hosts(
    read: Read, tmp_path: pathlib.Path, how: str
) -> None:
    lab = {**crowd(tmp_path, "lab", WEB), "auth": {"token": TOKEN}}
    take_down(tmp_path, "lab")
    found = read(cached(tmp_path, lab, crowd(tmp_path, "prod", DB), on_source_error=how))
    assert not found.hosts
    assert found.error == "lab: no answer to the token ********; 1 of 2 sources answered"


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"format": 1, "nodes": 7}', '{"format": 0, "nodes": []}', '{"format": 1, "nodes": [{"id": 1}]}'],
)
def test_a_cache_that_holds_something_else_holds_nothing(read: Read, tmp_path: pathlib.Path, content: str) -> None:
    config = cached(tmp_path, crowd(tmp_path, "lab", WEB))
    read(config)
    requests(tmp_path)
    for file in entries(tmp_path):
        file.write_text(content, encoding="utf-8")

    assert list(read(config).hosts) == ["web-1"]
    assert requests(tmp_path) == ["lab - nodes"]
