# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cloud_info on several clouds at once: what it lists, in which order, and what it says when one fails."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.info import TASK
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.task import Call
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import AuthFailed, CloudError, Invalid
from ansible_collections.anycloud.core.plugins.module_utils.sdk.provider import Cloud, Connection, Provider, Settings
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Work
from crowd import PROVIDER

Json = t.Dict[str, t.Any]

EUROPE: Json = {
    "nodes": [
        {"id": "1", "name": "web-2", "price_hourly": 0.2, "created": "2026-02-01", "labels": {"role": "web"}},
        {"id": "2", "name": "web-1", "price_hourly": None, "labels": {"role": "web"}},
        {"id": "3", "name": "db", "price_hourly": 0.1, "created": "2026-01-01"},
    ],
    "sizes": [
        {"id": "s", "name": "small", "cpus": 1, "ram_mb": 2048, "price_hourly": 0.01, "currency": "EUR"},
        {"id": "m", "name": "medium", "cpus": 2, "ram_mb": 4096, "price_hourly": 0.03, "currency": "EUR"},
        {"id": "x", "name": "unpriced", "cpus": 2, "ram_mb": 4096},
    ],
    "locations": [{"id": "osl", "name": "Oslo", "country": "NO"}, {"id": "dal", "name": "Dallas", "country": "US"}],
    "images": [{"id": "d-13", "name": "debian-13"}, {"id": "d-12", "name": "debian-12"}],
}
AMERICA: Json = {
    "nodes": [{"id": "1", "name": "web-2", "labels": {"role": "web", "env": "test"}}],
    "sizes": [
        {
            "id": "c",
            "name": "cheap",
            "cpus": 4,
            "ram_mb": 8192,
            "price_hourly": 0.005,
            "currency": "EUR",
            "locations": ["nyc"],
        },
        {"id": "b", "name": "both", "cpus": 4, "ram_mb": 8192, "price_hourly": 0.02, "currency": "EUR"},
    ],
    "locations": [
        {"id": "nyc", "name": "New York", "country": "US"},
        {"id": "tor", "name": "Toronto", "country": "CA"},
    ],
}
EMPTY = Provider(name="dns_only", title="DNS only", services={})


