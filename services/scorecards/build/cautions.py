"""What a reader of the artefact must know before relying on it: warnings, associations with protected attributes."""

from collections.abc import Sequence
from typing import Any

from services.scorecards.build.document import decimal
from services.scorecards.build.fit import Model
from services.scorecards.build.sample import Sample
from services.scorecards.build.screening import FEW_OUTCOMES, Association
from services.scorecards.build.spec import BuildSpec, Force


def cautions(
    model: Model, sample: Sample, train: Sample, found: Sequence[Association], spec: BuildSpec
) -> dict[str, Any]:
    """Return the metrics `warnings` (code and detail), `regression` by characteristic, and `proxies`: for each
    characteristic its closest protected attribute, with the justification if one was needed."""
    return {
        "warnings": [{"code": code, "detail": detail} for code, detail in _warnings(model, sample, train, spec)],
        "regression": {
            each.candidate.fact: {
                "standard_error": decimal(each.standard_error),
                "variance_inflation": decimal(each.variance_inflation, 2),
            }
            for each in model.characteristics
        },
        "proxies": _closest(model, found, spec),
    }


def _warnings(model: Model, sample: Sample, train: Sample, spec: BuildSpec) -> list[tuple[str, str]]:
    told = []
    if not spec.through_the_door:
        words = "the sample holds only accepted applications: nothing is known of those that were declined, and points"
        told.append(("reject_inference", f"{words} for applicants unlike the accepted ones are extrapolated"))
    bads = int(train.bads.sum())
    fewest = min(bads, len(train) - bads)
    if fewest < FEW_OUTCOMES:
        outcome = "bads" if bads == fewest else "goods"
        told.append(("few_outcomes", f"fitted on {fewest} {outcome}: bad rates by bin, and points, are loose"))
    if sample.dropped:
        told.append(("indeterminate", f"{sample.dropped} rows whose outcome is neither good nor bad were left out"))
    if not spec.data.protected:
        told.append(("no_protected_data", "the data have no protected attribute: proxies could not be looked for"))
    entered = {each.candidate.fact for each in model.characteristics}
    for candidate in spec.candidates:
        if candidate.force is Force.IN and candidate.fact not in entered:
            told.append(("forced_left_out", f"{candidate.fact} was to enter, and its points contradict its bad rates"))
    for each in model.characteristics:
        absent = [found.counted.count for found in each.bins if found.counted.holder.role == "missing"]
        if 2 * sum(absent) > len(train):
            told.append(("mostly_missing", f"{each.candidate.fact} is missing in most training rows"))
    return told


def _closest(model: Model, found: Sequence[Association], spec: BuildSpec) -> list[dict[str, Any]]:
    closest = []
    for each in model.characteristics:
        name = each.candidate.fact
        near = max((one for one in found if one.fact == name), key=lambda one: one.strength, default=None)
        if near is None:
            continue
        entry = {"fact": name, "protected": near.protected, "cramers_v": decimal(near.strength)}
        justified = spec.proxies.justified.get(name)
        closest.append(entry | ({"justified": justified} if justified else {}))
    return closest
