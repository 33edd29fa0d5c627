"""From a PMML scorecard to a card: for every value that a fact can have, the attribute that holds for it first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from typing import Final

from services.scorecards.interchange.binding import Binding, Value, bind
from services.scorecards.interchange.card import Card, CardCharacteristic, Piece
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.mapping import ImportMapping
from services.scorecards.interchange.pmml.predicates import Constant, IsOneOf, constants, evaluate
from services.scorecards.interchange.pmml.read import (
    Attribute,
    MiningField,
    PmmlCharacteristic,
    PmmlScorecard,
    read_pmml,
)
from services.scoring.domain.scorecard import BinRole
from shared.products import Product

_MOST_STEPS: Final = 2_000_000
"""Predicates held against values, for all characteristics: bounds the time that a hostile file can take."""

_ELSEWHERE: Final = "\0"
"""A text that no file can name: XML has no such character."""

_AS_WRITTEN: Final = MiningField(None, "returnInvalid")


def card_of_pmml(content: bytes, product: Product, mapping: ImportMapping) -> Card:
    """Return the card of a PMML file; raises `InterchangeError` naming the line at fault.

    With the reasonCodeAlgorithm `pointsAbove`, more points are worse: the mapping must say `lower_is_better`.
    """
    model = read_pmml(content)
    if model.uses_reason_codes and model.points_above != mapping.negated:
        words = "lower_is_better: the file ranks reasons by pointsAbove"
        if not model.points_above:
            words = "higher_is_better: the file ranks reasons by pointsBelow"
        raise InterchangeError(f"must be {words}", "mapping /scaling/direction")
    if mapping.intercept is not None:
        raise InterchangeError("the file states its initialScore", "mapping /intercept")
    seen: dict[str, str] = {}
    characteristics: list[CardCharacteristic] = []
    steps = 0
    for each in model.characteristics:
        bound = _Bound(bind(each.field.name, product, mapping, each.place), each, model)
        fact = bound.binding.fact.name
        if fact in seen:
            raise InterchangeError(f"{fact} has a characteristic already, at {seen[fact]}", each.place)
        seen[fact] = each.place
        steps += bound.steps()
        if steps > _MOST_STEPS:
            raise InterchangeError(f"{each.name!r} has too many attributes and values", each.place)
        characteristics.append(bound.characteristic(mapping))
    unused = mapping.characteristics.keys() - {each.field.name for each in model.characteristics}
    if unused:
        raise InterchangeError("is not a field of the scorecard", f"mapping /characteristics/{sorted(unused)[0]}")
    return Card(tuple(characteristics), model.initial_score)


class _Bound:
    """A characteristic of the file and the fact it is about."""

    def __init__(self, binding: Binding, source: PmmlCharacteristic, model: PmmlScorecard) -> None:
        self.binding, self.source = binding, source
        self.uses_reason_codes = model.uses_reason_codes
        self.mining = model.mining_fields.get(source.field.name, _AS_WRITTEN)
        self.codes: dict[int, str] = {}
        if source.field.restricted and self.mining.invalid_treatment != "asIs":
            words = f"the data dictionary restricts {source.field.name!r}; that is read with invalidValueTreatment asIs"
            raise InterchangeError(words, source.place)

    def steps(self) -> int:
        """Return how many predicates will be held against values, at most."""
        compared = sum(1 for _ in self._constants())
        values = 2 * compared + 1 if self.binding.numeric else len(self.binding.texts()) + 2
        return values * (compared + len(self.source.attributes))

    def characteristic(self, mapping: ImportMapping) -> CardCharacteristic:
        code = self._reason_code(mapping)
        pieces = self._numbers() if self.binding.numeric else self._categories()
        if mapping.absent_earns_lowest:
            lowest = min(piece.points for piece in pieces[:-2])
            pieces = [*pieces[:-2], *(Piece(piece.role, lowest) for piece in pieces[-2:])]
        said = self.binding.said
        baseline = None if self.source.baseline is None else Fraction(self.source.baseline)
        return CardCharacteristic(
            self.binding.fact,
            code,
            tuple(pieces),
            reference=baseline if said.reference is None and self.uses_reason_codes else said.reference,
        )

    def _reason_code(self, mapping: ImportMapping) -> str:
        """The code of the characteristic; those of its attributes go to `codes`."""
        for attribute in self.source.attributes:
            if attribute.reason_code is not None and self.uses_reason_codes:
                own = attribute.reason_code
                self.codes[attribute.number] = mapping.reason_codes.get(own, own)
        stated = self.source.reason_code if self.uses_reason_codes else None
        code = self.binding.said.reason_code or mapping.reason_codes.get(stated or "", stated)
        if code is None and len(self.codes) == len(self.source.attributes):
            return self.codes[0]
        if code is None:
            where = f"mapping /characteristics/{self.binding.variable}/reason_code"
            raise InterchangeError(f"is needed: {self.source.place} of the file states none", where)
        return code

    def _first(self, value: Constant | None) -> Attribute | None:
        """The first attribute that holds for a value as it is after missing values were replaced."""
        if value is None and self.mining.missing_becomes is not None:
            value = self.source.field.constant(self.mining.missing_becomes)
        found = (each for each in self.source.attributes if evaluate(each.predicate, value))
        return next(found, None)

    def _piece(self, attribute: Attribute, role: BinRole, values: tuple[Value, ...] = ()) -> Piece:
        code = self.codes.get(attribute.number)
        return Piece(role, Fraction(attribute.points), values=values, reason_code=code)

    def _absent(self, role: BinRole, attribute: Attribute | None, priced: Sequence[Piece]) -> Piece:
        if attribute is not None:
            return self._piece(attribute, role)
        # "If not even a single Attribute evaluates to true, the scorecard as a whole returns an invalid value."
        return Piece(role, min(piece.points for piece in priced), refused=True)

    def _numbers(self) -> list[Piece]:
        if not self.source.field.numeric:
            words = f"{self.source.field.name!r} is a text, yet {self.binding.fact.name} is a number"
            raise InterchangeError(words, self.source.place)
        numbers = sorted({each for each in self._constants() if isinstance(each, Fraction)})
        special = self._special()
        listed = {self.binding.exactly(number) for _, numbers in special for number in numbers}
        pieces = self._intervals(numbers, listed)
        for attribute, held in special:
            quanta = sorted(quantum for number in held if (quantum := self.binding.exactly(number)) is not None)
            if quanta:
                values = tuple(self.binding.written(quantum) for quantum in quanta)
                pieces.append(self._piece(attribute, BinRole.SPECIAL, values))
        missing = self._absent(BinRole.MISSING, self._first(None), pieces)
        return [*pieces, missing, Piece(BinRole.UNSEEN, min(piece.points for piece in pieces))]

    def _constants(self) -> Iterator[Constant]:
        for attribute in self.source.attributes:
            yield from constants(attribute.predicate)

    def _special(self) -> list[tuple[Attribute, list[Fraction]]]:
        """The attributes that list numbers one by one, with those that they are the first to hold."""
        found = []
        for attribute in self.source.attributes:
            predicate = attribute.predicate
            if isinstance(predicate, IsOneOf) and predicate.wanted:
                numbers = [each for each in predicate.constants if isinstance(each, Fraction)]
                found.append((attribute, [each for each in numbers if self._first(each) is attribute]))
        return found

    def _intervals(self, numbers: Sequence[Fraction], listed: set[int | None]) -> list[Piece]:
        """The numbers of the fact from end to end, cut where the answer of any predicate can change."""
        cuts = sorted(
            {cut for each in numbers for cut in (self.binding.first_at(each), self.binding.first_above(each))}
        )
        low, high = self.binding.reach
        inner = [cut for cut in cuts if low < cut <= high]
        cells: list[tuple[int | None, int | None, Attribute]] = []
        for at, end in zip([low, *inner], [*inner, None], strict=True):
            if at in listed and (at == high if end is None else at + 1 == end):
                # A number that is listed by itself has a bin of its own; the interval around it need not be cut.
                cells[-1:] = [(cell[0], end, cell[2]) for cell in cells[-1:]]
                continue
            attribute = self._first(self.binding.source_number(at))
            if attribute is None:
                upto = "" if end is None else f" to below {self.binding.written(end)}"
                words = f"no attribute of {self.source.name!r} holds for {self.binding.written(at)}{upto}"
                raise InterchangeError(words, self.source.place)
            cells.append((at if cells else None, end, attribute))
        pieces = []
        for _, group in groupby(cells, key=lambda cell: cell[2].number):
            run = list(group)
            piece = self._piece(run[0][2], BinRole.REGULAR)
            pieces.append(replace(piece, start=run[0][0], end=run[-1][1]))
        return pieces

    def _categories(self) -> list[Piece]:
        texts = self.binding.texts()
        elsewhere, missing = self._category(_ELSEWHERE), self._first(None)
        groups: dict[int, tuple[Attribute, list[Value]]] = {}
        meant: dict[Value, tuple[str, Attribute | None]] = {}
        for text, value in texts.items():
            attribute = self._category(text)
            other_text, other = meant.setdefault(value, (text, attribute))
            if other is not attribute:
                words = f"{other_text!r} and {text!r} both mean {value!r}, yet hold different attributes"
                raise InterchangeError(words, self.source.place)
            if attribute is not None and attribute is not elsewhere:
                values = groups.setdefault(attribute.number, (attribute, []))[1]
                if value not in values:
                    values.append(value)
        self._check_known()
        if not groups and elsewhere is not None:
            groups[elsewhere.number] = (elsewhere, list(dict.fromkeys(texts.values())))
        if not groups:
            words = f"no attribute of {self.source.name!r} holds for a value of {self.binding.fact.name}"
            raise InterchangeError(words, self.source.place)
        pieces = [
            self._piece(attribute, BinRole.REGULAR, tuple(values)) for _, (attribute, values) in sorted(groups.items())
        ]
        absent = self._absent(BinRole.MISSING, missing, pieces), self._absent(BinRole.UNSEEN, elsewhere, pieces)
        return [*pieces, *absent]

    def _category(self, text: str) -> Attribute | None:
        """The first attribute for a text, which may count as missing or as invalid when it is not a listed value."""
        field = self.source.field
        constant = field.constant(text) if text != _ELSEWHERE else text
        if field.values and text not in field.values and self.mining.invalid_treatment != "asIs":
            return self._first(None) if self.mining.invalid_treatment == "asMissing" else None
        return self._first(text if constant is None else constant)

    def _check_known(self) -> None:
        """Every text that the file names means a value of the fact."""
        known = {self.source.field.constant(text) for text in self.binding.texts()}
        for attribute in self.source.attributes:
            for constant in constants(attribute.predicate):
                if constant not in known:
                    hint = f"map it under /characteristics/{self.binding.variable}/values"
                    words = f"{str(constant)[:80]!r} is not a value of {self.binding.fact.name}; {hint}"
                    raise InterchangeError(words, attribute.place)
