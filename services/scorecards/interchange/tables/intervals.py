"""The intervals of a table as pieces of a number: from end to end, without gap or overlap, edges exact or doubted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from services.scorecards.interchange.binding import Binding
from services.scorecards.interchange.card import Piece, Tally
from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.tables.bin_text import Interval, Part
from services.scorecards.interchange.tables.dialects import Dialect, TableBin
from services.scoring.domain.scorecard import BinRole


@dataclass(frozen=True, slots=True)
class Held:
    """A row of a table with what it holds."""

    row: TableBin
    parts: tuple[Part, ...]

    @property
    def no_rows(self) -> Tally | None:
        """The tally of what this row holds besides: its rows are counted once."""
        return None if self.row.tally is None else Tally(0, 0)


def interval_pieces(binding: Binding, held: Sequence[Held], notes: list[str]) -> list[Piece]:
    """Return the pieces of the intervals that `held` holds; bins in which the fact has no value are left out and noted.

    Raises `InterchangeError` for gaps and overlaps, and for a bin that counts rows yet holds no value of the fact.
    """
    found = _chain(binding, held)
    low, high = binding.reach
    pieces: list[Piece] = []
    counted: set[str] = set()
    for part, each in found:
        start, end = _start(part, binding), _end(part, binding)
        tally = each.no_rows if each.row.place in counted else each.row.tally
        counted.add(each.row.place)
        empty = start is not None and end is not None and start >= end
        beyond = (end is not None and end <= low) or (start is not None and start > high)
        if empty or beyond:
            notes.append(_left_out(binding, each.row, tally))
        else:
            pieces.append(Piece(BinRole.REGULAR, each.row.points, start, end, tally=tally))
    # The outermost pieces reach out where bins beyond the numbers of the fact were left out.
    pieces[:1] = [replace(each, start=None) for each in pieces[:1]]
    pieces[-1:] = [replace(each, end=None) for each in pieces[-1:]]
    return pieces


def doubted_edges(binding: Binding, dialect: Dialect, held: Sequence[Held]) -> str | None:
    """Return what is doubtful of edges that were printed with so few digits that values may be on their other side."""
    edges = [part.end for each in held for part in each.parts if isinstance(part, Interval) and part.end is not None]
    doubted = [edge for edge in edges if 0 <= -_exponent(edge) < dialect.exact_digits and _touches(edge, binding)]
    if not doubted:
        return None
    shown = ", ".join(map(str, doubted[:5])) + (", ..." if len(doubted) > 5 else "")
    return (
        f"{dialect.name} rounds the edges in its table, so {binding.fact.name} at {shown} may belong to the bin before"
        " or after"
    )


def _chain(binding: Binding, held: Sequence[Held]) -> list[tuple[Interval, Held]]:
    """The intervals from the lowest to the highest, each beginning where the one before it ends."""
    found = [(part, each) for each in held for part in each.parts if isinstance(part, Interval)]
    found.sort(key=lambda item: (item[0].start is not None, item[0].start or 0))
    if not found:
        message = f"{binding.variable} has no interval, yet {binding.fact.name} is a number"
        raise InterchangeError(message, held[0].row.place if held else "")
    (first, first_row), (last, last_row) = found[0], found[-1]
    if first.start is not None or last.end is not None:
        place = (first_row if first.start is not None else last_row).row.place
        raise InterchangeError(f"the bins of {binding.variable} do not reach from -inf to inf", place)
    for (one, _), (other, each) in pairwise(found):
        if one.end is None or one.end != other.start or one.end_included == other.start_included:
            text = each.row.text[:80]
            message = f"the bin {text!r} of {binding.variable} does not begin where the one before it ends"
            raise InterchangeError(message, each.row.place)
    return found


def _start(part: Interval, binding: Binding) -> int | None:
    if part.start is None:
        return None
    return binding.first_at(part.start) if part.start_included else binding.first_above(part.start)


def _end(part: Interval, binding: Binding) -> int | None:
    if part.end is None:
        return None
    return binding.first_above(part.end) if part.end_included else binding.first_at(part.end)


def _left_out(binding: Binding, row: TableBin, tally: Tally | None) -> str:
    fact = binding.fact.name
    if tally is not None and tally.count:
        words = f"the bin {row.text!r} counts {tally.count} rows, yet {fact} has no value in it: is `multiply` right?"
        raise InterchangeError(words, row.place)
    return f"{row.place}: left out the bin {row.text!r}, in which {fact} has no value"


def _touches(edge: Decimal, binding: Binding) -> bool:
    half = Decimal(5).scaleb(_exponent(edge) - 1)
    return binding.first_at(edge - half) < binding.first_above(edge + half)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
