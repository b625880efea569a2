# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Balancers of the local cloud: real connections, real members, real ends."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import os
import socket
import threading
import typing as t

import pytest
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import CloudError, Conflict, Invalid, NotFound
from ansible_collections.anycloud.core.plugins.module_utils.sdk.models import Balancer, HealthCheck, Listener, Member

from .ground import Ground, do, eventually

QUICK = HealthCheck(interval=1, timeout=1, rise=1, fall=1)


class Backend:
    """Answers each connection with its name, or HTTP with ``status`` when it is asked for HTTP."""

    def __init__(self, name: str, status: int | None = None) -> None:
        self.name = name
        self.status = status
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                caller, _address = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with contextlib.suppress(OSError), caller:
            if self.status is not None:
                caller.recv(4096)
                caller.sendall(f"HTTP/1.0 {self.status} X\r\n\r\n{self.name}".encode())
                return
            caller.sendall(self.name.encode())

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def backends() -> t.Iterator[list[Backend]]:
    made = [Backend(name) for name in "abc"]
    yield made
    for backend in made:
        backend.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def members(backends: t.Iterable[Backend]) -> tuple[Member, ...]:
    return tuple(Member(address="127.0.0.1", port=backend.port) for backend in backends)


def balancer(local: Ground, backends: t.Iterable[Backend], **fields: t.Any) -> Balancer:
    wanted = {"name": "lb", "listeners": (Listener(port=free_port()),), "members": members(backends), **fields}
    return do(local.cloud.balancers.create(wanted))


def ask(balancer: Balancer, port: int | None = None) -> str:
    with socket.create_connection((balancer.address, port or balancer.listeners[0].port), timeout=10) as link:
        link.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: link.recv(4096), b"")).decode()


def found(local: Ground) -> Balancer:
    return next(iter(local.cloud.balancers.find()))


def test_connections_go_round_the_members(local: Ground, backends: list[Backend]) -> None:
    made = balancer(local, backends)

    assert made.state == "active"
    answers = [ask(made) for _unused in range(9)]
    assert answers == answers[:3] * 3
    assert sorted(answers[:3]) == ["a", "b", "c"]


def test_all_that_is_sent_arrives_and_each_side_ends_for_itself(local: Ground) -> None:
    much = os.urandom(5_000_000)
    door = socket.create_server(("127.0.0.1", 0))

    def echo_at_the_end() -> None:
        caller, _address = door.accept()
        with caller:
            caller.sendall(b"".join(iter(lambda: caller.recv(65536), b"")))

    threading.Thread(target=echo_at_the_end, daemon=True).start()
    made = do(
        local.cloud.balancers.create(
            {
                "name": "lb",
                "listeners": (Listener(port=free_port()),),
                "members": (Member(address="127.0.0.1", port=door.getsockname()[1]),),
                "health_check": HealthCheck(interval=600),
            }
        )
    )
    # the first connection is that of the health check
    threading.Thread(target=echo_at_the_end, daemon=True).start()

    with socket.create_connection((made.address, made.listeners[0].port), timeout=20) as link:
        threading.Thread(target=lambda: (link.sendall(much), link.shutdown(socket.SHUT_WR)), daemon=True).start()
        back = b"".join(iter(lambda: link.recv(65536), b""))
    door.close()

    assert back == much


def test_a_dead_member_is_left_out_and_comes_back(local: Ground, backends: list[Backend]) -> None:
    made = balancer(local, backends, health_check=QUICK)
    eventually(lambda: [member.healthy for member in found(local).members] == [True, True, True])

    backends[1].close()

    assert {ask(made) for _unused in range(6)} == {"a", "c"}
    eventually(lambda: [member.healthy for member in found(local).members] == [True, False, True])

    again = socket.create_server(("127.0.0.1", backends[1].port))
    eventually(lambda: [member.healthy for member in found(local).members] == [True, True, True])
    again.close()


def test_health_can_be_asked_for_by_http(local: Ground) -> None:
    good, bad = Backend("good", 200), Backend("bad", 503)
    check = HealthCheck(protocol="http", path="/up", interval=1, fall=1)
    made = balancer(local, [good, bad], health_check=check)

    eventually(lambda: [member.healthy for member in found(local).members] == [True, False])

    assert found(local).health_check == check
    with socket.create_connection((made.address, made.listeners[0].port), timeout=10) as link:
        link.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert link.recv(4096).endswith(b"good")
    good.close()
    bad.close()


