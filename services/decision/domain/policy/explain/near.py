"""The rules that came nearest to hitting: all their conditions held but one."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import RuleTable, TypedTest
from services.decision.domain.policy.document import IF, Finding, Grade, Offer
from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.explanation import Item, Section
from services.decision.domain.policy.explain.rules import offered
from services.decision.domain.policy.interpret import NO_ROW, row_letter
from services.decision.domain.policy.result import HIT, NO_HIT
from services.decision.domain.policy.what_if import Scale
from shared.feel.typed import region

MAX_SHOWN: Final = 3
"""So many of a table, the nearest first."""

_NEAR: Final = Decimal("0.10")
"""A row of a single condition always fails by one: it is near within a tenth of the value."""

_UNORDERED: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class _Miss:
    row: int
    test: TypedTest
    distance: Decimal
    places: int


def missed(account: Account) -> list[Item]:
    """Return the nearest rows of eligibility and knock-outs, and of the matrix those with a milder outcome."""
    bound, items = account.policy.bound, []
    for table in (bound.eligibility, bound.knock_outs, bound.grade):
        items += [_item(account, table, miss) for miss in _nearest(account, table)]
    result = account.course.result
    assert result is not None
    if account.evaluation.outcome is not Outcome.APPROVE and result.offer != NO_ROW:
        given = bound.matrix.outputs[result.offer].outcome.severity
        milder = [
            miss
            for miss in _misses(account, bound.matrix)
            if bound.matrix.rules[miss.row].output.outcome.severity < given
        ]
        items += [_item(account, bound.matrix, miss) for miss in milder[:MAX_SHOWN]]
    return items


def _nearest(account: Account, table: RuleTable[Any]) -> list[_Miss]:
    near = [miss for miss in _misses(account, table) if miss.distance <= _NEAR or len(table.rules[miss.row].tests) > 1]
    return near[:MAX_SHOWN]


def _misses(account: Account, table: RuleTable[Any]) -> list[_Miss]:
    return sorted(_one_short(account, table), key=lambda miss: (miss.distance, miss.places, miss.row))


def _one_short(account: Account, table: RuleTable[Any]) -> Iterator[_Miss]:
    """Yield the rows of which one test fails and all others hold."""
    compiled = account.policy.interpreter.tables[table.name]
    for row, rule in enumerate(table.rules):
        if account.course.letters[table.name][row] == HIT:
            continue
        letters = [row_letter((test,), account.course.slots) for test in compiled.tests[row]]
        if letters.count(NO_HIT) == 1 and letters.count(HIT) == len(letters) - 1:
            test = rule.tests[letters.index(NO_HIT)]
            yield _Miss(row, test, *_distance(account, table, test))


def _distance(account: Account, table: RuleTable[Any], test: TypedTest) -> tuple[Decimal, int]:
    """Return how far the value of a test's column is from where it holds: relative to the value, and in steps."""
    if test.fact == IF:
        return _UNORDERED, 0
    scale = Scale(table.vocabulary.facts[test.fact])
    ranges = region(test.typed, test.fact, table.vocabulary.types[test.fact])
    if not ranges:
        return _UNORDERED, 0
    at = scale.key(account.course.get(test.fact))
    return min((scale.distance(at, end), abs(end - at)) for ends in ranges for end in ends)


def _item(account: Account, table: RuleTable[Any], miss: _Miss) -> Item:
    output: Finding | Offer | Grade = table.rules[miss.row].output
    match output:
        case Offer():
            leads = offered(account, output)
        case Grade():
            leads = account.say("near.grade", grade=output.grade)
        case Finding():
            leads = account.say(
                "near.finding", outcome=account.say(f"outcome.name.{output.outcome}"), code=output.reason
            )
    short = account.sentences(table.vocabulary).asked(miss.test)
    words = account.say("near", place=account.place(table, miss.row), leads=leads, short=short)
    return Item(Section.NEAR_MISSES, words, table.name, miss.row + 1, getattr(output, "reason", None))
