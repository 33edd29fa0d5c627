"""Evaluating a policy: all stages in order, every screening row, and one answer that never approves on doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Final, TypedDict

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.binding import GRADE, OUTCOME, RATE, SHARE
from services.decision.domain.policy.compile import HIT, MISSING, NO_HIT, NOT_EVALUATED, CompiledTable, Slots
from services.decision.domain.policy.document import FROM_SCORE, Finding, HitPolicy, OnMissing, OutputT
from services.decision.domain.policy.program import STAGE_OUTPUTS, Program
from services.decision.domain.reasons import INFORMATION_INCOMPLETE, POLICY_UNRESOLVED, SCORE_UNAVAILABLE
from shared.facts import FactValue

MAX_PRINCIPAL_REASONS: Final = 4
"""Regulation B, comment 9(b)(2)-1: more than four reasons are not likely to help the applicant."""


class CompactTrace(TypedDict):
    """What is stored with a decision: enough, with policy and facts, for `expand_trace` to show every rule.

    `tables` has one letter per row, by table: `h` hit, `n` no hit, `m` missing, `x` not evaluated. A table with a
    default row has its letter last; `terms` has one per limit. `outputs` are those of the stages, as far as they
    gave any: grade, offer (the outcome that the matrix gave), share, rate, approved_minor, outcome (the final one),
    queue.
    `reasons` has all reasons, not just the principal ones.
    """

    tables: dict[str, str]
    outputs: dict[str, str | int]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a policy answers.

    `approved_minor` is the limit in minor units of the product's currency and `rate` the price a year (0.0790 is
    7.9 %), only where the outcome grants credit. `reasons` are the principal ones, at most four, the first first.
    `queue` is the work queue of a referred application, if the policy routes.
    """

    outcome: Outcome
    grade: str | None
    approved_minor: int | None
    rate: Decimal | None
    reasons: tuple[str, ...]
    trace: CompactTrace
    queue: str | None = None


_SEVERITY: Final = attrgetter("severity")

_Verdict = tuple[Outcome, tuple[str, ...]]
"""What one rule asks for, and why."""


def evaluate(program: Program, facts: Mapping[str, FactValue], score_reasons: Sequence[str] = ()) -> Evaluation:
    """Return the answer of the policy to `facts`; facts that the policy does not use do not matter.

    `score_reasons` are the reason codes of the score, the first first.
    """
    slots = program.reader.read(facts)
    letters: dict[str, str] = {}
    outputs: dict[str, str | int] = {}
    verdicts = _screen(program, slots, letters)
    verdicts += _grade(program, slots, letters, outputs)
    verdicts += _match(program, slots, letters, outputs, score_reasons)
    outcome, reasons = _prevailing(verdicts)
    approved, letters["terms"] = _limit(program, slots, outcome)
    if approved is not None:
        outputs["approved_minor"] = approved
    elif outcome.grants_credit:
        outcome, reasons = Outcome.REFER, (_why_no_limit(program, slots, outcome),)
    outputs[OUTCOME] = outcome.value
    queue = _route(program, slots, outcome, letters)
    if queue is not None:
        outputs["queue"] = queue
    return Evaluation(
        outcome=outcome,
        grade=slots[program.slot_of[GRADE]],
        approved_minor=approved,
        rate=slots[program.slot_of[RATE]] if approved is not None else None,
        reasons=reasons[:MAX_PRINCIPAL_REASONS],
        trace={"tables": letters, "outputs": outputs, "reasons": list(reasons)},
        queue=queue,
    )


def _screen(program: Program, slots: Slots, letters: dict[str, str]) -> list[_Verdict]:
    verdicts: list[_Verdict] = []
    for screen in program.screens:
        marks = screen.letters(slots)
        letters[screen.table.name] = marks
        if HIT in marks or MISSING in marks:
            for row, mark in enumerate(marks):
                if mark != NO_HIT:
                    verdicts += _finding(program, screen, row, mark, slots)
    return verdicts


def _finding(program: Program, screen: CompiledTable[Finding], row: int, mark: str, slots: Slots) -> list[_Verdict]:
    finding = screen.table.rows[row].output
    if mark == HIT:
        return [(finding.outcome, (finding.reason,))]
    if finding.on_missing is OnMissing.IGNORE:
        return []
    return [(Outcome(finding.on_missing), _why_missing(program, screen, [row], slots))]


def _grade(program: Program, slots: Slots, letters: dict[str, str], outputs: dict[str, str | int]) -> list[_Verdict]:
    grade, letters["grade"] = select(program.grade, slots)
    if grade is None:
        return [(Outcome.REFER, _why_unresolved(program, program.grade, letters["grade"], slots))]
    slots[program.slot_of[GRADE]] = outputs[GRADE] = grade.grade
    return []