def test_weights_and_algorithms(local: Ground, backends: list[Backend]) -> None:
    first, second, none = members(backends)
    heavy = (
        Member(address=first.address, port=first.port, weight=3),
        second,
        Member(address=none.address, port=none.port, weight=0),
    )
    made = balancer(local, [], members=heavy)
    assert sorted(ask(made) for _unused in range(8)) == ["a"] * 6 + ["b"] * 2

    same = do(local.cloud.balancers.update(made, {"algorithm": "source_ip", "members": members(backends)}))
    assert len({ask(same) for _unused in range(6)}) == 1

    with pytest.raises(Invalid, match="no algorithm 'round_robbin' on the local cloud; nearest: round_robin"):
        local.cloud.balancers.update(made, {"algorithm": "round_robbin"})


def test_listeners_come_and_go_while_it_runs(local: Ground, backends: list[Backend]) -> None:
    made = balancer(local, backends)
    pid = local.pid(made.id)
    second = free_port()

    more = do(local.cloud.balancers.add_listener(made, Listener(port=second)))
    assert [listener.port for listener in more.listeners] == [made.listeners[0].port, second]
    assert ask(more, second) in "abc"

    less = do(local.cloud.balancers.remove_listener(more, made.listeners[0]))
    assert [listener.port for listener in less.listeners] == [second]
    with pytest.raises(ConnectionRefusedError):
        ask(less, made.listeners[0].port)
    assert local.pid(made.id) == pid

    moved = do(local.cloud.balancers.update_listener(less, less.listeners[0], {"protocol": "http"}))
    assert moved.listeners[0].protocol == "http"
    assert moved.listeners[0].port == second


def test_members_without_a_port_get_that_of_the_listener(local: Ground) -> None:
    node = local.node()
    made = do(
        local.cloud.balancers.create(
            {
                "name": "lb",
                "listeners": (Listener(port=free_port(), target_port=node.extra["ssh_port"]),),
                "members": (Member(node=node.id),),
            }
        )
    )

    with socket.create_connection((made.address, made.listeners[0].port), timeout=10) as link:
        assert link.recv(8).startswith(b"SSH-2.0")
    assert made.members[0].node == node.id

    do(local.cloud.nodes.delete(node))
    assert found(local).members == ()


def test_a_port_in_use_is_a_conflict_and_nothing_is_made(local: Ground, backends: list[Backend]) -> None:
    made = balancer(local, backends)
    with socket.create_server((made.address, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=rf"port {port} of {made.address} cannot be used: .*; choose another one"):
            local.cloud.balancers.add_listener(made, Listener(port=port))

    assert found(local).listeners == made.listeners


@pytest.mark.parametrize(
    ("fields", "error", "sentence"),
    [
        ({"members": (Member(node="n-gone", port=80),)}, NotFound, "the member n-gone is no node of the local cloud"),
        ({"members": (Member(),)}, Invalid, "either a node or an address"),
        ({"listeners": (Listener(port=70000),)}, Invalid, "70000 is no port; choose 1 to 65535"),
        ({"listeners": (Listener(port=8000, protocol="udp"),)}, CloudError, "forwards tcp and http, not udp"),
        ({"health_check": HealthCheck(protocol="tls")}, CloudError, "checks health by tcp and http, not tls"),
    ],
)
def test_a_wrong_balancer_is_one_sentence_and_nothing_is_made(local: Ground, fields, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        balancer(local, [], **fields)

    assert list(local.cloud.balancers.find()) == []
    assert local.processes() == []


def test_a_killed_balancer_serves_again_after_the_next_look(local: Ground, backends: list[Backend]) -> None:
    made = balancer(local, backends)
    local.kill(made.id)
    with pytest.raises(ConnectionRefusedError):
        ask(made)

    assert found(local).state == "active"
    assert ask(made) in "abc"


def test_a_deleted_balancer_leaves_no_process(local: Ground, backends: list[Backend]) -> None:
    made = balancer(local, backends)

    do(local.cloud.balancers.delete(made))

    assert list(local.cloud.balancers.find()) == []
    eventually(lambda: local.processes() == [])


def test_a_real_http_server_behind_it_keeps_its_connections_open(local: Ground) -> None:
    class Hello(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made = balancer(local, [], members=(Member(address="127.0.0.1", port=server.server_port),))
    link = http.client.HTTPConnection(made.address, made.listeners[0].port, timeout=10)

    for _unused in range(3):
        link.request("GET", "/")
        assert link.getresponse().read() == b"hello"
    link.close()
    server.shutdown()
