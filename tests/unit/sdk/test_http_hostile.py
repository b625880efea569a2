# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that never come to an end, or answer what no server should."""

from __future__ import annotations

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk import paging
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, TimedOut, Unavailable

from ..conversation import conversation, expect
from .http_client import Client

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: <a>; rel=preload\r\n\r\n"


@pytest.mark.parametrize("early", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n", EARLY])
def test_what_says_that_an_answer_is_to_come_is_not_the_answer(early: bytes) -> None:
    with conversation(
        expect("POST", "/things").say(early * 2 + b"HTTP/1.1 201 Created\r\nContent-Length: 8\r\n\r\n" + b'{"id":7}'),
        expect("GET", "/things/7").answer(json={"id": 7}),
    ) as cloud:
        http = Client(cloud.url)
        assert http.post("/things", {}) == {"id": 7}
        assert http.get("/things/7") == {"id": 7}


@pytest.mark.parametrize(
    "said",
    [
        EARLY * 50 + GOOD,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n{}",
        CHUNKED + b"2\r\n{}\r\n0\r\n" + b"X-More: yes\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-More: yes\r\n" * 500 + b"\r\n{}",
    ],
    ids=["early", "switch", "trailers", "headers"],
)
def test_an_answer_without_end_is_none(said: bytes) -> None:
    with (
        conversation(expect("GET", "/").say(said, then="close")) as cloud,
        pytest.raises(Unavailable, match="is not HTTP"),
    ):
        Client(cloud.url, retries=0).get("/")


def test_a_few_words_after_the_last_chunk_are_passed_over() -> None:
    said = CHUNKED + b"2\r\n{}\r\n0\r\nChecksum: 1\r\n\r\n"
    with conversation(expect("GET", "/").say(said), expect("GET", "/").say(GOOD)) as cloud:
        http = Client(cloud.url)
        assert [http.get("/"), http.get("/")] == [{}, {}]


def test_a_head_that_drips_is_given_up_in_time_without_a_deadline() -> None:
    with (
        conversation(expect("GET", "/").drip(b"HTTP/1.1 200 OK\r\n" + b"X-More: yes\r\n" * 20, 0.01)) as cloud,
        pytest.raises(TimedOut, match=r"within 0\.3 s"),
    ):
        Client(cloud.url, timeout=0.3, retries=0).get("/")


def test_a_body_that_drips_is_given_up_in_time_without_a_deadline() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"[" * 4000
    with (
        conversation(expect("GET", "/").drip(answer, 0.001)) as cloud,
        pytest.raises(TimedOut, match="came too slowly to an end"),
    ):
        Client(cloud.url, timeout=0.2, retries=0).get("/")


@pytest.mark.parametrize("target", ["http://[::1", "file:///etc/passwd", "http://h:99999/", "http://me:secret@h/"])
def test_a_redirect_to_what_is_no_address_is_one_sentence(target: str) -> None:
    with (
        conversation(expect("GET", "/").answer(302, headers={"Location": target})) as cloud,
        pytest.raises(CloudError, match="URL|credentials") as caught,
    ):
        Client(cloud.url).get("/")
    assert "secret" not in str(caught.value)


def test_a_pause_without_end_is_not_kept_for_the_tasks_to_come() -> None:
    with conversation(
        expect("GET", "/").answer(429, headers={"Retry-After": "9" * 400}), expect("GET", "/").say(GOOD)
    ) as cloud:
        assert Client(cloud.url).get("/") == {}


def test_a_message_does_not_steer_the_terminal() -> None:
    told = {"message": "\x1b[2J\x1b[31mno\r\n\ud800 room", "code": "x\x07"}
    with conversation(expect("GET", "/").answer(400, json=told)) as cloud, pytest.raises(CloudError) as caught:
        Client(cloud.url).get("/")
    assert "[2J [31mno room" in str(caught.value)
    assert caught.value.provider_code == "x"


def test_a_link_header_of_megabytes_is_no_list_of_pages() -> None:
    with pytest.raises(Unavailable, match="no list of pages"):
        paging.link("<" * 1_000_000, "next")
