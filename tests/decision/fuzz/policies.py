"""Sound policies by chance: a product, and a document that its engine mostly loads."""

from collections.abc import Sequence
from random import Random
from typing import Any

from services.decision.domain.reasons import ReasonCatalogue, parse_reasons
from shared.facts import Fact
from shared.products import Product, parse_product
from tests.decision.fuzz.feel import Writer

REASON_CODES = ("DEBT_HIGH", "INCOME_LOW", "HISTORY_SHORT", "AMOUNT_HIGH", "GUARANTEE", "INSURANCE")

REASONS: ReasonCatalogue = parse_reasons(
    [
        {
            "product": "any",
            "reasons": {
                code: {"en": f"{code}.", "zh": f"{code}。"}
                for code in (
                    "POLICY_UNAVAILABLE",
                    "POLICY_UNRESOLVED",
                    "SCORE_UNAVAILABLE",
                    "INFORMATION_INCOMPLETE",
                    *REASON_CODES,
                )
            },
        }
    ]
)

_WORDS = ("income", "debt", "term", "ratio", "region", "owner", "since", "arrears", "score", "kind", "sector", "age")
_TYPES = ("money", "money", "integer", "decimal", "enum", "boolean", "date")


def random_product(rng: Random) -> Product:
    """Return a product with a few facts of every sort."""
    facts: dict[str, Any] = {
        "requested_amount": {"type": "money", "minimum": 1},
        "dti": {"type": "decimal", "scale": 4},
        "months": {"type": "integer", "minimum": 0, "maximum": 120},
        "secret": {"type": "integer", "protected": True},
    }
    for word in rng.sample(_WORDS, rng.randint(2, 6)):
        kind = rng.choice(_TYPES)
        facts[word] = {"type": kind}
        if kind == "enum":
            facts[word]["values"] = ["north", "south", "far away", "O'Neil", "数"][: rng.randint(2, 5)]
        if kind == "decimal":
            facts[word]["scale"] = rng.randint(0, 6)
        if kind in ("integer", "decimal") and word == "score":
            facts[word]["source"] = "scoring"
    currency = rng.choice(["USD", "EUR", "JPY", "BHD"])
    return parse_product({"name": "random", "title": "Random", "currency": currency, "facts": facts})


def open_facts(product: Product) -> list[Fact]:
    """Return the facts that a policy may use."""
    return [fact for fact in product.dictionary.facts.values() if not fact.protected]


def random_policy(rng: Random, product: Product) -> dict[str, Any]:
    """Return a policy for the product; a few have a row that is never reached, or the like."""
    writer = Writer(rng, open_facts(product))
    document: dict[str, Any] = {
        "name": "random",
        "version": rng.choice([1, 7, "2026-11"]),
        "product": product.name,
        "title": "By chance",
        "eligibility": {"hit_policy": "COLLECT", "rows": _screen(writer, rng.randint(0, 2))},
        "knock_outs": {"hit_policy": "COLLECT", "rows": _screen(writer, rng.randint(0, 4))},
        "grade": _grade(writer),
        "matrix": _matrix(writer),
        "terms": {
            "approve": {"limit": writer.money(), "less_reason": "AMOUNT_HIGH"},
            "counter_offer": {"limit": f"{writer.money()} * share", "round_down_to": rng.choice(["1", "50", "1000"])},
        },
    }
    if rng.random() < 0.5:
        _define(writer, document)
    if rng.random() < 0.4:
        document["conditions"] = {"hit_policy": "COLLECT", "rows": _conditions(writer)}
    if rng.random() < 0.4:
        rows = [{**_tests(writer), "queue": rng.choice(["desk", "senior"])} for _ in range(rng.randint(0, 2))]
        document["routing"] = {"hit_policy": "FIRST", "rows": rows, "default": {"queue": "desk"}}
    if rng.random() < 0.3:
        document["terms"]["approve"]["rate"] = f"rate + {writer.decimal(1)}"
        document["terms"]["approve"]["other_terms"] = {"days": {"type": "integer", "value": writer.decimal(1)}}
    return document


