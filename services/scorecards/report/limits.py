"""What the model does not know, assumes or can't do."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.scorecards.report.words import items, judged, named, number, part_name, parts, percent, stated_list
from shared.pages.markup import Markup, element, joined

_FEW_BADS = 100
_SURE = Decimal("0.05")
_ASSUMPTIONS = (
    "Applications to come resemble the development sample; the monitoring plan says how that is watched.",
    "The facts of an application mean in service what they mean in the data: same definition, same unit, same moment.",
    "Within a bin all applications carry the same risk, and characteristics act on the log odds without interaction.",
    "The relation of facts and outcome holds through the economic conditions in which the model is used; no stressed"
    " period was tested unless one is among the parts above.",
)
_TREE_ASSUMPTIONS = (*_ASSUMPTIONS[:2], "Interactions that the trees found are those of the sample.", _ASSUMPTIONS[3])


def limits(document: Mapping[str, Any]) -> Markup:
    """Return what the artefact states, what the figures show, and what the method assumes."""
    told = [
        *_stated_limits(document),
        *(str(each.get("detail", "")) for each in stated_list(document, "metrics", "warnings")),
    ]
    shown = _found(document)
    return joined(
        joined(element("h3", "Stated by the developer and found in building"), items(told)) if told else None,
        joined(element("h3", "Seen in the figures"), items(shown)) if shown else None,
        element("h3", "Assumptions"),
        items(_TREE_ASSUMPTIONS if "inputs" in document else _ASSUMPTIONS),
    )


def _stated_limits(document: Mapping[str, Any]) -> list[str]:
    stated = document["provenance"].get("limits", ())
    return [str(each) for each in stated] if isinstance(stated, list | tuple) else [str(stated)]


def _found(document: Mapping[str, Any]) -> list[str]:
    told = []
    part = judged(document)
    if part is None:
        return ["There is no validation pack, so no limit can be read from figures."]
    fitted = parts(document)[0]
    for each in parts(document):
        fewest = min(each["bads"], each["rows"] - each["bads"])
        if fewest < _FEW_BADS:
            told.append(f"The {part_name(each['name'])} part holds {fewest} of one outcome: its intervals are wide.")
    if part is fitted:
        told.append("No rows were held out: every figure is of rows that the model was fitted on, and too favourable.")
    elif Decimal(part["auc"]["high"]) < Decimal(fitted["auc"]["estimate"]):
        told.append(
            f"AUC falls from {number(fitted['auc']['estimate'], 3)} on fitted rows to"
            f" {number(part['auc']['estimate'], 3)}, by more than chance explains: the model is fitted too closely."
        )
    if Decimal(part["calibration"]["p_value"]) < _SURE:
        told.append("PDs of the held-out rows differ from their bad rates by more than chance (Hosmer-Lemeshow).")
    if all(each["role"] != "later" for each in parts(document)):
        told.append("No rows from a later time were held out: stability over time is not shown.")
    return told + _weak_bins(document) + _fairness(document)


def _weak_bins(document: Mapping[str, Any]) -> list[str]:
    moved = [
        named(each["fact"])
        for each in document["validation"]["characteristics"]
        for one in each["parts"]
        if any(Decimal(pair["p_value"]) < _SURE for pair in one.get("order_reversed", ()))
    ]
    if not moved:
        return []
    return [f"The order of bad rates by bin turns outside the training rows, beyond chance: {', '.join(moved)}."]


def _fairness(document: Mapping[str, Any]) -> list[str]:
    told = []
    for found in document["validation"]["fairness"]:
        for group in found["groups"]:
            place = f"{named(found['attribute'])}, {group['group']}, {part_name(found['part'])} rows"
            if "not_judged" in group:
                told.append(f"{place}: {group['not_judged']}, so fairness can't be judged.")
            elif group.get("impact_ratio", {}).get("below_four_fifths"):
                told.append(
                    f"{place}: approval rate {percent(group['approval_rate'])}, adverse impact ratio"
                    f" {number(group['impact_ratio']['estimate'], 2)}, below four fifths."
                )
    return told or (
        [] if document["validation"]["fairness"] else ["Fairness was not measured: no protected attribute."]
    )
