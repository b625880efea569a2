# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to a server: what was sent for certain, and no read beyond the time allowed."""

from __future__ import annotations

import functools
import http
import http.client
import io
import select
import socket
import ssl
import time
import typing as t
from urllib.parse import urlsplit

from .messages import Request, Upload
from .route import Route

BLOCK = 65536
MOST_EARLY = 20

Bound = t.Callable[[], float]


class Lost(Exception):
    """No answer. ``sent`` is false when the server cannot have had the whole request."""

    def __init__(self, why: str, *, sent: bool, retryable: bool = True, late: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent
        self.retryable = retryable
        self.late = late


class Bounded(io.RawIOBase):
    """A socket's reading side that asks before each read how long it may take."""

    def __init__(self, sock: socket.socket, bound: Bound) -> None:
        super().__init__()
        self.bound = bound
        self._sock = sock
        self._raw = t.cast(io.RawIOBase, sock.makefile("rb", buffering=0))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        seconds = self.bound()
        if self._sock.fileno() >= 0:
            self._sock.settimeout(seconds)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class Response(http.client.HTTPResponse):
    """An answer whose head comes within one ``bound`` as a whole, and each block of its body within another."""

    def __init__(self, bound: Bound, sock: socket.socket, *args: t.Any, **options: t.Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self._bound = bound
        self._bounded = Bounded(sock, within(bound))
        self.fp = io.BufferedReader(self._bounded, BLOCK)

    def begin(self) -> None:
        super().begin()
        self._bounded.bound = self._bound

    def _read_status(self) -> tuple[str, int, str]:
        """The status of the answer itself; what says that it is still to come is passed over."""
        for _early in range(MOST_EARLY):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status >= 200:
                return version, status, reason
            if status == http.HTTPStatus.SWITCHING_PROTOCOLS:
                raise http.client.BadStatusLine(reason)
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("no answer comes after all")

    def _read_and_discard_trailer(self) -> None:
        """What comes after the last chunk, which is no more than a head may have."""
        http.client.parse_headers(self.fp)


class Incoming:
    """An answer whose body is still to be read; the wire is free again after the last block."""

    def __init__(self, wire: Wire, response: http.client.HTTPResponse, free: t.Callable[[Wire], None]) -> None:
        self.status = response.status
        self.reason = response.reason
        self.headers = response.getheaders()
        self.length = response.length
        self._wire: Wire | None = wire
        self._response = response
        self._free = free

    def blocks(self) -> t.Iterator[bytes]:
        """The body as it comes; ``Lost`` when it ends before it should."""
        response = self._response
        try:
            while block := response.read1(BLOCK):
                yield block
        except (http.client.HTTPException, OSError) as error:
            self.abort()
            raise Lost(broken(error, "while answering"), sent=True, late=isinstance(error, TimeoutError)) from None
        except BaseException:
            self.abort()
            raise
        if response.length:
            self.abort()
            raise Lost("the connection ended in the middle of the answer", sent=True)
        wire, self._wire = self._wire, None
        ends = response.will_close
        response.close()
        if wire and ends:
            wire.close()
        elif wire:
            self._free(wire)

    def abort(self) -> None:
        """Gives up on the rest of the body; nothing happens after its end."""
        wire, self._wire = self._wire, None
        if wire:
            self._response.close()
            wire.close()


class Wire:
    """A connection along a route; it carries one request at a time and may carry another one after that."""

    def __init__(self, route: Route, context: ssl.SSLContext | None) -> None:
        self.route = route
        self._http: http.client.HTTPConnection | None = None
        self._context = context

    def send(self, request: Request, bound: Bound, free: t.Callable[[Wire], None]) -> Incoming:
        """Sends a request and reads the head of its answer; raises ``Lost`` without one."""
        try:
            conn = self._connected(bound)
            conn.response_class = t.cast(t.Any, functools.partial(Response, bound))
            failed = self._put(conn, request, bound)
            try:
                response = conn.getresponse()
            except (http.client.HTTPException, OSError) as error:
                if failed is not None:
                    raise Lost(broken(failed, "while sending"), sent=False) from None
                raise Lost(broken(error, "before answering"), sent=True, late=isinstance(error, TimeoutError)) from None
            return Incoming(self, response, free)
        except BaseException:
            self.close()
            raise

    def dropped(self) -> bool:
        """Whether the server has ended the connection, or spoken when it should not."""
        sock = self._http.sock if self._http else None
        if sock is None:
            return True
        poll = select.poll()
        poll.register(sock, select.POLLIN | select.POLLHUP | select.POLLERR)
        return bool(poll.poll(0))

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def _connected(self, bound: Bound) -> http.client.HTTPConnection:
        if self._http is not None and self._http.sock is not None:
            return self._http
        origin, proxy = self.route.origin, self.route.proxy
        host, port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
        conn: http.client.HTTPConnection
        try:
            if self._context is None:
                conn = http.client.HTTPConnection(host, port, timeout=bound())
            else:
                conn = http.client.HTTPSConnection(host, port, timeout=bound(), context=self._context)
                if proxy:
                    entry = {"Proxy-Authorization": proxy.authorization} if proxy.authorization else {}
                    conn.set_tunnel(origin.host, origin.port, entry)
            conn.response_class = t.cast(t.Any, functools.partial(Response, bound))
            self._http = conn
            conn.connect()
        except (http.client.HTTPException, OSError) as error:
            raise unreached(error, self.route) from None
        return conn

    def _put(self, conn: http.client.HTTPConnection, request: Request, bound: Bound) -> OSError | None:
        """Hands the request over; what went wrong on the way, when the server may have answered early."""
        body = request.body
        try:
            conn.putrequest(request.method, self._target(request.url), skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                conn.putheader(name, value)
            if self.route.proxy and self._context is None and self.route.proxy.authorization:
                conn.putheader("Proxy-Authorization", self.route.proxy.authorization)
            conn.sock.settimeout(bound())
            conn.endheaders(body if isinstance(body, bytes) else None)
            if isinstance(body, Upload):
                for block in body.blocks(BLOCK):
                    conn.sock.settimeout(bound())
                    conn.send(block)
        except TimeoutError as error:
            raise Lost(broken(error, "while sending"), sent=False, late=True) from None
        except (ConnectionError, ssl.SSLError) as error:
            return error
        return None

    def _target(self, url: str) -> str:
        if self.route.proxy and self._context is None:
            return url.split("#")[0]
        parts = urlsplit(url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def within(bound: Bound) -> Bound:
    """What is left of the first answer of ``bound``, so that many short waits are no longer than one."""
    ends: float | None = None

    def left() -> float:
        nonlocal ends
        seconds, now = bound(), time.monotonic()
        ends = now + seconds if ends is None else ends
        if ends <= now:
            raise TimeoutError
        return min(seconds, ends - now)

    return left


def broken(error: BaseException, when: str) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer in time ({when})"
    if isinstance(error, (ConnectionError, ssl.SSLError)):
        return f"the connection was lost {when}"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection ended in the middle of the answer"
    if isinstance(error, http.client.HTTPException):
        return "the answer is not HTTP"
    return f"the connection failed {when} ({getattr(error, 'strerror', None) or type(error).__name__})"


def unreached(error: BaseException, route: Route) -> Lost:
    """Why no connection came about, in one sentence."""
    place = f"the proxy {route.proxy.host}:{route.proxy.port}" if route.proxy else str(route.origin)
    if isinstance(error, ssl.SSLCertVerificationError):
        why = f"{error.verify_message}; set ca_path to the certificate of who issued it"
        return Lost(f"the certificate of {route.origin} is not trusted: {why}", sent=False, retryable=False)
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "handshake failed").lower().replace("_", " ")
        return Lost(
            f"no TLS connection to {route.origin}: {reason}; is the endpoint https?", sent=False, retryable=False
        )
    if isinstance(error, socket.gaierror):
        passing = error.errno == socket.EAI_AGAIN
        return Lost(f"the host name of {place} is not known ({error.strerror})", sent=False, retryable=passing)
    if isinstance(error, ConnectionRefusedError):
        return Lost(f"{place} refused the connection", sent=False)
    if isinstance(error, TimeoutError):
        return Lost(f"{place} did not take the connection in time", sent=False, late=True)
    if isinstance(error, ConnectionError):
        return Lost(f"{place} broke the connection off", sent=False)
    if isinstance(error, http.client.HTTPException):
        return Lost(f"{place} did not answer in HTTP", sent=False)
    return Lost(
        f"{place} cannot be reached ({error.strerror or error})" if isinstance(error, OSError) else str(error),
        sent=False,
    )
