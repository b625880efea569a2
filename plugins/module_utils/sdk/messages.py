# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes to a cloud and what comes back: requests, answers, and what an answer means."""

from __future__ import annotations

import dataclasses
import functools
import http.client
import json
import math
import re
import time
import typing as t
from dataclasses import dataclass, field

from .errors import (
    AuthFailed,
    CloudError,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    QuotaExceeded,
    RateLimited,
    Unavailable,
    Unsupported,
)
from .models import nothing
from .services import Source

READS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = READS | {"PUT", "DELETE"}
REQUEST_ID = (
    "x-request-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-openstack-request-id",
    "x-compute-request-id",
    "x-ms-request-id",
    "x-correlation-id",
    "x-trans-id",
)
PUBLIC = frozenset({"accept", "accept-encoding", "user-agent", "range"})
A_YEAR = 31_536_000
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

Json = t.Any
P = t.ParamSpec("P")
M = t.TypeVar("M")


@dataclass(frozen=True)
class Upload:
    """A body that is streamed, all of a source or ``length`` bytes of it; a retry opens it again."""

    source: Source
    start: int = 0
    length: int | None = None

    @property
    def size(self) -> int:
        return self.source.size - self.start if self.length is None else self.length

    def blocks(self, size: int) -> t.Iterator[bytes]:
        left = self.size
        with self.source.open(self.start, self.length) as stream:
            while left and (block := stream.read(min(size, left))):
                left -= len(block)
                yield block
        if left:
            raise Invalid(f"the source of the upload ended {left} bytes too early; did it change meanwhile?")


@dataclass(frozen=True)
class Request:
    """A request that is ready to be signed and sent; header names are as written, without regard to case."""

    method: str
    url: str
    headers: t.Mapping[str, str] = field(default_factory=nothing, repr=False)
    body: bytes | Upload | None = field(default=None, repr=False)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    def with_headers(self, headers: t.Mapping[str, str]) -> Request:
        """The same request with these headers instead of those of the same names."""
        for name, value in headers.items():
            if not TOKEN.fullmatch(name) or not value.isascii() or not value.isprintable():
                raise Invalid(f"the value for the header {name} has characters that a header cannot carry; check auth")
        new = {name.lower() for name in headers}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in new}
        return dataclasses.replace(self, headers={**kept, **headers})

    def with_url(self, url: str) -> Request:
        return dataclasses.replace(self, url=url)


@dataclass(frozen=True)
class Answer:
    """``value`` is the decoded body; header names are lower-case."""

    status: int
    headers: t.Mapping[str, str] = field(default_factory=nothing)
    body: bytes = field(default=b"", repr=False)
    value: t.Any = field(default=None, repr=False)
    url: str = ""

    @property
    def request_id(self) -> str | None:
        return next((self.headers[name] for name in REQUEST_ID if name in self.headers), None)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


