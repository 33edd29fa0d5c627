"""Checks of a decision table: cells that never hold, rows that never count, overlaps, gaps."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.decision.domain.policy.bind import RuleTable
from services.decision.domain.policy.checks.coverage import (
    Area,
    Budget,
    Regions,
    TooIntricate,
    bits,
    common_point,
    find_gap,
    in_words,
    including,
    meeting,
)
from services.decision.domain.policy.document import Aggregation, HitPolicy
from services.decision.domain.policy.faults import Findings, excerpt
from shared.feel.typed import domain
from shared.feel.typed.nodes import Constant

MAX_PAIRS: Final = 20
"""Overlaps of one table that are told."""

MAX_STEPS_A_ROW: Final = 20_000
"""Steps of the search for an input that reaches one row."""

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
            _repeated(table, areas, findings)
        case HitPolicy.FIRST | HitPolicy.PRIORITY:
            _unreachable(table, areas, met, order, findings)
        case HitPolicy.COLLECT:
            # Where values are added or counted, a row that says the same again counts again.
            if table.aggregation not in _SUM_OF_NOTHING:
                _repeated(table, areas, findings)
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
    harmless = _alike(table) if table.hit_policy is HitPolicy.ANY else [0] * len(areas)
    for row, others in enumerate(met):
        for earlier in bits(others & ~harmless[row] & ((1 << row) - 1)):
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


def _alike(table: RuleTable[Any]) -> list[int]:
    """Return for each row, as bits, the rows that give the same; values of a definition do when computed alike."""
    by_output: dict[object, int] = {}
    outputs = [getattr(rule.output, "typed", rule.output) for rule in table.rules]
    for row, output in enumerate(outputs):
        by_output[output] = by_output.get(output, 0) | 1 << row
    return [by_output[output] for output in outputs]


def _repeated(table: RuleTable[Any], areas: Sequence[Area], findings: Findings) -> None:
    """Rows that all count, or agree; one is idle only when another says the same of more."""
    alike = _alike(table)
    wider = including(areas, table.vocabulary.types)
    clear = sum(1 << row for row, area in enumerate(areas) if not area.opaque)
    first: dict[object, int] = {}
    for row, rule in enumerate(table.rules):
        candidates = wider[row] & alike[row] & clear & ~(1 << row)
        idle = next((o for o in bits(candidates) if o < row or not (wider[o] >> row & 1 and clear >> row & 1)), None)
        # What an opaque cell holds for is not known; it is the same at least where the cell says the same.
        same = first.setdefault((alike[row], frozenset((test.fact, test.text) for test in rule.tests)), row)
        if idle is None and same != row:
            idle = same
        if idle is not None:
            words = f"table {table.name}, row {row + 1} adds nothing to row {idle + 1}"
            findings.add(f"{table.pointer}/rows/{row}", "unreachable_row", words)


def _unreachable(
    table: RuleTable[Any],
    areas: Sequence[Area],
    met: Sequence[int],
    order: Sequence[int],
    findings: Findings,
) -> None:
    budget = Budget()
    clear = sum(1 << row for row, area in enumerate(areas) if not area.opaque)
    before = 0
    for row in order:
        rivals = met[row] & before & clear
        before |= 1 << row
        if rivals and not _reached(table, areas[row], [areas[rival] for rival in bits(rivals)], budget):
            rule = "earlier rows hit first" if table.hit_policy is HitPolicy.FIRST else "rows that go before it hit too"
            words = f"table {table.name}, row {row + 1} is never reached: {rule}"
            findings.add(f"{table.pointer}/rows/{row}", "unreachable_row", words)


def _reached(table: RuleTable[Any], area: Area, rivals: Sequence[Area], budget: Budget) -> bool:
    names = dict.fromkeys(name for one in (area, *rivals) for name in one.box)
    types = table.vocabulary.types
    space = {name: area.box.get(name) or domain(types[name]) for name in names}
    try:
        return find_gap(space, rivals, budget.part(MAX_STEPS_A_ROW)) is not None
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
