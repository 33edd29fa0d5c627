"""Policies by chance with everything in them that a policy can have, and applications with values on the boundaries."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from hypothesis import strategies as st

from services.decision.domain.policy import Policy
from tests.decision.domain.policy.small import DOCUMENT
from tests.decision.domain.policy.written import VALUES, rows, unchecked, when

ON_MISSING: Final = st.sampled_from(["refer", "decline", "ignore"])
CONDITIONS: Final = (
    "employed",
    "not(employed) and months > 3",
    "months / (score - 500) > 1",
    'today() - customer_since > duration("P310D")',
    'customer_since + duration("P1M") < today()',
    "if months > 6 then employed else score > 500",
    "dti = null or employed",
    "requested_amount between 2 and 0.5 * income",
    "income > 3 * requested_amount",
    'starts with(region, "s")',
)
ON_DEFINITIONS: Final = (
    "requested_amount > 0.5 * bonus",
    "points > 4 or dti > 0.005",
    "band = null",
    'band = "low"',
    "weight * 2 > 0.03",
    "steady",
)
NUMBERS: Final = ("1", "months", "months * 2 - score", "score / 7", "10 / months", "if employed then 3 else months / 3")
AMOUNTS: Final = (
    "5",
    "requested_amount",
    "requested_amount * 2",
    "requested_amount * dti",
    "requested_amount / (months - 4)",
    "max(bonus, 1)",
    "min(requested_amount, income * 0.5)",
)
WEIGHTS: Final = ("0.01", "dti", "-dti / 3", "months / 7", "weightless", "0.5 / (score - 500)")
GRANTING: Final = (
    {"outcome": "approve"},
    {"outcome": "approve", "rate": "0.0710"},
    {"outcome": "counter_offer", "reason": "R3", "share": "0.25"},
)
OFFERS: Final = (
    *GRANTING,
    {"outcome": "counter_offer", "reason": "from_score"},
    {"outcome": "refer", "reason": "R1"},
    {"outcome": "pend_info", "reason": "from_score"},
    {"outcome": "decline", "reason": "from_score"},
    {"outcome": "decline", "reason": "R2"},
)


@st.composite
def tests(draw: st.DrawFn, *, more: tuple[str, ...] = ON_DEFINITIONS) -> dict[str, Any]:
    """`when` and `if` of a row, at least one of them."""
    row: dict[str, Any] = {"when": when(draw(rows()))} if draw(st.integers(0, 3)) else {}
    if not row or draw(st.integers(0, 3)) == 0:
        row["if"] = draw(st.sampled_from([*CONDITIONS, *more]))
    return row


@st.composite
def table(draw: st.DrawFn, policies: tuple[str, ...], outputs: st.SearchStrategy[Any], **of: Any) -> dict[str, Any]:
    """A table of which one row counts; rows of UNIQUE are kept apart, those of ANY agree, as the checks demand."""
    hit_policy = draw(st.sampled_from(policies))
    found = draw(st.lists(tests(**of), max_size=4))
    if hit_policy == "UNIQUE":
        edges = sorted(draw(st.lists(st.integers(480, 520), min_size=1, max_size=5, unique=True)))
        cells = [f"< {edges[0]}", *(f"[{low}..{high})" for low, high in pairwise(edges))]
        found = [{"if": "true", **row, "when": {"score": cell}} for row, cell in zip(found, cells, strict=False)]
    same = draw(outputs)
    return {
        "hit_policy": hit_policy,
        "rows": [{**row, **(same if hit_policy == "ANY" else draw(outputs))} for row in found],
    }


def values(texts: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    """Outputs of a definition's table."""
    return st.sampled_from(texts).map(lambda text: {"value": text})


@st.composite
def defaults(draw: st.DrawFn, outputs: st.SearchStrategy[Any]) -> dict[str, Any]:
    """A default row, or none."""
    return draw(st.one_of(st.just({}), outputs.map(lambda output: {"default": output})))


