"""The artefact of an imported card: what the source says, what the mapping adds, and nothing made up."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import log
from typing import Any, Final

from services.scorecards.build.golden import golden_facts
from services.scorecards.interchange.binding import Binding
from services.scorecards.interchange.card import Card, CardCharacteristic, Piece, Reference, Tally
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.mapping import ImportMapping, MappedCharacteristic
from services.scorecards.interchange.points import Rounded, whole_points
from services.scoring.domain.artefact import golden_answer
from services.scoring.domain.errors import ModelError
from services.scoring.domain.score import Unscorable
from services.scoring.domain.scorecard import FORMAT, BinRole, content_hash, load_scorecard
from services.scoring.domain.scorecard.artefact import assemble_scorecard
from services.scoring.domain.scorecard.model import ReasonMethod, Scorecard
from shared.facts import FactType
from shared.money import exponent
from shared.products import Product

_MILLI: Final = 1000
_LONGEST_LABEL: Final = 200


@dataclass(frozen=True, slots=True)
class Source:
    """The file that a card was read from: the tool that wrote it, and its bytes' SHA-256."""

    tool: str
    sha256: str

    @classmethod
    def of(cls, tool: str, content: bytes) -> "Source":
        """Return the source of a file's `content`."""
        return cls(tool, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class Rounding:
    """`scale` multiplies all points; a score may differ from the source's by `largest_difference` of its points."""

    scale: int = 1
    largest_difference: Fraction = Fraction(1)


def imported(
    card: Card, source: Source, mapping: ImportMapping, product: Product, rounding: Rounding
) -> dict[str, Any]:
    """Return the artefact of a card, golden vectors and content hash included, after loading it as a service does.

    Raises `InterchangeError` when rounding changes scores by more than allowed, when counts contradict one another,
    or when the artefact would be refused.
    """
    rounded = whole_points(card, rounding.scale, negated=mapping.negated)
    if rounded.largest_difference > rounding.largest_difference:
        raise InterchangeError(_too_rough(rounded, rounding))
    _check_counts(card)
    document = _document(card, rounded, source, mapping, product, rounding)
    try:
        document["golden_vectors"] = _golden_vectors(assemble_scorecard(document, product), document, product)
        document["content_hash"] = content_hash(document)
        load_scorecard(document, product)
    except ModelError as error:
        raise InterchangeError(f"the artefact would be refused: {error}") from None
    return document


def _golden_vectors(scorecard: Scorecard, document: Mapping[str, Any], product: Product) -> list[dict[str, Any]]:
    vectors = []
    for wire in golden_facts(document["characteristics"], product):
        facts = {name: product.dictionary.facts[name].parse(value) for name, value in wire.items()}
        try:
            vectors.append({"facts": wire, **golden_answer(scorecard.score(facts))})
        except Unscorable:
            continue  # A golden vector states an answer; where the source gives none, neither do we.
    return vectors


def _too_rough(rounded: Rounded, rounding: Rounding) -> str:
    return (
        f"rounding to whole points changes a score by up to {float(rounded.largest_difference):.4g} points, more than "
        f"{float(rounding.largest_difference):g}; use --scale {rounding.scale * 10} (points are then multiplied), or "
        f"allow it with --largest-difference"
    )


def _check_counts(card: Card) -> None:
    """Every characteristic was counted on the same rows: the same number of them, as many of them bad."""
    counted = [(each.fact.name, total) for each in card.characteristics if (total := _total(each)) is not None]
    if counted and len(counted) != len(card.characteristics):
        missing = next(each.fact.name for each in card.characteristics if _total(each) is None)
        raise InterchangeError(f"counts rows for {counted[0][0]}, but not for all bins of {missing}")
    for name, total in counted:
        if total != counted[0][1]:
            first, rows = counted[0]
            one, other = f"{rows.count} rows, {rows.bads} bad,", f"{total.count} rows, {total.bads} bad,"
            raise InterchangeError(f"counts {one} for {first}, yet {other} for {name}")


def _total(characteristic: CardCharacteristic) -> Tally | None:
    tallies = [piece.tally for piece in characteristic.pieces if piece.tally is not None]
    if len(tallies) != len(characteristic.pieces):
        return None
    return Tally(sum(each.count for each in tallies), sum(each.bads for each in tallies))


def _document(
    card: Card, rounded: Rounded, source: Source, mapping: ImportMapping, product: Product, rounding: Rounding
) -> dict[str, Any]:
    scale, scaling = rounding.scale, mapping.scaling
    sign = -1 if mapping.negated else 1
    reference = _kind_of_reference(card)
    total = _total(card.characteristics[0]) or Tally(0, 0)
    entries = [
        _characteristic(each, points, stated, reference, total)
        for each, points, stated in zip(card.characteristics, rounded.points, rounded.references, strict=True)
    ]
    return {
        "format": FORMAT,
        "name": mapping.name,
        "version": mapping.version,
        "title": mapping.title,
        "product": product.name,
        "target": dict(mapping.target),
        "scaling": {
            "base_score": sign * scale * scaling["base_score"],
            "base_odds": scaling["base_odds"],
            "points_to_double_odds": scale * scaling["points_to_double_odds"],
            "direction": "higher_is_better",
        },
        "reasons": {
            "method": (ReasonMethod.POPULATION_MEAN if reference is Reference.COUNTED else ReasonMethod.STATED).value,
            "reference": reference.value,
            "limit": mapping.reason_limit,
        },
        "characteristics": entries,
        "psi_baseline": _baseline(entries, total),
        "metrics": {},
        "golden_vectors": [],
        "provenance": {
            "imported_from": source.tool,
            "source_sha256": source.sha256,
            "points_multiplied_by": sign * scale,
            "largest_difference_points": f"{float(rounded.largest_difference):.6f}",
            "method": f"bins and points as {source.tool} wrote them; nothing was fitted again",
            "limits": list(card.notes),
        },
        "content_hash": "",
    }


def _kind_of_reference(card: Card) -> Reference:
    stated = [each.fact.name for each in card.characteristics if each.reference is not None]
    if len(stated) == len(card.characteristics):
        return Reference.STATED
    if stated:
        missing = next(each.fact.name for each in card.characteristics if each.reference is None)
        raise InterchangeError(f"states a reference for {stated[0]}, but none for {missing}")
    return Reference.HIGHEST if _total(card.characteristics[0]) is None else Reference.COUNTED


def _characteristic(
    each: CardCharacteristic, points: Sequence[int], stated: Fraction | None, reference: Reference, total: Tally
) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "fact": each.fact.name,
        "reason_code": each.reason_code,
        "reference_millipoints": _reference_millipoints(each, points, stated, reference),
    }
    if _both_classes(total):
        entry["information_value"] = _decimal(_information_value(each, total))
    if each.coefficient is not None:
        entry["coefficient"] = each.coefficient
    labels = _labels(each)
    binding = Binding(each.fact.name, each.fact, MappedCharacteristic())
    bins = zip(each.pieces, points, labels, strict=True)
    return entry | {"bins": [_bin(piece, earned, label, binding, total) for piece, earned, label in bins]}


