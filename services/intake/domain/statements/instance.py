"""From the facts of an XBRL instance to lines of the taxonomy."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.intake.domain.statements.amounts import Amount, Scale, in_minor_units
from services.intake.domain.statements.concepts import CONCEPTS
from services.intake.domain.statements.labels import shown
from services.intake.domain.statements.spreading import CellFault, Spread
from services.intake.domain.statements.statement import Period, Unmapped
from services.intake.domain.statements.taxonomy import LINES, Section, Standard
from shared.money import exponent

_NAMESPACES: Final[Mapping[Standard, re.Pattern[str]]] = {
    Standard.US_GAAP: re.compile(r"https?://fasb\.org/us-gaap/.*"),
    Standard.IFRS: re.compile(r"https?://xbrl\.ifrs\.org/taxonomy/.*/ifrs-full"),
}
MOST_UNMAPPED: Final = 500


@dataclass(frozen=True, slots=True)
class InstanceFact:
    """A numeric fact without dimensions in one currency: its concept, period (no start for a balance) and value.

    `decimals` says to which digit it is exact (XBRL 2.1, 4.6.5): -3 for thousands, None for exact altogether.
    """

    namespace: str
    concept: str
    start: date | None
    end: date
    value: Decimal
    currency: str
    decimals: int | None


def spread_instance(facts: Sequence[InstanceFact], standard: Standard, currency: str, months: int) -> Spread:
    """Return what an instance says of the periods of `months` months that it has flows of.

    Of several concepts for one line the first counts that the taxonomy's table names. A concept of another namespace,
    or one without a line, is unmapped. Of one fact that is stated to different precisions the most precise counts.
    """
    found = Spread()
    for fact in facts:
        if fact.start is not None and fact.currency == currency and Period(fact.start, fact.end).months == months:
            found.starts.setdefault(fact.end, fact.start)
    chosen: dict[date, dict[str, tuple[int, InstanceFact]]] = defaultdict(dict)
    unmapped: dict[str, Unmapped] = {}
    for place, fact in enumerate(facts):
        if fact.end not in found.starts or fact.currency != currency:
            continue
        if fact.start is not None and Period(fact.start, fact.end).months != months:
            continue
        places = _places(fact, standard)
        if not places:
            unmapped.setdefault(fact.concept, Unmapped(shown(fact.concept), f"/facts/{place}"))
        for code, rank in places:
            _choose(chosen[fact.end], code, rank, fact, found)
    for end, lines in chosen.items():
        found.periods[end] = _amounts(lines, currency, found)
    found.unmapped = list(unmapped.values())[:MOST_UNMAPPED]
    return found


def _places(fact: InstanceFact, standard: Standard) -> Sequence[tuple[str, int]]:
    pattern = _NAMESPACES.get(standard)
    if pattern is None or pattern.fullmatch(fact.namespace) is None:
        return ()
    places = CONCEPTS[standard].get(fact.concept, ())
    is_balance = fact.start is None
    return [(code, rank) for code, rank in places if (LINES[code].section is Section.BALANCE_SHEET) is is_balance]


def _choose(
    lines: dict[str, tuple[int, InstanceFact]], code: str, rank: int, fact: InstanceFact, found: Spread
) -> None:
    held = lines.get(code)
    if held is None or rank < held[0]:
        lines[code] = (rank, fact)
        return
    if rank > held[0] or held[1].value == fact.value:
        return
    finer, coarser = sorted((held[1], fact), key=_precision, reverse=True)
    if _precision(finer) == _precision(coarser) or not _agree(finer, coarser):
        words = f"{fact.concept} is stated twice for a period, with different values"
        found.faults.append(CellFault(f"/facts/{shown(fact.concept)}", "stated_twice", words))
    lines[code] = (rank, finer)


def _precision(fact: InstanceFact) -> int:
    return 1_000 if fact.decimals is None else fact.decimals


def _agree(finer: InstanceFact, coarser: InstanceFact) -> bool:
    """Tell whether the coarser value is the finer one, rounded: no more than half of its last digit apart."""
    half = Decimal(5).scaleb(-(coarser.decimals or 0) - 1)
    return abs(finer.value - coarser.value) <= half


def _amounts(lines: Mapping[str, tuple[int, InstanceFact]], currency: str, found: Spread) -> dict[str, Amount]:
    amounts: dict[str, Amount] = {}
    for code, (_, fact) in lines.items():
        try:
            minor = in_minor_units(fact.value, currency, Scale.UNITS).minor
        except ValueError as error:
            found.faults.append(CellFault(f"/facts/{shown(fact.concept)}", "invalid_amount", str(error)))
            continue
        amounts[code] = Amount(minor, _step(fact, currency))
    return amounts


def _step(fact: InstanceFact, currency: str) -> int:
    """Return the value of the last digit that a fact is exact to, in minor units; 1 where it is exact or finer."""
    places = exponent(currency)
    if fact.decimals is None or fact.decimals >= places:
        return 1
    return int(10 ** (places - fact.decimals))
