# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials: how they are sent, renewed, and kept out of what people read."""

from __future__ import annotations

import base64
import threading
import traceback
import typing as t
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.auth.basic import Basic
from ansible_collections.anycloud.core.plugins.module_utils.sdk.auth.token import Fresh, Lease, RenewedToken, Token
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import (
    AuthFailed,
    CloudError,
    Invalid,
    Unavailable,
)
from ansible_collections.anycloud.core.plugins.module_utils.sdk.messages import Request
from ansible_collections.anycloud.core.plugins.module_utils.sdk.redact import redactor
from hypothesis import given
from hypothesis import strategies as st
from unit.conversation import conversation, expect

from .http_client import Client

SECRET = 'hun"ter/2+ü\\'


def test_a_token_travels_in_the_header_of_its_scheme() -> None:
    with conversation(
        expect("GET", "/", headers={"Authorization": "Bearer abc"}),
        expect("GET", "/", headers={"X-API-Key": "abc", "Authorization": None}),
        expect("GET", "/", headers={"Authorization": "token abc"}),
    ) as cloud:
        for token in (Token("abc"), Token("abc", "X-API-Key", ""), Token("abc", prefix="token ")):
            Client(cloud.url, sign=token, accept="bytes").get("/")


def test_basic_sends_user_and_password() -> None:
    pair = base64.b64encode("ops:pässword".encode()).decode()
    with conversation(expect("GET", "/", headers={"Authorization": f"Basic {pair}"}).answer(json=1)) as cloud:
        Client(cloud.url, sign=Basic("ops", "pässword")).get("/")


def test_basic_refuses_a_user_name_that_it_cannot_carry() -> None:
    with conversation() as cloud, pytest.raises(Invalid, match='"a:b" has a colon'):
        Client(cloud.url, sign=Basic("a:b", "c")).get("/")


@pytest.mark.parametrize("value", ["line\nbreak", "grün", "nul\0"])
def test_a_token_that_no_header_can_carry_is_not_shown(value: str) -> None:
    with conversation() as cloud, pytest.raises(Invalid, match="header Authorization") as caught:
        Client(cloud.url, sign=Token(value)).get("/")
    assert value not in str(caught.value)


class Tokens:
    """Hands out tokens; only the newest is good."""

    def __init__(self, ends: float | None = None) -> None:
        self.given = 0
        self.ends = ends
        self.lock = threading.Lock()

    def __call__(self) -> Fresh:
        with self.lock:
            self.given += 1
            return Fresh(f"t{self.given}", self.ends)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_token_is_got_when_needed_and_once_more_when_it_is_refused() -> None:
    tokens = Tokens()
    with conversation(
        expect("POST", "/a", headers=bearer("t1")).answer(json=1),
        expect("POST", "/b", headers=bearer("t1")).answer(401),
        expect("POST", "/b", headers=bearer("t2")).answer(json=2),
    ) as cloud:
        http = Client(cloud.url, sign=RenewedToken(tokens, Lease()))
        assert tokens.given == 0
        assert http.post("/a", {}) == 1
        assert http.post("/b", {}) == 2
    assert tokens.given == 2


def test_a_token_that_is_refused_anew_is_not_got_for_ever() -> None:
    tokens = Tokens()
    with (
        conversation(expect("GET", "/").answer(401, json={"error": "who are you"}).often(2)) as cloud,
        pytest.raises(AuthFailed, match="did not accept the credentials: who are you"),
    ):
        Client(cloud.url, sign=RenewedToken(tokens, Lease())).get("/")
    assert tokens.given == 2


def test_a_static_token_that_is_refused_is_not_sent_again() -> None:
    with conversation(expect("GET", "/").answer(401)) as cloud, pytest.raises(AuthFailed) as caught:
        Client(cloud.url, sign=Token("abc")).get("/")
    assert caught.value.failure()["kind"] == "auth"


def test_a_token_is_renewed_before_it_ends() -> None:
    lease = Lease()
    sign = RenewedToken(Tokens(ends=1000.0), lease, early=60)
    request = Request("GET", "http://127.0.0.1/")
    assert sign(request, 100).header("authorization") == "Bearer t1"
    assert sign(request, 939).header("authorization") == "Bearer t1"
    assert sign(request, 941).header("authorization") == "Bearer t2"


