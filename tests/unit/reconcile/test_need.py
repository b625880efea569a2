# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A size that is asked for by what it must have."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.need import choose, fits, offers, parse_need
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Location, Size
from hypothesis import given
from hypothesis import strategies as st

SMALL = Size(id="s", name="small", cpus=1, ram_mb=2048, disk_gb=20, price_hourly=0.01, currency="EUR")
MEDIUM = Size(id="m", name="medium", cpus=2, ram_mb=4096, disk_gb=40, price_hourly=0.03, currency="EUR")
BARGAIN = Size(id="b", name="bargain", cpus=4, ram_mb=8192, disk_gb=80, price_hourly=0.02, currency="EUR")
LARGE = Size(id="l", name="large", cpus=8, ram_mb=16384, disk_gb=160, price_hourly=0.12, currency="EUR")
UNPRICED = Size(id="u", name="unpriced", cpus=2, ram_mb=4096, disk_gb=40)
SIZES = [LARGE, UNPRICED, SMALL, BARGAIN, MEDIUM]

OSLO = Location(id="osl", name="Oslo", country="NO", region="north")
DALLAS = Location(id="dal", name="Dallas", country="us")
NOWHERE = Location(id="x", name="Somewhere")
PLACES = [OSLO, DALLAS, NOWHERE]


def test_the_cheapest_that_fits_is_chosen_when_asked_for() -> None:
    assert choose(SIZES, parse_need({"cpus": 2, "ram": "4 GB", "cheapest": True})) is BARGAIN


def test_without_cheapest_the_smallest_that_fits_is_chosen() -> None:
    assert choose(SIZES, parse_need({"cpus": 2, "ram": "4 GB"})) is MEDIUM


def test_a_size_without_a_price_is_never_the_cheapest_but_the_last_resort() -> None:
    need = parse_need({"ram": "4 GB", "cheapest": True})
    assert choose([UNPRICED, LARGE], need) is LARGE
    assert choose([UNPRICED], need) is UNPRICED


def test_a_size_that_does_not_tell_does_not_fit() -> None:
    assert not fits(Size(id="?", name="?", cpus=2), parse_need({"cpus": 2, "ram": "1 GB"}))
    assert fits(Size(id="?", name="?", cpus=2), parse_need({"cpus": 2}))


def test_when_nothing_fits_the_nearest_are_named() -> None:
    with pytest.raises(NotFound) as failed:
        choose(SIZES, parse_need({"cpus": 16, "ram": "16 GB"}), "the cloud lab")
    assert str(failed.value) == (
        "no size of the cloud lab has 16 cpus, 16 GB of memory; nearest: large (8 cpus, 16 GB, 160 GB disk), "
        "bargain (4 cpus, 8 GB, 80 GB disk), medium (2 cpus, 4 GB, 40 GB disk)"
    )


def test_a_cloud_without_sizes_says_so() -> None:
    with pytest.raises(NotFound, match="no size of this cloud has 1 cpu; it has no sizes"):
        choose([], parse_need({"cpus": 1}))


def found(**need: t.Any) -> dict[str, list[str]]:
    offered = offers(SIZES, PLACES, parse_need(need, places=True))
    return {offer.size.id: [place.id for place in offer.locations] for offer in offered}


def test_outside_a_country_leaves_out_what_is_not_known_to_be_outside() -> None:
    assert found(ram="16 GB", not_country="US") == {"l": ["osl"]}


def test_country_codes_ignore_case() -> None:
    assert found(ram="16 GB", country=["us"]) == {"l": ["dal"]}


@pytest.mark.parametrize("place", ["osl", "Oslo", "north"])
def test_a_location_is_named_by_id_name_or_region(place: str) -> None:
    assert found(ram="16 GB", location=place) == {"l": ["osl"]}


def test_anywhere_every_size_that_fits_is_offered() -> None:
    assert found(cpus=8) == {"l": ["osl", "dal", "x"]}
    assert [offer.size.id for offer in offers(SIZES, [], parse_need({"cpus": 8}))] == ["l"]


def test_a_size_is_offered_only_where_it_is_sold() -> None:
    local = Size(id="z", name="z", cpus=1, locations=("dal",))
    assert offers([local], PLACES, parse_need({"cpus": 1, "country": "NO"}, places=True)) == []
    assert offers([local], PLACES, parse_need({"cpus": 1}))[0].locations == (DALLAS,)


def test_the_united_kingdom_has_two_codes() -> None:
    assert parse_need({"country": "uk"}, places=True).countries == {"GB"}


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({}, "size asks for nothing; say what it needs, for example {cpus: 2, ram: 4 GB}"),
        ({"cpus": None}, "size asks for nothing"),
        ({"cpu": 2}, "size has the key 'cpu', which is not known; did you mean cpus?"),
        ({"gpus": 2, "xyz": 1}, "size has the key 'gpus', which is not known; did you mean cpus?"),
        ({"xyz": 1}, "size has the key 'xyz', which is not known; it takes cpus, ram, disk, cheapest"),
        ({"country": "DE"}, "size has the key 'country', which is not known"),
        ({"cpus": "two"}, "size.cpus is 'two', which is no number of cpus; write for example 2"),
        ({"cpus": True}, "size.cpus is True, which is no number of cpus"),
        ({"cpus": "nan"}, "size.cpus is 'nan', which is no number of cpus"),
        ({"cpus": -1}, "size.cpus is -1, which is no number of cpus"),
        ({"ram": "lots"}, "size.ram is 'lots', which is no amount"),
        ({"disk": "512 MB"}, "size.disk is '512 MB', which is no whole number of gigabytes"),
        ({"cheapest": "maybe"}, "size.cheapest is 'maybe'; write true or false"),
    ],
)
def test_a_need_of_the_wrong_shape_gets_one_sentence(written: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Invalid) as failed:
        parse_need(written)
    assert str(failed.value).startswith(sentence)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"country": "USA"}, "need.country has 'USA'; write two-letter country codes such as DE, GB or US"),
        ({"not_country": 5}, "need.not_country is 5; write a name or a list of names"),
        ({"location": [""]}, "need.location is ['']; write a name or a list of names"),
    ],
)
def test_a_place_of_the_wrong_shape_gets_one_sentence(written: dict[str, t.Any], sentence: str) -> None:
    with pytest.raises(Invalid) as failed:
        parse_need(written, what="need", places=True)
    assert str(failed.value) == sentence


extents = st.one_of(st.none(), st.integers(1, 64))
some_sizes = st.lists(
    st.builds(
        Size,
        id=st.uuids().map(str),
        name=st.sampled_from("abc"),
        cpus=extents,
        ram_mb=st.one_of(st.none(), st.integers(1, 64).map(lambda gb: gb * 1024)),
        disk_gb=extents,
        price_hourly=st.one_of(st.none(), st.floats(0, 10)),
    )
)


@given(some_sizes, st.integers(1, 64), st.integers(1, 64), st.booleans())
def test_what_is_chosen_fits_and_nothing_that_fits_is_cheaper(
    sizes: list[Size], cpus: int, ram: int, cheap: bool
) -> None:
    need = parse_need({"cpus": cpus, "ram": f"{ram} GB", "cheapest": cheap})
    fitting = [size for size in sizes if (size.cpus or 0) >= cpus and (size.ram_mb or 0) >= ram * 1024]
    try:
        chosen = choose(sizes, need)
    except NotFound:
        assert not fitting
        return
    assert chosen in fitting
    prices = [size.price_hourly for size in fitting if size.price_hourly is not None]
    if cheap and prices:
        assert chosen.price_hourly == min(prices)
