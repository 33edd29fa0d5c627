"""What may happen to a version, held against a small model of who has done what."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.errors import Kind, Refusal
from shared.governance.domain import (
    EDITABLE,
    ONCE_APPROVED,
    TRANSITIONS,
    Action,
    Given,
    Scope,
    State,
    Trial,
    Version,
    require_room,
    step,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PEOPLE = ("ada", "ben", "cyd")
HASHES = ("a" * 64, "b" * 64, "c" * 64)
FULL = Given(
    comment="because",
    hash=HASHES[0],
    effective_from=NOW + timedelta(days=1),
    trial=Trial("autumn", 500),
)


def version(state: State = State.DRAFT, by: str = "ada", **more: Any) -> Version:
    return replace(Version("ver_1", "policy", "loan", 1, HASHES[0], by, frozenset({by}), state), **more)


def refused(before: Version, action: Action, by: str, given: Given = FULL) -> Refusal:
    with pytest.raises(Refusal) as caught:
        step(before, action, by, given, NOW)
    return caught.value


@dataclass
class Story:
    """What the model remembers of one version."""

    writers: set[str]
    hash: str
    state: State = State.DRAFT
    approved: tuple[str, str] | None = None
    steps: list[Action] = field(default_factory=list)


class LifeCycle(RuleBasedStateMachine):
    """Three people do whatever comes to their minds; the model says what must never come of it."""

    @initialize(by=st.sampled_from(PEOPLE))
    def begin(self, by: str) -> None:
        self.version = version(by=by)
        self.story = Story({by}, HASHES[0])

    @rule(
        action=st.sampled_from(Action),
        by=st.sampled_from(PEOPLE),
        digest=st.sampled_from(HASHES),
        comment=st.sampled_from([None, " ", "because"]),
    )
    def act(self, action: Action, by: str, digest: str, comment: str | None) -> None:
        given = Given(comment, digest, FULL.effective_from, trial=FULL.trial)
        before = self.version
        try:
            self.version = step(before, action, by, given, NOW)
        except Refusal:
            assert self.version == before
            return
        self._remember(action, by, digest)
        assert self.version.row_version == before.row_version + 1

    def _remember(self, action: Action, by: str, digest: str) -> None:
        self.story.steps.append(action)
        self.story.state = self.version.state
        if action is Action.EDIT:
            self.story.writers.add(by)
            self.story.hash = digest
        if action is Action.APPROVE:
            self.story.approved = (by, digest)

    @invariant()
    def nobody_has_approved_what_they_wrote(self) -> None:
        if self.version.approved_by is not None:
            assert self.version.approved_by not in self.story.writers

    @invariant()
    def what_runs_was_approved_as_it_is(self) -> None:
        if self.version.state in ONCE_APPROVED:
            assert self.version.approved_hash == self.version.hash == self.story.hash
            assert self.story.approved == (self.version.approved_by, self.version.hash)

    @invariant()
    def only_a_draft_changes_its_document(self) -> None:
        if Action.SUBMIT in self.story.steps:
            after = self.story.steps[self.story.steps.index(Action.SUBMIT) :]
            assert Action.EDIT not in after
            assert Action.VALIDATE not in after

    @invariant()
    def nothing_is_submitted_that_was_not_validated_as_it_is(self) -> None:
        if Action.SUBMIT in self.story.steps:
            before = self.story.steps[: self.story.steps.index(Action.SUBMIT)]
            assert before[-1] is Action.VALIDATE

    @invariant()
    def the_terms_of_a_trial_or_schedule_end_with_it(self) -> None:
        assert (self.version.trial is not None) == (self.version.state is State.CHALLENGER)
        if self.version.effective_from is not None:
            assert self.version.state in (State.SCHEDULED, State.LIVE)

    @invariant()
    def what_has_ended_stays_ended(self) -> None:
        if self.version.state in (State.REJECTED, State.WITHDRAWN):
            for action in set(Action):
                with pytest.raises(Refusal):
                    step(self.version, action, "dee", FULL, NOW)


LifeCycle.TestCase.settings = settings(max_examples=200, stateful_step_count=30)
TestLifeCycle = LifeCycle.TestCase


@pytest.mark.parametrize(("action", "by"), [(Action.APPROVE, "ada"), (Action.APPROVE, "ben"), (Action.REJECT, "ben")])
def test_whoever_wrote_to_a_version_can_not_be_its_second_pair_of_eyes(action: Action, by: str) -> None:
    submitted = version(State.SUBMITTED, editors=frozenset({"ben"}))
    refusal = refused(submitted, action, by)
    assert (refusal.kind, refusal.code) == (Kind.FORBIDDEN, "four_eyes")


def test_approving_another_hash_than_the_submitted_one_is_refused() -> None:
    refusal = refused(version(State.SUBMITTED), Action.APPROVE, "ben", Given(hash=HASHES[1]))
    assert (refusal.kind, refusal.code) == (Kind.CONFLICT, "stale_hash")


def test_an_edit_voids_the_validation() -> None:
    edited = step(version(State.VALIDATED), Action.EDIT, "ben", Given(hash=HASHES[1]), NOW)
    assert (edited.state, edited.hash, edited.editors) == (State.DRAFT, HASHES[1], frozenset({"ada", "ben"}))


@pytest.mark.parametrize("state", [state for state in State if state not in EDITABLE])
def test_a_version_that_was_handed_in_can_not_be_edited(state: State) -> None:
    assert refused(version(state), Action.EDIT, "ada").code == "wrong_state"


@pytest.mark.parametrize(
    ("begin", "end", "code"),
    [
        (None, None, "time_zone_missing"),
        (datetime(2027, 1, 1), None, "time_zone_missing"),  # noqa: DTZ001
        (NOW, None, "not_in_the_future"),
        (NOW - timedelta(days=1), None, "not_in_the_future"),
        (NOW + timedelta(days=1), NOW + timedelta(days=1), "ends_before_it_begins"),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=14))), None, "too_far_off"),
        (NOW + timedelta(days=1), datetime.max.replace(tzinfo=UTC), "too_far_off"),
        (NOW + timedelta(days=1), datetime(2027, 1, 1), "time_zone_missing"),  # noqa: DTZ001
    ],
)
def test_a_schedule_lies_in_the_future_and_says_in_which_zone(
    begin: datetime | None, end: datetime | None, code: str
) -> None:
    given = Given(effective_from=begin, effective_to=end)
    assert refused(version(State.APPROVED), Action.SCHEDULE, "ada", given).code == code


@pytest.mark.parametrize("action", [Action.REJECT, Action.REINSTATE])
def test_what_is_done_to_others_needs_a_reason(action: Action) -> None:
    state = State.SUBMITTED if action is Action.REJECT else State.RETIRED
    assert refused(version(state), action, "ben", Given(comment="  ")).code == "comment_missing"


def test_a_rollback_is_reviewed_by_somebody_else() -> None:
    back = step(version(State.RETIRED, approved_hash=HASHES[0]), Action.REINSTATE, "cyd", FULL, NOW)
    assert back.state is State.LIVE
    assert back.review_due
    assert refused(back, Action.REVIEW, "cyd").code == "four_eyes"
    reviewed = step(back, Action.REVIEW, "ben", FULL, NOW)
    assert (reviewed.state, reviewed.review_due) == (State.LIVE, False)
    assert refused(reviewed, Action.REVIEW, "ben").code == "no_review_due"


def test_a_change_by_somebody_who_read_an_older_state_is_refused() -> None:
    refusal = refused(version(row_version=3), Action.EDIT, "ada", Given(hash=HASHES[1], row_version=2))
    assert (refusal.kind, refusal.code) == (Kind.PRECONDITION_FAILED, "version_changed")


def test_every_action_of_a_person_needs_a_scope_and_makers_can_not_check_or_deploy() -> None:
    by_clock = {action for action, transition in TRANSITIONS.items() if transition.scope is None}
    assert by_clock == {Action.COME_DUE, Action.GIVE_WAY, Action.RETURN, Action.LAPSE}
    assert set(TRANSITIONS) == set(Action)
    makers = {action for action, transition in TRANSITIONS.items() if transition.scope is Scope.WRITE}
    assert not any(TRANSITIONS[action].target in ONCE_APPROVED for action in makers)


def test_tests_exclude_each_other_and_share_at_most_everything() -> None:
    require_room({"ver_2": Trial("a", 4_000)}, Trial("b", 6_000))
    for taken, wanted, code in (
        (Trial("a", 100), Trial("a", 100), "test_taken"),
        (Trial("a", 1), Trial("b", 10_000), "no_room"),
    ):
        with pytest.raises(Refusal) as caught:
            require_room({"ver_2": taken}, wanted)
        assert caught.value.code == code
