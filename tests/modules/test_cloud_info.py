# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud_info in both lanes, on local clouds and on one that does not answer."""

from __future__ import annotations

import json
import typing as t

from playing import Ground

Json = t.Dict[str, t.Any]
DEAD = {"provider": "powerdns", "endpoint": "http://127.0.0.1:1", "auth": {"token": "s3cr3t-of-dns"}, "api_retries": 0}


def write_clouds(play: Ground, **clouds: Json) -> None:
    file = play.folder / "anycloud.yml"
    file.write_text(json.dumps({"clouds": clouds}), encoding="utf-8")
    file.chmod(0o600)


def local(play: Ground, name: str) -> Json:
    return {"provider": "local", "options": {"directory": str(play.folder / name)}}


def info(name: str, **params: t.Any) -> Json:
    return {"name": name, "anycloud.core.cloud_info": params}


def refused(name: str, **params: t.Any) -> Json:
    return {**info(name, **params), "ignore_errors": True}


def test_what_two_clouds_have(play: Ground, lane: str) -> None:
    write_clouds(play, one=local(play, "one"), two=local(play, "two"))
    zone = {"anycloud.core.cloud_zone": {"name": "example.org", "cloud": "two"}}
    record = {
        "anycloud.core.cloud_record": {
            "zone": "example.org",
            "name": "www",
            "type": "A",
            "value": ["192.0.2.1"],
            "cloud": "two",
        }
    }
    buckets = [{"anycloud.core.cloud_bucket": {"name": f"photos-{cloud}", "cloud": cloud}} for cloud in ("one", "two")]
    questions = [
        info("all", clouds=["*"], gather=["buckets", "zones", "records"], sort="name"),
        info("one record", cloud="two", gather=["records"], zones=["example.org."], names=["www"]),
        info("one bucket", clouds=["one", "two"], gather=["buckets"], names=["photos-two"]),
        info("cheapest", clouds=["one", "two"], need={"ram": "4 GB", "not_country": "US"}, limit=1),
        info("keys", cloud="one", gather=["keys"]),
        info("can", cloud="one", gather=["capabilities"]),
    ]
    outcome = play([zone, record, *buckets, *questions], lane=lane).ok()

    everything = outcome.result("all")
    assert [(row["cloud"], row["name"]) for row in everything["buckets"]] == [
        ("one", "photos-one"),
        ("two", "photos-two"),
    ]
    assert [(row["cloud"], row["name"]) for row in everything["zones"]] == [("two", "example.org")]
    assert {(row["zone"], row["name"], row["type"]) for row in everything["records"]} >= {
        ("example.org", "www.example.org", "A")
    }
    assert everything["clouds"] == ["one", "two"]
    assert everything["errors"] == []
    assert [row["value"] for row in outcome.result("one record")["records"]] == [["192.0.2.1"]]
    assert [row["cloud"] for row in outcome.result("one bucket")["buckets"]] == ["two"]
    (size,) = outcome.result("cheapest")["sizes"]
    assert (size["ram_mb"], size["currency"], set(size["locations"])) == (4096, "EUR", {"berlin", "helsinki"})
    assert outcome.result("keys")["key_pairs"] == []
    (can,) = outcome.result("can")["capabilities"]
    assert can["services"]["zone"]["atomic"] is True

    checked = play(questions, lane=lane, check=True).ok()
    assert [mask(step.result) for step in checked.steps] == [
        mask(outcome.result(question["name"])) for question in questions
    ]
    assert not checked.changed


def mask(result: Json) -> Json:
    return {key: value for key, value in result.items() if key not in ("api", "invocation")}


def test_a_cloud_that_does_not_answer(play: Ground, lane: str) -> None:
    write_clouds(play, here=local(play, "here"), dead=DEAD)
    outcome = play(
        [
            refused("stop", clouds=["here", "dead"], gather=["zones", "sizes"]),
            info("go on", clouds=["here", "dead"], gather=["zones", "sizes"], on_error="continue"),
            refused("no need", cloud="here", need={"rma": "4 GB"}),
            refused("no amount", cloud="here", need={"ram": "lots"}),
            refused("no zone", cloud="here", gather=["records"], zones=["example.org"]),
            refused("no cloud", clouds=["heer"]),
        ],
        lane=lane,
    ).ok()
    said = {step.task: step.result.get("msg", "") for step in outcome.steps}
    assert said["stop"].startswith("1 of 2 clouds failed; dead: ")
    assert outcome.result("stop")["failure"]["kind"] == "unavailable"
    assert outcome.result("go on")["sizes"]
    assert [error["cloud"] for error in outcome.result("go on")["errors"]] == ["dead"]
    assert "need.rma. Supported parameters include: cheapest, country, cpus" in said["no need"]
    assert said["no amount"] == "need.ram is 'lots', which is no amount; write for example 4 GB or 4096 (megabytes)"
    assert said["no zone"].startswith("there is no zone example.org")
    assert said["no cloud"].startswith("no cloud heer in ")
    assert said["no cloud"].endswith("; nearest: here")
    assert "s3cr3t-of-dns" not in outcome.text
