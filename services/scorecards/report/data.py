"""The data that the model was made of, where it comes from, what was left out of it, and what counts as bad."""

from collections.abc import Mapping
from typing import Any

from services.scorecards.report.words import (
    NOT_STATED,
    entries,
    named,
    note,
    origin,
    part_name,
    parts,
    percent,
    share,
    stated,
)
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import table

_PARTS = ("train", "held_out", "later", "test", "time")
_ACCEPTED = (
    "The sample holds accepted applications only. Nothing is known of how the declined ones would have turned out;"
    " where declines were not random, the model extrapolates to applicants like them, and its PDs are too favourable"
    " for them if earlier decisions had information that the model has not (reject inference). No correction was made."
)
_THROUGH = "The sample holds all applications, whatever was decided on them, so no reject inference was needed."
_UNKNOWN = (
    "The artefact does not state whether declined applications are in the sample. Unless the owner shows that they"
    " are, read it as a sample of accepted applications, with the reject-inference limits that follow."
)


def data(document: Mapping[str, Any]) -> Markup:
    """Return source, population, parts, quality and exclusions."""
    population = stated(document, "provenance", "choices").get("population")
    words = {"accepted": _ACCEPTED, "through_the_door": _THROUGH}.get(str(population), _UNKNOWN)
    return joined(
        entries(origin(document)),
        element("h3", "Population"),
        element("p", words),
        element("h3", "Parts"),
        element("p", f"Split: {stated(document, 'metrics', 'split').get('method', NOT_STATED)}."),
        _parts_table(document),
        _completeness(document),
        _excluded(stated(document, "provenance", "excluded_columns")),
    )


def target(document: Mapping[str, Any]) -> Markup:
    """Return what counts as bad."""
    pairs = [(named(str(key)), _stated(value)) for key, value in document["target"].items()]
    return joined(
        entries(pairs),
        element(
            "p",
            "A PD of this model is the probability of this definition of bad, in the window that it implies, and of no"
            " other.",
        ),
    )


def _stated(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return str(value)


def _parts_table(document: Mapping[str, Any]) -> Markup | None:
    rows = [
        (
            part_name(part["name"]),
            f"{part['rows']:,}",
            f"{part['bads']:,}",
            percent(part["bad_rate"]),
            f"{part['unscored']:,}",
        )
        for part in parts(document)
    ]
    if rows:
        return table(
            "Rows by part; unscored rows hold a value that the model gives no score for",
            ("Part", "Rows", "Bads", "Bad rate", "Unscored"),
            rows,
        )
    figures = {name: stated(document, "metrics", name) for name in _PARTS}
    listed = [
        (part_name(name), f"{found['rows']:,}", f"{found['bads']:,}", percent(found["bad_rate"]))
        for name, found in figures.items()
        if {"rows", "bads", "bad_rate"} <= found.keys()
    ]
    return table("Rows by part", ("Part", "Rows", "Bads", "Bad rate"), listed) if listed else None


def _completeness(document: Mapping[str, Any]) -> Markup | None:
    rows = []
    for each in document.get("characteristics", ()):
        counts = dict.fromkeys(("regular", "special", "missing", "unseen"), 0)
        for found in each["bins"]:
            counts[found["role"]] += found["count"]
        total = sum(counts.values())
        rows.append((named(each["fact"]), share(counts["missing"], total), share(counts["special"], total)))
    if not rows:
        return None
    return joined(
        element("h3", "Completeness"),
        table("Training rows without a value, and with a special one", ("Characteristic", "Missing", "Special"), rows),
    )


def _excluded(excluded: Mapping[str, Any]) -> Markup | None:
    if not excluded:
        return None
    return joined(
        element("h3", "Columns that were not used"),
        table("", ("Column", "Why"), sorted(excluded.items()), texts=2),
        note("Protected attributes can be kept for fairness figures; no model can refer to them."),
    )
