"""A scorecard as a query of DuckDB in which a row's reasons are bits of one integer: several times as fast.

Every reason that a bin can give is a bit, the largest shortfall the lowest one; a bin's points and its bit stand in one
integer, so that one look-up a characteristic and one sum give the score and all reasons in the order of their rank:
the lowest bit, then the lowest of what is left. The answers are those of `coded_query`, which says the same in SQL
that any warehouse has.
"""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Final

from services.backtests.stored import name, text_literal
from services.scorecards.batch.answers import PD_TYPE, SHORTFALL_TYPE, Layout, coded_query
from services.scoring.domain.score import Reason
from services.scoring.domain.scorecard import Bin, Characteristic, Scorecard
from services.scoring.domain.scorecard.sql import bin_cases, literal

_BITS: Final = 62
"""Those of a BIGINT that is above zero."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How points and reasons share an integer: the lowest `width` bits are points above the least of each bin."""

    width: int
    reasons: tuple[Reason, ...]

    @classmethod
    def of(cls, scorecard: Scorecard) -> "Packing | None":
        """Return the packing of a scorecard, None where it has more reasons than an integer has bits."""
        width = (scorecard.highest_score - scorecard.lowest_score).bit_length()
        places = {each.name: at for at, each in enumerate(scorecard.characteristics)}
        given = {found.reason for each in scorecard.characteristics for found in each.bins if found.reason is not None}
        ranked = sorted(given, key=lambda reason: (-reason.shortfall_millipoints, places[reason.characteristic]))
        return cls(width, tuple(ranked)) if width + len(ranked) <= _BITS else None

    def packed(self, found: Bin, least: int) -> int:
        """Return the integer of a bin, whose characteristic has `least` points at least."""
        bit = 0 if found.reason is None else 1 << self.reasons.index(found.reason)
        return (bit << self.width) + found.points - least


def scorecard_query(layout: Layout, source: str) -> str:
    """Return the query of DuckDB of what is written about the rows of `source` (SQL of a table), by a scorecard.

    It is that of bits unless the scorecard leaves some values without a score, or has more reasons than there are bits.
    """
    assert isinstance(layout.model, Scorecard)
    packing = None if layout.may_fail else Packing.of(layout.model)
    if packing is None:
        # PDs are joined to scores there, and a join keeps no order.
        return f"{layout.written(f'({coded_query(layout, source)})')} ORDER BY row_id"
    return _by_bits(layout, source, layout.model, packing)


def _by_bits(layout: Layout, source: str, scorecard: Scorecard, packing: Packing) -> str:
    packs = [f"{_packed(each, packing)} AS __pack_{at}" for at, each in enumerate(scorecard.characteristics)]
    names = [f"__pack_{at}" for at in range(len(packs))]
    carried = list(layout.kept[1:])
    points = names if layout.characteristics else []
    layers = [
        [*carried, *packs],
        [*carried, *points, f"{' + '.join(names)} AS __sum"],
        [*carried, *points, f"__sum & {(1 << packing.width) - 1} AS __level", f"__sum >> {packing.width} AS __left_1"],
    ]
    kept = [*carried, *points, "__level"]
    for at in range(1, layout.reasons + 1):
        places = [f"__place_{before}" for before in range(1, at)]
        layers.append([*kept, *places, f"__left_{at}", f"{_place(at)} AS __place_{at}"])
        if at < layout.reasons:
            layers.append([*kept, *places, f"__place_{at}", f"{_rest(packing, at)} AS __left_{at + 1}"])
    for columns in layers:
        source = f"(SELECT {', '.join(columns)} FROM {source})"
    return f"SELECT {', '.join(_outputs(layout, scorecard, packing))} FROM {source}"


def _packed(characteristic: Characteristic, packing: Packing) -> str:
    least = _least(characteristic)
    numbers = [packing.packed(found, least) for found in characteristic.bins]
    texts = [value for value in characteristic.by_value if isinstance(value, str)]
    if not texts or characteristic.intervals:
        return bin_cases(characteristic, numbers)
    # DuckDB looks up each distinct text of a block once, where the column is stored as a dictionary.
    by_bin = dict(zip(map(id, characteristic.bins), numbers, strict=True))
    listed = [*map(literal, texts), "NULL"]
    given = [*(by_bin[id(found)] for found in characteristic.by_value.values()), by_bin[id(characteristic.missing)]]
    place = f"list_position([{', '.join(listed)}], {name(characteristic.name)})"
    found = f"list_extract(CAST([{', '.join(map(str, given))}] AS BIGINT[]), {place})"
    return f"COALESCE({found}, {by_bin[id(characteristic.unseen)]})"


def _least(characteristic: Characteristic) -> int:
    return min(found.points for found in characteristic.bins)


def _place(at: int) -> str:
    """Return SQL of the place of the lowest bit of what is left, from 1; beyond the end of any list if that is none."""
    return f"CAST(bit_count(xor(__left_{at}, __left_{at} - 1)) AS BIGINT)"


def _rest(packing: Packing, at: int) -> str:
    """Return SQL of the reasons that are left behind the one at `at`: none of its code, and none ranked before it."""
    left = f"__left_{at}"
    owners: dict[str, set[str]] = {}
    for reason in packing.reasons:
        owners.setdefault(reason.code, set()).add(reason.characteristic)
    if all(len(each) == 1 for each in owners.values()):
        return f"{left} & ({left} - 1)"
    others = [
        str(sum(1 << at for at, other in enumerate(packing.reasons) if other.code != reason.code))
        for reason in packing.reasons
    ]
    # What no reason is left of has no place in the list, and nothing behind it.
    return f"{left} & COALESCE(list_extract(CAST([{', '.join(others)}] AS BIGINT[]), __place_{at}), 0)"


def _outputs(layout: Layout, scorecard: Scorecard, packing: Packing) -> Iterable[str]:
    codes = [text_literal(reason.code) for reason in packing.reasons]
    columns = {"score": f"__level + {scorecard.lowest_score}"}
    pds = ", ".join(map(str, scorecard.pd_by_score))
    columns["pd"] = f"list_extract(CAST([{pds}] AS {PD_TYPE}[]), __level + 1)"
    if layout.graded:
        grades = _few([text_literal(str(grade)) for grade in scorecard.grade_by_score])
        columns["grade"] = f"list_extract({grades}, __level + 1)"
    named = _few(codes)
    shortfalls = ", ".join(str(Decimal(each.shortfall_millipoints).scaleb(-3)) for each in packing.reasons)
    for at in range(1, layout.reasons + 1):
        columns[f"reason_{at}"] = f"list_extract({named}, __place_{at})"
        columns[f"shortfall_{at}"] = f"list_extract(CAST([{shortfalls}] AS {SHORTFALL_TYPE}[]), __place_{at})"
    for at, each in enumerate(scorecard.characteristics if layout.characteristics else ()):
        columns[f"points_{at}"] = f"(__pack_{at} & {(1 << packing.width) - 1}) + {_least(each)}"
    carried = [f"carry_{at} AS {name(column)}" for at, column in enumerate(layout.carried)]
    return chain(carried, (f"{sql} AS {name(layout.named(column))}" for column, sql in columns.items()))


def _few(values: Sequence[str]) -> str:
    """Return SQL of a list of few texts: as an enumeration each is a byte, and still a text to whoever reads it."""
    return f"CAST([{', '.join(values)}] AS ENUM({', '.join(dict.fromkeys(values))})[])"
