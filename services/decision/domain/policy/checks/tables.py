"""Checks of a decision table: cells that never hold, rows that never count, overlaps, gaps."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.decision.domain.policy.bind import RuleTable
from services.decision.domain.policy.checks.coverage import (
    Area,
    Budget,
    TooIntricate,
    bits,
    common_point,
    contains,
    find_gap,
    in_words,
    meeting,
)
from services.decision.domain.policy.checks.coverage.area import Regions
from services.decision.domain.policy.document import Aggregation, HitPolicy
from services.decision.domain.policy.faults import Findings, excerpt
from shared.feel.typed import domain
from shared.feel.typed.nodes import Constant

MAX_PAIRS: Final = 20
"""Overlaps of one table that are told."""

_SUM_OF_NOTHING: Final = (Aggregation.SUM, Aggregation.COUNT)


def check_table(table: RuleTable[Any], order: Sequence[int], findings: Findings) -> None:
    """Note what is wrong with the rows of a table; `order` is that in which rows that hit count (PRIORITY)."""
    regions = Regions(table.vocabulary.types, {})
    areas = [regions.area(rule) for rule in table.rules]
    if _impossible(table, areas, findings):
        return
    budget = Budget()
    met = meeting(areas)
    match table.hit_policy:
        case HitPolicy.UNIQUE:
            _overlaps(table, areas, met, findings)
        case HitPolicy.ANY:
            _overlaps(table, areas, met, findings)
            _repeated(table, areas, met, findings)
        case HitPolicy.FIRST | HitPolicy.PRIORITY:
            _unreachable(table, areas, met, order, findings)
        case HitPolicy.COLLECT:
            # Where values are added or counted, a row that says the same again counts again.
            if table.aggregation not in _SUM_OF_NOTHING:
                _repeated(table, areas, met, findings)
    if table.default is None and (table.hit_policy is not HitPolicy.COLLECT or _needs_a_hit(table)):
        _gap(table, areas, budget, findings)


def _needs_a_hit(table: RuleTable[Any]) -> bool:
    return table.aggregation is not None and table.aggregation not in _SUM_OF_NOTHING


def _impossible(table: RuleTable[Any], areas: Sequence[Area], findings: Findings) -> bool:
    found = False
    for number, (rule, area) in enumerate(zip(table.rules, areas, strict=True), start=1):
        for column, test in enumerate(rule.tests, start=1):
            never = isinstance(test.typed, Constant) and test.typed.value is not True
            if never or area.box.get(test.fact) == ():
                place = f"in table {table.name}, row {number}, column {column}"
                what = f"for no value that `{test.fact}` can have" if test.fact in area.box else "never"
                findings.add(test.pointer, "impossible_cell", f"`{excerpt(test.text)}` holds {what}, {place}")
                found = True
    return found


def _overlaps(table: RuleTable[Any], areas: Sequence[Area], met: Sequence[int], findings: Findings) -> None:
    told = 0
    for row, others in enumerate(met):
        for earlier in bits(others & ((1 << row) - 1)):
            if table.hit_policy is HitPolicy.ANY and same_output(table, earlier, row):
                continue
            _overlap(table, areas, (earlier, row), findings)
            told += 1
            if told == MAX_PAIRS:
                return


def _overlap(table: RuleTable[Any], areas: Sequence[Area], pair: tuple[int, int], findings: Findings) -> None:
    earlier, row = pair
    pointer = f"{table.pointer}/rows/{row}"
    if areas[earlier].opaque or areas[row].opaque:
        words = (
            f"table {table.name} is {table.hit_policy}, and it can't be proven that rows {earlier + 1} and {row + 1} "
            "never hit together: a cell depends on more than its column; use FIRST"
        )
        findings.add(pointer, "coverage_not_proven", words)
        return
    point = common_point(areas[earlier], areas[row]) or {}
    verb = "both hit" if table.hit_policy is HitPolicy.UNIQUE else "hit with different outputs"
    example = in_words(point, table.vocabulary.facts) or "anything"
    words = f"table {table.name} is {table.hit_policy}, but rows {earlier + 1} and {row + 1} {verb} for {example}"
    findings.add(pointer, "overlap", words)


def same_output(table: RuleTable[Any], one: int, other: int) -> bool:
    """Tell whether two rows give the same; values of a definition do when they are computed alike."""
    outputs = [table.rules[row].output for row in (one, other)]
    texts = [getattr(output, "typed", output) for output in outputs]
    return bool(texts[0] == texts[1])


def _repeated(table: RuleTable[Any], areas: Sequence[Area], met: Sequence[int], findings: Findings) -> None:
    """Rows that all count, or agree; one is idle only when another says the same of more."""
    for row in range(len(areas)):
        for other in bits(met[row] & ~(1 << row)):
            wider = same_output(table, row, other) and _includes(table, areas, other, row)
            if wider and (other < row or not _includes(table, areas, row, other)):
                words = f"table {table.name}, row {row + 1} adds nothing to row {other + 1}"
                findings.add(f"{table.pointer}/rows/{row}", "unreachable_row", words)
                break


def _includes(table: RuleTable[Any], areas: Sequence[Area], outer: int, inner: int) -> bool:
    """Tell whether row `outer` surely hits wherever row `inner` does."""
    if not areas[outer].opaque:
        return contains(areas[outer], areas[inner])
    tests = [{(test.fact, test.text) for test in table.rules[row].tests} for row in (outer, inner)]
    return tests[0] <= tests[1]


def _unreachable(
    table: RuleTable[Any],
    areas: Sequence[Area],
    met: Sequence[int],
    order: Sequence[int],
    findings: Findings,
) -> None:
    before = 0
    for row in order:
        rivals = [areas[other] for other in bits(met[row] & before) if not areas[other].opaque]
        before |= 1 << row
        if rivals and not _reached(table, areas[row], rivals):
            rule = "earlier rows hit first" if table.hit_policy is HitPolicy.FIRST else "rows that go before it hit too"
            words = f"table {table.name}, row {row + 1} is never reached: {rule}"
            findings.add(f"{table.pointer}/rows/{row}", "unreachable_row", words)


def _reached(table: RuleTable[Any], area: Area, rivals: Sequence[Area]) -> bool:
    names = dict.fromkeys(name for one in (area, *rivals) for name in one.box)
    types = table.vocabulary.types
    space = {name: area.box.get(name) or domain(types[name]) for name in names}
    try:
        return find_gap(space, rivals, Budget(20_000)) is not None
    except TooIntricate:
        # A row that is idle does no harm; one that is refused by mistake does.
        return True


def _gap(table: RuleTable[Any], areas: Sequence[Area], budget: Budget, findings: Findings) -> None:
    clear = [area for area in areas if not area.opaque]
    names = dict.fromkeys(name for area in areas for name in area.box)
    space: Mapping[str, Any] = {name: domain(table.vocabulary.types[name]) for name in names}
    try:
        point = find_gap(space, clear, budget)
    except TooIntricate:
        words = f"table {table.name} is too intricate to prove that a row always hits; give it a default row"
        findings.add(table.pointer, "coverage_not_proven", words)
        return
    if point is None:
        return
    example = in_words(point, table.vocabulary.facts) or "anything"
    if any(area.opaque for area in areas):
        words = f"table {table.name} has no default row, and it can't be proven that a row hits for {example}"
    else:
        words = f"table {table.name} has no default row, and no row hits for {example}"
    findings.add(table.pointer, "gap", words)
