# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the client does when a cloud fails: tries again where that is safe, else says clearly what happened."""

from __future__ import annotations

import email.utils
import gzip
import socket
import threading
import time
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import (
    CloudError,
    Conflict,
    Invalid,
    NotFound,
    RateLimited,
    TimedOut,
    Unavailable,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.work import Stopped
from unit.conversation import Exchange, conversation, expect

from .http_client import Client

READ = "GET"
MUTATION = "POST"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"
PAGE = "<!DOCTYPE html><html><body>Bad gateway</body></html>"


def broken_answers(method: str) -> dict[str, Exchange]:
    """All ways in which an answer can be lost after the request was read."""
    return {
        "reset": expect(method, "/").reset(),
        "closed": expect(method, "/").say(b"", then="close"),
        "reset in the head": expect(method, "/").say(b"HTTP/1.1 200 OK\r\nContent-Le", then="reset"),
        "reset in the body": expect(method, "/").say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1", then="reset"),
        "truncated": expect(method, "/").say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1", then="close"),
        "truncated chunk": expect(method, "/").say(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1", then="close"
        ),
        "truncated json": expect(method, "/").answer(body='{"a": [1, 2,'),
        "empty": expect(method, "/").answer(body=""),
        "a web page": expect(method, "/").answer(body=PAGE, headers={"Content-Type": "text/html"}),
        "garbage": expect(method, "/").answer(body=b"\x00\xfe\xff\x01" * 9),
        "deep garbage": expect(method, "/").answer(body="[" * 200_000),
        "not http": expect(method, "/").say(b"SSH-2.0-OpenSSH_9.6\r\n", then="close"),
        "broken gzip": expect(method, "/").answer(body=b"\x1f\x8bnot gzip", headers={"Content-Encoding": "gzip"}),
        "truncated gzip": expect(method, "/").answer(
            body=gzip.compress(b"[1, 2, 3]" * 99)[:-12], headers={"Content-Encoding": "gzip"}
        ),
        "500": expect(method, "/").answer(500, body=PAGE),
        "502": expect(method, "/").answer(502),
        "503": expect(method, "/").answer(503, json={"message": "down"}),
        "504": expect(method, "/").answer(504),
    }


@pytest.mark.parametrize("fault", broken_answers(READ))
def test_a_read_is_tried_again(fault: str) -> None:
    with conversation(broken_answers(READ)[fault], expect("GET", "/").answer(json=1)) as cloud:
        http = Client(cloud.url)
        assert http.get("/") == 1
    assert http.task.api()["retries"] == 1


@pytest.mark.parametrize("fault", broken_answers(READ))
def test_a_read_fails_in_the_end_with_one_sentence(fault: str) -> None:
    with conversation(broken_answers(READ)[fault].often(3)) as cloud:
        http = Client(cloud.url, retries=2)
        with pytest.raises(Unavailable) as caught:
            http.get("/")
    assert caught.value.retryable
    assert not caught.value.outcome_unknown
    assert_one_sentence(caught.value, cloud.port)


@pytest.mark.parametrize("fault", broken_answers(MUTATION))
def test_a_mutation_is_sent_once_and_its_outcome_is_unknown(fault: str) -> None:
    with conversation(broken_answers(MUTATION)[fault]) as cloud, pytest.raises(Unavailable) as caught:
        Client(cloud.url).post("/", {})
    assert caught.value.outcome_unknown
    assert_one_sentence(caught.value, cloud.port)


@pytest.mark.parametrize("fault", ["reset", "503", "truncated json"])
def test_a_mutation_is_sent_again_when_the_caller_says_so(fault: str) -> None:
    with conversation(broken_answers(MUTATION)[fault], expect("POST", "/").answer(json=1)) as cloud:
        assert Client(cloud.url).post("/", {}, repeat=True) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_mutation_that_may_be_repeated_is_still_unknown_in_the_end(method: str) -> None:
    with conversation(expect(method, "/").reset().often(3)) as cloud, pytest.raises(Unavailable) as caught:
        Client(cloud.url).request(method, "/")
    assert caught.value.outcome_unknown


def test_a_refused_connection_is_tried_again_for_any_method() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        http = Client(f"http://127.0.0.1:{closed.getsockname()[1]}", retries=3)
        with pytest.raises(Unavailable, match="refused the connection") as caught:
            http.post("/", {})
    assert http.task.api()["retries"] == 3
    assert not caught.value.outcome_unknown
    assert_one_sentence(caught.value, closed_port(http))


def closed_port(http: Client) -> int:
    return http.origin.port


@pytest.mark.parametrize("status", [423, 425, 429])
def test_a_mutation_that_was_turned_away_is_sent_again(status: int) -> None:
    with conversation(expect("POST", "/").answer(status), expect("POST", "/").answer(json=1)) as cloud:
        assert Client(cloud.url).post("/", {}) == 1


@pytest.mark.parametrize(("status", "kind"), [(400, Invalid), (404, NotFound), (409, Conflict), (422, Invalid)])
def test_a_plain_refusal_is_not_tried_again(status: int, kind: type[CloudError]) -> None:
    with conversation(expect("POST", "/").answer(status, json={"error": "no"})) as cloud, pytest.raises(kind) as caught:
        Client(cloud.url).post("/", {})
    assert not caught.value.outcome_unknown
    assert caught.value.status == status


def test_a_refusal_counts_even_when_its_body_is_cut_off() -> None:
    with (
        conversation(
            expect("POST", "/").say(b"HTTP/1.1 409 Conflict\r\nContent-Length: 99\r\n\r\n{", then="close")
        ) as cloud,
        pytest.raises(Conflict) as caught,
    ):
        Client(cloud.url).post("/", {})
    assert not caught.value.outcome_unknown


def test_how_often_it_was_tried_is_said() -> None:
    with (
        conversation(expect("GET", "/").answer(503).often(3)) as cloud,
        pytest.raises(Unavailable, match="tried 3 times$"),
    ):
        Client(cloud.url, retries=2).get("/")
    with conversation(expect("GET", "/").answer(503)) as cloud, pytest.raises(Unavailable, match=r"\(503 to GET /\)$"):
        Client(cloud.url, retries=0).get("/")


def test_a_host_that_does_not_exist_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_host: object, **_options: object) -> t.NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    http = Client("http://no-such-host.invalid", retries=3)
    with pytest.raises(Unavailable, match=r"cannot be reached: the host name of no-such-host.invalid is not known"):
        http.post("/", {})
    assert http.task.api()["retries"] == 0


