"""Terms of applications: they run and pause, are told of before they end, and close what was not completed in time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from services.intake.domain.application import Status
from services.intake.domain.clock import PROFILES, Clock, Term, after, due_at, profile_of, told
from services.intake.handlers import clocks as handlers
from tests.intake.applications.given import Desk, body

_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_REG_B = PROFILES["us-reg-b"]


def _days(count: int) -> timedelta:
    return timedelta(days=count)


def test_the_time_to_decide_runs_from_the_complete_application_and_not_while_something_is_missing() -> None:
    incomplete = after(_REG_B, {}, Status.PEND_INFO, None, _NOW)
    assert Term.DECIDE not in incomplete
    complete = after(_REG_B, incomplete, Status.SUBMITTED, None, _NOW + _days(10))
    assert due_at(complete) == _NOW + _days(40)
    paused = after(_REG_B, complete, Status.PEND_INFO, None, _NOW + _days(15))
    assert paused[Term.DECIDE] == Clock(Term.DECIDE, "us-reg-b", None, _days(25))
    resumed = after(_REG_B, paused, Status.INVESTIGATING, None, _NOW + _days(50))
    assert due_at(resumed) == _NOW + _days(75)


def test_regulation_b_gives_thirty_days_for_the_notice_that_something_is_missing() -> None:
    incomplete = after(_REG_B, {}, Status.PEND_INFO, None, _NOW)
    assert {term: clock.due_at for term, clock in incomplete.items()} == {
        Term.NOTICE: _NOW + _days(30),
        Term.COMPLETE: _NOW + _days(60),
    }


@pytest.mark.parametrize(
    ("outcome", "running"),
    [
        ("approve", set()),
        ("decline", set()),
        ("counter_offer", {Term.COUNTEROFFER}),
        ("refer", {Term.DECIDE}),
        ("pend_info", set()),
    ],
)
def test_a_referral_is_no_answer_and_a_counteroffer_waits_for_one(outcome: str, running: set[Term]) -> None:
    submitted = after(_REG_B, {}, Status.SUBMITTED, None, _NOW)
    decided = after(_REG_B, submitted, Status.DECIDED, outcome, _NOW + _days(1))
    assert {term for term, clock in decided.items() if clock.due_at is not None} == running


def test_an_unknown_profile_is_the_house_s_own() -> None:
    assert profile_of("atlantis").name == profile_of(None).name == "default"


_STEPS = st.tuples(
    st.sampled_from([Status.PEND_INFO, Status.INVESTIGATING, Status.SUBMITTED]), st.integers(min_value=0, max_value=2)
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(_STEPS, max_size=12))
def test_the_time_to_decide_is_used_up_only_while_nothing_is_missing(steps: list[tuple[Status, int]]) -> None:
    clocks: dict[Term, Clock] = {}
    now, used_days = _NOW, 0
    for status, days in steps:
        clocks = after(_REG_B, clocks, status, None, now)
        now += _days(days)
        used_days += 0 if status is Status.PEND_INFO else days
    clocks = after(_REG_B, clocks, Status.SUBMITTED, None, now)
    assert clocks[Term.DECIDE].due_at == now + _days(30 - used_days)


@given(days=st.integers(min_value=0, max_value=40))
@settings(max_examples=40, deadline=None)
def test_each_warning_is_told_once_and_before_the_end(days: int) -> None:
    clock = after(_REG_B, {}, Status.SUBMITTED, None, _NOW)[Term.DECIDE]
    warned = []
    while clock.warn_at is not None and clock.warn_at <= _NOW + _days(days):
        warned.append(clock.warn_at)
        clock = told(_REG_B, clock, clock.warn_at)
    assert warned == [_NOW + _days(day) for day in (23, 28) if day <= days]


async def test_a_term_that_is_near_is_told_once_for_each_warning(desk: Desk) -> None:
    product = await desk.publish(clock="us-reg-b")
    taken = await desk.taken(body("near", product))
    key = taken["application_id"]

    async def warned() -> int:
        while await handlers.tell_warnings(desk.db, 100):
            pass
        return sum(kind == "clock_running_out" for kind, _ in await desk.events(key))

    assert await warned() == 0
    await desk.days_pass(key, 24)
    assert (await warned(), await warned()) == (1, 1)
    await desk.days_pass(key, 5)
    assert (await warned(), await warned()) == (2, 2)
    kind, event = (await desk.events(key))[-1]
    assert (kind, event["clock"], event["profile"]) == ("clock_running_out", "decide", "us-reg-b")
    await desk.decide(await desk.shown(key), "decline")
    assert (await desk.shown(key))["due_at"] is None


async def test_what_is_not_completed_in_time_is_closed(desk: Desk) -> None:
    product = await desk.publish(needs={"documents": ["identity"]}, clock="us-reg-b")
    taken, other = await desk.taken(body("forgotten", product)), await desk.taken(body("remembered", product))
    await desk.days_pass(taken["application_id"], 61)
    await desk.days_pass(other["application_id"], 61)
    await desk.add_document(other["party_id"], "identity")
    assert await handlers.close_incomplete(desk.db, 100) == 1
    shown = await desk.shown(taken["application_id"])
    assert (shown["status"], shown["reasons"], shown["due_at"]) == ("closed", ["closed_incomplete"], None)
    assert (await desk.shown(other["application_id"]))["status"] == "submitted"
    kind, event = (await desk.events(taken["application_id"]))[-1]
    assert (kind, event["from_state"], event["to_state"]) == ("application_moved", "pend_info", "closed")
    amended = await desk.amend(taken["application_id"], 1, facts={"purpose": "house"})
    assert (amended.status_code, amended.json()["code"]) == (409, "application_closed")


async def test_gauges_say_how_many_terms_run_are_near_and_have_run_out(desk: Desk) -> None:
    product = await desk.publish(clock="cn", needs={"documents": ["identity"]})

    async def gauge(state: str) -> float:
        await handlers.measure(desk.db)
        labels = {"profile": "cn", "term": "complete", "state": state}
        return REGISTRY.get_sample_value("assay_application_clocks", labels) or 0

    taken = await desk.taken(body("gauged", product))
    assert await gauge("later") == 1
    await desk.days_pass(taken["application_id"], 25)
    assert (await gauge("later"), await gauge("near")) == (0, 1)
    await desk.days_pass(taken["application_id"], 6)
    assert (await gauge("near"), await gauge("run_out")) == (0, 1)
    waiting = REGISTRY.get_sample_value("assay_applications_waiting", {"product": product, "status": "pend_info"})
    assert waiting == 1
