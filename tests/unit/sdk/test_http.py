# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client sends, and what it makes of good answers."""

from __future__ import annotations

import gzip
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Invalid, Unavailable
from ansible_collections.anycloud.core.plugins.module_utils.sdk.http import Http, Upload, segment
from ansible_collections.anycloud.core.plugins.module_utils.sdk.pool import POOL
from ansible_collections.anycloud.core.plugins.module_utils.sdk.waiting import Done, Pending
from unit.conversation import conversation, expect

from .http_client import Client


@dataclass
class Bytes:
    """A source of an upload that counts how often it is opened."""

    content: bytes
    opened: int = 0

    @property
    def size(self) -> int:
        return len(self.content)

    def open(self, start: int = 0, length: int | None = None) -> io.BytesIO:
        self.opened += 1
        return io.BytesIO(self.content[start : None if length is None else start + length])


def test_verbs_send_json_and_return_what_comes_back() -> None:
    with conversation(
        expect("GET", "/v1/things", query={"size": "3", "on": "true", "tag": "b"}).answer(json=[1]),
        expect("POST", "/v1/things", json={"name": "ä"}, headers={"Content-Type": "application/json"}).answer(
            201, json={"id": 7}
        ),
        expect("PUT", "/v1/things/7", json={}).answer(200),
        expect("PATCH", "/v1/things/7", json=[]).answer(204),
        expect("DELETE", "/v1/things/7", headers={"Content-Length": None}).answer(202),
    ) as cloud:
        http = Client(f"{cloud.url}/v1/")
        assert http.get("/things", {"size": 3, "on": True, "none": None, "tag": ["b"]}) == [1]
        assert http.post("/things", {"name": "ä"}) == {"id": 7}
        assert http.put("/things/7", {}) is None
        assert http.patch("/things/7", []) is None
        assert http.delete("/things/7") is None
    assert http.task.api() == {"calls": 5, "retries": 0, "throttled_seconds": 0.0}


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_what_would_mean_the_path_above_is_no_segment(name: str) -> None:
    with pytest.raises(Invalid, match="no name or id"):
        segment(name)


def test_a_list_in_a_query_is_repeated_and_segments_are_escaped() -> None:
    with conversation(expect("GET", "/a%2Fb%20c/%C3%A9").answer(json={})) as cloud:
        Client(cloud.url).get(f"/{segment('a/b c')}/é", {"id": ["x y", "z&"]})
        assert cloud.said[0].query == {"id": "z&"}


def test_forms_text_and_headers() -> None:
    with conversation(
        expect(
            "POST",
            "/form",
            body=b"a=1&b=x%20y",
            headers={"Content-Type": "application/x-www-form-urlencoded", "X-Own": "1"},
        ).answer(200, body="<r xmlns='urn:x'><A>1</A><A>2</A></r>"),
        expect("GET", "/text").answer(200, body="grün"),
        expect("GET", "/bytes").answer(200, body=b"\x00\xff"),
        expect("HEAD", "/head").answer(200, headers={"ETag": "x", "Content-Length": "12"}),
    ) as cloud:
        http = Client(cloud.url, headers={"X-Own": "1"})
        root = http.request("POST", "/form", form={"a": 1, "b": "x y"}, accept="xml").value
        assert [each.text for each in root.findall("A")] == ["1", "2"]
        assert http.get("/text", accept="text") == "grün"
        assert http.get("/bytes", accept="bytes") == b"\x00\xff"
        assert http.request("HEAD", "/head").headers["etag"] == "x"


def test_one_connection_serves_many_requests_and_tasks_of_an_account() -> None:
    with conversation(expect("GET", "/").answer(json=1).often(6)) as cloud:
        first = Client(cloud.url)
        for _unused in range(3):
            first.get("/")
        second = Http(cloud.url, first.settings, first.task)
        second.get("/")
        assert cloud.connections == 1
        Client(cloud.url).get("/")
        assert cloud.connections == 2
        POOL.close()
        second.get("/")
        assert cloud.connections == 3


def test_a_connection_that_the_server_ended_meanwhile_is_not_used() -> None:
    with conversation(
        expect("POST", "/").say(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", then="close"),
        expect("POST", "/").answer(json=2),
    ) as cloud:
        http = Client(cloud.url, retries=0)
        assert http.post("/", {}) == 1
        time.sleep(0.1)  # the end of the connection is on its way
        assert http.post("/", {}) == 2


def test_threads_have_connections_of_their_own() -> None:
    meeting = threading.Barrier(4, timeout=10)

    def sign(request, now):
        meeting.wait()
        return request

    with conversation(expect("GET", "/").answer(json=1).often(8)) as cloud:
        http = Client(cloud.url, sign=sign)
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(lambda _unused: http.get("/"), range(8))) == [1] * 8
        assert cloud.connections <= 4


