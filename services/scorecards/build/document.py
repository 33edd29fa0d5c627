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
from services.scoring.domain.scorecard import FORMAT, content_hash
from services.scoring.domain.scorecard.artefact import REASON_METHOD, assemble_scorecard, golden_answer

_LIBRARIES: Final = ("numpy", "optbinning", "ortools", "scikit-learn", "scipy")
_BANDS: Final = 10
_LINE: Final = 110


def artefact(model: Model, train: Sample, metrics: Mapping[str, Any], spec: BuildSpec) -> dict[str, Any]:
    """Return the whole document, golden vectors and content hash included."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "name": spec.name,
        "version": spec.version,
        "title": spec.title,
        "product": spec.product.name,
        "target": {"bad": f"{spec.target['column']} = {spec.target['bad']}", "definition": spec.target["definition"]},
        "scaling": {**spec.scaling, "direction": "higher_is_better"},
        "reasons": {
            "method": REASON_METHOD,
            "reference": "mean points of the training rows, per characteristic",
            "limit": spec.reason_limit,
        },
        "characteristics": [_characteristic(each) for each in model.characteristics],
        "psi_baseline": _baseline(model, train),
        "metrics": dict(metrics),
        "golden_vectors": [],
        "provenance": _provenance(train, spec),
        "content_hash": "",
    }
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


def _characteristic(fitted: FittedCharacteristic) -> dict[str, Any]:
    return {
        "fact": fitted.candidate.fact,
        "reason_code": fitted.candidate.reason_code,
        "reference_millipoints": fitted.reference_millipoints,
        "information_value": decimal(fitted.information_value),
        "coefficient": decimal(fitted.coefficient),
        "bins": [_bin(each) for each in fitted.bins],
    }


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
    held: dict[str, Any] = {
        key: str(edge) if isinstance(edge, Decimal) else edge for key, edge in edges.items() if edge is not None
    }
    if holder.values:
        held["values"] = list(holder.values)
    return held


def _baseline(model: Model, train: Sample) -> dict[str, Any]:
    return {
        "sample": "train",
        "rows": len(train.bads),
        "characteristics": {
            each.candidate.fact: [fitted.counted.goods + fitted.counted.bads for fitted in each.bins]
            for each in model.characteristics
        },
        "score_bands": _bands([model.points(facts) for facts in train.facts], train.bads),
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


def _provenance(sample: Sample, spec: BuildSpec) -> dict[str, Any]:
    return {
        "data": {"citation": spec.citation, "sha256": sample.sha256},
        "spec_sha256": spec.sha256,
        "excluded_columns": dict(spec.excluded),
        "method": "optimal binning, logistic regression on weights of evidence without a penalty, integer points;"
        " a bin without training rows has the lowest points of its characteristic",
        "libraries": {"python": ".".join(python_version_tuple()[:2])} | {name: version(name) for name in _LIBRARIES},
    }
