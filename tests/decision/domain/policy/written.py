"""Policies by chance, each cell with what it means said in Python without the engine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from services.decision.domain.policy import Policy
from services.decision.domain.policy.bind import bind
from services.decision.domain.policy.document import parse_document
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
    return unchecked(document)


def unchecked(document: dict[str, Any]) -> Policy:
    """Return the policy of a document of the small product, compiled without static checks."""
    return Policy.of(bind(parse_document(document), PRODUCT), "", document)