def test_one_thread_renews_for_all() -> None:
    """Eight requests are refused at once; one token is got."""
    tokens, lease = Tokens(), Lease()
    lease.fresh = tokens()
    together = threading.Barrier(8, timeout=10)

    class Together(RenewedToken):
        def renew(self, refused: Request) -> bool:
            together.wait()
            return super().renew(refused)

    with conversation(
        *(expect("GET", "/", headers=bearer("t1")).answer(401) for _unused in range(8)),
        *(expect("GET", "/", headers=bearer("t2")).answer(json=1) for _unused in range(8)),
        in_order=False,
    ) as cloud:
        http = Client(cloud.url, sign=Together(tokens, lease))
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda _unused: http.get("/"), range(8))) == [1] * 8
    assert tokens.given == 2


def spellings(secret: str) -> list[str]:
    raw = secret.encode()
    return [secret, base64.b64encode(raw).decode(), quote(secret), quote(secret, safe="")]


def test_no_message_and_no_log_line_holds_a_secret() -> None:
    echo = " and ".join(spellings(SECRET))
    with conversation(
        expect("GET", "/a").answer(403, json={"error": f"not with {echo}"}),
        expect("GET", "/a").answer(400, body=echo),
        expect("GET", "/a").answer(302, headers={"Location": f"/b?token={quote(SECRET)}"}),
        expect("GET", "/b").answer(body="<html>"),
        expect("GET", "/c").answer(401, json={"message": "bad token runtime-t0ken"}),
    ) as cloud:
        http = Client(cloud.url, auth={"token": SECRET}, retries=0)
        signed = Client(cloud.url, sign=Token("runtime-t0ken"), retries=0)
        seen = [failed(http, "/a", {"key": SECRET}), failed(http, "/a"), failed(http, "/a"), failed(signed, "/c")]
    for text in [*seen, *http.log, *signed.log]:
        for spelled in [*spellings(SECRET), "runtime-t0ken"]:
            assert spelled not in text
    assert "/b?token=***" in "".join(http.log)


def failed(http: Client, path: str, params: t.Any = None) -> str:
    with pytest.raises(CloudError) as caught:
        http.get(path, params)
    return "".join(traceback.format_exception(caught.value)) + str(vars(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        "https://h/p?X-Amz-Signature=abcdef&x=1",
        "https://h/p?x=1&Signature=abcdef",
        "https://h/p?X-Amz-Security-Token=abcdef&x=1",
        "https://h/p?apiKey=abcdef&x=1",
        "https://h/p?sig=abcdef&x=1",
        "https://h/p?password=abcdef&x=1",
    ],
)
def test_what_a_query_calls_a_secret_is_hidden(url: str) -> None:
    shown = redactor([])(url)
    assert "abcdef" not in shown
    assert "x=1" in shown


def test_a_short_secret_does_not_eat_the_words_around_it() -> None:
    redact = redactor(["a", "lab"])
    assert redact("a label on a lab") == "*** label on *** ***"


@given(st.text(min_size=5), st.text(), st.text())
def test_a_secret_is_hidden_wherever_it_stands(secret: str, before: str, after: str) -> None:
    for spelled in spellings(secret):
        shown = redactor([secret])(before + spelled + after)
        assert spelled not in shown.replace("***", "\0") or spelled in before + "\0" + after


def test_dataclasses_do_not_show_their_secrets() -> None:
    signed = Token("s3cret")(Request("GET", "http://127.0.0.1/"), 0)
    assert "s3cret" not in f"{signed!r} {Token('s3cret')!r} {Basic('u', 's3cret')!r} {Fresh('s3cret')!r}"


def test_a_proxy_password_is_not_shown() -> None:
    env = {"http_proxy": "http://me:s3cret@127.0.0.1:1"}
    http = Client("http://cloud.test", env=env, retries=0)
    with pytest.raises(Unavailable, match=r"the proxy 127\.0\.0\.1:1 refused") as caught:
        http.get("/")
    assert "s3cret" not in failed(http, "/") + str(caught.value) + "".join(http.log)