def test_busy_hidden_in_a_refusal_is_tried_again_where_the_driver_knows_it() -> None:
    with conversation(
        expect("POST", "/").answer(400, json={"error": "another operation is in progress"}),
        expect("POST", "/").answer(json=1),
    ) as cloud:
        http = Client(cloud.url, busy=lambda answer: "in progress" in answer.text)
        assert http.post("/", {}) == 1


def test_pauses_grow_and_vary() -> None:
    with conversation(expect("GET", "/").answer(503).often(9)) as cloud:
        http = Client(cloud.url, retries=8)
        with pytest.raises(Unavailable):
            http.get("/")
    assert len(set(http.clock.pauses)) == 8
    assert all(pause <= min(20, 0.5 * 2**at) for at, pause in enumerate(http.clock.pauses))


def http_date(seconds: float) -> str:
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        (lambda: {"Retry-After": "7"}, 7, 7.7),
        (lambda: {"Retry-After": http_date(60)}, 5, 66),
        (lambda: {"Retry-After": http_date(-30)}, 0, 0),
        (lambda: {"Retry-After": "soon"}, 0, 0.5),
        (lambda: {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"}, 9, 9.9),
        (lambda: {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(time.time()) + 40)}, 10, 44),
    ],
    ids=["seconds", "date", "past", "nonsense", "reset in", "reset at"],
)
def test_retry_after_is_honoured(
    status: int, headers: t.Callable[[], dict[str, str]], least: float, most: float
) -> None:
    with conversation(expect("GET", "/").answer(status, headers=headers()), expect("GET", "/").answer(json=1)) as cloud:
        http = Client(cloud.url)
        assert http.get("/") == 1
    assert least <= http.clock.time <= most


