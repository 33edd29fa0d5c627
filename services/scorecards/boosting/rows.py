"""The rows that the trees are grown on: encoded as the service encodes an application, from the columns of a sample."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import numpy

from services.scorecards.boosting.spec import BoostSpec
from services.scorecards.build.sample import Column, Sample
from shared.facts import Fact, FactType, FactValue
from shared.money import exponent

_BANDS: Final = 10


def input_entries(train: Sample, spec: BoostSpec) -> list[dict[str, Any]]:
    """Return the artefact's inputs in the order of the candidates: amounts in whole currency units, ordered categories
    as codes, others as columns of their own, and the inner ends of about tenths of the training rows of a number."""
    return [_entry(train.columns[each.fact], each.order) for each in spec.sample.candidates]


def columns_of(sample: Sample) -> dict[str, Any]:
    """Return the columns of a sample as `services.scoring.onnx.batch` reads them."""
    return {name: _masked(column) for name, column in sample.columns.items()}


def reference_facts(train: Sample, names: Sequence[str]) -> dict[str, FactValue]:
    """Return the applicant that reasons compare with: the lower median, or the most frequent category, of the goods of
    the training rows; a fact that most of them lack is missing."""
    goods = train.rows(numpy.flatnonzero(~train.bads))
    found = {name: _typical(goods.columns[name]) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def counts_by_band(sample: Sample, name: str, entry: Mapping[str, Any]) -> list[int]:
    """Return how many rows fall into each band of an input of the artefact; the last two are unseen and missing."""
    column = sample.columns[name]
    if entry["encoding"] == "number":
        codes = [column.code(_value(column.fact, edge)) for edge in entry.get("edges", [])]
        bands = places_between(column, codes)
        listed = len(codes) + 1
    else:
        codes = [column.code(value) for value in entry["values"]]
        listed = len(codes)
        bands = numpy.full(len(column.codes), listed)
        for place, code in enumerate(codes):
            bands[column.codes == code] = place
        bands[column.missing] = listed + 1
    counts: list[int] = numpy.bincount(bands, minlength=listed + 2).tolist()
    return counts


def places_between(column: Column, cuts: Sequence[int]) -> Any:
    """Return the interval of each row's number, each of the `cuts` starting one; two past the last where missing."""
    places = numpy.searchsorted(cuts, column.codes.astype(numpy.int64), side="right")
    places[column.missing] = len(cuts) + 2
    return places


def equal_cuts(column: Column, groups: int) -> list[int]:
    """Return codes that part the numbers of a column into about `groups` intervals of as many rows."""
    ranked = numpy.sort(column.codes[~column.missing].astype(numpy.int64))
    return sorted({int(ranked[len(ranked) * place // groups]) for place in range(1, groups)} - {int(ranked[0])})


def probes(sample: Sample, name: str, entry: Mapping[str, Any]) -> list[FactValue | None]:
    """Return values worth asking a model about: both sides of each band's end and the extremes, or each category."""
    column = sample.columns[name]
    fact = column.fact
    if entry["encoding"] != "number":
        unlisted = [value for value in fact.values if value not in entry["values"]]
        return [*entry["values"], *unlisted, None]
    present = column.codes[~column.missing].astype(numpy.int64)
    edges = [column.code(_value(fact, edge)) for edge in entry.get("edges", [])]
    codes = sorted({int(present.min()), int(present.max()), *edges, *(edge - 1 for edge in edges)})
    return [*(column.value(code) for code in codes if present.min() <= code), None]


def _entry(column: Column, order: Sequence[str]) -> dict[str, Any]:
    fact = column.fact
    if fact.type is FactType.BOOLEAN:
        return {"fact": fact.name, "encoding": "codes", "values": [False, True]}
    if fact.type is FactType.ENUM:
        present = set(numpy.unique(column.codes[~column.missing]).tolist())
        seen = [value for place, value in enumerate(fact.values) if place in present]
        return {"fact": fact.name} | (
            {"encoding": "codes", "values": list(order)} if order else {"encoding": "one_hot", "values": seen}
        )
    divisor = {"divisor": 10 ** exponent(fact.currency)} if fact.currency is not None else {}
    return {
        "fact": fact.name,
        "encoding": "number",
        **divisor,
        "edges": [_wire(column, cut) for cut in equal_cuts(column, _BANDS)],
    }


def _wire(column: Column, code: int) -> int | str:
    value = column.value(code)
    assert isinstance(value, int | Decimal)
    return format(value, "f") if isinstance(value, Decimal) else value


def _value(fact: Fact, edge: int | str) -> FactValue:
    return Decimal(edge) if fact.type is FactType.DECIMAL else int(edge)


def _masked(column: Column) -> Any:
    codes, missing = column.codes.astype(numpy.int64), column.missing
    if column.fact.type is FactType.ENUM:
        values: Any = numpy.array(column.fact.values)[numpy.where(missing, 0, codes)]
    else:
        values = codes.astype(bool) if column.fact.type is FactType.BOOLEAN else codes
    return numpy.ma.masked_array(values, mask=missing)


def _typical(column: Column) -> FactValue | None:
    present = numpy.sort(column.codes[~column.missing])
    if 2 * len(present) < len(column.codes):
        return None
    if column.fact.type in (FactType.ENUM, FactType.BOOLEAN):
        values, counts = numpy.unique(present, return_counts=True)
        return column.value(int(values[counts.argmax()]))
    return column.value(int(present[(len(present) - 1) // 2]))
