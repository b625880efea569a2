# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listings in pages, each way of paging that clouds have."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk import paging
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Unavailable
from unit.conversation import Exchange, conversation, expect

from .http_client import Client


def page(query: dict[str, str], body: t.Any, **headers: str) -> Exchange:
    return expect("GET", "/things", query=query).answer(json=body, headers=headers)


def listed(cloud: t.Any, follow: paging.Follow, items: str | None = "things", **params: t.Any) -> list[t.Any]:
    return list(Client(cloud.url).pages("/things", follow, items, params))


def test_numbers_until_a_page_is_not_full() -> None:
    with conversation(
        page({"page": "1", "per_page": "2", "tag": "x"}, {"things": [1, 2]}),
        page({"page": "2", "per_page": "2", "tag": "x"}, {"things": [3]}),
    ) as cloud:
        assert listed(cloud, paging.by_number(size=2), tag="x") == [1, 2, 3]


def test_numbers_until_the_last_that_the_body_tells() -> None:
    with conversation(
        page({"page": "1", "per_page": "2"}, {"things": [1, 2], "meta": {"pages": 2}}),
        page({"page": "2", "per_page": "2"}, {"things": [3, 4], "meta": {"pages": 2}}),
    ) as cloud:
        assert listed(cloud, paging.by_number(size=2, last="meta.pages")) == [1, 2, 3, 4]


def test_offsets_until_the_total() -> None:
    with conversation(
        page({"offset": "0", "limit": "2"}, {"things": [1, 2], "total": "3"}),
        page({"offset": "2", "limit": "2"}, {"things": [3], "total": "3"}),
    ) as cloud:
        assert listed(cloud, paging.by_offset(size=2, total="total")) == [1, 2, 3]


def test_a_total_that_is_never_reached_does_not_ask_for_ever() -> None:
    with conversation(page({"offset": "0", "limit": "2"}, {"things": [], "total": 3})) as cloud:
        assert listed(cloud, paging.by_offset(size=2, total="total")) == []


def test_tokens_until_there_is_none() -> None:
    with conversation(
        page({}, {"things": [1], "next": {"cursor": "a=b"}}),
        page({"after": "a=b"}, {"things": [], "next": {"cursor": "c"}}),
        page({"after": "c"}, {"things": [2], "next": None}),
    ) as cloud:
        assert listed(cloud, paging.by_token(at_="next.cursor", param="after")) == [1, 2]


def test_markers_are_the_last_id_seen() -> None:
    with conversation(
        page({"limit": "2"}, {"things": [{"id": 1}, {"id": 2}]}),
        page({"limit": "2", "marker": "2"}, {"things": [{"id": 3}]}),
    ) as cloud:
        assert [each["id"] for each in listed(cloud, paging.by_marker(size=2))] == [1, 2, 3]


def test_links_in_the_header() -> None:
    with conversation(
        page({"per_page": "2"}, [1, 2], Link='</things?page=2>; rel="next", </things?page=9>; rel="last"'),
        page({"page": "2"}, [3], Link='</things?page=1>; rel="prev"'),
    ) as cloud:
        assert listed(cloud, paging.by_link({"per_page": 2}), None) == [1, 2, 3]


def test_urls_in_the_body() -> None:
    with conversation(
        expect("GET", "/things").answer(json={"things": [1], "links": {"next": "?x=2"}}),
        expect("GET", "/things", query={"x": "2"}).answer(json={"things": [2], "links": {}}),
    ) as cloud:
        assert listed(cloud, paging.by_url("links.next")) == [1, 2]


def test_pages_are_asked_for_one_by_one() -> None:
    with conversation(page({"page": "1", "per_page": "2"}, {"things": [1, 2]})) as cloud:
        assert next(iter(Client(cloud.url).pages("/things", paging.by_number(size=2), "things"))) == 1


def test_a_page_that_comes_again_ends_it() -> None:
    with (
        conversation(
            page({}, {"things": [1], "next": "a"}), page({"after": "a"}, {"things": [1], "next": "a"})
        ) as cloud,
        pytest.raises(Unavailable, match="without end"),
    ):
        listed(cloud, paging.by_token(at_="next", param="after"))


@pytest.mark.parametrize("body", [{"things": None}, {}, [], None])
def test_a_listing_without_items_is_empty(body: t.Any) -> None:
    with conversation(page({"page": "1", "per_page": "2"}, body)) as cloud:
        assert listed(cloud, paging.by_number(size=2)) == []


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ('<https://h/x?a=1,2>; rel="next"', "https://h/x?a=1,2"),
        ("<u>; rel=next", "u"),
        ('<a>; rel="prev", <b>; title="x"; rel="next"', "b"),
        ('<a>; rel="first next"', "a"),
        ('<a>; rel="nextish"', None),
        ('<a>; rel="prev"', None),
        ("", None),
    ],
)
def test_link_headers(header: str, url: str | None) -> None:
    assert paging.link(header, "next") == url
