# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records when things go wrong: right in the end, or one clear failure; nothing that was not named is touched."""

from __future__ import annotations

import contextlib

import pytest
from ansible_collections.anycloud.core.plugins.module_utils._reconcile.record import TASK
from ansible_collections.anycloud.core.plugins.module_utils.sdk.errors import Conflict, Denied
from hypothesis import given
from hypothesis import strategies as st

from ..memory import Killed, Lag, State, capable, lost
from .dns_ground import ZONE, Ground

WWW = {"zone": ZONE, "name": "www", "type": "A", "value": ["192.0.2.1"]}
MANY = [{"name": f"h{number}", "type": "A", "value": [f"192.0.2.{number}"]} for number in range(10)]


def addresses(name, *hosts):
    return {"name": name, "type": "A", "value": [f"192.0.2.{host}" for host in hosts]}


@pytest.mark.parametrize("acted", [True, False])
@pytest.mark.parametrize("lag", [Lag(), Lag(listed=1, changed=1, gone=1)])
def test_after_a_lost_answer_it_looks_again(acted, lag):
    ground = Ground(TASK, State(lag=lag))
    ground.state.fail_at(1, lost(), acted=acted)

    result = ground.run(**WWW)

    assert result["changed"] is True
    assert result["plan"] == ["create record www.example.com A: value 192.0.2.1"]
    assert ground.sets() == {"www A": ["192.0.2.1"]}


def test_when_another_was_faster_it_looks_again():
    ground = Ground(TASK)
    ground.state.fail_at(1, Conflict("somebody else changes this zone"))

    assert ground.run(**WWW)["changed"] is True
    assert ground.sets() == {"www A": ["192.0.2.1"]}


def test_a_failure_tells_what_was_done_and_what_not():
    ground = Ground(TASK)
    ground.state.fail_at(2, Denied("not yours"))

    result = ground.run(zone=ZONE, records=MANY)

    assert result["failed"] is True
    assert result["changed"] is True
    assert result["failure"]["kind"] == "denied"
    assert result["msg"] == "6 of 10 records failed; h4.example.com A: not yours"
    assert [each["changed"] for each in result["outcomes"]] == [True] * 4 + [False] * 6
    assert [bool(each["failure"]) for each in result["outcomes"]] == [False] * 4 + [True] * 6
    assert len(ground.sets()) == 4


def test_a_failure_of_one_record_speaks_for_itself():
    ground = Ground(TASK)
    ground.state.fail_at(1, Denied("not yours"))

    result = ground.run(**WWW)

    assert (result["failed"], result["changed"], result["msg"]) == (True, False, "not yours")


def test_a_change_that_never_shows_names_itself():
    ground = Ground(TASK, State(lag=Lag(listed=1000)))

    result = ground.run(**WWW, wait_timeout=20)

    assert result["failed"] is True
    assert result["failure"]["kind"] == "timeout"
    assert "still to do: create record www.example.com A" in result["msg"]


def test_without_waiting_the_answer_is_what_was_asked_for():
    ground = Ground(TASK, State(lag=Lag(listed=1000)))

    result = ground.run(**WWW, wait=False)

    assert result["record"]["value"] == ["192.0.2.1"]


names = st.sampled_from(["a", "b", "c", "d"])
here = st.dictionaries(names, st.sets(st.integers(1, 4), min_size=1), max_size=4)
lags = st.builds(Lag, listed=st.integers(0, 2), changed=st.integers(0, 2), gone=st.integers(0, 2))


@given(before=here, wanted=here, purge=st.booleans(), lag=lags, limit=st.integers(1, 5), data=st.data())
def test_killed_between_any_two_calls_the_next_run_finishes(before, wanted, purge, lag, limit, data):
    ground = Ground(
        TASK,
        State(lag=lag, capabilities=capable("zone", limits={"record_changes": limit}, atomic=data.draw(st.booleans()))),
    )
    ground.put("neighbour", "TXT", "stays")
    for name, hosts in before.items():
        ground.put(name, "A", *addresses(name, *hosts)["value"])
    records = [addresses(name, *sorted(hosts)) for name, hosts in wanted.items()]
    asked = {
        "zone": ZONE,
        "records": records,
        "purge": purge,
        "ignore": ["neighbour"] if purge else None,
        "allow": ["data_loss"],
    }

    foretold = ground.check(**asked)
    ground.state.kill_at(data.draw(st.integers(1, 6)), data.draw(st.sampled_from(["before", "after"])))
    with contextlib.suppress(Killed):
        result = ground.run(**asked)
        assert (result["plan"], result["diff"], result["changed"]) == (
            foretold["plan"],
            foretold["diff"],
            foretold["changed"],
        )
    ground.state.revive()
    ground.state.settle()
    last = ground.run(**asked)
    assert "failed" not in last
    assert ground.run(**asked)["changed"] is False

    expected = (
        {} if purge else {f"{name} A": addresses(name, *sorted(hosts))["value"] for name, hosts in before.items()}
    )
    expected.update({f"{name} A": addresses(name, *sorted(hosts))["value"] for name, hosts in wanted.items()})
    assert ground.sets() == {**expected, "neighbour TXT": ["stays"]}


def value_of(type, number):
    return {"A": f"192.0.2.{number}", "TXT": f"text {number}", "CNAME": f"host{number}.example.net"}[type]


kinds = st.just({"CNAME"}) | st.sets(st.sampled_from(["A", "TXT"]), min_size=1)
mixed = st.dictionaries(names, st.tuples(kinds, st.integers(1, 3)), max_size=4)


@given(before=mixed, wanted=mixed, lag=lags, limit=st.integers(1, 4), atomic=st.booleans(), data=st.data())
def test_a_purge_makes_exactly_what_was_said_whatever_stood_in_the_way(before, wanted, lag, limit, atomic, data):
    capabilities = capable("zone", limits={"record_changes": limit}, atomic=atomic)
    ground = Ground(TASK, State(lag=lag, capabilities=capabilities))
    for name, (types, number) in before.items():
        for type in types:
            ground.put(name, type, value_of(type, number))
    if data.draw(st.booleans(), "lost answer"):
        ground.state.fail_at(data.draw(st.integers(1, 3)), lost(), acted=data.draw(st.booleans()))
    records = [
        {"name": name, "type": type, "value": value_of(type, number)}
        for name, (types, number) in wanted.items()
        for type in sorted(types)
    ]
    asked = {"zone": ZONE, "records": records, "purge": True, "allow": ["data_loss"]}

    foretold = ground.check(**asked)
    result = ground.run(**asked)

    assert "failed" not in result
    assert (result["plan"], result["diff"], result["changed"]) == (
        foretold["plan"],
        foretold["diff"],
        foretold["changed"],
    )
    assert ground.sets() == {f"{each['name']} {each['type']}": [each["value"]] for each in records}
    assert ground.run(**asked)["changed"] is False
