# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with cloud_object on the embedded cloud, in both lanes."""

from __future__ import annotations

import pathlib
import typing as t

from playing import Ground

LOCAL = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}
BUCKET = {"anycloud.core.cloud_bucket": {"name": "site"}}
ODD_FILES = {
    "plain.txt": b"plain",
    "with space.txt": b"space",
    "100%/50%25.txt": b"percent",
    "a+b&c=d?e#f.txt": b"signs",
    "ünïcödé/日本語.txt": b"unicode",
    "quote'\"`$(x).txt": b"quotes",
    "{{ template }}.txt": b"braces",
    "-dash": b"dash",
    ".hidden/.file": b"hidden",
    "back\\slash": b"backslash",
    "new\nline": b"newline",
    "long/" + "x" * 250: b"long",
    "deep/" * 30 + "end": b"deep",
    "empty": b"",
}


def task(**params: t.Any) -> dict[str, t.Any]:
    return {"anycloud.core.cloud_object": {"bucket": "site", **params}, "ignore_errors": True}


def played(play: Ground, lane: str, *tasks: dict[str, t.Any], check: bool = False) -> list[dict[str, t.Any]]:
    return play(list(tasks), lane=lane, keywords=LOCAL, check=check).results


def write(folder: pathlib.Path, files: t.Mapping[str, bytes]) -> str:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return str(folder)


def tree(folder: pathlib.Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_check_apply_again(play: Ground, lane: str) -> None:
    wanted = task(name="a/b.html", content="<p>grüße</p>\n", metadata={"by": "me"}, cache_control="no-store")

    _bucket, absent = played(play, lane, BUCKET, task(name="a/b.html", state="absent"))
    (planned,) = played(play, lane, wanted, check=True)
    made, again = played(play, lane, wanted, wanted)

    assert absent["changed"] is False
    assert planned["plan"] == made["plan"] == ["upload object site/a/b.html (15 bytes)"]
    assert planned["diff"] == made["diff"]
    assert set(planned) == set(made) == set(again)
    assert made["object"]["content_type"] == "text/html"
    assert made["object"]["metadata"] == {"by": "me"}
    assert again["changed"] is False and again["plan"] == [] and again["object"] == made["object"]
    assert "grüße" not in str({key: value for key, value in made.items() if key != "invocation"})


def test_check_mode_on_an_empty_cloud_goes_on_as_if_each_task_had_done_its_work(play: Ground, lane: str) -> None:
    down = str(play.folder / "down" / "a")
    tasks = [
        BUCKET,
        task(name="a", content="x"),
        task(name="a", dest=down),
        task(name="b", copy_from={"name": "a"}),
        task(name="b", cache_control="no-store"),
    ]

    outcome = play(tasks, lane=lane, keywords=LOCAL, check=True).ok()

    assert [step.changed for step in outcome.steps] == [True] * 5
    assert outcome.result(2)["plan"] == ["download object site/a (known after it exists)"]
    assert "goes on as if an earlier task had made it" in outcome.text
    assert not (play.folder / "down").exists()


def test_a_folder_with_odd_names_goes_up_and_comes_down(play: Ground, lane: str) -> None:
    up, down = write(play.folder / "up", ODD_FILES), play.folder / "down"
    going, coming = task(prefix="t", src=up), task(prefix="t", dest=str(down))

    played(play, lane, BUCKET)
    (planned,) = played(play, lane, going, check=True)
    made, again, landed, landed_again = played(play, lane, going, going, coming, coming)

    assert planned["plan"] == made["plan"] and planned["diff"] == made["diff"]
    assert made["counts"]["uploaded"] == len(ODD_FILES)
    assert again["changed"] is False and again["counts"]["unchanged"] == len(ODD_FILES)
    assert tree(down) == ODD_FILES
    assert landed["counts"]["downloaded"] == len(ODD_FILES)
    assert landed_again["changed"] is False


def test_extras_go_on_either_side_only_when_asked(play: Ground, lane: str) -> None:
    up, down = play.folder / "up", play.folder / "down"
    write(down, {"a": b"changed", "mine": b"3"})
    going = {"prefix": "t", "src": write(up, {"a": b"1", "old": b"2"})}
    coming = {"prefix": "t", "dest": str(down)}

    played(play, lane, BUCKET, task(**going))
    (up / "old").unlink()
    left, gone, _landed = played(play, lane, task(**going), task(**going, delete_extra=True), task(**coming))
    assert tree(down) == {"a": b"1", "mine": b"3"}
    (cleaned,) = played(play, lane, task(**coming, delete_extra=True))

    assert left["changed"] is False
    assert gone["plan"] == ["delete object site/t/old (1 byte)"]
    assert cleaned["plan"] == [f"delete file {down}/mine (1 byte)"]
    assert tree(down) == {"a": b"1"}


def test_relative_paths_copies_and_deletions(play: Ground, lane: str) -> None:
    write(play.folder, {"files/a": b"1", "files/b/c": b"2"})
    copy = task(prefix="u", copy_from={"prefix": "t"})

    results = played(
        play,
        lane,
        BUCKET,
        task(prefix="t", src="files"),
        copy,
        copy,
        task(prefix="t", state="absent"),
        task(dest="down"),
        task(name="u/a", dest="down/one"),
    )

    assert [result["changed"] for result in results] == [True, True, True, False, True, True, True]
    assert results[2]["counts"]["copied"] == results[4]["counts"]["deleted"] == 2
    assert tree(play.folder / "down") == {"u/a": b"1", "u/b/c": b"2", "one": b"1"}


BAD: list[tuple[dict[str, t.Any], str]] = [
    ({"name": "../x", "content": "x"}, 'the object name "../x" has a . or .. part; nothing was changed'),
    ({"dest": "linked"}, "linked/a is a link, and nothing is written through links; remove it first"),
    ({"name": "missing", "dest": "x"}, "there is no object site/missing"),
    ({"name": "x", "src": "missing"}, "there is no file"),
    ({"bucket": "sites", "name": "a", "content": "x"}, "there is no bucket sites on local; nearest: site"),
    ({"name": "a", "content": "x", "src": "y"}, "parameters are mutually exclusive"),
    ({"name": "a", "content": "x", "colour": "red"}, "Unsupported parameters"),
    ({"name": "a", "presign": {}}, "the provider local cannot make signed addresses of objects"),
    ({"state": "absent"}, "which would empty the whole bucket"),
]


def test_bad_input_has_one_clear_sentence(play: Ground, lane: str) -> None:
    write(play.folder / "outside", {"x": b"kept"})
    (play.folder / "linked").mkdir()
    (play.folder / "linked" / "a").symlink_to("../outside/x")
    tasks = [BUCKET, task(name="a", content="1"), *(task(**params) for params, _sentence in BAD), task(dest="down")]

    _bucket, _object, *refused, _landed = play(tasks, lane=lane, keywords=LOCAL).steps

    for step, (_params, sentence) in zip(refused, BAD, strict=True):
        assert step.status == "failed" and not step.changed, sentence
        assert sentence in step.result["msg"]
        assert "\n" not in step.result["msg"]
    assert tree(play.folder / "outside") == {"x": b"kept"}
    assert tree(play.folder / "down") == {"a": b"1"}