def often(seldom: st.SearchStrategy[Any], default: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A default row, most of the time: policies that approve nobody show little."""
    usual = default.map(lambda output: {"default": output})
    return st.one_of(usual, usual, usual, seldom)


@st.composite
def aggregated(draw: st.DrawFn, texts: tuple[str, ...], aggregations: tuple[str, ...]) -> dict[str, Any]:
    """A table whose hits are aggregated."""
    aggregation = draw(st.sampled_from(aggregations))
    found = draw(st.lists(tests(more=()), max_size=4))
    if aggregation != "COUNT":
        found = [{**row, **draw(values(texts))} for row in found]
    return {"hit_policy": "COLLECT", "aggregation": aggregation, "rows": found} | draw(defaults(values(texts[:2])))


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Definitions of each type and hit policy, some of which use others."""
    low_or_high = values(('"low"', '"high"', 'if employed then "low" else "high"'))
    literals = values(('"low"', '"high"'))
    by_priority = table(("PRIORITY",), literals, more=())
    band = draw(st.one_of(by_priority, table(("FIRST", "UNIQUE", "ANY"), low_or_high, more=())))
    weight = draw(aggregated(WEIGHTS, ("SUM", "MIN", "MAX")))
    amount = draw(table(("FIRST", "ANY"), values(("requested_amount * 2", "income / months", "7")), more=()))
    return {
        "points": {"type": "integer", **draw(aggregated(NUMBERS, ("SUM", "MIN", "MAX", "COUNT")))},
        "weightless": {"type": "decimal", "scale": 4, "value": draw(st.sampled_from(["dti * 3", "months / score"]))},
        "weight": {"type": "decimal", "scale": draw(st.sampled_from([0, 2, 6])), **weight},
        "band": {"type": "enum", "values": ["low", "high"], **band, **draw(defaults(literals))},
        "bonus": {"type": "money", **amount, **draw(defaults(values(("requested_amount", "1"))))},
        "steady": {"type": "boolean", "value": draw(st.sampled_from(["employed and months > 3", "points > 2"]))},
        "since": {"type": "date", "value": 'customer_since + duration("P1Y")'},
    }


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Terms of an outcome."""
    rate = st.sampled_from(["rate + 0.001", "rate * months / 3", "if limit > 5 then rate else 0.1"])
    other = {
        "payment_days": {"type": "integer", "value": draw(st.sampled_from(NUMBERS))},
        "fee": {"type": "money", "value": draw(st.sampled_from(["limit * rate", "bonus"]))},
        "review_on": {"type": "date", "value": 'today() + duration("P6M")'},
        "level": {"type": "decimal", "scale": draw(st.sampled_from([2, 4])), "value": "dti * 2"},
        "kind": {"type": "enum", "values": ["approve", "counter_offer"], "value": "outcome"},
    }
    kept = {name: other[name] for name in draw(st.lists(st.sampled_from(sorted(other)), unique=True))}
    optional = {"rate": rate, "round_down_to": st.sampled_from(["0.02", "0.10", "3"])}
    return {
        "limit": draw(st.sampled_from(AMOUNTS)),
        "other_terms": kept,
        **draw(st.fixed_dictionaries({}, optional=optional)),
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A policy with everything in it; what the static checks would say of it does not matter."""

    def screen(name: str) -> dict[str, Any]:
        outcomes = st.sampled_from(["decline", "refer", "pend_info"])
        found = draw(st.one_of(st.just([]), st.just([]), st.lists(tests(), max_size=3)))
        more = [
            {"outcome": draw(outcomes), "reason": f"{name}_{at // 2}", "on_missing": draw(ON_MISSING)}
            for at in range(3)
        ]
        return {"hit_policy": "COLLECT", "rows": [{**row, **of} for row, of in zip(found, more, strict=False)]}

    grades = st.sampled_from("ABC").map(lambda grade: {"grade": grade})
    bare = st.one_of(st.sampled_from(OFFERS), st.sampled_from(GRANTING))
    offers = bare.map(lambda offer: {"share": "0.5", "rate": "0.07", **offer})
    granting = st.sampled_from(GRANTING).map(lambda offer: {"share": "0.5", "rate": "0.0800", **offer})
    asked = st.sampled_from(["refer", "require", "ignore"])
    conditions = [
        {**row, "condition": f"C_{at % 2}", "on_missing": draw(asked)}
        for at, row in enumerate(
            draw(st.lists(tests(more=("limit > 3", 'outcome = "approve"', "rate > 0.07")), max_size=3))
        )
    ]
    queues = st.sampled_from(["desk", "senior", "papers"]).map(lambda queue: {"queue": queue})
    routing = draw(
        table(("UNIQUE", "FIRST", "ANY"), queues, more=('outcome = "refer" and grade != "A"', "share > 0.3"))
    )
    granted = {
        "approve": {**draw(terms()), **draw(st.sampled_from([{}, {"less_reason": "LESS"}, {"less_reason": "LESS"}]))}
    }
    if draw(st.booleans()):
        granted["counter_offer"] = {**draw(terms()), "limit": "requested_amount * share"}
    single = ("UNIQUE", "FIRST", "PRIORITY", "ANY")
    return {
        **DOCUMENT,
        "definitions": draw(definitions()),
        "eligibility": screen("E"),
        "knock_outs": screen("KO"),
        "grade": {"values": ["C", "A", "B"], **draw(table(single, grades)), **draw(often(defaults(grades), grades))},
        "matrix": draw(table(single, draw(st.sampled_from([offers, bare])), more=('grade = "A"', "grade = null")))
        | draw(often(defaults(offers), granting)),
        "terms": granted,
        "conditions": {"hit_policy": "COLLECT", "rows": conditions},
        "routing": routing | {"default": {"queue": "desk"}},
    }


EDGES: Final[dict[str, list[Any]]] = {
    "requested_amount": [1, 2**53 - 1],
    "income": [-(2**53) + 1, -1, 0, 1, 150, 2**53 - 1],
    "months": [0, 3, 4, 120],
    "dti": [Decimal(0), Decimal("0.0001"), Decimal("-1.0000"), Decimal("99999999999.9999")],
    "region": ["north", "south"],
    "employed": [True, False],
    "customer_since": [date(1, 1, 1), date(2024, 2, 29), date(2026, 10, 21), date(9999, 12, 31)],
    "score": [500, -(2**53) + 1],
}
"""The first and the last value of each fact, and some where rounding and division turn."""

OUTSIDE: Final[dict[str, list[Any]]] = {
    "requested_amount": [0, -5],
    "months": [-1, 121],
    "region": ["east", ""],
    "dti": [Decimal("1000000000000.0001")],
}
"""Values of the right SQL type that are none of their facts."""

_KNOWN: Final = {**VALUES, "income": st.integers(0, 2_000)}

_UNUSUAL: Final = {name: st.sampled_from([*edges, *OUTSIDE.get(name, ())]) for name, edges in EDGES.items()}

FACTS: Final = st.one_of(
    st.fixed_dictionaries(_KNOWN),
    st.fixed_dictionaries(_KNOWN),
    st.fixed_dictionaries({}, optional=_KNOWN),
    st.fixed_dictionaries({}, optional=_UNUSUAL),
    st.fixed_dictionaries({name: st.one_of(usual, _UNUSUAL[name]) for name, usual in _KNOWN.items()}),
)
APPLICATIONS: Final = st.lists(FACTS, min_size=1, max_size=8)


def policies() -> st.SearchStrategy[Policy]:
    """Policies that are compiled without static checks."""
    return documents().map(unchecked)
