"""What becomes of a hold, as pure values."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from services.limits.domain.checks.result import CheckRecord, Verdict
from services.limits.domain.holds import EventKind, Hold, Owner, State
from services.limits.domain.holds.closing import AssignHold, CloseHold, NoteOnHold, Step, taken
from services.limits.domain.holds.following import followed, opened
from services.limits.domain.holds.releasing import (
    ConfirmRelease,
    ReleaseHold,
    confirmed,
    objection_to_confirmation,
    objection_to_release,
    released,
)
from shared.errors import Kind, Refusal
from shared.money import Money
from tests.limits.holds.given import LATER, NOW, document, record

OWNER = Owner("acc_1", "pty_1", "trade-credit", "")


def hold_of(checked: CheckRecord) -> Hold:
    return opened("hld_1", OWNER, checked, NOW)[0]


def open_hold(amount_minor: int = 5000, version: int | None = 1) -> Hold:
    return hold_of(record(document(), amount_minor=amount_minor, version=version))


def release_of(hold: Hold, amount_minor: int = 5000, *, actor: str = "officer", version: int = 0) -> ReleaseHold:
    return ReleaseHold(
        hold.hold_id, version or hold.version, Money(amount_minor, "EUR"), LATER, "good customer", actor, "CODE1"
    )


def released_hold(amount_minor: int = 5000, up_to_minor: int = 6000) -> Hold:
    hold = open_hold(amount_minor)
    return released(hold, release_of(hold, up_to_minor), NOW, needs_second=False)[0]


def next_check(hold: Hold, verdict: Verdict = Verdict.BLOCK, **changes: Any) -> CheckRecord:
    found = record(
        hold.document,
        verdict,
        amount_minor=hold.amount.amount_minor,
        version=hold.document_version,
        actor="crm",
    )
    return replace(found, **changes)


def code(outcome: object) -> str | None:
    return outcome.code if isinstance(outcome, Refusal) else None


def test_a_blocked_document_is_held_by_the_system_and_remembers_who_asked() -> None:
    checked = record(document(), actor="crm")
    hold, event = opened("hld_1", OWNER, checked, NOW)
    assert (hold.state, hold.version, hold.requested_by) == (State.OPEN, 1, ("crm",))
    assert (event.kind, event.actor, event.number) == (EventKind.OPENED, "limits", 1)


def test_the_same_check_once_more_changes_nothing_that_an_officer_has_seen() -> None:
    hold = open_hold()
    checked = next_check(hold, actor="officer")
    after, event = followed(hold, OWNER, checked, LATER)
    assert event is None
    assert after == replace(hold, check_id=checked.check_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Money(5001, "EUR")},
        {"amount": Money(4999, "EUR")},
        {"version": 2},
    ],
)
def test_a_document_that_changed_refreshes_its_hold_and_adds_who_asked(changes: dict[str, Any]) -> None:
    hold = open_hold()
    after, event = followed(hold, OWNER, next_check(hold, actor="colleague", **changes), LATER)
    assert event is not None
    assert (after.hold_id, after.state, after.version, event.kind) == (
        hold.hold_id,
        State.OPEN,
        2,
        EventKind.REFRESHED,
    )
    assert after.requested_by == ("crm", "colleague")


def test_other_reasons_refresh_a_hold_and_make_nobody_an_asker() -> None:
    hold = open_hold()
    checked = record(hold.document, amount_minor=5000, version=1, actor="officer", reasons=("DUNNING_LEVEL",))
    after, event = followed(hold, OWNER, checked, LATER)
    assert event is not None
    assert (after.reasons, after.version, after.requested_by) == (("DUNNING_LEVEL",), 2, ("crm",))


def test_a_late_check_of_an_older_version_tells_nothing() -> None:
    hold = open_hold(version=3)
    for verdict in Verdict:
        assert followed(hold, OWNER, next_check(hold, verdict, version=2), LATER) == (hold, None)


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.WARN])
def test_a_document_that_is_not_blocked_any_more_passes(verdict: Verdict) -> None:
    hold = open_hold()
    after, event = followed(hold, OWNER, next_check(hold, verdict), LATER)
    assert event is not None
    assert (after.state, event.kind, event.actor) == (State.PASSED, EventKind.PASSED, "limits")


def test_a_released_document_stays_released_while_its_release_covers_it() -> None:
    hold = released_hold(5000, up_to_minor=6000)
    grown = next_check(hold, Verdict.OK, amount=Money(6000, "EUR"), version=2)
    after, event = followed(hold, OWNER, grown, NOW)
    assert (after.state, after.release, event) == (State.RELEASED, hold.release, None)


def test_a_check_that_began_before_the_release_does_not_undo_it() -> None:
    hold = released_hold()
    assert followed(hold, OWNER, next_check(hold, Verdict.BLOCK), NOW) == (hold, None)


def test_a_document_that_outgrew_its_release_is_held_again_under_the_same_hold() -> None:
    hold = released_hold(5000, up_to_minor=6000)
    after, event = followed(hold, OWNER, next_check(hold, amount=Money(6001, "EUR"), version=2), NOW)
    assert event is not None
    assert (after.hold_id, after.state, after.release, event.kind) == (
        hold.hold_id,
        State.OPEN,
        None,
        EventKind.REOPENED,
    )
    assert after.version > hold.version


def test_a_release_that_ran_out_is_none_at_the_next_check() -> None:
    hold = released_hold()
    reopened, _ = followed(hold, OWNER, next_check(hold), LATER)
    assert (reopened.state, reopened.release, reopened.requested_by) == (State.OPEN, None, ("crm",))
    passed, _ = followed(hold, OWNER, next_check(hold, Verdict.OK), LATER)
    assert passed.state is State.PASSED


def test_what_officers_did_not_know_of_is_held_again() -> None:
    hold = released_hold()
    news = replace(next_check(hold, Verdict.BLOCK), steps=record(hold.document, reasons=("ACCOUNT_BLOCKED",)).steps)
    after, event = followed(hold, OWNER, news, NOW)
    assert event is not None
    assert (after.state, after.release, after.reasons, event.kind) == (
        State.OPEN,
        None,
        ("ACCOUNT_BLOCKED",),
        EventKind.REOPENED,
    )


@pytest.mark.parametrize(
    ("amount", "at", "passes"),
    [
        (Money(6000, "EUR"), NOW, True),
        (Money(6001, "EUR"), NOW, False),
        (Money(1, "USD"), NOW, False),
        (Money(1, "EUR"), LATER - timedelta(microseconds=1), True),
        (Money(1, "EUR"), LATER, False),
    ],
)
def test_a_release_covers_its_amount_until_its_time(amount: Money, at: datetime, passes: bool) -> None:
    release = released_hold(5000, up_to_minor=6000).release
    assert release is not None
    assert release.covers(amount, {"INSUFFICIENT_AVAILABLE"}, at) is passes


def test_nobody_releases_what_they_asked_for_themselves() -> None:
    hold = open_hold()
    assert code(objection_to_release(hold, release_of(hold, actor="crm"), NOW)) == "same_person"
    after, _ = followed(hold, OWNER, next_check(hold, amount=Money(9, "EUR"), actor="colleague"), NOW)
    for actor in ("crm", "colleague"):
        assert code(objection_to_release(after, release_of(after, actor=actor), NOW)) == "same_person"
    assert objection_to_release(after, release_of(after), NOW) is None


def test_nobody_releases_another_amount_than_they_saw() -> None:
    hold = open_hold()
    refused = objection_to_release(replace(hold, version=2), release_of(hold), NOW)
    assert refused is not None
    assert (refused.kind, refused.code) == (Kind.PRECONDITION_FAILED, "hold_changed")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"amount": Money(4999, "EUR")}, "below_document"),
        ({"amount": Money(5000, "USD")}, "wrong_currency"),
        ({"expires_at": NOW}, "already_past"),
        ({"expires_at": NOW - timedelta(days=1)}, "already_past"),
    ],
)
def test_a_release_that_makes_no_sense_is_refused(change: dict[str, Any], expected: str) -> None:
    hold = open_hold()
    command = replace(release_of(hold), **change)
    refused = objection_to_release(hold, command, NOW)
    assert refused is not None
    assert (refused.kind, refused.code, len(refused.faults)) == (Kind.INVALID, expected, 1)


def test_what_is_released_is_not_released_twice() -> None:
    hold = released_hold()
    assert code(objection_to_release(hold, release_of(hold, 6000), NOW)) == "already_released"
    assert code(objection_to_release(hold, release_of(hold, 6000), LATER)) == "release_expired"


@pytest.mark.parametrize("state", [State.PASSED, State.REJECTED, State.CANCELLED])
def test_a_closed_hold_stays_closed_and_says_how_it_ended(state: State) -> None:
    hold = replace(open_hold(), state=state)
    assert code(objection_to_release(hold, release_of(hold), NOW)) == f"already_{state}"
    for step in (
        CloseHold(hold.hold_id, State.REJECTED, "why", "officer"),
        CloseHold(hold.hold_id, State.CANCELLED, "why", "officer"),
        AssignHold(hold.hold_id, "anna", None, "officer"),
    ):
        assert code(taken(hold, step, NOW)) == f"already_{state}"
    noted = taken(hold, NoteOnHold(hold.hold_id, "paid by now", "officer"), NOW)
    assert not isinstance(noted, Refusal)
    assert noted[0].state is state


def test_a_large_release_waits_for_a_second_officer() -> None:
    hold = open_hold()
    waiting, event = released(hold, release_of(hold), NOW, needs_second=True)
    assert (waiting.state, waiting.release, event.kind) == (State.OPEN, None, EventKind.RELEASE_PENDING)

    def confirm(actor: str, version: int = 0) -> ConfirmRelease:
        return ConfirmRelease(hold.hold_id, version or waiting.version, "agreed", actor, "CODE2")

    assert code(objection_to_confirmation(waiting, confirm("officer"), NOW)) == "same_person"
    assert code(objection_to_confirmation(waiting, confirm("crm"), NOW)) == "same_person"
    assert code(objection_to_confirmation(waiting, confirm("manager", hold.version), NOW)) == "hold_changed"
    assert code(objection_to_confirmation(waiting, confirm("manager"), LATER)) == "release_expired"
    assert code(objection_to_confirmation(hold, confirm("manager", hold.version), NOW)) == "nothing_to_confirm"
    assert objection_to_confirmation(waiting, confirm("manager"), NOW) is None
    after, _ = confirmed(waiting, confirm("manager"), NOW)
    assert (after.state, after.pending, after.authorisation_code) == (State.RELEASED, None, "CODE2")
    assert after.release is not None
    assert (after.release.amount, after.release.expires_at) == (Money(5000, "EUR"), LATER)


def test_a_document_that_changes_takes_back_what_waits_for_a_second_officer() -> None:
    hold = open_hold()
    waiting, _ = released(hold, release_of(hold), NOW, needs_second=True)
    after, _ = followed(waiting, OWNER, next_check(waiting, amount=Money(5001, "EUR")), NOW)
    assert after.pending is None


def test_a_released_document_can_go_away_and_can_not_be_rejected() -> None:
    hold = released_hold()
    assert code(taken(hold, CloseHold(hold.hold_id, State.REJECTED, "why", "officer"), NOW)) == "already_released"
    cancelled = taken(hold, CloseHold(hold.hold_id, State.CANCELLED, "why", "crm"), NOW)
    assert not isinstance(cancelled, Refusal)
    assert (cancelled[0].state, cancelled[0].release) == (State.CANCELLED, None)


ACTIONS = st.tuples(
    st.sampled_from(["ok", "warn", "block", "release", "ask second", "confirm", "reject", "cancel", "note"]),
    st.integers(1, 4),
    st.sampled_from(["crm", "colleague", "officer", "manager"]),
    st.integers(0, 3),
)


@every(st.lists(ACTIONS, max_size=25))
def test_whatever_happens_a_hold_is_released_only_by_others_and_for_the_whole_document(
    actions: list[tuple[str, int, str, int]],
) -> None:
    hold = hold_of(record(document(), amount_minor=2, version=0))
    now = NOW
    events = 1
    for action, size, actor, days in actions:
        now += timedelta(days=days)
        before = hold
        hold, happened = _act(hold, action, size, actor, now)
        events += happened
        assert hold.events == events
        assert (hold.state is State.RELEASED) == (hold.release is not None)
        assert hold.pending is None or hold.state is State.OPEN
        if hold.release is not None and before.release is None:
            assert actor not in hold.requested_by
            assert hold.release.covers(hold.amount, frozenset(hold.reasons), now)
        if not before.is_live:
            assert hold.state is before.state
        if hold.amount != before.amount or hold.state is not before.state or hold.release != before.release:
            assert hold.version > before.version or (before.release is not None and hold.release == before.release)


def _act(hold: Hold, action: str, size: int, actor: str, at: datetime) -> tuple[Hold, int]:
    if action in ("ok", "warn", "block"):
        if not hold.is_live:
            return hold, 0
        checked = record(hold.document, Verdict(action), amount_minor=size, version=size, actor=actor)
        after, event = followed(hold, OWNER, checked, at)
        return after, event is not None
    if action in ("release", "ask second"):
        command = replace(release_of(hold, size, actor=actor), expires_at=at + timedelta(days=2))
        if objection_to_release(hold, command, at) is not None:
            return hold, 0
        return released(hold, command, at, needs_second=action == "ask second")[0], 1
    if action == "confirm":
        confirmation = ConfirmRelease(hold.hold_id, hold.version, "agreed", actor, "CODE")
        if objection_to_confirmation(hold, confirmation, at) is not None:
            return hold, 0
        return confirmed(hold, confirmation, at)[0], 1
    steps: dict[str, Step] = {
        "reject": CloseHold(hold.hold_id, State.REJECTED, "why", actor),
        "cancel": CloseHold(hold.hold_id, State.CANCELLED, "why", actor),
        "note": NoteOnHold(hold.hold_id, "note", actor),
    }
    outcome = taken(hold, steps[action], at)
    return (hold, 0) if isinstance(outcome, Refusal) else (outcome[0], 1)
