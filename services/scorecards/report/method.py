"""How the model was made: binning, selection, regression, and what was left out, with the reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.scorecards.report.words import NONE, entries, named, note, number, stated, stated_list
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import paragraphs, table

_BINNING = (
    "Each characteristic is cut into bins by optimal binning (G. Navas-Palencia, Optimal binning: mathematical"
    " programming formulation, 2020) on the training rows, monotonic where the analyst asked for it. Missing, special"
    " and never-seen values have bins of their own. The weight of evidence of a bin is the logarithm of its share of"
    " the goods over its share of the bads.",
    "A logistic regression of the outcome on the weights of evidence gives one coefficient for each characteristic;"
    " coefficient times weight of evidence, scaled and rounded, are the points of a bin.",
)
_TREES = (
    "Gradient-boosted trees were fitted on the training rows. Their answer is turned into a whole number of points"
    " before any cut-off is applied, and the PD is the one that the points stand for.",
)
_IMPORTED = (
    "The bins and the points are those of a scorecard of another tool, as its file states them. How it was fitted, and"
    " on which rows, is not known from that file: its developer has to say.",
)
_LIMITS = {
    "minimum_information_value": "Smallest information value",
    "maximum_correlation": "Largest correlation of weights of evidence",
    "maximum_variance_inflation": "Largest variance inflation",
    "maximum_characteristics": "Most characteristics",
    "minimum_special_rows": "Fewest rows for points of its own",
    "penalty": "Ridge penalty, C",
}
_ELSEWHERE = frozenset({"population"})


def method(document: Mapping[str, Any]) -> Markup:
    """Return the steps from data to points."""
    provenance = document["provenance"]
    fitted = _TREES if "inputs" in document else _BINNING
    return joined(
        paragraphs(_IMPORTED if "imported_from" in provenance else fitted),
        entries([("As built", str(provenance["method"]))]) if "method" in provenance else None,
        _choices(stated(document, "provenance", "choices")),
        _entered(document),
        _left_out(stated_list(document, "metrics", "left_out")),
        _inputs(document),
        _proxies(stated_list(document, "metrics", "proxies")),
    )


def _choices(choices: Mapping[str, Any]) -> Markup | None:
    shown = [(_LIMITS.get(name, named(name)), str(value)) for name, value in stated(choices, "selection").items()]
    plain = {name: value for name, value in choices.items() if isinstance(value, str | int) and name not in _ELSEWHERE}
    shown += [(_LIMITS.get(name, named(name)), str(value)) for name, value in plain.items()]
    tried = [(penalty, number(area, 4)) for penalty, area in stated(choices, "penalties_tried").items()]
    forced = sorted(stated(choices, "forced").items())
    derived = sorted(stated(choices, "derived_facts").items())
    return joined(
        joined(element("h3", "Choices"), table("Stated before fitting", ("Choice", "Value"), shown)) if shown else None,
        table("Penalties tried, by cross-validation on training rows", ("C", "Mean AUC"), tried) if tried else None,
        table("The analyst's word, before any figure", ("Characteristic", "Why"), forced, texts=2) if forced else None,
        table("Facts derived from the data", ("Fact", "Expression"), derived, texts=2) if derived else None,
    )


def _entered(document: Mapping[str, Any]) -> Markup | None:
    rows = []
    for each in document.get("characteristics", ()):
        error = stated(document, "metrics", "regression", each["fact"])
        points = [found["points"] for found in each["bins"]]
        rows.append(
            (
                named(each["fact"]),
                number(each.get("information_value"), 3),
                number(each.get("coefficient"), 3),
                number(error.get("standard_error"), 3),
                number(error.get("variance_inflation"), 2),
                f"{number(str(min(points)), 0)} to {number(str(max(points)), 0)}",
            )
        )
    if not rows:
        return None
    heads = ("Characteristic", "Information value", "Coefficient", "Standard error", "Variance inflation", "Points")
    return joined(element("h3", "What entered"), table("On the training rows", heads, rows))


def _left_out(left_out: Sequence[Mapping[str, Any]]) -> Markup | None:
    rows = [(named(each["fact"]), each["why"], number(each["information_value"], 3)) for each in left_out]
    if not rows:
        return None
    heads = ("Candidate", "Why", "Information value")
    return joined(element("h3", "What was left out, and why"), table("", heads, rows, texts=2))


def _inputs(document: Mapping[str, Any]) -> Markup | None:
    rows = [
        (
            named(each["fact"]),
            ", ".join(f"{key}: {value}" for key, value in each.items() if key not in ("fact", "edges")),
        )
        for each in document.get("inputs", ())
    ]
    return joined(element("h3", "Inputs"), table("", ("Fact", "As the trees see it"), rows, texts=2)) if rows else None


def _proxies(proxies: Sequence[Mapping[str, Any]]) -> Markup | None:
    rows = [
        (named(each["fact"]), named(each["protected"]), each.get("justified", NONE), number(each["cramers_v"], 2))
        for each in proxies
    ]
    if not rows:
        return None
    heads = ("Characteristic", "Closest protected attribute", "Justification", "Cram\u00e9r's V")
    return joined(
        element("h3", "Association with protected attributes"),
        table("On the training rows, each characteristic with its closest attribute", heads, rows, texts=3),
        note("Above the spec's limit a characteristic is refused unless the analyst justifies it in words."),
    )