def _tests(writer: Writer) -> dict[str, Any]:
    row: dict[str, Any] = {}
    if writer.rng.random() < 0.8:
        facts = writer.rng.sample(list(writer.facts), writer.rng.choice([1, 1, 2]))
        row["when"] = {fact.name: writer.cell(fact) for fact in facts}
    if not row or writer.rng.random() < 0.15:
        row["if"] = writer.condition()
    return row


def _screen(writer: Writer, count: int) -> list[dict[str, Any]]:
    return [
        {
            **_tests(writer),
            "outcome": writer.rng.choice(["decline", "refer", "pend_info"]),
            "reason": writer.rng.choice(REASON_CODES[:4]),
            "on_missing": writer.rng.choice(["refer", "decline", "ignore"]),
        }
        for _ in range(count)
    ]


def _grade(writer: Writer) -> dict[str, Any]:
    first, second = sorted(writer.rng.sample(range(1, 119), 2))
    if writer.rng.random() < 0.6:
        cells = [f"< {first}", f"[{first}..{second})", f">= {second}"]
        rows = [{"when": {"months": cell}, "grade": grade} for cell, grade in zip(cells, "ABC", strict=True)]
        return {"hit_policy": writer.rng.choice(["UNIQUE", "FIRST", "ANY"]), "rows": rows}
    rows = [{**_tests(writer), "grade": grade} for grade in "AB"]
    hit_policy = writer.rng.choice(["FIRST", "FIRST", "PRIORITY"])
    return {"hit_policy": hit_policy, "values": ["C", "B", "A"], "rows": rows, "default": {"grade": "C"}}


def _matrix(writer: Writer) -> dict[str, Any]:
    price = {"rate": "0.0500"}
    rows = [
        {"when": {"grade": '"A"'}, "outcome": "approve", **price},
        {"when": {"grade": '"B"'}, "outcome": "counter_offer", "reason": "AMOUNT_HIGH", "share": "0.5", **price},
    ]
    return {
        "hit_policy": writer.rng.choice(["FIRST", "UNIQUE", "PRIORITY"]),
        "rows": rows,
        "default": {"outcome": "decline", "reason": writer.rng.choice(["from_score", "INCOME_LOW"])},
    }


def _conditions(writer: Writer) -> list[dict[str, Any]]:
    codes: Sequence[str] = writer.rng.sample(["GUARANTEE", "INSURANCE"], writer.rng.randint(1, 2))
    on_missing = ["refer", "require", "ignore"]
    return [{**_tests(writer), "condition": code, "on_missing": writer.rng.choice(on_missing)} for code in codes]


def _define(writer: Writer, document: dict[str, Any]) -> None:
    """Add a definition of each form, and rows that use them."""
    burden: dict[str, Any] = {"type": "decimal", "scale": writer.rng.randint(0, 6), "value": writer.decimal()}
    points: dict[str, Any] = {
        "type": "integer",
        "hit_policy": "COLLECT",
        "aggregation": writer.rng.choice(["SUM", "COUNT", "MIN", "MAX"]),
        "rows": [{**_tests(writer), "value": writer.decimal(1)} for _ in range(2)],
        "default": {"value": "burden"},
    }
    if points["aggregation"] in ("COUNT", "SUM"):
        del points["default"]
    if points["aggregation"] == "COUNT":
        points["rows"] = [{key: value for key, value in row.items() if key != "value"} for row in points["rows"]]
    document["definitions"] = {"points": points, "burden": burden}
    output = {"outcome": "refer", "reason": "DEBT_HIGH", "on_missing": "ignore"}
    document["knock_outs"]["rows"] += [
        {"when": {"points": f"> {writer.rng.randint(0, 9)}"}, **output},
        {"if": f"burden > {writer.number()}", **output},
    ]
