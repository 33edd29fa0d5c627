"""Whatever happens to an application, in whatever order: it goes only where the states allow."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.intake.domain.application import Application, DecisionSummary, MissingKind, Status
from services.intake.domain.finding import Evidence
from services.intake.domain.progress import (
    TRANSITIONS,
    Look,
    Move,
    Step,
    cannot_be_amended,
    cannot_be_overridden,
    cannot_be_withdrawn,
    decided,
    missing_of,
    moved,
    next_step,
)
from shared.money import Money
from shared.products import parse_product
from tests.intake.applications.given import document

_PRODUCT = parse_product(
    document(
        needs={"facts": ["annual_income", "bureau_score"], "documents": ["identity"]},
        investigation={
            "purpose": "credit_assessment",
            "sources": [{"source": "bureau", "unless_known": ["bureau_score"]}],
        },
    )
)
_NOW = datetime(2026, 3, 2, tzinfo=UTC)
_OVER = {Status.WITHDRAWN, Status.CLOSED}


@dataclass
class _Known:
    """What is known of the applicant at a time."""

    stated: dict[str, Any] = field(default_factory=dict)
    file: dict[str, Any] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    ambiguous: bool = False

    def look(self, *, investigated: bool = False, fallbacks: tuple[str, ...] = ()) -> Look:
        return Look(self.stated, Evidence(self.file, {}, ()), self.documents, self.ambiguous, investigated, fallbacks)


class Applying(RuleBasedStateMachine):
    """An application, those who do something to it, and the record of its moves."""

    @initialize(income=st.booleans(), identity=st.booleans(), ambiguous=st.booleans(), screened=st.booleans())
    def arrives(self, income: bool, identity: bool, ambiguous: bool, screened: bool) -> None:
        self.now = _NOW
        self.known = _Known(ambiguous=ambiguous)
        self.moves: list[Move] = []
        self.overridden = False
        self.submitted_at: list[datetime] = []
        if income:
            self.known.stated["annual_income"] = 1
        if identity:
            self.known.documents.add("identity")
        self.application = Application(
            application_id="app_1",
            party_id="pty_1",
            external_ref=None,
            product=_PRODUCT.name,
            requested=Money(1, "EUR"),
            facts={},
            received_at=_NOW,
            status=Status.PEND_INFO,
            submitted_by="los",
        )
        self._go(None, Step(Status.SCREENED_OUT, ("duplicate",)) if screened else self._next())

    def _next(self, **how: Any) -> Step:
        return next_step(_PRODUCT, self.known.look(**how))

    def _go(self, from_status: Status | None, step: Step, application: Application | None = None) -> None:
        self.now += timedelta(hours=1)
        after, move = moved(application or self.application, from_status, step, "somebody", self.now)
        self._note(after, move)

    def _note(self, after: Application, move: Move) -> None:
        if move.to_status is Status.SUBMITTED:
            assert after.submitted_at is not None
            self.submitted_at.append(after.submitted_at)
        self.application = after
        self.moves.append(move)

    def _pends(self) -> bool:
        return self.application.status is Status.PEND_INFO

    @rule(name=st.sampled_from(["identity", "income_proof"]))
    def sends_a_document(self, name: str) -> None:
        self.known.documents.add(name)
        self._look_again()

    @rule()
    def becomes_clear(self) -> None:
        self.known.ambiguous = False
        self._look_again()

    @rule(score=st.integers(min_value=0, max_value=9))
    def gets_a_report(self, score: int) -> None:
        self.known.file["bureau_score"] = score
        self._look_again()

    def _look_again(self) -> None:
        if self._pends():
            step = self._next()
            if step.status is not Status.PEND_INFO:
                self._go(Status.PEND_INFO, step)

    @rule(income=st.sampled_from([None, 1, 2]))
    def amends(self, income: int | None) -> None:
        if cannot_be_amended(self.application) is None:
            self.known.stated["annual_income"] = income
            status = self.application.status
            self._go(status, self._next(), replace(self.application, revision=self.application.revision + 1))

    @precondition(lambda self: self.application.status is Status.INVESTIGATING)
    @rule(fallbacks=st.sampled_from([(), ("source_unavailable:bureau",)]))
    def investigation_ends(self, fallbacks: tuple[str, ...]) -> None:
        self._go(Status.INVESTIGATING, self._next(investigated=True, fallbacks=fallbacks))

    @precondition(lambda self: self.application.status is Status.SUBMITTED)
    @rule(outcome=st.sampled_from(["approve", "decline", "refer", "pend_info", "counter_offer"]))
    def is_decided(self, outcome: str) -> None:
        assert self.application.submitted_at is not None
        summary = DecisionSummary(
            "dec_1", outcome, (), None, None, None, None, (), {}, self.application.submitted_at, self.now
        )
        self._note(*decided(replace(self.application, decision=summary), self.now))

    @rule()
    def withdraws(self) -> None:
        if cannot_be_withdrawn(self.application) is None:
            self._go(self.application.status, Step(Status.WITHDRAWN))

    @precondition(lambda self: self.application.status is Status.PEND_INFO)
    @rule()
    def runs_out_of_time(self) -> None:
        self._go(Status.PEND_INFO, Step(Status.CLOSED))

    @rule(actor=st.sampled_from(["los", "manager"]))
    def overrides(self, actor: str) -> None:
        if cannot_be_overridden(self.application, actor) is None:
            assert actor != "los"
            self.overridden = True
            self._go(Status.SCREENED_OUT, self._next())

    @invariant()
    def every_move_is_allowed_and_recorded_in_order(self) -> None:
        moves = getattr(self, "moves", [])
        assert [move.sequence for move in moves] == list(range(1, len(moves) + 1))
        for before, after in zip([None, *moves], moves, strict=False):
            assert after.from_status is (None if before is None else before.to_status)
            assert after.to_status in TRANSITIONS[after.from_status]
        revisions = [move.revision for move in moves]
        assert revisions == sorted(revisions)

    @invariant()
    def nothing_incomplete_or_screened_out_is_submitted(self) -> None:
        if not getattr(self, "moves", None):
            return
        if self.moves[-1].to_status is Status.SUBMITTED:
            look = self.known.look(investigated=True)
            assert not look.ambiguous
            missing = missing_of(_PRODUCT, look)
            assert all(entry.kind is MissingKind.FACT and entry.name == "bureau_score" for entry in missing)
            assert not missing or self.application.reasons
        if any(move.to_status is Status.SCREENED_OUT for move in self.moves) and not self.overridden:
            assert Status.SUBMITTED not in [move.to_status for move in self.moves]

    @invariant()
    def submissions_can_be_told_apart_by_their_time(self) -> None:
        times = getattr(self, "submitted_at", [])
        assert times == sorted(set(times))

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for move in getattr(self, "moves", [])[:-1]:
            assert move.to_status not in _OVER


Applying.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestApplying = Applying.TestCase


@pytest.mark.parametrize("status", list(Status))
def test_a_step_that_the_states_do_not_allow_is_a_fault(status: Status) -> None:
    for to_status in set(Status) - TRANSITIONS[status]:
        entry = Application(
            "app_1", "pty_1", None, _PRODUCT.name, Money(1, "EUR"), {}, _NOW, status, submitted_by="los"
        )
        with pytest.raises(ValueError, match="does not go"):
            moved(entry, status, Step(to_status), None, _NOW)
