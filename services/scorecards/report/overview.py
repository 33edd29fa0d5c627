"""The top of the document: which model it is, what it does in sentences, what to know first, and its use."""

from collections.abc import Mapping
from typing import Any

from services.scorecards.report.words import (
    NOT_STATED,
    entries,
    interval,
    items,
    judged,
    number,
    part_name,
    percent,
    stated_list,
)
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import paragraphs, table

_ORDER = "A higher score is a lower risk."


def head(document: Mapping[str, Any]) -> Markup:
    """Return the title and what identifies the model."""
    provenance = document["provenance"]
    pairs = [
        ("Model", f"{document['name']}, version {document['version']}"),
        ("Product", document["product"]),
        ("Kind", _kind(document)),
        ("Developer", str(provenance.get("developer", NOT_STATED))),
        ("Artefact", joined("SHA-256 ", element("code", document["content_hash"]))),
    ]
    kicker = element("p", "Model document", class_="kicker")
    return element("header", kicker, element("h1", document["title"]), entries(pairs))


def lead(document: Mapping[str, Any]) -> Markup:
    """Return the model in sentences, its key figures as cards, and the warnings."""
    return joined(element("div", paragraphs(_summary(document)), class_="lead"), _cards(document), _warnings(document))


def purpose(document: Mapping[str, Any]) -> Markup:
    """Return what the model is for, who may use it for what, and what it gives."""
    provenance = document["provenance"]
    scale = document["scaling"]
    gives = [
        f"A score in whole points. {_ORDER} {scale['base_score']} points stand for {scale['base_odds']} goods to one"
        f" bad; {scale['points_to_double_odds']} points more double these odds.",
        "A probability of default (PD) for every score, with six decimal places.",
        f"At most {document['reasons']['limit']} reasons for a score that could be better.",
    ]
    if "grades" in document:
        gives.append("A grade, which is a range of scores.")
    if "validity" in document:
        gives.append(
            f"A score may be used for {document['validity']['days']} days, and no longer once an input changes."
        )
    return joined(
        element("h3", "Purpose"),
        element("p", str(provenance.get("purpose") or _unstated("purpose"))),
        element("h3", "Intended use"),
        element("p", str(provenance.get("use") or _unstated("use"))),
        element(
            "p",
            f"Any use for another product than {document['product']}, for another population than the one under Data,"
            " or for another target than the one under Target is outside what was tested here.",
        ),
        element("h3", "What it gives"),
        items(gives),
        _grades(document),
    )


def _kind(document: Mapping[str, Any]) -> str:
    if "inputs" in document:
        return f"gradient-boosted trees with {len(document['inputs'])} inputs ({document['format']})"
    return f"scorecard with {len(document['characteristics'])} characteristics ({document['format']})"


def _summary(document: Mapping[str, Any]) -> list[str]:
    count = len(document.get("characteristics", document.get("inputs", ())))
    told = [
        f"The model ranks applications for {document['product']} by the risk that they turn out bad, from {count}"
        f" facts of each application. {_ORDER}"
    ]
    part = judged(document)
    if part is None:
        return [*told, "The artefact carries no validation pack: its performance is not documented here."]
    seen = "which it was fitted on" if part["role"] == "fitted" else "which it had not seen"
    told.append(
        f"On {part['rows']:,} {part_name(part['name'])} rows, {seen}, its AUC is {interval(part['auc'])} at 95 %"
        f" confidence, and {part['bads']:,} rows turned out bad where the PDs"
        f" add up to {number(part['calibration']['expected_bads'], 1)}."
    )
    return told


def _cards(document: Mapping[str, Any]) -> Markup | None:
    part = judged(document)
    if part is None:
        return None
    where = part_name(part["name"])
    cards = [
        (f"AUC, {where}", number(part["auc"]["estimate"], 3), _within(part["auc"])),
        (f"Gini, {where}", number(part["gini"]["estimate"], 3), _within(part["gini"])),
        (f"KS, {where}", number(part["ks"]["estimate"], 3), _within(part["ks"])),
        (
            "Bads over expected",
            number(part["calibration"]["observed_over_expected"], 2),
            f"bad rate {percent(part['bad_rate'])}",
        ),
    ]
    shown = [
        element(
            "div",
            element("p", name, class_="name"),
            element("p", now, class_="now"),
            element("p", under, class_="was"),
            class_="card",
        )
        for name, now, under in cards
    ]
    return element("div", *shown, class_="cards")


def _within(bounds: Mapping[str, str]) -> str:
    return f"95 %: {number(bounds['low'], 3)} to {number(bounds['high'], 3)}"


def _warnings(document: Mapping[str, Any]) -> Markup | None:
    warnings = stated_list(document, "metrics", "warnings")
    if not warnings:
        return None
    box = element("h2", "Before you rely on it", id="warnings")
    told = element("ul", *(element("li", str(each.get("detail", ""))) for each in warnings))
    return element("section", box, told, class_="warnings", aria_labelledby="warnings")


def _grades(document: Mapping[str, Any]) -> Markup | None:
    if "grades" not in document:
        return None
    rows = [(each["grade"], str(each.get("from", "")), str(each.get("below", ""))) for each in document["grades"]]
    return table("Grades", ("Grade", "From score", "Below score"), rows)


def _unstated(what: str) -> str:
    return f"The {what} is {NOT_STATED}; the model owner has to state it before the model is approved."