def _reference_millipoints(
    each: CardCharacteristic, points: Sequence[int], stated: Fraction | None, reference: Reference
) -> int:
    if reference is Reference.STATED and stated is not None:
        return round(stated * _MILLI)
    if reference is Reference.HIGHEST:
        return max(points) * _MILLI
    counts = [piece.tally.count if piece.tally else 0 for piece in each.pieces]
    total = sum(count * earned for count, earned in zip(counts, points, strict=True))
    return round(Fraction(_MILLI * total, max(sum(counts), 1)))


def _bin(piece: Piece, points: int, label: str, binding: Binding, total: Tally) -> dict[str, Any]:
    tally = piece.tally or Tally(0, 0)
    item: dict[str, Any] = {"label": label, "role": piece.role.value}
    if piece.start is not None:
        item["from"] = binding.written(piece.start)
    if piece.end is not None:
        item["below"] = binding.written(piece.end)
    if piece.values:
        item["values"] = list(piece.values)
    if piece.reason_code is not None:
        item["reason_code"] = piece.reason_code
    if piece.refused:
        item["treat"] = "refuse"
    item |= {"points": points, "count": tally.count, "bads": tally.bads}
    if tally.count:
        item["bad_rate"] = _decimal(Fraction(tally.bads, tally.count))
    if tally.count and _both_classes(total):
        item["woe"] = _decimal(_woe(tally, total))
    return item


def _both_classes(total: Tally) -> bool:
    return 0 < total.bads < total.count


def _woe(tally: Tally, total: Tally) -> float:
    """Half a row stands in for none, as when scorecards are built here, so that the logarithm stays finite."""
    good, goods = tally.count - tally.bads, total.count - total.bads
    return log((good or 0.5) / goods) - log((tally.bads or 0.5) / total.bads)


def _information_value(each: CardCharacteristic, total: Tally) -> float:
    tallies = [piece.tally for piece in each.pieces if piece.tally is not None and piece.tally.count]
    goods = total.count - total.bads
    return sum(((tally.count - tally.bads) / goods - tally.bads / total.bads) * _woe(tally, total) for tally in tallies)


def _baseline(entries: Sequence[Mapping[str, Any]], rows: Tally) -> dict[str, Any]:
    """Counts per bin, and one band for all scores: a table of bins does not say how they go together.

    A source without counts leaves a baseline of no rows, which says that nothing is known to compare with.
    """
    rate = Fraction(rows.bads, rows.count) if rows.count else Fraction(0)
    return {
        "sample": "development sample of the source" if rows.count else "unknown",
        "rows": rows.count,
        "characteristics": {entry["fact"]: [item["count"] for item in entry["bins"]] for entry in entries},
        "score_bands": [{"count": rows.count, "bads": rows.bads, "bad_rate": _decimal(rate)}],
    }


def _labels(each: CardCharacteristic) -> list[str]:
    """Return a name for each bin, unique within the characteristic."""
    labels: list[str] = []
    for piece in each.pieces:
        label = _label(piece, each)
        label = label if len(label) <= _LONGEST_LABEL else f"{label[:_LONGEST_LABEL]}... ({len(piece.values)} values)"
        labels.append(label if label not in labels else f"{label} ({len(labels) + 1})")
    return labels


def _label(piece: Piece, each: CardCharacteristic) -> str:
    if piece.role is BinRole.MISSING:
        return "missing"
    if piece.role is BinRole.UNSEEN:
        return "in no other bin"
    if piece.values:
        return " | ".join(str(value).lower() if isinstance(value, bool) else str(value) for value in piece.values)
    start, end = (None if edge is None else _amount(each, edge) for edge in (piece.start, piece.end))
    if start is None:
        return "any" if end is None else f"below {end}"
    return f"{start} or more" if end is None else f"{start} to below {end}"


def _amount(each: CardCharacteristic, quantum: int) -> str:
    fact = each.fact
    if fact.type is FactType.MONEY and fact.currency is not None:
        digits = exponent(fact.currency)
        return f"{Decimal(quantum).scaleb(-digits):,.{digits}f}"
    return format(Decimal(quantum).scaleb(-fact.scale if fact.type is FactType.DECIMAL else 0), "f")


def _decimal(value: float | Fraction) -> str:
    exact = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(value)
    return str(exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN))
