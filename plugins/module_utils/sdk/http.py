# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one client that all drivers talk through: retries, deadlines, pace, decoding, errors, a log.

``get``, ``post``, ``put``, ``patch`` and ``delete`` return decoded bodies, ``request`` the whole answer,
``stream`` a body that is read block by block. What goes wrong is raised as one of ``sdk.errors``.
"""

from __future__ import annotations

import json as jsons
import random
import time
import typing as t
import zlib
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from .errors import AuthFailed, CloudError, RateLimited, TimedOut, Unavailable
from .messages import (
    PASSING,
    READS,
    REFUSED_FOR_NOW,
    REPEATABLE,
    Answer,
    Explain,
    Request,
    Unreadable,
    Upload,
    decode,
    decoder,
    explain,
    lower,
    public,
    refusal,
    retry_after,
)
from .pool import POOL
from .redact import redactor, secret_headers
from .route import origin_of, route_to
from .services import Source
from .urls import path_in, query, segment, written
from .waiting import Operation, Pending, Progress
from .wire import Incoming, Lost

if t.TYPE_CHECKING:
    from .paging import Follow
    from .provider import Settings
    from .work import Work

__all__ = ["Answer", "Http", "Request", "Sign", "Stream", "Upload", "decoder", "segment"]

T = t.TypeVar("T")
Params = t.Mapping[str, t.Any]
Body = t.Union[bytes, str, Upload, Source, None]

MEGABYTE = 1 << 20
FIRST_PAUSE = 0.5
USUAL_PAUSE = 20.0
LONGEST_PAUSE = 120.0
REDIRECTS = 5
# an answer that is read whole may take this many times api_timeout, so that one that drips ends
WHOLE_ANSWER = 10
TYPES = {"json": "application/json", "xml": "application/xml, text/xml", "text": "text/*, */*", "bytes": "*/*"}


class Sign(t.Protocol):
    """Puts the credentials on a request. One that can renew them also has ``renew(refused) -> bool``."""

    def __call__(self, request: Request, now: float) -> Request: ...


def never(answer: Answer) -> bool:
    return False


@dataclass(frozen=True)
class Stream:
    """A body that comes block by block; it fails rather than end early."""

    answer: Answer
    size: int | None
    blocks: t.Iterator[bytes] = field(repr=False)


class Http:
    """A client below ``base_url``, for one task.

    ``explain`` finds message and code in an error answer; ``busy`` tells that a refusal means "later";
    ``accept`` is what bodies are decoded as (``json``, ``xml``, ``text``, ``bytes``); ``limit`` is the
    longest body that is read whole; ``headers`` go with every request.
    """

    def __init__(
        self,
        base_url: str,
        settings: Settings,
        work: Work,
        *,
        sign: Sign | None = None,
        explain: Explain = explain,
        busy: t.Callable[[Answer], bool] = never,
        headers: t.Mapping[str, str] | None = None,
        accept: str = "json",
        limit: int = 64 * MEGABYTE,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.origin = origin_of(base_url)
        self._settings = settings
        self._work = work
        self._sign = sign
        self._explain = explain
        self._busy = busy
        self._headers = {"User-Agent": "anycloud.core", **(headers or {})}
        self._accept = accept
        self._limit = limit
        self._account = POOL.account(settings)
        self._secrets = [str(value) for value in settings.auth.values()]
        self._redact = redactor(self._secrets)
        self.who = f"{settings.cloud or settings.provider} at {self.origin}".removeprefix(" at ")

    def get(self, path: str, params: Params | None = None, **options: t.Any) -> t.Any:
        return self.request("GET", path, params=params, **options).value

    def post(self, path: str, json: t.Any = None, **options: t.Any) -> t.Any:
        return self.request("POST", path, json=json, **options).value

    def put(self, path: str, json: t.Any = None, **options: t.Any) -> t.Any:
        return self.request("PUT", path, json=json, **options).value

    def patch(self, path: str, json: t.Any = None, **options: t.Any) -> t.Any:
        return self.request("PATCH", path, json=json, **options).value

    def delete(self, path: str, params: Params | None = None, **options: t.Any) -> t.Any:
        return self.request("DELETE", path, params=params, **options).value

    def request(
        self,
        method: str,
        path: str = "",
        *,
        params: Params | None = None,
        json: t.Any = None,
        form: Params | None = None,
        body: Body = None,
        headers: t.Mapping[str, str] | None = None,
        accept: str | None = None,
        repeat: bool | None = None,
        empty: bool | None = None,
    ) -> Answer:
        """The answer, decoded. ``repeat`` says whether sending it twice does no harm (else the method tells),

        ``empty`` whether an answer without a body is good (else ``GET`` and ``POST`` want one with 200 and 201).
        """
        accept = accept or self._accept
        request = self.compose(method, path, params, json, form, body, headers, TYPES[accept])
        missing = {200, 201} if (empty is None and method in ("GET", "POST")) or empty is False else set()

        def receive(incoming: Incoming) -> Answer:
            answer = self._read(request, incoming)
            if method == "HEAD" or (not answer.body and answer.status not in missing):
                return answer
            return replace(answer, value=decode(answer, accept))

        return self._exchange(request, repeat, receive)

    def stream(self, path: str, params: Params | None = None, headers: t.Mapping[str, str] | None = None) -> Stream:
        """A body to be read block by block, retried until it begins."""
        request = self.compose("GET", path, params, headers={"Accept-Encoding": "identity", **(headers or {})})

        def receive(incoming: Incoming) -> Stream:
            answer = Answer(incoming.status, lower(incoming.headers), url=request.url)
            return Stream(answer, incoming.length, self._blocks(request, incoming))

        return self._exchange(request, True, receive)

    def pages(
        self, path: str, follow: Follow, items: str | None = None, params: Params | None = None
    ) -> t.Iterator[t.Any]:
        """The items of a listing, page by page as they are asked for; see ``sdk.paging``."""
        from .paging import pages

        return pages(self, path, follow, items, params)

    def poll_url(
        self,
        url: str,
        judge: t.Callable[[Answer], Progress[T]],
        *,
        started: T | None = None,
        params: Params | None = None,
    ) -> Operation[T]:
        """An operation whose progress stands at an address; ``judge`` reads it, ``Retry-After`` sets the pace."""

        def check() -> Progress[T]:
            answer = self.request("GET", url, params=params)
            progress = judge(answer)
            if isinstance(progress, Pending) and progress.after is None:
                return Pending(progress.state, retry_after(answer.headers))
            return progress

        return Operation(check, started)

    def keep(self, name: str, make: t.Callable[[], T]) -> T:
        """What later tasks of the same account in this process share, such as a token."""
        return self._account.keep(name, make)

    def compose(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        json: t.Any = None,
        form: Params | None = None,
        body: Body = None,
        headers: t.Mapping[str, str] | None = None,
        accept: str = "*/*",
    ) -> Request:
        """A request as it is before it is signed. ``path`` is below the base URL, or a URL of its own."""
        url = written(path if path.startswith(("http://", "https://")) else self.base_url + path)
        if params:
            url += ("&" if "?" in url else "?") + query(params)
        origin = origin_of(url)
        told = {"Host": str(origin), "Accept": accept, "Accept-Encoding": "gzip", **self._headers}
        if origin != self.origin:
            told = {"Host": str(origin), **public(told)}
        content: bytes | Upload | None
        if json is not None:
            told["Content-Type"] = "application/json"
            content = jsons.dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        elif form is not None:
            told["Content-Type"] = "application/x-www-form-urlencoded"
            content = query(form).encode()
        elif isinstance(body, str):
            content = body.encode()
        elif body is None or isinstance(body, (bytes, Upload)):
            content = body
        else:
            content = Upload(body)
        if content is not None or method not in READS | {"DELETE"}:
            told["Content-Length"] = str(content.size if isinstance(content, Upload) else len(content or b""))
        return Request(method, url, {}, content).with_headers({**told, **(headers or {})})

    def _exchange(self, request: Request, repeat: bool | None, receive: t.Callable[[Incoming], T]) -> T:
        """Sends a request until it is answered, or until sending it again is no use or not safe."""
        repeatable = request.method in REPEATABLE if repeat is None else repeat
        tries, hops, renewed = 0, 0, False
        while True:
            self._keep_pace()
            signed = self._signed(request)
            try:
                return self._attempt(signed, receive)
            except Moved as moved:
                hops += 1
                if hops > REDIRECTS:
                    raise Unavailable(
                        f"{self.who} redirects in a circle ({request.method} {path_in(request.url)})"
                    ) from None
                request = self._moved(request, moved.url)
                continue
            except AuthFailed as error:
                if renewed or not self._renew(signed):
                    raise
                renewed = True
                self._work.log(f"{error}; trying again with new credentials")
            except CloudError as error:
                again = (
                    tries < self._settings.api_retries and error.retryable and (repeatable or not error.outcome_unknown)
                )
                if not again or not self._back_off(error, tries):
                    error.args = (f"{error}; tried {tries + 1} times",) if tries else error.args
                    raise
                tries += 1
            self._work.count(retries=1)

    def _attempt(self, signed: Request, receive: t.Callable[[Incoming], T]) -> T:
        try:
            incoming = self._send(signed)
            try:
                if incoming.status >= 300:
                    raise self._refusal(signed, incoming)
                return receive(incoming)
            except BaseException:
                incoming.abort()
                raise
        except Lost as lost:
            error = self._lost(lost)
            error.outcome_unknown = lost.sent and signed.method not in READS
        except Unreadable as unreadable:
            error = unreadable
            error.outcome_unknown = signed.method not in READS
        except CloudError as raised:
            error = raised
        where = f"{signed.method} {path_in(signed.url)}"
        sentence = f"{self.who} {error} ({f'{error.status} to {where}' if error.status else where})"
        error.args = (redactor([*self._secrets, *secret_headers(signed.headers)])(sentence),)
        raise error from None

    def _send(self, signed: Request) -> Incoming:
        work, began = self._work, time.monotonic()
        work.count(calls=1)
        line = self._redact(f"{signed.method} {signed.url}")
        try:
            wire = self._account.take(route_to(origin_of(signed.url), self._settings))
            incoming = wire.send(signed, self._bound, self._account.give)
        except Lost as lost:
            work.log(f"{line} -> {lost.why}")
            raise
        work.log(f"{line} -> {incoming.status} {incoming.reason} in {(time.monotonic() - began) * 1000:.0f} ms")
        return incoming

    def _read(self, request: Request, incoming: Incoming) -> Answer:
        headers = lower(incoming.headers)
        body = bytearray()
        ends = time.monotonic() + WHOLE_ANSWER * self._settings.api_timeout
        coding = headers.get("content-encoding", "identity")
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if coding in ("gzip", "x-gzip", "deflate") else None
        try:
            for block in incoming.blocks():
                if time.monotonic() > ends:
                    raise Lost("its answer came too slowly to an end", sent=True, late=True)
                body += unpack.decompress(block, self._limit + 1 - len(body)) if unpack else block
                if len(body) > self._limit:
                    raise Unreadable(
                        f"answered with more than {self._limit} bytes", status=incoming.status, retryable=False
                    )
        except zlib.error:
            unpack = None
            raise Unreadable("answered with a broken compressed body", status=incoming.status) from None
        if unpack and body and not unpack.eof:
            raise Lost("the compressed body ended too early", sent=True)
        return Answer(incoming.status, headers, bytes(body), url=request.url)

    def _blocks(self, request: Request, incoming: Incoming) -> t.Iterator[bytes]:
        try:
            yield from incoming.blocks()
        except Lost as lost:
            error = self._lost(lost)
            error.args = (f"{self.who} {error} ({request.method} {path_in(request.url)})",)
            raise error from None
        finally:
            incoming.abort()

    def _refusal(self, request: Request, incoming: Incoming) -> Exception:
        """What an answer of 300 or more is raised as; its body may be of any kind, or cut off."""
        try:
            answer = self._read(request, incoming)
        except (Lost, Unreadable):
            answer = Answer(incoming.status, lower(incoming.headers), url=request.url)
        target = answer.headers.get("location")
        if target and answer.status in (301, 302, 303, 307, 308) and request.method in READS:
            try:
                return Moved(written(urljoin(request.url, target)))
            except ValueError:
                return refusal(answer, ("the address it points to is no URL", None))
        error = refusal(answer, self._explain(answer))
        error.retry_after = retry_after(answer.headers)
        if answer.status == 429 and error.retry_after:
            self._account.pace.pause(self._work.now() + error.retry_after)
        if self._busy(answer):
            error.retryable = True
        elif answer.status in PASSING - REFUSED_FOR_NOW and request.method not in READS:
            error.outcome_unknown = True
        return error

    def _moved(self, request: Request, url: str) -> Request:
        origin = origin_of(url)
        if request.url.startswith("https:") and origin.scheme == "http":
            raise Unavailable(
                f"{self.who} redirects from https to http, which is not followed ({request.method} {path_in(request.url)})"
            )
        kept = request.headers if origin == self.origin else public(request.headers)
        return replace(request, url=url, headers={**kept, "Host": str(origin)})

    def _lost(self, lost: Lost) -> CloudError:
        if not lost.late:
            what = "did not answer" if lost.sent else "cannot be reached"
            return Unavailable(f"{what}: {lost.why}", retryable=lost.retryable)
        if self._work.left() <= 0:
            return TimedOut(f"did not answer before the task's deadline: {lost.why}", retryable=False)
        return TimedOut(f"did not answer within {self._settings.api_timeout:g} s: {lost.why}")

    def _signed(self, request: Request) -> Request:
        if self._sign is None or origin_of(request.url) != self.origin:
            return request
        return self._sign(request, time.time())

    def _renew(self, refused: Request) -> bool:
        renew = getattr(self._sign, "renew", None)
        return bool(renew and renew(refused))

    def _bound(self) -> float:
        left = self._work.left()
        if left <= 0:
            raise TimeoutError
        self._work.check()
        return min(self._settings.api_timeout, left)

    def _keep_pace(self) -> None:
        """Waits for this request's place in the account's pace; fails where that is too far off."""
        work, pace = self._work, self._account.pace
        work.check()
        seconds = pace.reserve(work.now(), self._settings.api_rate)
        while seconds > 0:
            paused = pace.paused(work.now())
            if self._too_long(paused):
                raise RateLimited(f"{self.who} asked for no requests in the next {paused:.0f} s", retry_after=paused)
            work.sleep(seconds)
            work.count(throttled=seconds)
            seconds = pace.paused(work.now())
        work.check()

    def _back_off(self, error: CloudError, tries: int) -> bool:
        """Pauses before another try; false when that would last too long."""
        asked = error.retry_after
        pause = (
            random.uniform(0, min(USUAL_PAUSE, FIRST_PAUSE * 2**tries))
            if asked is None
            else asked * random.uniform(1, 1.1)
        )
        if self._too_long(pause):
            error.args = (f"{error}; the next try would be in {pause:.2g} s, later than this task can wait",)
            return False
        self._work.log(f"{error}; trying again in {pause:.2f} s")
        if isinstance(error, RateLimited):
            self._account.pace.pause(self._work.now() + pause)
        else:
            self._work.sleep(pause)
            self._work.count(throttled=pause if asked else 0.0)
        return True

    def _too_long(self, pause: float) -> bool:
        return pause >= min(LONGEST_PAUSE, self._work.left())


class Moved(Exception):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
