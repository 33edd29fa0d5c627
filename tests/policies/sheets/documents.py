"""Policy documents of the right form, whatever they mean: every key that a document may have, in any combination."""

from typing import Any, Final

from hypothesis import strategies as st

names = st.from_regex(r"[a-z][a-z0-9_]{0,62}", fullmatch=True)
_awkward: Final = st.sampled_from(
    [
        "-",
        "=1+1",
        "@x",
        "'quoted",
        "_x0041_",
        "_x0041\x01",
        "a\rb\n",
        " edges ",
        "1.00",
        "TRUE",
        "null",
        "[1",
        '"A", "B"',
    ]
)
texts = (st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | _awkward).filter(str.strip)
_wire: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | _awkward,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
_typed: Final = {"type": st.sampled_from(["integer", "money", "decimal", "enum", "boolean", "date"])}
_kind: Final[dict[str, Any]] = {
    "scale": st.integers(0, 12),
    "values": st.lists(texts, max_size=4),
    "label": texts | st.fixed_dictionaries({"en": texts, "zh": texts}),
}


def _rows(outputs: dict[str, Any], optional: dict[str, Any] | None = None) -> Any:
    conditions = {"when": st.dictionaries(names, texts, min_size=1, max_size=4), "if": texts, "note": texts}
    return st.lists(st.fixed_dictionaries(outputs, optional={**conditions, **(optional or {})}), max_size=5)


def _table(outputs: dict[str, Any], optional: dict[str, Any] | None = None, **others: Any) -> Any:
    default = st.fixed_dictionaries(outputs, optional=optional or {})
    policies = st.sampled_from(["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT"])
    required = {"hit_policy": policies, "rows": _rows(outputs, optional)}
    return st.fixed_dictionaries(required, optional={"default": default, **others})


_computed: Final = st.fixed_dictionaries({**_typed, "value": texts}, optional=_kind)
_tabular: Final = st.builds(
    lambda kind, table: kind | table,
    st.fixed_dictionaries(_typed, optional=_kind),
    _table({}, {"value": texts}, aggregation=st.sampled_from(["SUM", "MIN", "MAX", "COUNT"])),
)
_screen: Final = _table({"outcome": texts, "reason": texts, "on_missing": texts})
_term: Final = st.fixed_dictionaries(
    {"limit": texts},
    optional={
        "round_down_to": texts,
        "less_reason": texts,
        "rate": texts,
        "other_terms": st.dictionaries(names, _computed, max_size=3),
    },
)
_case: Final = st.fixed_dictionaries(
    {"facts": st.dictionaries(names, _wire, max_size=4), "expect": st.dictionaries(names, _wire, max_size=3)},
    optional={"name": texts, "as_of": texts, "score_reasons": st.lists(texts, max_size=3)},
).filter(lambda case: len(case) > 2 or case["facts"] or case["expect"])

documents = st.fixed_dictionaries(
    {"name": texts, "version": st.integers() | texts, "product": texts, "title": texts},
    optional={
        "description": texts,
        "definitions": st.dictionaries(names, _computed | _tabular, max_size=4),
        "eligibility": _screen,
        "knock_outs": _screen,
        "grade": _table({"grade": texts}, values=st.lists(texts, max_size=3)),
        "matrix": _table({"outcome": texts}, {"reason": texts, "share": texts, "rate": texts}),
        "terms": st.dictionaries(st.sampled_from(["approve", "counter_offer"]), _term, max_size=2),
        "conditions": _table({"condition": texts, "on_missing": texts}),
        "routing": _table({"queue": texts}),
        "cases": st.lists(_case, max_size=4),
    },
)

EXAMPLE: Final[dict[str, Any]] = {
    "name": "example",
    "version": 3,
    "product": "sme-loan",
    "title": "An example",
    "definitions": {
        "cover": {"type": "decimal", "scale": 4, "value": "cash_flow / debt_service"},
        "band": {
            "type": "enum",
            "values": ["small", "large"],
            "hit_policy": "FIRST",
            "rows": [{"when": {"employees": "< 10"}, "value": '"small"', "note": "Ten make a company"}],
            "default": {"value": '"large"'},
        },
    },
    "knock_outs": {
        "hit_policy": "COLLECT",
        "rows": [
            {"when": {"score": "< 500"}, "outcome": "decline", "reason": "SCORE_LOW", "on_missing": "refer"},
            {"if": "cover < 1", "outcome": "refer", "reason": "COVER_LOW", "on_missing": "decline"},
        ],
    },
    "grade": {"hit_policy": "UNIQUE", "rows": [{"when": {"cover": ">= 1.50", "score": "-"}, "grade": "A"}]},
    "terms": {"approve": {"limit": "requested_amount", "round_down_to": "1000"}},
    "cases": [
        {"name": "one", "as_of": "2026-11-21", "facts": {"score": 600, "share": "0.75"}, "expect": {"grade": None}},
        {"name": "two", "facts": {"sold": {"amount_minor": 5, "currency": "USD"}}, "expect": {"outcome": "refer"}},
    ],
}
"""A small document, with something on most kinds of sheets."""
