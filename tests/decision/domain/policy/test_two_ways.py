"""What holds for every policy and every set of facts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product as combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.policy import Evaluation, Policy, expand_trace
from services.decision.domain.policy.binding import bind
from services.decision.domain.policy.coverage import box, common_point, contains, find_gap
from services.decision.domain.policy.document import parse_document
from services.decision.domain.policy.program import compile_program
from services.decision.domain.reasons import INFORMATION_INCOMPLETE, POLICY_UNRESOLVED, SCORE_UNAVAILABLE
from shared.facts import FactValue
from shared.products import parse_product
from tests.decision.domain.policy.small import DOCUMENT, PRODUCT

Predicate = Callable[[Any], bool]


@dataclass(frozen=True)
class Cell:
    """A cell as text, and what it should mean, said in Python without the engine."""

    fact: str
    text: str
    holds: Predicate


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "requested_amount": st.integers(1, 1_000),
    "months": st.integers(0, 12),
    "dti": st.integers(0, 100).map(lambda digits: Decimal(digits).scaleb(-4)),
    "region": st.sampled_from(["north", "south", "west"]),
    "employed": st.booleans(),
    "customer_since": st.integers(0, 20).map(lambda days: date(2026, 1, 1) + timedelta(days)),
    "score": st.integers(480, 520),
}


def written(value: Any, fact: str) -> str:
    """Return a value as it stands in a cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f'date("{value}")'
    if isinstance(value, str):
        return f'"{value}"'
    return str(Decimal(value).scaleb(-2)) if fact == "requested_amount" else str(value)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda value, bound: value == bound,
    "!= ": lambda value, bound: value != bound,
    "< ": lambda value, bound: value < bound,
    "<= ": lambda value, bound: value <= bound,
    "> ": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


@st.composite
def simple_tests(draw: st.DrawFn, fact: str) -> tuple[str, Predicate]:
    ordered = fact not in ("region", "employed")
    if ordered and draw(st.booleans()):
        low, high = draw(VALUES[fact]), draw(VALUES[fact])
        opening, closing = draw(st.sampled_from("[(]")), draw(st.sampled_from("])["))
        text = f"{opening}{written(low, fact)}..{written(high, fact)}{closing}"
        return (
            text,
            lambda value: (
                (low < value or (opening == "[" and low == value))
                and (value < high or (closing == "]" and value == high))
            ),
        )
    operator = draw(st.sampled_from(list(OPERATORS) if ordered else ["", "!= "]))
    bound = draw(VALUES[fact])
    return f"{operator}{written(bound, fact)}", lambda value: OPERATORS[operator](value, bound)


@st.composite
def cells(draw: st.DrawFn, fact: str) -> Cell:
    parts = draw(st.lists(simple_tests(fact), min_size=1, max_size=3))
    text = ", ".join(part for part, _ in parts)
    if draw(st.booleans()):
        return Cell(fact, f"not({text})", lambda value: not any(holds(value) for _, holds in parts))
    return Cell(fact, text, lambda value: any(holds(value) for _, holds in parts))


@st.composite
def rows(draw: st.DrawFn) -> list[Cell]:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    return [draw(cells(name)) for name in names]


@dataclass(frozen=True)
class Screen:
    row: list[Cell]
    outcome: str
    on_missing: str


@dataclass(frozen=True)
class Written:
    """A policy as people would describe it."""

    screens: list[Screen]
    grades: list[tuple[list[Cell], str]]
    matrix: list[tuple[list[Cell], str]]


POLICIES = st.builds(
    Written,
    st.lists(
        st.builds(
            Screen,
            rows(),
            st.sampled_from(["decline", "refer", "pend_info"]),
            st.sampled_from(["refer", "decline", "ignore"]),
        ),
        max_size=4,
    ),
    st.lists(st.tuples(rows(), st.sampled_from("ABC")), max_size=3),
    st.lists(st.tuples(rows(), st.sampled_from(["approve", "counter_offer", "refer", "decline"])), max_size=3),
)
FACTS = st.fixed_dictionaries({}, optional=VALUES)


def when(row: list[Cell]) -> dict[str, str]:
    return {cell.fact: cell.text for cell in row}


def built(policy: Written) -> Policy:
    """Return the policy compiled, its static checks left out: random tables are full of idle rows."""
    document = {
        **DOCUMENT,
        "eligibility": {"hit_policy": "COLLECT", "rows": []},
        "knock_outs": {
            "hit_policy": "COLLECT",
            "rows": [
                {"when": when(s.row), "outcome": s.outcome, "reason": f"KO_{at}", "on_missing": s.on_missing}
                for at, s in enumerate(policy.screens)
            ],
        },
        "grade": {
            "hit_policy": "FIRST",
            "rows": [{"when": when(row), "grade": grade} for row, grade in policy.grades],
            "default": {"grade": "B"},
        },
        "matrix": {
            "hit_policy": "FIRST",
            "rows": [
                {"when": when(row), "outcome": outcome, "share": "0.5"}
                | ({} if outcome == "approve" else {"reason": "from_score"})
                for row, outcome in policy.matrix
            ],
            "default": {"outcome": "decline", "reason": "from_score"},
        },
        "terms": {
            "approve": {"limit": "requested_amount"},
            "counter_offer": {"limit": "requested_amount * share", "round_down_to": "0.10"},
        },
    }
    program = compile_program(bind(parse_document(document), PRODUCT), PRODUCT)
    return Policy("random", 1, "card", "", document, program)


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


