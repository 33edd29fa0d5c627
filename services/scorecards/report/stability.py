"""Whether the population held still between the rows that the model was fitted on and the others."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from services.scorecards.report.words import fraction, named, note, number, part_name
from shared.pages.charts import Marked, against_thresholds
from shared.pages.markup import Markup, joined
from shared.pages.tables import figure, table

_SURE = Decimal("0.05")


def stability(document: Mapping[str, Any]) -> Markup | None:
    """Return the stability indexes of score and characteristics with their critical values."""
    validation = document.get("validation", {})
    moved = validation.get("score_stability", ())
    if not moved:
        return None
    return joined(
        table(
            "Score, over the bands of the training rows",
            ("Part", "PSI", "95 % critical", "99 % critical", "Moved by more than chance"),
            [(part_name(each["part"]), *_index(each)) for each in moved],
        ),
        *(_characteristics(validation["characteristics"], each["part"]) for each in moved),
        note(
            "A population stability index of 0.10 to 0.25 is by convention a shift to watch, above it one to act on;"
            " below its critical value it is within what chance does to samples of this size."
        ),
    )


def _characteristics(characteristics: Sequence[Mapping[str, Any]], part: str) -> Markup | None:
    found = [
        (each["fact"], one) for each in characteristics for one in each["parts"] if one["part"] == part and "psi" in one
    ]
    if not found:
        return None
    rows = [
        Marked(
            named(fact),
            fraction(one["psi"]),
            fraction(one["critical_95"]),
            f"PSI {number(one['psi'], 4)}",
        )
        for fact, one in found
    ]
    name = part_name(part)
    chart = figure(
        against_thresholds(f"psi-{part}", f"Stability of characteristics, {name} rows", rows),
        f"PSI of each characteristic, {name} against training rows; the line is the 95 % critical value,"
        " red is beyond it",
    )
    listed = [
        (
            named(fact),
            *_index(one),
            number(one["points_shift"], 2),
            number(_fitted(characteristics, fact)["information_value"], 3),
            number(one["information_value"], 3),
            _order(one["order_reversed"]),
        )
        for fact, one in found
    ]
    heads = (
        "Characteristic",
        "PSI",
        "95 % critical",
        "99 % critical",
        "Moved by more than chance",
        "Mean points moved by",
        "IV, training",
        f"IV, {name}",
        "Order of bad rates kept",
    )
    return joined(chart, table(f"Characteristics, {name} against training rows", heads, listed))


def _order(turned: Sequence[Mapping[str, Any]]) -> str:
    if not turned:
        return "yes"
    return "no" if any(Decimal(pair["p_value"]) < _SURE for pair in turned) else "within chance"


def _index(found: Mapping[str, Any]) -> tuple[str, str, str, str]:
    beyond = "yes" if Decimal(found["psi"]) > Decimal(found["critical_95"]) else "no"
    return number(found["psi"], 4), number(found["critical_95"], 4), number(found["critical_99"], 4), beyond


def _fitted(characteristics: Sequence[Mapping[str, Any]], fact: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(each["parts"][0] for each in characteristics if each["fact"] == fact)
    return found
