"""The artefact of a fitted model: everything that scoring, explaining and watching need, in one JSON document."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from importlib.metadata import version
from platform import python_version_tuple
from typing import Any, Final

from services.scorecards.build.binning import Holder
from services.scorecards.build.fit import FittedBin, FittedCharacteristic, Model
from services.scorecards.build.golden import golden_facts
from services.scorecards.build.sample import Sample
from services.scorecards.build.spec import BuildSpec
from services.scoring.domain.artefact import golden_answer
from services.scoring.domain.scorecard import FORMAT, content_hash
from services.scoring.domain.scorecard.artefact import assemble_scorecard

_LIBRARIES: Final = ("numpy", "optbinning", "ortools", "scikit-learn", "scipy")
_BANDS: Final = 10
_LINE: Final = 110


def artefact(
    model: Model, train: Sample, metrics: Mapping[str, Any], pack: Mapping[str, Any] | None, spec: BuildSpec
) -> dict[str, Any]:
    """Return the whole document, golden vectors and content hash included; `pack` is the validation pack, if any.

    Raises `ScorecardError` for grades and a cut-off that do not go with the scores.
    """
    document: dict[str, Any] = {
        "format": FORMAT,
        "name": spec.name,
        "version": spec.version,
        "title": spec.title,
        "product": spec.product.name,
        "target": _target(spec),
        "scaling": {**spec.scaling, "direction": "higher_is_better"},
        "reasons": _reasons(spec),
        "characteristics": [_characteristic(each, train) for each in model.characteristics],
        "psi_baseline": _baseline(model, train),
        "metrics": dict(metrics),
        "golden_vectors": [],
        "provenance": _provenance(model, train, spec),
        "content_hash": "",
    }
    if pack is not None:
        document["validation"] = dict(pack)
    if spec.grades:
        document["grades"] = [dict(each) for each in spec.grades]
    if spec.validity_days is not None:
        document["validity"] = {"days": spec.validity_days}
    scorecard = assemble_scorecard(document, spec.product)
    for wire in golden_facts(document["characteristics"], spec.product):
        facts = {name: spec.product.dictionary.facts[name].parse(value) for name, value in wire.items()}
        document["golden_vectors"].append({"facts": wire, **golden_answer(scorecard.score(facts))})
    document["content_hash"] = content_hash(document)
    return document


def rendered(document: Mapping[str, Any]) -> str:
    """Return the text of the artefact file: indented, with everything that fits a line on one line."""
    return _rendered(document, "") + "\n"


def _rendered(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or len(indent) + len(line) <= _LINE:
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        items = [f"{json.dumps(key, ensure_ascii=False)}: {_rendered(item, deeper)}" for key, item in value.items()]
    else:
        items = [_rendered(item, deeper) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    body = f",\n{deeper}".join(items)
    return f"{opening}\n{deeper}{body}\n{indent}{closing}"


def decimal(value: float | Fraction, places: int = 4) -> str:
    """Return a figure as the artefact writes it: a decimal string of `places` places."""
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)
    return str(exact.quantize(Decimal(1).scaleb(-places)))


def _target(spec: BuildSpec) -> dict[str, Any]:
    target = spec.target
    stated = {"bad": f"{target.column} = {' or '.join(target.bad)}", "definition": target.definition}
    if spec.explicit:
        stated |= {"good": f"{target.column} = {' or '.join(target.good)}"}
    return stated


def _reasons(spec: BuildSpec) -> dict[str, Any]:
    reasons = spec.reasons
    if reasons.cutoff is None:
        return {
            "method": reasons.method.value,
            "reference": "mean points of the training rows, per characteristic",
            "limit": reasons.limit,
        }
    highest = reasons.cutoff + reasons.within
    return {
        "method": reasons.method.value,
        "reference": f"mean points of the training rows that score {reasons.cutoff} to {highest}, per characteristic",
        "limit": reasons.limit,
        "cutoff": reasons.cutoff,
        "within": reasons.within,
    }


def _characteristic(fitted: FittedCharacteristic, train: Sample) -> dict[str, Any]:
    stated = {
        "fact": fitted.candidate.fact,
        "reason_code": fitted.candidate.reason_code,
        "reference_millipoints": fitted.reference_millipoints,
        "information_value": decimal(fitted.information_value),
        "coefficient": decimal(fitted.coefficient),
        "bins": [_bin(each) for each in fitted.bins],
    }
    if fitted.outside is None:
        return stated
    column, outside = train.columns[fitted.candidate.fact], fitted.outside
    ends = {"minimum": column.value(outside.minimum), "maximum": column.value(outside.maximum)}
    treat = fitted.candidate.outside
    return stated | {"outside": {name: _wire(end) for name, end in ends.items()} | {"treat": treat}}


def _bin(fitted: FittedBin) -> dict[str, Any]:
    counted = fitted.counted
    count = counted.goods + counted.bads
    item: dict[str, Any] = {"label": counted.holder.label, "role": counted.holder.role.value}
    item |= _held(counted.holder)
    item |= {"points": fitted.points, "count": count, "bads": counted.bads}
    if counted.woe is not None:
        item |= {"bad_rate": decimal(Fraction(counted.bads, count)), "woe": decimal(counted.woe)}
    return item


def _held(holder: Holder) -> dict[str, Any]:
    edges = {"from": holder.start, "below": holder.end}
    held: dict[str, Any] = {key: _wire(edge) for key, edge in edges.items() if edge is not None}
    if holder.values:
        held["values"] = [_wire(value) for value in holder.values]
    return held


def _wire(value: object) -> object:
    return format(value, "f") if isinstance(value, Decimal) else value


def _baseline(model: Model, train: Sample) -> dict[str, Any]:
    return {
        "sample": "train",
        "rows": len(train.bads),
        "characteristics": {
            each.candidate.fact: [fitted.counted.goods + fitted.counted.bads for fitted in each.bins]
            for each in model.characteristics
        },
        "score_bands": _bands(model.scores(train).tolist(), train.bads.tolist()),
    }


def _bands(scores: Sequence[int], bads: Sequence[bool]) -> list[dict[str, Any]]:
    """Return bands of about a tenth of the rows each; `from` is included, `below` is not."""
    ranked = sorted(scores)
    cuts = sorted({ranked[len(ranked) * tenth // _BANDS] for tenth in range(1, _BANDS)} - {ranked[0]})
    counts: Counter[int] = Counter()
    bad_counts: Counter[int] = Counter()
    for score, bad in zip(scores, bads, strict=True):
        place = sum(cut <= score for cut in cuts)
        counts[place] += 1
        bad_counts[place] += bad
    bands = []
    for place in range(len(cuts) + 1):
        band: dict[str, Any] = {"from": cuts[place - 1]} if place else {}
        band |= {"below": cuts[place]} if place < len(cuts) else {}
        rate = decimal(Fraction(bad_counts[place], counts[place]))
        bands.append(band | {"count": counts[place], "bads": bad_counts[place], "bad_rate": rate})
    return bands


def _provenance(model: Model, sample: Sample, spec: BuildSpec) -> dict[str, Any]:
    stated = {
        "data": {"citation": spec.citation, "sha256": sample.sha256},
        "spec_sha256": spec.sha256,
        "excluded_columns": dict(spec.excluded),
        "method": f"optimal binning, logistic regression on weights of evidence {_penalty_words(model.penalty)},"
        " integer points; a bin without training rows has the lowest points of its characteristic",
        "libraries": {"python": ".".join(python_version_tuple()[:2])} | {name: version(name) for name in _LIBRARIES},
    }
    return stated if not spec.explicit else stated | {"choices": _choices(model, spec)} | dict(spec.notes)


def _penalty_words(penalty: Decimal | None) -> str:
    return "without a penalty" if penalty is None else f"with a ridge penalty, C = {penalty}"


def _choices(model: Model, spec: BuildSpec) -> dict[str, Any]:
    """Return what was chosen in the spec, and what the data chose, so that a validator need not guess."""
    selection = spec.selection
    limits = {
        "minimum_information_value": selection.minimum_information_value,
        "maximum_correlation": selection.maximum_correlation,
        "maximum_variance_inflation": selection.maximum_variance_inflation,
        "maximum_characteristics": selection.maximum_characteristics,
    }
    choices: dict[str, Any] = {
        "population": "through_the_door" if spec.through_the_door else "accepted",
        "selection": {name: str(limit) for name, limit in limits.items() if limit is not None},
        "minimum_special_rows": spec.minimum_special_rows,
        "penalty": "none" if model.penalty is None else str(model.penalty),
        "forced": {each.fact: f"{each.force}: {each.why}" for each in spec.candidates if each.force is not None},
        "derived_facts": {
            name: reading.expression
            for name, reading in spec.data.facts.items()
            if reading.expression is not None and any(each.fact == name for each in spec.candidates)
        },
    }
    if model.tried:
        choices["penalties_tried"] = {
            "none" if each is None else str(each): decimal(area, 5) for each, area in model.tried.items()
        }
    return choices
