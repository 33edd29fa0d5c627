"""A compiled policy answers as a person reading it row by row would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.policy import expand_trace
from services.decision.domain.reasons import INFORMATION_INCOMPLETE, POLICY_UNRESOLVED, SCORE_UNAVAILABLE
from shared.facts import FactValue
from tests.decision.domain.policy.small import AS_OF, evaluated
from tests.decision.domain.policy.written import FACTS, POLICIES, VALUES, Cell, Written, built


def status(row: list[Cell], facts: dict[str, FactValue]) -> bool | None:
    """Return whether a row hits in three-valued logic; None when that is open."""
    known = [cell.holds(facts[cell.fact]) for cell in row if cell.fact in facts]
    return False if False in known else True if len(known) == len(row) else None


def first(table: list[tuple[list[Cell], str]], default: str, facts: dict[str, FactValue]) -> str | None:
    for row, output in table:
        found = status(row, facts)
        if found is None:
            return None
        if found:
            return output
    return default


def why_missing(row: list[Cell], facts: dict[str, FactValue]) -> str:
    return SCORE_UNAVAILABLE if any(c.fact == "score" and "score" not in facts for c in row) else INFORMATION_INCOMPLETE


SEVERITY = ["approve", "counter_offer", "refer", "pend_info", "decline"]


def naive_outcome(policy: Written, facts: dict[str, FactValue]) -> tuple[str, str | None, int | None]:
    """Return outcome, grade and limit by reading the policy row by row, as a person would."""
    found: list[str] = []
    for screen in policy.screens:
        hit = status(screen.row, facts)
        if hit:
            found.append(screen.outcome)
        elif hit is None and screen.on_missing != "ignore":
            found.append(screen.on_missing)
    grade = first(policy.grades, "B", facts)
    offer = first(policy.matrix, "decline", facts)
    found += ["refer"] if grade is None else []
    found.append("refer" if offer is None else offer)
    outcome = max(found, key=SEVERITY.index)
    amount = facts.get("requested_amount")
    if outcome not in ("approve", "counter_offer"):
        return outcome, grade, None
    if not isinstance(amount, int):
        return "refer", grade, None
    limit = amount if outcome == "approve" else amount // 2 // 10 * 10
    return (outcome, grade, limit) if limit > 0 else ("refer", grade, None)


@settings(max_examples=150, deadline=None)
@given(POLICIES, FACTS)
def test_the_compiled_policy_answers_as_a_person_reading_it_would(policy: Written, facts: dict[str, FactValue]) -> None:
    found = evaluated(built(policy), facts, ("SCORE_REASON",))
    assert (found.outcome, found.grade, found.approved_minor) == naive_outcome(policy, facts)
    marks = {True: "h", False: "n", None: "m"}
    assert found.trace["tables"]["knock_outs"] == "".join(marks[status(s.row, facts)] for s in policy.screens)


@settings(max_examples=80, deadline=None)
@given(POLICIES, FACTS)
def test_nothing_negative_goes_without_a_reason_and_nothing_positive_without_an_amount(
    policy: Written, facts: dict[str, FactValue]
) -> None:
    engine = built(policy)
    found = evaluated(engine, facts, ("SCORE_REASON",))
    assert (found.outcome == "approve") == (not found.reasons)
    assert (found.approved_minor is not None) == found.outcome.grants_credit
    assert len(found.reasons) == len(set(found.reasons)) <= 4
    assert found.reasons == tuple(found.trace["reasons"][:4])
    without_score_reasons = evaluated(engine, facts)
    assert (without_score_reasons.outcome == "approve") == (not without_score_reasons.reasons)


@settings(max_examples=80, deadline=None)
@given(POLICIES, FACTS, st.fixed_dictionaries(VALUES))
def test_no_value_of_a_missing_fact_would_have_made_a_screening_row_stop_what_was_granted(
    policy: Written, facts: dict[str, FactValue], rest: dict[str, FactValue]
) -> None:
    heeding = Written([s for s in policy.screens if s.on_missing != "ignore"], policy.grades, policy.matrix)
    engine = built(heeding)
    found = evaluated(engine, facts, ("SCORE_REASON",))
    completed = evaluated(engine, {**rest, **facts}, ("SCORE_REASON",))
    if found.outcome.grants_credit:
        assert "m" not in found.trace["tables"]["knock_outs"]
        assert found.outcome == completed.outcome
        assert found.approved_minor == completed.approved_minor
    elif "m" not in "".join(found.trace["tables"].values()):
        assert found.outcome == completed.outcome


@settings(max_examples=60, deadline=None)
@given(POLICIES, FACTS, st.lists(st.sampled_from(["S1", "S2", POLICY_UNRESOLVED]), unique=True))
def test_evaluating_again_gives_the_identical_answer_and_its_trace_expands(
    policy: Written, facts: dict[str, FactValue], score_reasons: list[str]
) -> None:
    once = evaluated(built(policy), facts, score_reasons)
    engine = built(policy)
    assert evaluated(engine, dict(reversed(facts.items())), score_reasons) == once
    if POLICY_UNRESOLVED not in score_reasons:
        names = {"h": "hit", "n": "no_hit", "m": "missing", "x": "not_evaluated"}
        for table in expand_trace(engine, facts, once.trace, AS_OF):
            shown = [row["status"] for row in table["rows"]]
            assert shown == [names[letter] for letter in once.trace["tables"][table["table"]]]
