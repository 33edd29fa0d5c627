"""What the tables of the stages found, for a credit officer: which rows hit, and on which values."""

from typing import Any

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import RuleTable, names_of_rule, names_of_table
from services.decision.domain.policy.document import Finding, Offer, OnMissing
from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.explanation import Item, Section
from services.decision.domain.policy.interpret import NO_ROW
from services.decision.domain.policy.result import HIT, MISSING


def screened(account: Account) -> list[Item]:
    """Return the eligibility and knock-out rows that hit."""
    bound = account.policy.bound
    items = [item for table in (bound.eligibility, bound.knock_outs) for item in _hits(account, table)]
    return items or [Item(Section.RULES, account.say("rules.none"))]


def unscreened(account: Account) -> list[Item]:
    """Return the eligibility and knock-out rows that could not be told, and what they ask for then."""
    bound = account.policy.bound
    return [item for table in (bound.eligibility, bound.knock_outs) for item in _doubts(account, table)]


def graded(account: Account) -> list[Item]:
    """Return the grade and the row that gave it."""
    table = account.policy.bound.grade
    row, _ = account.policy.interpreter.tables[table.name].select(account.course.slots)
    if row == NO_ROW:
        why = account.why(names_of_table(table))
        return [Item(Section.GRADE, account.say("grade.unresolved", why=why), table.name)]
    words = account.say("grade.hit", grade=table.outputs[row].grade, because=account.because(table, row))
    return [Item(Section.GRADE, words, table.name, _row(table, row))]


def matched(account: Account) -> list[Item]:
    """Return the row of the matrix that applies, and whether it was overruled."""
    table, result = account.policy.bound.matrix, account.course.result
    assert result is not None
    if result.offer == NO_ROW:
        why = account.why(names_of_table(table))
        if not why and result.grade is None:
            why = account.say("why.missing", missing=account.say("name.grade"))
        return [Item(Section.MATRIX, account.say("matrix.unresolved", why=why), table.name)]
    offer = table.outputs[result.offer]
    place = account.place(table, result.offer)
    because = account.because(table, result.offer)
    words = account.statement("matrix.hit", place=place, offer=offered(account, offer), because=because)
    items = [Item(Section.MATRIX, words, table.name, _row(table, result.offer))]
    if _overruled(account, offer):
        items.append(Item(Section.MATRIX, account.say("matrix.overruled"), table.name))
    return items


def offered(account: Account, offer: Offer) -> str:
    """Return what a row of the matrix gives."""
    words = account.say(f"outcome.name.{offer.outcome}")
    if offer.share is not None:
        words += account.say("offer.share", share=account.values.percent(offer.share))
    if offer.rate is not None:
        words += account.say("offer.rate", rate=account.values.percent(offer.rate))
    return words


def required(account: Account) -> list[Item]:
    """Return what must be there before money moves, and for which row."""
    table = account.policy.bound.conditions
    if table is None:
        return []
    items = []
    for row, letter in enumerate(account.course.letters[table.name]):
        rule, granted = table.rules[row], account.evaluation.outcome.grants_credit
        code = rule.output.condition
        parts = {"code": code, "wording": account.wording(code)}
        if letter == HIT and granted:
            text = account.say("conditions.hit", because=account.because(table, row), **parts)
        elif letter == MISSING and rule.output.on_missing is not OnMissing.IGNORE:
            key = "conditions.missing" if granted else "conditions.unresolved"
            text = account.say(key, missing=account.missing_words(names_of_rule(rule)), **parts)
        else:
            continue
        items.append(Item(Section.CONDITIONS, text, table.name, row + 1, code))
    return items


def routed(account: Account) -> list[Item]:
    """Return the work queue, and why that one."""
    table, queue = account.policy.bound.routing, account.evaluation.queue
    if table is None or queue is None:
        return []
    row, _ = account.policy.interpreter.tables[table.name].select(account.course.slots)
    row = len(table.rules) if row == NO_ROW else row
    words = account.say("routing.hit", queue=queue, because=account.because(table, row))
    return [Item(Section.ROUTING, words, table.name, _row(table, row))]


def _hits(account: Account, table: RuleTable[Finding]) -> list[Item]:
    items = []
    for row, letter in enumerate(account.course.letters[table.name]):
        if letter == HIT:
            finding = table.rules[row].output
            words = account.statement(
                "rule.hit",
                place=account.place(table, row),
                outcome=account.say(f"outcome.name.{finding.outcome}"),
                code=finding.reason,
                because=account.because(table, row),
            )
            items.append(Item(Section.RULES, words, table.name, row + 1, finding.reason))
    return items


def _doubts(account: Account, table: RuleTable[Finding]) -> list[Item]:
    items = []
    for row, letter in enumerate(account.course.letters[table.name]):
        rule = table.rules[row]
        on_missing = rule.output.on_missing
        if letter == MISSING and on_missing is not OnMissing.IGNORE:
            missing = account.missing_words(names_of_rule(rule))
            words = account.statement(
                "rule.missing" if missing else "rule.unresolved",
                place=account.place(table, row),
                outcome=account.say(f"outcome.name.{Outcome(on_missing)}"),
                code=rule.output.reason,
                missing=missing,
            )
            items.append(Item(Section.MISSING, words, table.name, row + 1, rule.output.reason))
    return items


def _overruled(account: Account, offer: Offer) -> bool:
    """Tell whether a finding asked for something graver; a limit below the request is told with the limit."""
    bound, letters = account.policy.bound, account.course.letters
    asked = [
        rule.output.outcome if letter == HIT else Outcome(rule.output.on_missing)
        for table in (bound.eligibility, bound.knock_outs)
        for rule, letter in zip(table.rules, letters[table.name], strict=True)
        if letter == HIT or (letter == MISSING and rule.output.on_missing is not OnMissing.IGNORE)
    ]
    return any(outcome.severity > offer.outcome.severity for outcome in asked)


def _row(table: RuleTable[Any], row: int) -> int | str:
    return "default" if row == len(table.rules) else row + 1