@settings(max_examples=300, deadline=None)
@given(POLICIES, FACTS)
def test_the_compiled_policy_answers_as_a_person_reading_it_would(policy: Written, facts: dict[str, FactValue]) -> None:
    found = built(policy).evaluate(facts, ("SCORE_REASON",))
    assert (found.outcome, found.grade, found.approved_minor) == naive_outcome(policy, facts)
    marks = {True: "h", False: "n", None: "m"}
    assert found.trace["tables"]["knock_outs"] == "".join(marks[status(s.row, facts)] for s in policy.screens)


@settings(max_examples=200, deadline=None)
@given(POLICIES, FACTS)
def test_nothing_negative_goes_without_a_reason_and_nothing_positive_without_an_amount(
    policy: Written, facts: dict[str, FactValue]
) -> None:
    found = built(policy).evaluate(facts, ("SCORE_REASON",))
    assert (found.outcome == "approve") == (not found.reasons)
    assert (found.approved_minor is not None) == found.outcome.grants_credit
    assert len(found.reasons) == len(set(found.reasons)) <= 4
    assert found.reasons == tuple(found.trace["reasons"][:4])
    without_score_reasons = built(policy).evaluate(facts)
    assert (without_score_reasons.outcome == "approve") == (not without_score_reasons.reasons)


@settings(max_examples=200, deadline=None)
@given(POLICIES, FACTS, st.fixed_dictionaries(VALUES))
def test_no_value_of_a_missing_fact_would_have_made_a_screening_row_stop_what_was_granted(
    policy: Written, facts: dict[str, FactValue], rest: dict[str, FactValue]
) -> None:
    heeding = Written([s for s in policy.screens if s.on_missing != "ignore"], policy.grades, policy.matrix)
    engine = built(heeding)
    found = engine.evaluate(facts, ("SCORE_REASON",))
    completed = engine.evaluate({**rest, **facts}, ("SCORE_REASON",))
    if found.outcome.grants_credit:
        assert "m" not in found.trace["tables"]["knock_outs"]
        assert found.outcome == completed.outcome
        assert found.approved_minor == completed.approved_minor
    elif "m" not in "".join(found.trace["tables"].values()):
        assert found.outcome == completed.outcome


@settings(max_examples=100, deadline=None)
@given(POLICIES, FACTS, st.lists(st.sampled_from(["S1", "S2", POLICY_UNRESOLVED]), unique=True))
def test_evaluating_again_gives_the_identical_answer_and_its_trace_expands(
    policy: Written, facts: dict[str, FactValue], score_reasons: list[str]
) -> None:
    once: Evaluation = built(policy).evaluate(facts, score_reasons)
    engine = built(policy)
    assert engine.evaluate(dict(reversed(facts.items())), score_reasons) == once
    if POLICY_UNRESOLVED not in score_reasons:
        names = {"h": "hit", "n": "no_hit", "m": "missing", "x": "not_evaluated"}
        for table in expand_trace(engine, facts, once.trace):
            shown = [row["status"] for row in table["rows"]]
            assert shown == [names[letter] for letter in once.trace["tables"][table["table"]]]


TINY = parse_product(
    {
        "name": "tiny",
        "title": "t",
        "currency": "USD",
        "facts": {
            "requested_amount": {"type": "money", "minimum": 1, "maximum": 4},
            "months": {"type": "integer", "minimum": 0, "maximum": 4},
            "region": {"type": "enum", "values": ["north", "south", "west"]},
            "employed": {"type": "boolean"},
        },
    }
)
TINY_VALUES: dict[str, list[Any]] = {
    "requested_amount": [1, 2, 3, 4],
    "months": [0, 1, 2, 3, 4],
    "region": ["north", "south", "west"],
    "employed": [False, True],
}


@st.composite
def tiny_rows(draw: st.DrawFn) -> list[Cell]:
    names = draw(st.lists(st.sampled_from(sorted(TINY_VALUES)), min_size=1, max_size=4, unique=True))
    return [draw(cells(name)) for name in names]


@settings(max_examples=300, deadline=None)
@given(st.lists(tiny_rows(), min_size=1, max_size=5))
def test_gaps_overlaps_and_idle_rows_are_those_found_by_trying_every_input(table: list[list[Cell]]) -> None:
    document = {
        **DOCUMENT,
        "product": "tiny",
        "eligibility": {"hit_policy": "COLLECT", "rows": []},
        "knock_outs": {"hit_policy": "COLLECT", "rows": []},
        "grade": {"hit_policy": "UNIQUE", "rows": [{"when": when(row), "grade": "A"} for row in table]},
        "matrix": {"hit_policy": "UNIQUE", "rows": []},
        "terms": {},
        "routing": {"hit_policy": "FIRST", "rows": [], "default": {"queue": "q"}},
    }
    facts = TINY.dictionary.facts
    boxes = [box(row, facts) for row in bind(parse_document(document), TINY).grade.rows]
    space = {name: box_of_all(name) for name in TINY_VALUES}
    inputs = [dict(zip(TINY_VALUES, point, strict=True)) for point in combinations(*TINY_VALUES.values())]
    hits = [[all(cell.holds(point[cell.fact]) for cell in row) for point in inputs] for row in table]
    assert (find_gap(space, boxes) is None) == all(any(column) for column in zip(*hits, strict=True))
    for one in range(len(table)):
        for other in range(len(table)):
            both = any(a and b for a, b in zip(hits[one], hits[other], strict=True))
            assert (common_point(boxes[one], boxes[other]) is not None) == both
            inside = all(a or not b for a, b in zip(hits[one], hits[other], strict=True))
            if contains(boxes[one], boxes[other]):
                assert inside


def box_of_all(name: str) -> tuple[tuple[int, int], ...]:
    """Return all values of a fact of the tiny product, as integers."""
    values = TINY_VALUES[name]
    return ((values[0], values[-1]),) if type(values[0]) is int else ((0, len(values) - 1),)
