"""How limit, price and other terms were computed, and how definitions came about, with their numbers."""

from typing import Any

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.bind import (
    LIMIT,
    OUTCOME,
    RATE,
    BoundDefinition,
    BoundTerm,
    Formula,
    RuleTable,
    names_of_definition,
)
from services.decision.domain.policy.document import Aggregation
from services.decision.domain.policy.explain.account import Account
from services.decision.domain.policy.explain.explanation import Item, Section
from services.decision.domain.policy.explain.phrases import listing
from services.decision.domain.policy.explain.sentences import within_rounding
from services.decision.domain.policy.explain.words import label_of
from services.decision.domain.policy.interpret import NO_ROW, TERMS, Slots
from services.decision.domain.policy.result import HIT, MISSING
from shared.feel.typed import names_in
from shared.feel.typed.nodes import Constant, Variable
from shared.products import REQUESTED_AMOUNT


def granted(account: Account) -> list[Item]:
    """Return how limit, price and other terms came about, or why they could not be told."""
    items: list[Item] = []
    terms = account.policy.bound.terms.items()
    for number, (outcome, term) in enumerate(terms, start=1):
        letter = account.course.letters[TERMS][number - 1]
        if letter == HIT and account.evaluation.outcome.grants_credit:
            items += [Item(Section.TERMS, words, TERMS, number) for words in _terms(account, outcome, term)]
        elif letter == MISSING:
            items.append(Item(Section.TERMS, _untold(account, outcome, term), TERMS, number))
    return items


def figures(account: Account) -> list[Item]:
    """Return each definition with its value and how it came about."""
    return [
        Item(Section.FIGURES, _figure(account, definition), definition.key)
        for definition in account.policy.bound.definitions
    ]


def slots_of(account: Account, outcome: Outcome, *, price_known: bool) -> Slots:
    """Return the slots as they were when the terms of `outcome` were computed: before or after the price."""
    slots, slot_of = list(account.course.slots), account.policy.interpreter.layout.slot_of
    slots[slot_of[OUTCOME]] = outcome.value
    if not price_known:
        slots[slot_of[RATE]] = account.course.offered_rate
    return slots


def _terms(account: Account, outcome: Outcome, term: BoundTerm) -> list[str]:
    evaluation = account.evaluation
    before = slots_of(account, outcome, price_known=False)
    said = [account.say("terms.limit", sum=_limit(account, term, before))]
    if outcome is Outcome.APPROVE and evaluation.outcome is Outcome.COUNTER_OFFER:
        requested = account.values.money(account.course.get(REQUESTED_AMOUNT))
        said.append(account.say("terms.less", requested=requested, code=term.less_reason))
    if term.rate is not None:
        said.append(account.say("terms.rate", sum=_sum(account, term.rate, before)))
    elif evaluation.rate is not None:
        said.append(account.say("terms.rate_of_matrix", rate=account.values.percent(evaluation.rate)))
    after = slots_of(account, outcome, price_known=True)
    for other in term.other_terms:
        said.append(
            account.statement(
                "terms.other", label=label_of(other.fact, account.language), sum=_sum(account, other, after)
            )
        )
    return said


def _limit(account: Account, term: BoundTerm, slots: Slots) -> str:
    exact = account.sentences(term.limit.vocabulary, slots).value_of(term.limit.typed)
    words, approved = _sum(account, term.limit, slots), account.evaluation.approved_minor
    if approved is None or exact == approved:
        return words
    multiple, amount = account.values.money(term.multiple_minor), account.values.money(approved)
    return account.say("terms.rounded", exact=words, multiple=multiple, amount=amount)


def _untold(account: Account, outcome: Outcome, term: BoundTerm) -> str:
    slots = slots_of(account, outcome, price_known=False)
    for formula in term.formulas:
        if account.sentences(formula.vocabulary, slots).value_of(formula.typed) is None:
            name = formula.fact.name
            words = account.say(f"term.{name}") if name in (LIMIT, RATE) else label_of(formula.fact, account.language)
            return account.say("terms.missing", term=words, why=account.why(names_in(formula.typed)))
    return account.say("terms.unusable", sum=_sum(account, term.limit, slots))


def _sum(account: Account, formula: Formula, slots: Slots) -> str:
    """Return a formula, its value, and the values that it was computed from."""
    sentences = account.sentences(formula.vocabulary, slots)
    value = account.values.of_fact(formula.fact, sentences.value_of(formula.typed))
    typed = within_rounding(formula.typed)
    if isinstance(typed, Constant):
        return value
    parts = {"formula": sentences.formula(formula), "value": value}
    if isinstance(typed, Variable) or not names_in(typed):
        return account.say("sum", **parts)
    return account.say("sum.with", operands=sentences.with_values(names_in(typed)), **parts)


def _figure(account: Account, definition: BoundDefinition) -> str:
    label = label_of(definition.fact, account.language)
    value = account.course.get(definition.name)
    if value is None:
        return account.statement("figure.missing", label=label, why=account.why(names_of_definition(definition)))
    source = definition.source
    key = "figure"
    if isinstance(source, Formula) and isinstance(value, bool):
        key, how = "figure.flag", account.sentences(source.vocabulary).settled(source, value)
    elif isinstance(source, Formula):
        sentences = account.sentences(source.vocabulary)
        typed = within_rounding(source.typed)
        how = sentences.formula(source)
        if names_in(typed) and not isinstance(typed, Variable):
            how = account.say("operands", formula=how, operands=sentences.with_values(names_in(typed)))
    else:
        how = _from_table(account, definition, source)
    return account.statement(key, label=label, value=account.values.of_fact(definition.fact, value), how=how)


def _from_table(account: Account, definition: BoundDefinition, table: RuleTable[Formula | None]) -> str:
    letters = account.course.letters[table.name]
    if table.aggregation is None:
        row, _ = account.policy.interpreter.tables[table.name].select(account.course.slots)
        return account.say("otherwise") if row == NO_ROW else account.because(table, row)
    hits = [row for row, letter in enumerate(letters) if letter == HIT]
    if hits == [len(table.rules)]:
        return account.say("otherwise")
    parts = [_part(account, definition, table, row) for row in hits if row < len(table.rules)]
    if not parts:
        return account.say("aggregate.none")
    return account.say(f"aggregate.{table.aggregation}", parts=listing(account.language, parts, "and"))


def _part(account: Account, definition: BoundDefinition, table: RuleTable[Formula | None], row: int) -> str:
    because = account.because(table, row)
    if table.aggregation is Aggregation.COUNT:
        return because
    worth: Any = account.policy.interpreter.tables[table.name].values[row](account.course.slots)
    return account.say("figure.row", value=account.values.of_fact(definition.fact, worth), because=because)
