"""From cells, applications by both outcomes, to the figures of a set of applications. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from services.backtests.figures.ratios import change, mean, ratio, wilson
from services.backtests.figures.report import Cell, Population, SideFigures, Slice
from services.decision.domain.outcome import Outcome

Chosen = Callable[[Cell], bool]

_T = TypeVar("_T")
_NUMBER: Final = re.compile(r"(?P<mark><|>=)? ?(?P<number>-?[0-9]{1,18})")
_GRANTED: Final = frozenset(outcome.value for outcome in Outcome if outcome.grants_credit)


def granted_live(cell: Cell) -> bool:
    """Tell whether the live policy grants credit."""
    return cell.live in _GRANTED


def granted_candidate(cell: Cell) -> bool:
    """Tell whether the candidate grants credit."""
    return cell.candidate in _GRANTED


def swapped_in(cell: Cell) -> bool:
    """Tell whether only the candidate grants credit."""
    return granted_candidate(cell) and not granted_live(cell)


def swapped_out(cell: Cell) -> bool:
    """Tell whether only the live policy grants credit."""
    return granted_live(cell) and not granted_candidate(cell)


def population(cells: Iterable[Cell], pd_scale: int | None) -> Population:
    """Return what there is to say of the applications of `cells` as a set."""
    chosen = list(cells)
    count = sum(cell.count for cell in chosen)
    with_pd, pd_sum = sum(cell.with_pd for cell in chosen), sum(cell.pd_sum for cell in chosen)
    known, bad = sum(cell.with_performance for cell in chosen), sum(cell.bad for cell in chosen)
    return Population(
        count=count,
        requested_minor=sum(cell.requested_minor for cell in chosen),
        live_limit_minor=sum(cell.live_limit_minor for cell in chosen),
        candidate_limit_minor=sum(cell.candidate_limit_minor for cell in chosen),
        with_pd=with_pd,
        expected_bad=ratio(pd_sum, with_pd * 10 ** (pd_scale or 0)),
        with_performance=known,
        without_performance=count - known,
        bad=bad,
        observed_bad=ratio(bad, known),
        observed_bad_interval=wilson(bad, known),
    )


def slice_of(cells: Sequence[Cell], pd_scale: int | None) -> Slice:
    """Return the figures of the applications of `cells` under both policies."""

    def those(chosen: Chosen) -> Population:
        return population((cell for cell in cells if chosen(cell)), pd_scale)

    live = _side(cells, lambda cell: cell.live, lambda cell: cell.live_limit_minor, those(granted_live))
    candidate = _side(
        cells, lambda cell: cell.candidate, lambda cell: cell.candidate_limit_minor, those(granted_candidate)
    )
    return Slice(
        rows=sum(cell.count for cell in cells),
        live=live,
        candidate=candidate,
        approval_change=change(live.approval_rate, candidate.approval_rate),
        granted_by_both=those(lambda cell: granted_live(cell) and granted_candidate(cell)),
        swap_in=those(swapped_in),
        swap_out=those(swapped_out),
        granted_by_neither=those(lambda cell: not granted_live(cell) and not granted_candidate(cell)),
    )


def matrix(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return a cell for each pair of outcomes, those that do not occur among them, the mildest first."""
    found = {(cell.live, cell.candidate): cell for cell in cells}
    return tuple(
        found.get((live.value, candidate.value), Cell(live.value, candidate.value, 0, 0, 0, 0, 0, 0, 0, 0))
        for live in Outcome
        for candidate in Outcome
    )


def in_order(values: Sequence[tuple[str | None, _T]]) -> Sequence[tuple[str | None, _T]]:
    """Return values by the number that they start with, if all do: bands, years, codes; else as they are."""
    numbers = {value: _NUMBER.match(value) for value, _ in values if value is not None}

    def place(entry: tuple[str | None, _T]) -> tuple[bool, int, bool]:
        found = None if entry[0] is None else numbers[entry[0]]
        return (True, 0, False) if found is None else (False, int(found["number"]), found["mark"] != "<")

    return sorted(values, key=place) if all(numbers.values()) else values


def _side(
    cells: Sequence[Cell], outcome_of: Callable[[Cell], str], limit_of: Callable[[Cell], int], granted: Population
) -> SideFigures:
    rows = sum(cell.count for cell in cells)
    outcomes = {
        outcome.value: sum(cell.count for cell in cells if outcome_of(cell) == outcome.value) for outcome in Outcome
    }
    limit = sum(limit_of(cell) for cell in cells)
    return SideFigures(
        outcomes=outcomes,
        approval_rate=ratio(granted.count, rows),
        referral_rate=ratio(outcomes[Outcome.REFER.value], rows),
        limit_minor=limit,
        average_limit_minor=mean(limit, granted.count),
        granted=granted,
    )
