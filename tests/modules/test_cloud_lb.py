# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks with cloud_lb on the embedded cloud, in both lanes."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
import typing as t
import urllib.request

from playing import Ground

LOCAL = {"module_defaults": {"group/anycloud.core.cloud": {"provider": "local"}}}


def lb(**params: t.Any) -> dict[str, t.Any]:
    return {"anycloud.core.cloud_lb": {"name": "web", **params}, "ignore_errors": True}


def played(play: Ground, lane: str, *tasks: dict[str, t.Any], check: bool = False) -> list[dict[str, t.Any]]:
    results: list[dict[str, t.Any]] = play(list(tasks), lane=lane, keywords=LOCAL, check=check).results
    return results


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def answering(word: str) -> t.Iterator[int]:
    """A server on a port of this computer that answers with its word."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(word)))
            self.end_headers()
            self.wfile.write(word.encode())

        def log_message(self, format: str, *args: t.Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def asked(balancer: dict[str, t.Any], port: int) -> str:
    with urllib.request.urlopen(f"http://{balancer['address']}:{port}/", timeout=10) as answer:
        return str(answer.read().decode())


def test_check_apply_again(play: Ground, lane: str) -> None:
    wanted = lb(listeners=[{"port": free_port()}], members=["127.0.0.1:9001", "127.0.0.1:9002"], labels={"team": "web"})

    (planned,) = played(play, lane, wanted, check=True)
    made, again = played(play, lane, wanted, wanted)

    assert planned["plan"] == made["plan"] and planned["diff"] == made["diff"]
    assert made["diff"]["after"]["members"] == ["127.0.0.1:9001", "127.0.0.1:9002"]
    assert again["changed"] is False and again["plan"] == []
    assert set(planned) == set(made) == set(again)


def test_traffic_goes_to_the_members_that_are_wanted(play: Ground, lane: str) -> None:
    port = free_port()
    with answering("one") as one, answering("two") as two:
        members = [f"127.0.0.1:{one}", f"127.0.0.1:{two}"]
        (made,) = played(play, lane, lb(listeners=[{"port": port}], members=members))
        both = {asked(made["balancer"], port) for _unused in range(8)}
        (left,) = played(play, lane, lb(members=members[:1], purge_members=True))
        alone = {asked(left["balancer"], port) for _unused in range(8)}
        (gone,) = played(play, lane, lb(state="absent"))

    assert both == {"one", "two"}
    assert alone == {"one"}
    assert gone["changed"] and gone["balancer"] is None
    assert play.processes() == []


def test_listeners_come_and_go_in_one_task(play: Ground, lane: str) -> None:
    first, second = free_port(), free_port()
    _made, moved = played(
        play,
        lane,
        lb(listeners=[{"port": first}], members=["127.0.0.1:9001"]),
        lb(listeners=[{"port": second}], purge_listeners=True),
    )

    assert [sentence.split(" of ")[0] for sentence in moved["plan"]] == [
        f"add listener {second}",
        f"remove listener {first}",
    ]
    assert [listener["port"] for listener in moved["balancer"]["listeners"]] == [second]


def test_bad_input_is_one_sentence(play: Ground, lane: str) -> None:
    ghost, form, algorithm, twice = played(
        play,
        lane,
        lb(members=["ghost:80"]),
        lb(members=["http://x"]),
        lb(algorithm="roundrobin"),
        lb(listeners=[{"port": 80}, {"port": 80}]),
    )
    (foretold,) = played(play, lane, lb(members=["ghost:80"]), check=True)

    assert "no node ghost" in ghost["msg"] and ghost["failure"]["kind"] == "not_found"
    assert "neither a node nor an IP address" in form["msg"]
    assert "algorithm" in algorithm["msg"]
    assert "more than once" in twice["msg"]
    assert foretold["diff"]["after"]["members"] == ["(known after create node ghost)"]