def test_compressed_and_chunked_bodies() -> None:
    body = gzip.compress(b'{"a": [1, 2]}')
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"
    with conversation(
        expect("GET", "/gzip", headers={"Accept-Encoding": "gzip"}).answer(
            body=body, headers={"Content-Encoding": "gzip"}
        ),
        expect("GET", "/chunked").say(chunked),
        expect("GET", "/after").answer(json=None),
    ) as cloud:
        http = Client(cloud.url)
        assert http.get("/gzip") == {"a": [1, 2]}
        assert http.get("/chunked") == [1, 2]
        assert http.get("/after") is None
        assert cloud.connections == 1


def test_uploads_are_streamed_and_opened_again_for_a_retry() -> None:
    content = bytes(range(256)) * 2000
    source = Bytes(content)
    with conversation(
        expect("PUT", "/o", body=content).answer(503),
        expect("PUT", "/o", body=content, headers={"Content-Length": "512000"}).answer(200),
        expect("PUT", "/part", body=content[100:300]).answer(200),
    ) as cloud:
        http = Client(cloud.url)
        http.put("/o", body=source)
        http.put("/part", body=Upload(source, 100, 200))
    assert source.opened == 3


def test_a_source_that_shrank_is_not_sent_as_if_it_were_whole() -> None:
    source = Bytes(b"12345")
    with conversation() as cloud, pytest.raises(Invalid, match="2 bytes too early"):
        Client(cloud.url).put("/o", body=Upload(source, 0, 7))


def test_downloads_come_in_blocks() -> None:
    content = b"x" * 300_000
    with conversation(
        expect("GET", "/o", headers={"Range": "bytes=0-", "Accept-Encoding": "identity"}).answer(206, body=content),
        expect("GET", "/next").answer(json=1),
    ) as cloud:
        http = Client(cloud.url)
        stream = http.stream("/o", headers={"Range": "bytes=0-"})
        assert stream.size == 300_000
        assert b"".join(stream.blocks) == content
        http.get("/next")
        assert cloud.connections == 1


def test_a_download_that_is_given_up_leaves_its_connection() -> None:
    with conversation(
        expect("GET", "/o").answer(body=b"x" * 300_000),
        expect("GET", "/next").answer(json=1),
    ) as cloud:
        http = Client(cloud.url)
        blocks = http.stream("/o").blocks
        next(blocks)
        blocks.close()
        assert http.get("/next") == 1
        assert cloud.connections == 2


def test_a_download_that_ends_early_fails() -> None:
    with conversation(
        expect("GET", "/o").say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", then="close")
    ) as cloud:
        stream = Client(cloud.url).stream("/o")
        with pytest.raises(Unavailable, match="middle of the answer"):
            list(stream.blocks)


def test_an_operation_at_an_address_is_asked_until_it_is_done() -> None:
    def judge(answer):
        return Done(answer.value["result"]) if answer.value["status"] == "done" else Pending(answer.value["status"])

    with conversation(
        expect("GET", "/ops/1").answer(json={"status": "running"}, headers={"Retry-After": "3"}),
        expect("GET", "/ops/1").answer(json={"status": "done", "result": 5}),
    ) as cloud:
        operation = Client(cloud.url).poll_url(f"{cloud.url}/ops/1", judge)
        assert operation.check() == Pending("running", 3.0)
        assert operation.check() == Done(5)


def test_what_an_account_keeps_is_shared_by_its_tasks_alone() -> None:
    first = Client("http://127.0.0.1:1")
    second = Http("http://127.0.0.1:1", first.settings, first.task)
    assert first.keep("token", list) is second.keep("token", list)
    assert first.keep("token", list) is not Client("http://127.0.0.1:1").keep("token", list)


def test_requests_wait_for_their_place_in_the_rate() -> None:
    with conversation(expect("GET", "/").answer(json=1).often(5)) as cloud:
        http = Client(cloud.url, rate=4)
        for _unused in range(5):
            http.get("/")
    assert http.clock.time == pytest.approx(1.0)
    assert http.task.api()["throttled_seconds"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("api.example.com", "is not a URL"),
        ("ftp://api.example.com", "is not a URL"),
        ("http://[::1", "is not a URL"),
        ("http://a..b", "no host name"),
        (f"http://{'a' * 64}.test", "no host name"),
        ("https://ops:hunter2@api.example.com/v1", "put them under auth"),
    ],
)
def test_an_endpoint_that_is_none_is_said_to_be_so(url: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        Client(url)
    assert "hunter2" not in str(caught.value)
