"""A scorecard as one SQL query: the bins, points, PD and ranked reasons that `Scorecard.score` gives, for millions.

Everything is an integer: amounts are minor units, decimals integers at their fact's scale, a PD millionths, a rank of a
reason `shortfall_millipoints * n + (n - 1 - place)` over `n` characteristics, so that the greatest rank is the largest
shortfall and, of equals, the first characteristic. The text is DuckDB's and plain enough to be put into the dialects of
warehouses. Pure: it needs no engine.
"""

# ruff: noqa: S608 - names of facts and numbers of ours stand in the query.

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from services.scoring.domain.score import Score, Unscorable
from services.scoring.domain.scorecard.model import Bin, Characteristic, Scorecard
from shared.facts import FactValue

PD_SCALE: Final = 6
"""Decimal places of the column `pd`."""


def score_query(scorecard: Scorecard, source: str, carry: Sequence[str] = ("row_id",)) -> str:
    """Return the query over `source` (SQL of a table), which has a column for each fact that the scorecard looks at.

    Columns: those of `carry`; `score` BIGINT; `pd` BIGINT in millionths; for each reason that a score can have
    `reason_1`... VARCHAR, its code, NULL where there are fewer, and `rank_1`... BIGINT, 0 then; for each characteristic
    `bin_0`... BIGINT, the place of the bin that its value fell into. `score_grade` VARCHAR where the scorecard has
    grades. Where it leaves some values without a score, `score_failure` VARCHAR says why there is none; score, PD,
    grade and reasons are NULL then.
    """
    kept = [_name(each) for each in carry]
    bins = [f"__bin_{at}" for at in range(len(scorecard.characteristics))]
    ranks = [f"__rank_{at}" for at in range(1, reason_count(scorecard) + 1)]
    layers = [
        ("binned", [*kept, *_named(bins, map(_bin, scorecard.characteristics))], source),
        ("pointed", [*kept, *bins, f"{_total(scorecard)} AS __score", *_shortfalls(scorecard)], "binned"),
    ]
    before = "pointed"
    codes = _codes(scorecard)
    keys = [_greatest([_key(at, nth) for at in places]) for nth, places in enumerate(codes.values())]
    every = [f"__code_{nth}" for nth in range(len(codes))]
    layers.append(("coded", [*kept, *bins, "__score", *_named(every, keys)], before))
    for at, rank in enumerate(ranks):
        left = every if at == 0 else [f"CASE WHEN {key} < {ranks[at - 1]} THEN {key} ELSE 0 END" for key in every]
        columns = [*kept, *bins, "__score", *every, *ranks[:at], f"{_greatest(left)} AS {rank}"]
        layers.append((f"ranked_{at + 1}", columns, layers[-1][0]))
    written = ", ".join(f"{name} AS (SELECT {', '.join(columns)} FROM {table})" for name, columns, table in layers)
    columns = [*kept, "__score AS score", "CAST(__pd AS BIGINT) AS pd", *_grade(scorecard), *_failure(scorecard)]
    if may_refuse(scorecard):
        ranks = [f"CASE WHEN __score IS NULL THEN 0 ELSE {rank} END" for rank in ranks]
    for at, rank in enumerate(ranks, start=1):
        columns += [f"{_code_of(scorecard, rank)} AS reason_{at}", f"{rank} AS rank_{at}"]
    columns += [f"{name} AS bin_{at}" for at, name in enumerate(bins)]
    pds = ", ".join(f"({score}, {pd})" for score, pd in _pds(scorecard))
    return (
        f"WITH {written} SELECT {', '.join(columns)} FROM {layers[-1][0]}"
        f" LEFT JOIN (VALUES {pds}) AS odds(__of, __pd) ON __score = __of"
    )


def decode_score(scorecard: Scorecard, row: Mapping[str, Any]) -> Score:
    """Return the score that a row of the query's answer says; raises `Unscorable` where it says that there is none."""
    characteristics = scorecard.characteristics
    found = [each.bins[row[f"bin_{at}"]] for at, each in enumerate(characteristics)]
    for one, fell in zip(characteristics, found, strict=True):
        if fell.refusal is not None:
            raise Unscorable(fell.refusal, one.name)
    ranks = [row[f"rank_{at}"] for at in range(1, reason_count(scorecard) + 1)]
    reasons = []
    for rank in filter(None, ranks):
        reason = found[_place(rank, len(characteristics))].reason
        if reason is not None:
            reasons.append(reason)
    pd = Decimal(row["pd"]).scaleb(-PD_SCALE)
    points = tuple(each.scored for each in found)
    return Score(row["score"], pd, tuple(reasons), points, row.get("score_grade"))


def reason_count(scorecard: Scorecard) -> int:
    """Return how many reasons a score can have at most."""
    return min(scorecard.reason_limit, len(_codes(scorecard)))


def may_refuse(scorecard: Scorecard) -> bool:
    """Tell whether there are values that leave no score."""
    return any(found.refusal is not None for each in scorecard.characteristics for found in each.bins)


def facts_read(scorecard: Scorecard) -> tuple[str, ...]:
    """Return the names of the columns that the query needs beside those that it carries."""
    return tuple(each.name for each in scorecard.characteristics)


def bin_cases(characteristic: Characteristic, numbers: Sequence[int]) -> str:
    """Return SQL of that one of `numbers` whose bin a value falls into, by the rules of `Characteristic.bin_of`."""
    column = _name(characteristic.name)
    number = {id(each): numbers[at] for at, each in enumerate(characteristic.bins)}
    cases = [f"WHEN {column} IS NULL THEN {number[id(characteristic.missing)]}"]
    for found in characteristic.bins:
        values = [literal(value) for value, target in characteristic.by_value.items() if target is found]
        if values:
            cases.append(f"WHEN {column} IN ({', '.join(values)}) THEN {number[id(found)]}")
    for edge, interval in zip(characteristic.edges, characteristic.intervals, strict=False):
        cases.append(f"WHEN {column} < {literal(edge)} THEN {number[id(interval)]}")
    last = characteristic.intervals[-1] if characteristic.intervals else characteristic.unseen
    return f"CAST(CASE {' '.join(cases)} ELSE {number[id(last)]} END AS BIGINT)"