def _match(
    program: Program,
    slots: Slots,
    letters: dict[str, str],
    outputs: dict[str, str | int],
    score_reasons: Sequence[str],
) -> list[_Verdict]:
    offer, letters["matrix"] = select(program.matrix, slots)
    if offer is None:
        return [(Outcome.REFER, _why_unresolved(program, program.matrix, letters["matrix"], slots))]
    outputs["offer"] = offer.outcome.value
    if offer.share is not None:
        slots[program.slot_of[SHARE]] = offer.share
        outputs[SHARE] = str(offer.share)
    if offer.rate is not None:
        slots[program.slot_of[RATE]] = offer.rate
        outputs[RATE] = str(offer.rate)
    if offer.outcome is Outcome.APPROVE:
        return [(Outcome.APPROVE, ())]
    own = () if offer.reason is None or offer.reason == FROM_SCORE else (offer.reason,)
    return [(offer.outcome, (*own, *score_reasons))]


def select(table: CompiledTable[OutputT], slots: Slots) -> tuple[OutputT | None, str]:
    """Return the output of the row that counts, and the letters; None when that cannot be told, or no row hits."""
    rows, default = table.table.rows, table.table.default
    if table.table.hit_policy is HitPolicy.FIRST:
        marks = table.letters_to_first(slots)
        hit = marks.find(HIT)
        unsure = MISSING in marks
    else:
        marks = table.letters(slots)
        hit = marks.find(HIT)
        # Rows of a UNIQUE table cannot overlap: one that hits settles it, whatever is missing elsewhere.
        unsure = MISSING in marks and hit < 0
    if hit >= 0:
        return rows[hit].output, marks if default is None else marks + NOT_EVALUATED
    if default is None or unsure:
        return None, marks if default is None else marks + NOT_EVALUATED
    return default, marks + HIT


def _prevailing(verdicts: list[_Verdict]) -> tuple[Outcome, tuple[str, ...]]:
    """Return the gravest outcome with the reasons that led to it, and no others: they alone explain it."""
    outcome = verdicts[0][0] if len(verdicts) == 1 else max([found for found, _ in verdicts], key=_SEVERITY)
    if outcome is Outcome.APPROVE:
        return outcome, ()
    reasons = tuple(dict.fromkeys(code for found, codes in verdicts if found is outcome for code in codes))
    # An adverse answer that nobody could explain to the applicant is not given: a person looks at it.
    return (outcome, reasons) if reasons else (Outcome.REFER, (POLICY_UNRESOLVED,))


def _limit(program: Program, slots: Slots, outcome: Outcome) -> tuple[int | None, str]:
    approved: int | None = None
    marks = ""
    for offered, limit in program.limits.items():
        if offered is outcome:
            approved = limit.amount_minor(slots)
            marks += MISSING if approved is None else HIT
        else:
            marks += NOT_EVALUATED
    return approved, marks


def _why_no_limit(program: Program, slots: Slots, outcome: Outcome) -> str:
    missing = [name for name in program.limits[outcome].operands if slots[program.slot_of[name]] is None]
    return INFORMATION_INCOMPLETE if missing else POLICY_UNRESOLVED


def _route(program: Program, slots: Slots, outcome: Outcome, letters: dict[str, str]) -> str | None:
    routing = program.routing
    if routing is None:
        return None
    if outcome is not Outcome.REFER and outcome is not Outcome.PEND_INFO:
        letters["routing"] = NOT_EVALUATED * (len(routing.rows) + 1)
        return None
    slots[program.slot_of[OUTCOME]] = outcome.value
    route, marks = select(routing, slots)
    if route is None:
        route, marks = routing.table.default, marks[:-1] + HIT
    letters["routing"] = marks
    return None if route is None else route.queue


def _why_unresolved(program: Program, table: CompiledTable[OutputT], marks: str, slots: Slots) -> tuple[str, ...]:
    rows = [row for row, mark in enumerate(marks) if mark == MISSING]
    return _why_missing(program, table, rows, slots) if rows else (POLICY_UNRESOLVED,)


def _why_missing(program: Program, table: CompiledTable[OutputT], rows: Sequence[int], slots: Slots) -> tuple[str, ...]:
    names = {condition.fact for row in rows for condition in table.table.rows[row].conditions}
    missing = {name for name in names if slots[program.slot_of[name]] is None} - set(STAGE_OUTPUTS)
    if not missing:
        # Only the output of an earlier stage is missing, and that stage has said why.
        return ()
    return (SCORE_UNAVAILABLE,) if missing & program.scoring_facts else (INFORMATION_INCOMPLETE,)