class Ask:
    """Runs cloud_info on clouds of the driver crowd; ``None`` is a cloud without nodes, an error cannot be opened."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.warnings: list[str] = []
        self.log = folder / "log"
        self._clouds: dict[str | None, Cloud | CloudError] = {}
        self._work = Work(warn=self.warnings.append)

    def __call__(self, clouds: t.Mapping[str, Json | CloudError | None], meet: int = 0, **params: t.Any) -> Json:
        self._meet = meet
        self._clouds = {name: self._cloud(name, has) for name, has in clouds.items()}
        names = [{"cloud": name} for name in clouds] if len(clouds) > 1 else None
        self._clouds[None] = next(iter(self._clouds.values()))
        call = Call({"sources": names, **params}, False, False, {}, "/", self._work, self._open)
        return TASK.run(call)

    def _open(self, name: str | None) -> Cloud:
        cloud = self._clouds[name]
        if isinstance(cloud, CloudError):
            raise cloud
        return cloud

    def _cloud(self, name: str, has: Json | CloudError | None) -> Cloud | CloudError:
        if isinstance(has, CloudError):
            return has
        file, down = self.folder / f"{name}.json", self.folder / f"{name}.down"
        file.write_text(json.dumps(has or {}), encoding="utf-8")
        options = {"file": str(file), "down": str(down), "log": str(self.log), "meet": self._meet}
        settings = Settings(cloud=name, provider="crowd", options=options)
        return Cloud(EMPTY if has is None else PROVIDER, Connection(settings, self._work))


@pytest.fixture
def ask(tmp_path: pathlib.Path) -> Ask:
    return Ask(tmp_path)


def names(rows: t.Sequence[Json]) -> list[tuple[str, str]]:
    return [(row["cloud"], row["name"]) for row in rows]


def test_the_cheapest_4_gb_outside_the_us_on_any_of_my_clouds(ask: Ask) -> None:
    found = ask({"eu": EUROPE, "us": AMERICA}, need={"ram": "4 GB", "not_country": ["US"]}, limit=1)
    (size,) = found["sizes"]
    assert (size["cloud"], size["id"], size["locations"], size["price_hourly"]) == ("us", "b", ["tor"], 0.02)
    assert not found["changed"]
    assert ask.warnings == []


def test_what_has_no_price_comes_last(ask: Ask) -> None:
    found = ask({"eu": EUROPE, "us": AMERICA}, need={"ram": "4 GB"})
    assert names(found["sizes"]) == [("us", "cheap"), ("us", "both"), ("eu", "medium"), ("eu", "unpriced")]
    assert found["sizes"][-1]["price_hourly"] is None
    assert found["sizes"][-1]["locations"] is None


def test_locations_are_not_asked_for_when_any_will_do(ask: Ask) -> None:
    ask({"eu": EUROPE}, need={"cpus": 2})
    assert ask.log.read_text(encoding="utf-8") == "eu - sizes\n"


def test_when_nothing_fits_a_warning_says_what_comes_nearest(ask: Ask) -> None:
    assert ask({"eu": EUROPE, "us": AMERICA}, need={"ram": "64 GB"})["sizes"] == []
    assert ask.warnings == [
        "no size has 64 GB of memory; eu: nearest: medium (2 cpus, 4 GB); us: nearest: both (4 cpus, 8 GB)"
    ]


def test_a_size_that_is_not_sold_there_is_told_apart_from_one_that_is_too_small(ask: Ask) -> None:
    assert ask({"eu": EUROPE}, need={"ram": "4 GB", "country": ["DE"]})["sizes"] == []
    assert ask.warnings == ["no size has 4 GB of memory, in DE; eu: medium (2 cpus, 4 GB) is enough, but not there"]


def test_prices_in_two_currencies_are_compared_with_a_warning(ask: Ask) -> None:
    dollars = {"sizes": [{"id": "d", "name": "d", "cpus": 9, "ram_mb": 9999, "price_hourly": 0.02, "currency": "USD"}]}
    found = ask({"eu": EUROPE, "us": dollars}, need={"cpus": 2})
    assert names(found["sizes"]) == [("us", "d"), ("eu", "medium"), ("eu", "unpriced")]
    assert ask.warnings == ["prices in EUR and USD are compared as numbers"]


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({}, ["web-2", "web-1", "db", "web-2"]),
        ({"labels": {"role": "web"}}, ["web-2", "web-1", "web-2"]),
        ({"labels": {"role": "web", "env": "test"}}, ["web-2"]),
        ({"names": ["db", "web-1"]}, ["web-1", "db"]),
        ({"ids": ["1"]}, ["web-2", "web-2"]),
        ({"sort": "name"}, ["db", "web-1", "web-2", "web-2"]),
        ({"sort": "price"}, ["db", "web-2", "web-1", "web-2"]),
        ({"sort": "created"}, ["db", "web-2", "web-1", "web-2"]),
        ({"sort": "ram"}, ["web-2", "web-1", "db", "web-2"]),
        ({"sort": "name", "limit": 2}, ["db", "web-1"]),
        ({"limit": 1}, ["web-2"]),
    ],
)
def test_nodes_of_all_clouds_are_chosen_and_sorted_together(ask: Ask, params: Json, wanted: list[str]) -> None:
    found = ask({"eu": EUROPE, "us": AMERICA}, **params)
    assert [row["name"] for row in found["nodes"]] == wanted


def test_every_row_says_where_it_is(ask: Ask) -> None:
    (row,) = ask({"us": AMERICA})["nodes"]
    assert (row["cloud"], row["provider"], row["region"]) == ("us", "crowd", None)


def test_all_clouds_and_kinds_are_asked_at_the_same_time(ask: Ask) -> None:
    found = ask({"eu": EUROPE, "us": AMERICA}, gather=["nodes", "images"], meet=4)
    assert (len(found["nodes"]), len(found["images"])) == (4, 2)


def test_several_kinds_at_once(ask: Ask) -> None:
    found = ask(
        {"eu": EUROPE},
        gather=["images", "locations", "nodes", "images"],
        names=["debian-13", "Oslo"],
        labels={"a": "b"},
    )
    assert names(found["images"]) == [("eu", "debian-13")]
    assert names(found["locations"]) == [("eu", "Oslo")]
    assert found["nodes"] == []


def test_capabilities_say_what_a_cloud_can(ask: Ask) -> None:
    eu, dns = ask({"eu": EUROPE, "dns": None}, gather=["capabilities"])["capabilities"]
    assert eu["services"]["node"]["verbs"] == ["fetch", "images", "locations", "sizes"]
    assert dns["services"] == {}


def test_a_cloud_without_the_service_is_passed_over_unless_none_has_it(ask: Ask) -> None:
    assert names(ask({"us": AMERICA, "dns": None})["nodes"]) == [("us", "web-2")]
    found = ask({"dns": None, "other": None})
    assert found["failed"]
    assert found["msg"].startswith("2 of 2 clouds failed; dns: the provider dns_only has no node service; ")


def test_a_cloud_that_fails_is_told_and_the_others_are_not_lost(ask: Ask) -> None:
    (ask.folder / "eu.down").touch()
    found = ask({"eu": EUROPE, "us": AMERICA, "shut": AuthFailed("the token is wrong")}, on_error="stop")
    assert found["failed"]
    assert found["msg"] == "2 of 3 clouds failed; shut: the token is wrong"
    assert found["failure"]["kind"] == "auth"
    assert names(found["nodes"]) == [("us", "web-2")]
    assert [(error["cloud"], error["gather"], error["failure"]["kind"]) for error in found["errors"]] == [
        ("shut", None, "auth"),
        ("eu", "nodes", "unavailable"),
    ]


def test_one_can_go_on_without_it(ask: Ask) -> None:
    (ask.folder / "eu.down").touch()
    found = ask({"eu": EUROPE, "us": AMERICA}, on_error="continue")
    assert "failed" not in found
    assert names(found["nodes"]) == [("us", "web-2")]
    assert ask.warnings == ["what eu did not tell is left out; eu: no answer to the token none"]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"need": {"ram": "4 GB"}, "gather": ["nodes"]}, "need is a question about sizes, but only nodes are gathered; add sizes to gather"),
        ({"need": {}}, "need asks for nothing; say what it needs, for example {cpus: 2, ram: 4 GB}"),
        ({"need": {"ram": "4 GB", "country": ["USA"]}}, "need.country has 'USA'; write two-letter country codes such as DE, GB or US"),
        ({"limit": 0}, "limit is 0; it takes a number from 1 up, or leave it out to get all"),
    ],
)  # fmt: skip
def test_a_question_of_the_wrong_shape_gets_one_sentence(ask: Ask, params: Json, sentence: str) -> None:
    with pytest.raises(Invalid) as failed:
        ask({"eu": EUROPE}, **params)
    assert str(failed.value) == sentence
