"""Decisions in plain words."""

from typing import Any

from pydantic import BaseModel

from services.decision.domain.policy.explain import Explanation, Language, title_of
from services.decision.domain.policy.what_if import Advice
from services.decision.domain.record import Decision
from shared.http.money import MoneyBody


class ExplanationItem(BaseModel):
    """One statement of an explanation. `section` groups statements; `table` and `row` name the rule it is about.

    `row` counts from 1, or is `default`; `code` is that of a reason or a condition.
    """

    section: str
    text: str
    table: str | None
    row: int | str | None
    code: str | None


class FactChangeReply(BaseModel):
    """One fact that would have to be different, its values as facts are sent."""

    fact: str
    label: str
    before: Any
    after: Any


class WhatWouldChangeReply(BaseModel):
    """The nearest change of what the applicant can change that leads to a better outcome.

    `changes` is empty, and `outcome` null, where none was found; `complete` is false if the search was cut short.
    `score_may_change`: the outcome takes the score as it was, although it may depend on the same facts.
    """

    changes: list[FactChangeReply]
    outcome: str | None
    limit: MoneyBody | None
    rate: str | None
    score_may_change: bool
    complete: bool


class ExplanationReply(BaseModel):
    """A decision in plain words for one audience: `text` has all `items`, headed by section.

    `what_would_change` is null where the outcome could not be better, or where no policy gave it.
    """

    decision_id: str
    language: str
    audience: str
    outcome: str
    text: str
    items: list[ExplanationItem]
    what_would_change: WhatWouldChangeReply | None


def explanation_reply(decision: Decision, told: Explanation, advice: Advice | None) -> ExplanationReply:
    """Return a decision in plain words."""
    items = [
        ExplanationItem(section=item.section, text=item.text, table=item.table, row=item.row, code=item.code)
        for item in told.items
    ]
    return ExplanationReply(
        decision_id=decision.decision_id,
        language=told.language,
        audience=told.audience,
        outcome=decision.evaluation.outcome.value,
        text=told.text,
        items=items,
        what_would_change=None if advice is None else _advice(advice, decision, told.language),
    )


def _advice(advice: Advice, decision: Decision, language: Language) -> WhatWouldChangeReply:
    answer, currency = advice.answer, decision.question.requested.currency
    limit = None
    if answer is not None and answer.approved_minor is not None:
        limit = MoneyBody(amount_minor=answer.approved_minor, currency=currency)
    changes = [
        FactChangeReply(
            fact=change.fact.name,
            label=title_of(change.fact, language),
            before=change.fact.to_wire(change.before),
            after=change.fact.to_wire(change.after),
        )
        for change in advice.changes
    ]
    return WhatWouldChangeReply(
        changes=changes,
        outcome=None if answer is None else answer.outcome.value,
        limit=limit,
        rate=None if answer is None or answer.rate is None else format(answer.rate, "f"),
        score_may_change=advice.score_may_change,
        complete=advice.complete,
    )
