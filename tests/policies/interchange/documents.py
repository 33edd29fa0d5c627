"""Policies of any shape that the form allows, sensible or not."""

from typing import Any

from hypothesis import strategies as st

from shared.products import parse_product

PRODUCT = parse_product(
    {
        "name": "card",
        "title": "Credit card",
        "currency": "USD",
        "facts": {
            "requested_amount": {"type": "money", "label": "Amount asked for", "minimum": 1, "maximum": 5_000_000},
            "income": {"type": "money", "minimum": 0},
            "months": {"type": "integer", "minimum": 0, "maximum": 120},
            "dti": {"type": "decimal", "scale": 4},
            "region": {"type": "enum", "values": ["north", 'the "far" south', "west\\east"]},
            "employed": {"type": "boolean"},
            "customer_since": {"type": "date"},
            "conditions": {"type": "integer", "label": "A fact that is called like a stage"},
            "score": {"type": "integer", "source": "scoring"},
        },
    }
)

NAMES = ("requested_amount", "months", "dti", "region", "employed", "customer_since", "score", "conditions", "grade")
OWN_NAMES = ("leverage", "band", "eligibility", "matrix", "approve_limit", "prevailing_outcome", "a_2", "terms")
CELLS = (
    "-",
    "< 600",
    "[600..700)",
    '"north", "west\\\\east"',
    'not("north")',
    "> 0.5 * income",
    "true",
    " >= 5 ",
    '> today() - duration("P3Y")',
    "? in (1, 3) or ? > 7",
    "1 // one\n, 2",
    "null",
)
CONDITIONS = (
    "income > 2 * requested_amount",
    "dti = null or dti >= 0.5",
    "not(employed)",
    "some m in [months, 3] satisfies m > 2",
    'region in ("north", "west\\\\east") and (true)',
    "if employed then income > 5 else false // otherwise",
)
VALUES = (
    "1",
    "-0.50",
    "12.345678",
    "income / requested_amount",
    "round half up(dti, 4)",
    "round half up(dti, 2) + round half up(dti, 2)",
    "requested_amount * (if employed then 0.5 else 0.25)",
    "months // of the term",
    "if months > 3 then 1 else null",
    "\n  requested_amount\n  - income\n",
    "rate",
    "limit / 2",
    "null",
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=12
).filter(str.strip)
CODES = st.sampled_from(["TOO_SMALL", "DEBT_HIGH", "from_score", 'He said "no"', "back\\slash", "原因"])
NUMBERS = st.sampled_from(["0", "0.75", "0.0690", "1", "0.5000"])


@st.composite
def rows(draw: st.DrawFn, /, **outputs: st.SearchStrategy[Any]) -> dict[str, Any]:
    when = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CELLS), max_size=3))
    written_empty, conditional = draw(st.booleans()), draw(st.booleans())
    row: dict[str, Any] = {}
    if when or written_empty:
        row["when"] = when
    if conditional or not when:
        row["if"] = draw(st.sampled_from(CONDITIONS))
    if draw(st.booleans()):
        row["note"] = draw(TEXTS)
    return {**row, **{key: draw(value) for key, value in outputs.items()}}