def lower(headers: t.Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def public(headers: t.Mapping[str, str]) -> dict[str, str]:
    """The headers that may go to any host."""
    return {name: value for name, value in headers.items() if name.lower() in PUBLIC}


def retry_after(headers: t.Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait, given as seconds, a date, or the reset of a rate limit."""
    told = headers.get("retry-after")
    if told is None and headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0":
        told = headers.get("x-ratelimit-reset", headers.get("ratelimit-reset"))
    if told is None:
        return None
    try:
        seconds = float(told)
        if seconds > A_YEAR:
            seconds -= time.time()
    except ValueError:
        from email.utils import parsedate_to_datetime

        try:
            seconds = parsedate_to_datetime(told).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


Explanation = t.Tuple[t.Optional[str], t.Optional[str]]
Explain = t.Callable[[Answer], Explanation]


class Unreadable(Unavailable):
    """A good status, and a body that is not what it should be."""


def decode(answer: Answer, accept: str) -> t.Any:
    """The body as ``json``, ``xml``, ``text`` or ``bytes``; ``Unreadable`` when it is something else."""
    if accept == "bytes":
        return answer.body
    try:
        if accept == "text":
            return answer.body.decode("utf-8")
        if accept == "xml":
            from . import xml

            return xml.parse(answer.body)
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        found = "nothing" if not answer.body else "a web page" if is_page(answer) else "something unreadable"
        raise Unreadable(f"answered with {found} where {accept.upper()} was expected", status=answer.status) from None


def decoder(read: t.Callable[P, M]) -> t.Callable[P, M]:
    """Marks a function from wire to model: what it cannot read is ``Unavailable``, whatever it stumbled over."""

    @functools.wraps(read)
    def reads(*args: P.args, **kwargs: P.kwargs) -> M:
        try:
            return read(*args, **kwargs)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            lack = f"no {error} in it" if isinstance(error, KeyError) else str(error)
            raise Unavailable(
                f"the cloud's answer has another shape than expected ({lack[:200]}; {read.__name__})",
                retryable=False,
                outcome_unknown=True,
            ) from None

    return reads


def is_page(answer: Answer) -> bool:
    start = answer.body[:256].lstrip().lower()
    return "html" in answer.headers.get("content-type", "") or start.startswith((b"<!doctype html", b"<html"))


def explain(answer: Answer) -> Explanation:
    """Message and code of an error answer, where they stand in most clouds' errors."""
    if is_page(answer):
        return None, None
    try:
        if answer.body.lstrip().startswith(b"<"):
            from . import xml

            root = xml.parse(answer.body)
            return root.findtext(".//Message"), root.findtext(".//Code")
        return explain_json(json.loads(answer.body))
    except (ValueError, RecursionError):
        return " ".join(answer.text.split())[:300] or None, None


def explain_json(body: Json, depth: int = 3) -> Explanation:
    if isinstance(body, str):
        return " ".join(body.split())[:1000] or None, None
    if isinstance(body, list):
        return explain_json(body[0], depth - 1) if body and depth else (None, None)
    if not isinstance(body, dict):
        return None, None
    message = first_text(
        body, ("message", "error_description", "msg", "detail", "reason", "error", "title", "faultstring")
    )
    code = first_text(body, ("code", "error_code", "type", "id", "status"))
    if message:
        return message, code
    for inner in body.values():
        if depth and isinstance(inner, (dict, list)):
            found = explain_json(inner, depth - 1)
            if found[0]:
                return found[0], found[1] or code
    return None, code


def first_text(body: t.Mapping[str, t.Any], keys: t.Sequence[str]) -> str | None:
    found = (body.get(key) for key in keys)
    return next((str(value)[:1000] for value in found if value and isinstance(value, (str, int))), None)


def plain(text: str) -> str:
    """A text of a cloud for a sentence: what would steer a terminal, or is only half a character, is not in it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


REFUSALS: t.Mapping[int, tuple[type[CloudError], str]] = {
    401: (AuthFailed, "did not accept the credentials"),
    402: (QuotaExceeded, "asks for payment first"),
    403: (Denied, "does not allow this to these credentials"),
    404: (NotFound, "does not know what was asked for"),
    405: (Unsupported, "does not offer this"),
    407: (AuthFailed, "is behind a proxy that wants credentials"),
    408: (Unavailable, "gave up waiting for the request"),
    409: (Conflict, "refused because of the resource's present state"),
    410: (NotFound, "no longer has what was asked for"),
    412: (Conflict, "found the resource changed meanwhile"),
    413: (Invalid, "finds the request too large"),
    423: (Conflict, "has the resource locked"),
    425: (Unavailable, "asks to try later"),
    429: (RateLimited, "asks for fewer requests"),
    501: (Unsupported, "does not offer this"),
    507: (QuotaExceeded, "has no room left"),
}
REFUSED_FOR_NOW = frozenset({423, 425, 429})
PASSING = REFUSED_FOR_NOW | {408, 500, 502, 503, 504}


def refusal(answer: Answer, explanation: Explanation) -> CloudError:
    """The error that a status of 300 or more stands for; its message is the second half of a sentence."""
    default: tuple[type[CloudError], str] = (Invalid, "refused the request")
    if answer.status < 400:
        default = Unavailable, "points elsewhere instead of answering"
    elif answer.status >= 500:
        default = Unavailable, "failed at its end"
    kind, what = REFUSALS.get(answer.status, default)
    message, code = (text and plain(text) for text in explanation)
    if message == http.client.responses.get(answer.status):
        message = None
    return kind(
        f"{what}: {message.rstrip('.')}" if message else what,
        provider_code=code,
        request_id=answer.request_id,
        status=answer.status,
        retryable=answer.status in PASSING,
    )
