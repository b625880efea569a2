# Copyright (c) 2026, the anycloud.core authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hypothesis draws: clouds that can more or less, and what users may ask of them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.anycloud.core.plugins.module_utils.sdk.capabilities import How, Once
from ansible_collections.anycloud.core.tests.unit.memory import CAPABILITIES, Lag
from hypothesis import given
from hypothesis import strategies as st

from .worlds import (
    ALLOW,
    Blow,
    Case,
    Subject,
    check_a_kill,
    check_a_run,
    check_an_error,
)

Drawn = st.SearchStrategy[t.Any]
HOWS: t.Sequence[How | None] = (How.LIVE, How.LIVE, How.RESTART, How.RECREATE, How.CREATE_ONLY, None)

GHOSTS = ("ghost", "huge")

labels = st.dictionaries(st.sampled_from(["team", "tier", "memory:x", "anycloud_x"]), st.sampled_from(["a", "b", 1]))
allows = st.sampled_from([[], ALLOW, ALLOW, ["restart"], ["recreate"], ["recreate", "data_loss"]])
lags = st.builds(
    Lag, listed=st.integers(0, 3), gone=st.integers(0, 3), changed=st.integers(0, 3), pending=st.integers(0, 2)
)
blows = st.builds(Blow, at=st.integers(0, 5), acted=st.booleans(), lost=st.booleans(), settle=st.booleans())


def written(options: t.Mapping[str, Drawn], **fixed: t.Any) -> Drawn:
    """Any choice of options over those that are always there."""
    return st.fixed_dictionaries({}, optional=dict(options)).map(lambda chosen: {**fixed, **chosen})


def able(kind: str, fields: t.Mapping[str, t.Sequence[How | None]], **others: Drawn) -> Drawn:
    """Capabilities of a kind: each of ``fields`` changes in one of these ways, the rest as always."""
    usual = CAPABILITIES[kind]

    def build(hows: t.Mapping[str, How | None], once: Once, finds: frozenset[str], more: dict[str, t.Any]) -> t.Any:
        all_fields = {**usual.fields, **hows}
        given: dict[str, How] = {name: how for name, how in all_fields.items() if how is not None}
        return {kind: dataclasses.replace(usual, fields=given, create_once=once, finds=finds, **more)}

    return st.builds(
        build,
        st.fixed_dictionaries({name: st.sampled_from(ways) for name, ways in fields.items()}),
        st.sampled_from(list(Once)),
        st.frozensets(st.sampled_from(sorted(usual.finds | {"labels"}))),
        st.fixed_dictionaries(dict(others)),
    )


def cases(capabilities: Drawn, before: Drawn, asked: Drawn) -> st.SearchStrategy[Case]:
    """Who does not wait cannot know what comes of it, so that is asked only of clouds without lag."""

    def build(can: t.Any, lag: Lag, first: t.Any, params: dict[str, t.Any], allow: list[str], wait: bool) -> Case:
        return Case(can, lag, first, {**params, "allow": allow, "wait": wait or lag != Lag()})

    return st.builds(build, capabilities, lags, st.none() | before, asked, allows, st.booleans())


def willing(subject: Subject, case: Case) -> Case:
    """The case with all leave given, all fields supported and nothing asked for that does not exist."""
    can = case.capabilities[subject.kind]
    able_again = {**CAPABILITIES[subject.kind].fields, **can.fields}
    asked = {name: without_ghosts(value) for name, value in case.asked.items() if value not in GHOSTS}
    return dataclasses.replace(
        case,
        capabilities={subject.kind: dataclasses.replace(can, fields=able_again)},
        asked={**asked, "allow": ALLOW},
    )


def without_ghosts(value: t.Any) -> t.Any:
    return [each for each in value if each not in GHOSTS] if isinstance(value, list) else value


def promises(subject: Subject, drawn: st.SearchStrategy[Case]) -> type:
    """A class of tests: what must be true of this subject in all of these cases."""

    class Promises:
        @given(case=drawn)
        def test_a_run_does_what_check_mode_foretold_and_nothing_else(self, case: Case) -> None:
            check_a_run(subject, case)

        @given(case=drawn, blow=blows)
        def test_a_run_that_is_killed_is_finished_by_the_next(self, case: Case, blow: Blow) -> None:
            check_a_kill(subject, willing(subject, case), blow)

        @given(case=drawn, blow=blows)
        def test_an_error_or_a_lost_answer_is_made_good_or_told(self, case: Case, blow: Blow) -> None:
            check_an_error(subject, willing(subject, case), blow)

    return Promises
