"""From log odds to points, with one application followed all the way."""

from collections.abc import Mapping
from typing import Any

from services.scorecards.report.words import entries, named, note, number
from shared.money import Money
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import table


def scaling(document: Mapping[str, Any]) -> Markup:
    """Return the formula with its figures, and a golden vector as the worked example."""
    scale = document["scaling"]
    base, odds, pdo = scale["base_score"], scale["base_odds"], scale["points_to_double_odds"]
    formula = f"score = {base} + {pdo} / ln 2 \u00b7 (ln odds \u2212 ln {odds})"
    inverse = f"PD = 1 / (1 + {odds} \u00b7 2^((score \u2212 {base}) / {pdo}))"
    rounded = "the answer of the trees" if "inputs" in document else "points of each bin"
    pairs = [
        ("Score", element("code", formula)),
        ("PD", element("code", inverse)),
        ("Odds", "goods to one bad"),
        ("Rounding", f"{rounded} to whole points; PD to six places, half to even"),
    ]
    return joined(entries(pairs), _example(document))


def _example(document: Mapping[str, Any]) -> Markup | None:
    vectors = document["golden_vectors"]
    vector = max(vectors, key=lambda each: (len(each["facts"]), len(each["reasons"])), default=None)
    if vector is None:
        return None
    intro = element(
        "p",
        "One of the golden vectors in the artefact, which every service reproduces before it serves the model:",
    )
    reasons = [f"{each['code']} ({named(each['characteristic'])})" for each in vector["reasons"]]
    grade = [("Grade", str(vector["grade"]))] if "grade" in vector else []
    outcome = entries(
        [("Score", str(vector["score"])), ("PD", vector["pd"]), *grade, ("Reasons", "; ".join(reasons) or "none")]
    )
    rows = [
        (named(each["fact"]), _value(vector["facts"].get(each["fact"])), number(str(points), 0))
        for each, points in zip(document.get("characteristics", ()), vector.get("points", ()), strict=False)
    ]
    if not rows:
        facts = [(named(name), _value(value)) for name, value in vector["facts"].items()]
        shown = table("", ("Fact", "Value"), facts, texts=2)
        return joined(element("h3", "A worked example"), intro, shown, outcome, _reasons(document))
    rows.append(("Sum", "", str(vector["score"])))
    return joined(
        element("h3", "A worked example"),
        intro,
        table("", ("Characteristic", "Value", "Points"), rows, texts=2),
        outcome,
        _reasons(document),
    )


def _reasons(document: Mapping[str, Any]) -> Markup:
    stated = document["reasons"]
    what = "would have given more points at" if "inputs" in document else "earned fewer points than"
    return note(f"A reason is a fact that {what} its reference: {stated['reference']} (method: {stated['method']}).")


def _value(value: object) -> str:
    if value is None:
        return "missing"
    if isinstance(value, Mapping):
        return str(Money(value["amount_minor"], value["currency"]))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
