"""What keeps the model in order once it is in use: monitoring, reproduction, versions and signatures."""

from collections.abc import Mapping
from typing import Any, Final

from services.scorecards.report.words import NOT_STATED, entries, items, judged, note, number, origin, stated
from services.scoring.domain.monitoring.plan import Plan
from shared.pages.markup import Markup, element, joined
from shared.pages.tables import table

_BLANK_ROWS: Final = 3
_SIGNATURES: Final = (
    ("Developer", "The document describes the model as it was built."),
    ("Independent validator", "Design, data, testing and limitations were challenged; findings are attached."),
    ("Model owner", "The model is fit for the intended use, within the limits stated."),
    ("Approval", "The model may be used from the date signed."),
)
_SERVED: Final = " Scoring is in whole numbers; a service that does not reproduce the golden vectors refuses the model."
_BUILT: Final = (
    "The same data, build spec and libraries give the same artefact to the byte. The libraries are of third parties and"
    f" only fit the model; they never score.{_SERVED}"
)
_IMPORTED: Final = f"The same source file and mapping give the same artefact to the byte.{_SERVED}"
_INVENTORY: Final = (
    ("Exposure: portfolio, volume and money that depend on the model", ""),
    ("Materiality, of exposure and purpose", ""),
    ("Models and data sources it depends on", ""),
    ("Policies, limits, prices and reports that use it", ""),
    ("Next validation, and what brings it forward", ""),
)


def monitoring(document: Mapping[str, Any]) -> Markup:
    """Return what is watched from the first day, and the thresholds, those of the service unless a plan says others."""
    plan = Plan()
    part = judged(document)
    promised = f", promised: {number(part['auc']['estimate'], 3)}" if part else ""
    rows = [
        ("Stability of the score (PSI)", "above, and beyond the 99 % critical value", plan.psi),
        ("Stability of a characteristic (CSI)", "above, and beyond the 99 % critical value", plan.csi),
        ("Fall of the AUC", f"the whole 95 % interval lower{promised}", plan.auc_drop),
        ("Bads against expected", "share off, at p < 0.01", plan.calibration),
        ("Applications without a score", "share", plan.failure_share),
        ("Values never seen in training", "share", plan.unseen_share),
        ("Adverse impact ratio", "below, at p < 0.05", plan.impact_ratio),
    ]
    listed = [(name, how, f"{each.watch}", f"{each.act}") for name, how, each in rows]
    return joined(
        element(
            "p",
            f"Population figures look back {plan.population_days} days. Performance is measured on matured outcomes"
            f" ({plan.outcome.name} within {plan.outcome.window_months} months, unless the plan of the product says"
            f" otherwise), looking back {plan.performance_days} days.",
        ),
        table("Default thresholds of the service", ("Figure", "Crossed when", "Watch", "Act"), listed, texts=2),
        items(
            [
                "Crossing a threshold raises an event and an alert that names the figure, its value and the threshold.",
                "Beyond an act threshold: a finding with an owner, and a decision to keep, recalibrate, rebuild or"
                " withdraw the model.",
                "Also due for review: a change of product, policy, data source or population, or a new use.",
            ]
        ),
    )


def reproduction(document: Mapping[str, Any]) -> Markup:
    """Return how the artefact can be made again and how a service proves that it scores as built."""
    provenance = document["provenance"]
    libraries = ", ".join(f"{name} {version}" for name, version in stated(document, "provenance", "libraries").items())
    pairs = [
        ("Artefact", joined(element("code", document["content_hash"]), ", SHA-256 of its canonical JSON")),
        *origin(document),
        ("Libraries", libraries or NOT_STATED),
        ("Golden vectors", f"{len(document['golden_vectors'])}, checked before the model is served"),
    ]
    rounding = stated(document, "metrics", "rounding")
    if rounding:
        pairs.append(
            (
                "Rounding",
                f"whole points differ from unrounded ones by at most {rounding['largest_difference_points']} points"
                f" on any row (bound {rounding['bound_points']})",
            )
        )
    return joined(
        entries(pairs),
        element("p", _IMPORTED if "imported_from" in provenance else _BUILT),
    )


def governance(document: Mapping[str, Any]) -> Markup:
    """Return the version this document is of, with room for changes to come."""
    first = (str(document["version"]), "", "this document", document["content_hash"][:12])
    rows = [first, *[("", "", "", "")] * _BLANK_ROWS]
    log = table("Change log", ("Version", "Date", "Change and reason", "Artefact"), rows, texts=4)
    return joined(
        element("div", log, class_="signatures"),
        note(
            "A version is immutable once submitted, approved by somebody who did not edit it, and its approval void if"
            " its hash changes."
        ),
        element("h3", "For the model inventory"),
        element("div", table("To be stated by the owner", ("Entry", ""), _INVENTORY, texts=2), class_="signatures"),
    )


def sign_off(document: Mapping[str, Any]) -> Markup:
    """Return the block to be signed."""
    del document
    rows = [(role, statement, "", "", "") for role, statement in _SIGNATURES]
    heads = ("Role", "Statement", "Name", "Signature", "Date")
    return element("div", table("", heads, rows, texts=5), class_="signatures")