def lists(row: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(row, max_size=4)


@st.composite
def kinds(draw: st.DrawFn) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": draw(st.sampled_from(["integer", "money", "decimal", "enum", "boolean", "date"]))}
    if kind["type"] == "decimal" and draw(st.booleans()):
        kind["scale"] = draw(st.integers(0, 12))
    if kind["type"] == "enum":
        kind["values"] = draw(st.lists(TEXTS, min_size=1, max_size=4, unique=True))
    if draw(st.booleans()):
        kind["label"] = draw(TEXTS | st.fixed_dictionaries({"en": TEXTS, "zh": TEXTS}))
    return kind


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(kinds())
    values = st.sampled_from(VALUES)
    if draw(st.booleans()):
        return {**kind, "value": draw(values)}
    policies = ["UNIQUE", "FIRST", "ANY"]
    policies += ["PRIORITY"] if kind["type"] == "enum" else []
    policies += ["COLLECT"] if kind["type"] in ("integer", "money", "decimal") else []
    table = {**kind, "hit_policy": draw(st.sampled_from(policies))}
    if table["hit_policy"] == "COLLECT":
        counting = ["COUNT"] if kind["type"] == "integer" else []
        table["aggregation"] = draw(st.sampled_from(["SUM", "MIN", "MAX", *counting]))
    counts = table.get("aggregation") == "COUNT"
    table["rows"] = draw(lists(rows() if counts else rows(value=values)))
    if draw(st.booleans()):
        table["default"] = {"value": draw(values)}
    return table


@st.composite
def offers(draw: st.DrawFn, row: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    outcome = draw(st.sampled_from(["approve", "counter_offer", "refer", "pend_info", "decline"]))
    offer = {**draw(row), "outcome": outcome}
    if outcome != "approve":
        offer["reason"] = draw(CODES)
    return {**offer, **draw(st.fixed_dictionaries({}, optional={"share": NUMBERS, "rate": NUMBERS}))}


def term(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    others = st.dictionaries(
        st.sampled_from(["payment_days", "limit", "review_on"]),
        st.tuples(kinds(), st.sampled_from(VALUES)).map(lambda each: {**each[0], "value": each[1]}),
        max_size=2,
    )
    optional = {"round_down_to": NUMBERS, "rate": st.sampled_from(VALUES), "other_terms": others, **more}
    return st.fixed_dictionaries({"limit": st.sampled_from(VALUES)}, optional=optional)


def table(
    policies: list[str], row: st.SearchStrategy[dict[str, Any]], **more: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"hit_policy": st.sampled_from(policies), "rows": lists(row)}, optional=more)


def screens() -> st.SearchStrategy[dict[str, Any]]:
    finding = rows(
        outcome=st.sampled_from(["decline", "refer", "pend_info"]),
        reason=CODES,
        on_missing=st.sampled_from(["refer", "decline", "ignore"]),
    )
    return table(["COLLECT"], finding)


GRADES = st.sampled_from(["A", "B", '"C"'])
QUEUES = st.fixed_dictionaries({"queue": TEXTS})
CASES = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "facts": st.dictionaries(st.sampled_from(NAMES), st.none() | st.integers(-(10**9), 10**9) | TEXTS, max_size=3),
        "expect": st.fixed_dictionaries(
            {"outcome": TEXTS}, optional={"approved_minor": st.none() | st.integers(0, 10**9)}
        ),
    },
    optional={"as_of": st.just("2026-11-21"), "score_reasons": st.lists(CODES, max_size=2)},
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "version": st.integers(-3, 10**17) | TEXTS | st.just("7"),
        "product": TEXTS,
        "title": TEXTS,
        "eligibility": screens(),
        "knock_outs": screens(),
        "grade": st.one_of(
            table(["UNIQUE", "FIRST", "ANY"], rows(grade=GRADES), default=st.fixed_dictionaries({"grade": GRADES})),
            st.fixed_dictionaries(
                {
                    "hit_policy": st.just("PRIORITY"),
                    "values": st.just(["B", "A", '"C"']),
                    "rows": lists(rows(grade=GRADES)),
                }
            ),
        ),
        "matrix": table(["UNIQUE", "FIRST", "PRIORITY", "ANY"], offers(rows()), default=offers(st.just({}))),
        "terms": st.fixed_dictionaries({}, optional={"approve": term(less_reason=CODES), "counter_offer": term()}),
    },
    optional={
        "description": st.text(st.sampled_from("ab <&>\"'\n\r\té信"), min_size=1).filter(str.strip),
        "definitions": st.dictionaries(st.sampled_from(OWN_NAMES), definitions(), max_size=4),
        "conditions": table(
            ["COLLECT"], rows(condition=CODES, on_missing=st.sampled_from(["refer", "require", "ignore"]))
        ),
        "routing": st.fixed_dictionaries(
            {
                "hit_policy": st.sampled_from(["UNIQUE", "FIRST", "ANY"]),
                "rows": lists(rows(queue=TEXTS)),
                "default": QUEUES,
            }
        ),
        "cases": st.lists(CASES, max_size=2),
    },
)
"""Documents that have the form of a policy; what they say need not make sense."""
