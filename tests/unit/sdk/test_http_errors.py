# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a refusal is called, and what it says."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError
from ansible_collections.anycloud.core.plugins.module_utils.sdk.messages import Answer, explain
from hypothesis import given
from hypothesis import strategies as st
from unit.conversation import conversation, expect

from .http_client import Client

KINDS = {
    400: "invalid",
    401: "auth",
    402: "quota",
    403: "denied",
    404: "not_found",
    405: "unsupported",
    406: "invalid",
    408: "unavailable",
    409: "conflict",
    410: "not_found",
    412: "conflict",
    413: "invalid",
    418: "invalid",
    422: "invalid",
    423: "conflict",
    425: "unavailable",
    429: "rate_limit",
    500: "unavailable",
    501: "unsupported",
    502: "unavailable",
    503: "unavailable",
    504: "unavailable",
    507: "quota",
    599: "unavailable",
    304: "unavailable",
}


@pytest.mark.parametrize(("status", "kind"), KINDS.items())
def test_each_status_has_its_kind(status: int, kind: str) -> None:
    with (
        conversation(expect("GET", "/thing").answer(status, headers={"X-Request-Id": "r-1"})) as cloud,
        pytest.raises(CloudError) as caught,
    ):
        Client(cloud.url, retries=0).get("/thing", {"page": 2})
    assert caught.value.failure()["kind"] == kind
    assert caught.value.failure()["request_id"] == "r-1"
    assert str(caught.value).startswith(f"lab at 127.0.0.1:{cloud.port} ")
    assert str(caught.value).endswith(f" ({status} to GET /thing)")


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ('{"error": "no such zone"}', "no such zone", None),
        ('{"error": {"code": "not_found", "message": "no server"}}', "no server", "not_found"),
        ('{"message": "slow down", "id": "too_many_requests"}', "slow down", "too_many_requests"),
        ('{"errors": [{"code": 7003, "message": "no route"}]}', "no route", "7003"),
        ('{"itemNotFound": {"code": 404, "message": "Instance not found"}}', "Instance not found", "404"),
        ('{"errors": [{"reason": "too short", "field": "label"}]}', "too short", None),
        ("<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>", "gone", "NoSuchKey"),
        (
            "<Response xmlns='urn:x'><Errors><Error><Code>X</Code><Message>why</Message></Error></Errors></Response>",
            "why",
            "X",
        ),
        ("  plain\n words ", "plain words", None),
        ('"only a string"', "only a string", None),
        ("<html><body>oops</body></html>", None, None),
        ("<broken", "<broken", None),
        ("", None, None),
        ("null", None, None),
    ],
)
def test_message_and_code_are_found(body: str, message: str | None, code: str | None) -> None:
    assert explain(Answer(400, body=body.encode())) == (message, code)


def test_a_phrase_that_only_repeats_the_status_is_left_out() -> None:
    with conversation(expect("GET", "/").answer(404, body="Not Found")) as cloud, pytest.raises(CloudError) as caught:
        Client(cloud.url).get("/")
    assert str(caught.value) == f"lab at 127.0.0.1:{cloud.port} does not know what was asked for (404 to GET /)"


def test_a_driver_may_explain_in_its_own_way() -> None:
    with (
        conversation(expect("GET", "/").answer(400, json={"fault": [1, "why"]})) as cloud,
        pytest.raises(CloudError, match="refused the request: why") as caught,
    ):
        Client(cloud.url, explain=lambda answer: (json.loads(answer.body)["fault"][1], "F1")).get("/")
    assert caught.value.failure()["provider_code"] == "F1"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "message", "code", "x"]), inner)
    ),
)


@given(anything)
def test_no_body_breaks_the_explanation(body: t.Any) -> None:
    message, code = explain(Answer(400, body=json.dumps(body).encode()))
    assert message is None or isinstance(message, str)
    assert code is None or isinstance(code, str)


@given(st.binary())
def test_no_bytes_break_the_explanation(body: bytes) -> None:
    assert len(explain(Answer(500, body=body))) == 2