def test_what_was_waited_for_a_rate_limit_is_counted() -> None:
    with conversation(
        expect("GET", "/").answer(429, headers={"Retry-After": "7"}),
        expect("GET", "/").answer(json=1),
    ) as cloud:
        http = Client(cloud.url)
        http.get("/")
    assert http.task.api()["throttled_seconds"] == pytest.approx(http.clock.time, abs=0.01)


def test_one_refusal_for_too_many_requests_pauses_everyone() -> None:
    with conversation(
        expect("GET", "/a").answer(429, headers={"Retry-After": "60"}),
        expect("GET", "/b").answer(json=1),
    ) as cloud:
        first = Client(cloud.url, retries=0)
        with pytest.raises(RateLimited):
            first.get("/a")
        first.get("/b")
    assert first.clock.time >= 60


def test_a_long_pause_that_was_asked_for_is_said_to_the_next_request() -> None:
    with conversation(expect("GET", "/").answer(429, headers={"Retry-After": "600"})) as cloud:
        http = Client(cloud.url)
        for says in ("asks for fewer requests", "no requests in the next 600 s"):
            with pytest.raises(RateLimited, match=says):
                http.get("/")


def test_a_pause_that_is_longer_than_the_task_may_wait_fails_at_once() -> None:
    with conversation(expect("GET", "/").answer(429, headers={"Retry-After": "100"})) as cloud:
        http = Client(cloud.url, deadline=50)
        with pytest.raises(RateLimited, match="later than this task can wait") as caught:
            http.get("/")
    assert http.clock.time == 0
    assert caught.value.retry_after == 100


def test_an_hour_is_not_waited_for_without_a_deadline_either() -> None:
    with conversation(expect("GET", "/").answer(503, headers={"Retry-After": "3600"})) as cloud:
        http = Client(cloud.url)
        with pytest.raises(Unavailable, match="later than this task can wait"):
            http.get("/")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_does_not_answer_is_given_up_in_time(method: str) -> None:
    released = threading.Event()
    with conversation(expect(method, "/").hang(released)) as cloud:
        http = Client(cloud.url, timeout=0.2, retries=0)
        with pytest.raises(TimedOut, match=r"within 0\.2 s") as caught:
            http.request(method, "/")
        released.set()
    assert caught.value.outcome_unknown == (method == "POST")


