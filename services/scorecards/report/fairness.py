"""How the score treats protected groups on rows that it was not fitted on."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from services.scorecards.report.words import NONE, fraction, interval, named, note, p_value, part_name, percent
from shared.pages.charts import Range, impact_ratios
from shared.pages.markup import Markup, element, joined
from shared.pages.style import ALARM, CANDIDATE
from shared.pages.tables import above, figure, table

_ABSENT = (
    "The validation data carry no protected attribute, so nothing is known of how the score treats protected groups."
    " That is a limit of the validation and no finding of fairness."
)
_HEADS = (
    "Group",
    "Rows",
    "Approval rate",
    "Adverse impact ratio",
    "p",
    "Standardised mean difference",
    "Equal-opportunity difference",
)


def fairness(document: Mapping[str, Any]) -> Markup:
    """Return the measures of each protected attribute, or that there is none."""
    found: Sequence[Mapping[str, Any]] = document.get("validation", {}).get("fairness", ())
    if not found:
        return element("p", _ABSENT)
    cut_off = document["validation"]["cut_off"]["score"]
    return joined(
        element(
            "p",
            f"A score of {cut_off} or more counts as an approval. Protected attributes are kept for these figures; the"
            " model can't refer to them.",
        ),
        *(_attribute(each) for each in found),
        note(
            "Adverse impact ratio: approval rate over that of the reference group; below 0.80 enforcement agencies"
            " generally see evidence of adverse impact (29 CFR 1607.4(D)). Standardised mean difference: difference of"
            " mean scores in pooled standard deviations, below 0 where the group scores lower. Equal-opportunity"
            " difference: difference of approval rates among those who turned out good. Intervals are of 95 %, each"
            " for itself: of twenty such comparisons one is expected to stand out by chance."
        ),
    )


def _attribute(found: Mapping[str, Any]) -> Markup:
    name, part = named(found["attribute"]), part_name(found["part"])
    judged = [each for each in found["groups"] if "impact_ratio" in each]
    chosen = (
        "stated" if found["reference_chosen"] == "stated" else "the large enough one with the highest approval rate"
    )
    reference = (
        f"Reference group: {found['reference']}, {chosen}." if found["reference"] else "No group is large enough."
    )
    rows = [_row(each, found["reference"]) for each in found["groups"]]
    return joined(
        element("h3", f"{name}, {part} rows"),
        element("p", reference),
        table("", _HEADS, rows),
        _chart(found, judged) if judged else None,
    )


def _row(group: Mapping[str, Any], reference: str | None) -> Sequence[str]:
    label = "not stated" if group["group"] is None else group["group"]
    impact = group.get("impact_ratio")
    if group["group"] is not None and group["group"] == reference:
        judged = ["reference", NONE, NONE, NONE]
    elif "not_judged" in group:
        judged = [above("not judged", group["not_judged"]), NONE, NONE, NONE]
    else:
        judged = [
            interval(impact, 2),
            p_value(impact["p_value"]) if impact else NONE,
            interval(group.get("standardised_mean_difference"), 2),
            _opportunity(group),
        ]
    return [label, f"{group['rows']:,}", percent(group["approval_rate"]), *judged]


def _opportunity(group: Mapping[str, Any]) -> str:
    if "equal_opportunity_not_judged" in group:
        return above("not judged", group["equal_opportunity_not_judged"])
    return interval(group.get("equal_opportunity_difference"), 3)


def _chart(found: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]) -> Markup:
    ranges = [
        Range(
            each["group"],
            fraction(each["impact_ratio"]["estimate"]),
            fraction(each["impact_ratio"]["low"]),
            fraction(each["impact_ratio"]["high"]),
            interval(each["impact_ratio"], 2),
            ALARM if each["impact_ratio"]["below_four_fifths"] else CANDIDATE,
        )
        for each in judged
    ]
    chart = impact_ratios(
        f"impact-{found['attribute']}-{found['part']}",
        f"Adverse impact ratios, {named(found['attribute'])}",
        ranges,
        Fraction(4, 5),
    )
    return figure(chart, "Adverse impact ratio with its 95 % interval; the line is at four fifths, red is below it")