def _bin(characteristic: Characteristic) -> str:
    """Return SQL of the place of the bin that a value falls into."""
    return bin_cases(characteristic, range(len(characteristic.bins)))


def _total(scorecard: Scorecard) -> str:
    """Return SQL of the sum of the points, NULL where a bin leaves no score."""
    points = [_by_bin(at, map(_points, one.bins)) for at, one in enumerate(scorecard.characteristics)]
    return f"CAST({' + '.join(points)} AS BIGINT)"


def _points(found: Bin) -> str:
    return str(found.points) if found.refusal is None else "NULL"


def _grade(scorecard: Scorecard) -> list[str]:
    """Return the column of the grade, none where there are no grades."""
    lowest: dict[str | None, int] = {}
    for score, grade in enumerate(scorecard.grade_by_score, start=scorecard.lowest_score):
        lowest.setdefault(grade, score)
    if None in lowest:
        return []
    cases = [f"WHEN __score >= {score} THEN {literal(str(grade))}" for grade, score in reversed(lowest.items())]
    return [f"CASE {' '.join(cases)} END AS score_grade"]


def _failure(scorecard: Scorecard) -> list[str]:
    """Return the column of why there is no score, none where there always is one."""
    if not may_refuse(scorecard):
        return []
    cases = [
        f"WHEN __bin_{at} = {place} THEN {literal(found.refusal)}"
        for at, one in enumerate(scorecard.characteristics)
        for place, found in enumerate(one.bins)
        if found.refusal is not None
    ]
    return [f"CASE {' '.join(cases)} END AS score_failure"]


def _shortfalls(scorecard: Scorecard) -> list[str]:
    """Return SQL of the rank of each reason that a characteristic can give, 0 where its bin does not give it."""
    columns = []
    for nth, (code, places) in enumerate(_codes(scorecard).items()):
        for at in places:
            ranks = [_rank(scorecard, at, found, code) for found in scorecard.characteristics[at].bins]
            columns.append(f"CAST({_by_bin(at, ranks)} AS BIGINT) AS {_key(at, nth)}")
    return columns


def _key(at: int, nth: int) -> str:
    """Return the column of the rank that the characteristic `at` gives to the reason code `nth`."""
    return f"__key_{at}_{nth}"


def _by_bin(at: int, numbers: Iterable[int | str]) -> str:
    cases = " ".join(f"WHEN {place} THEN {number}" for place, number in enumerate(numbers))
    return f"CASE __bin_{at} {cases} END"


def _rank(scorecard: Scorecard, at: int, found: Bin, code: str) -> int:
    count = len(scorecard.characteristics)
    if found.reason is None or found.reason.code != code:
        return 0
    return found.reason.shortfall_millipoints * count + count - 1 - at


def _place(rank: int, count: int) -> int:
    """Return the place of the characteristic that a rank stands for."""
    return count - 1 - rank % count


def _codes(scorecard: Scorecard) -> dict[str, list[int]]:
    """Return, for each reason code, the places of the characteristics that can give it."""
    codes: dict[str, list[int]] = {}
    for place, one in enumerate(scorecard.characteristics):
        for code in _codes_of(one):
            codes.setdefault(code, []).append(place)
    return codes


def _codes_of(characteristic: Characteristic) -> dict[str, list[int]]:
    """Return, for each reason code of a characteristic, the places of the bins that give it."""
    codes: dict[str, list[int]] = {}
    for place, found in enumerate(characteristic.bins):
        if found.reason is not None:
            codes.setdefault(found.reason.code, []).append(place)
    return codes


def _code_of(scorecard: Scorecard, rank: str) -> str:
    """Return SQL of the reason code that a rank stands for, by the bin where a characteristic has several."""
    count = len(scorecard.characteristics)
    cases = []
    for place, one in enumerate(scorecard.characteristics):
        codes = _codes_of(one)
        if codes:
            *others, last = codes
            by_bin = [f"WHEN __bin_{place} IN ({', '.join(map(str, codes[code]))}) THEN '{code}'" for code in others]
            found = f"CASE {' '.join(by_bin)} ELSE '{last}' END" if others else f"'{last}'"
            cases.append(f"WHEN {count - 1 - place} THEN {found}")
    return f"CASE WHEN {rank} > 0 THEN CASE {rank} % {count} {' '.join(cases)} END END"


def _pds(scorecard: Scorecard) -> list[tuple[int, int]]:
    scores = range(scorecard.lowest_score, scorecard.highest_score + 1)
    return [(score, _integer(pd)) for score, pd in zip(scores, scorecard.pd_by_score, strict=True)]


def _greatest(keys: Sequence[str]) -> str:
    return keys[0] if len(keys) == 1 else f"GREATEST({', '.join(keys)})"


def _integer(value: Decimal) -> int:
    """Return the digits of a decimal in its normal form: the integer at its scale."""
    sign, digits, _ = value.as_tuple()
    number = int("".join(map(str, digits)))
    return -number if sign else number


def literal(value: FactValue) -> str:
    """Return a value of a fact as SQL, in its stored form."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return str(_integer(value))
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _named(names: Sequence[str], values: Any) -> list[str]:
    return [f"{value} AS {name}" for name, value in zip(names, values, strict=True)]


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