@pytest.mark.parametrize("what", ["head", "body"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_slow_drip_ends_with_the_deadline(what: str, method: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with conversation(expect(method, "/").drip(head * 20 if what == "head" else head + b"x" * 1000, 0.01)) as cloud:
        http = Client(cloud.url, deadline=0.5, real_time=True, retries=3)
        began = time.monotonic()
        with pytest.raises(TimedOut, match="deadline") as caught:
            http.request(method, "/")
        assert time.monotonic() - began < 3
    assert caught.value.outcome_unknown == (method == "POST")
    assert not caught.value.retryable


def test_nothing_is_sent_after_the_deadline() -> None:
    with conversation() as cloud:
        http = Client(cloud.url, deadline=5)
        http.clock.pause(6)
        with pytest.raises(TimedOut, match="deadline of 5 s"):
            http.post("/", {})


def test_nothing_is_sent_after_the_task_was_stopped() -> None:
    with conversation() as cloud:
        http = Client(cloud.url)
        http.task.stop()
        with pytest.raises(Stopped):
            http.get("/")


def test_a_stop_ends_the_reading_of_a_long_answer() -> None:
    with conversation(
        expect("GET", "/").drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"x" * 200, 0.01)
    ) as cloud:
        http = Client(cloud.url)
        threading.Timer(0.2, http.task.stop).start()
        with pytest.raises(Stopped):
            http.get("/")


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    with (
        conversation(expect("GET", "/").answer(body=b"[" + b"1," * 200_000 + b"1]")) as cloud,
        pytest.raises(Unavailable, match="more than 100000 bytes"),
    ):
        Client(cloud.url, limit=100_000).get("/")


def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with (
        conversation(expect("GET", "/").answer(body=bomb, headers={"Content-Encoding": "gzip"})) as cloud,
        pytest.raises(Unavailable, match="more than 1000000 bytes"),
    ):
        Client(cloud.url, limit=1_000_000).get("/")


@pytest.mark.parametrize(
    "body",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><r>&b;</r>',
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        "<r>&undefined;</r>",
        "<r>" * 5000,
        "<r><s></r>",
    ],
    ids=["bomb", "external", "undefined", "deep", "unbalanced"],
)
def test_xml_that_is_more_than_plain_is_not_read(body: str) -> None:
    with (
        conversation(expect("GET", "/").answer(body=body)) as cloud,
        pytest.raises(Unavailable, match="XML was expected"),
    ):
        Client(cloud.url, retries=0).get("/", accept="xml")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_mutation_does_not_follow_a_redirect(status: int) -> None:
    with (
        conversation(expect("POST", "/").answer(status, headers={"Location": "/other"})) as cloud,
        pytest.raises(Unavailable, match="points elsewhere"),
    ):
        Client(cloud.url).post("/", {})


def test_a_read_follows_a_redirect_with_credentials_only_to_the_same_host() -> None:
    def sign(request: t.Any, now: float) -> t.Any:
        return request.with_headers({"Authorization": "Bearer t0ken"})

    bare = {"Authorization": None, "X-Api-Key": None}
    with (
        conversation(expect("GET", "/there", headers=bare).answer(json="there")) as other,
        conversation(
            expect("GET", "/a").answer(302, headers={"Location": "/b"}),
            expect("GET", "/b", headers={"Authorization": "Bearer t0ken"}).answer(
                307, headers={"Location": f"{other.url}/there"}
            ),
        ) as cloud,
    ):
        assert Client(cloud.url, sign=sign, headers={"X-Api-Key": "k"}).get("/a") == "there"


def test_a_redirect_may_be_written_badly() -> None:
    with conversation(
        expect("GET", "/a").say("HTTP/1.1 302 Found\r\nLocation: /b c/\u00e9#x\r\nContent-Length: 0\r\n\r\n".encode()),
        expect("GET", "/b%20c/%C3%83%C2%A9").answer(json=1),
    ) as cloud:
        assert Client(cloud.url).get("/a") == 1


def test_redirects_that_lead_nowhere_end() -> None:
    with (
        conversation(expect("GET", "/a").answer(302, headers={"Location": "/a"}).often(6)) as cloud,
        pytest.raises(Unavailable, match="in a circle"),
    ):
        Client(cloud.url).get("/a")


def test_an_early_refusal_of_a_long_upload_is_understood() -> None:
    """The server answers and hangs up before it has read the body."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _unused = listener.accept()
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
        connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listener, pytest.raises(Invalid, match="too large: big"):
        Client(f"http://127.0.0.1:{listener.getsockname()[1]}").put("/", body=b"x" * 5_000_000)


def assert_one_sentence(error: CloudError, port: int) -> None:
    text = str(error)
    assert text.startswith(f"lab at 127.0.0.1:{port} ")
    assert "\n" not in text
    assert "Traceback" not in text
    assert "<" not in text
    assert error.__suppress_context__ or error.__context__ is None
