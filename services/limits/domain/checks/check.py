"""The check itself: all steps of a rule on the figures of one moment, and what lets a document pass nevertheless."""

from collections.abc import Mapping
from typing import Any

from services.limits.domain.checks.figures import Figures, values
from services.limits.domain.checks.question import Question
from services.limits.domain.checks.result import CheckRecord, Verdict, blocking, worst
from services.limits.domain.checks.rule import Rule
from services.limits.domain.checks.steps import evaluate
from services.limits.domain.holds import Release


def check(question: Question, rule: Rule, figures: Figures, release: Release | None = None) -> CheckRecord:
    """Return what a check finds: every step is looked at and recorded, whatever the others say.

    The worst verdict counts. An exclusion of the rule that names no steps lets the document pass outright, and so does
    a standing `release` of this document that covers its amount and what blocks it.
    """
    known = values(figures, rule.currency) if rule.has_conditions else {}
    passes, skipped = _exclusions(rule, known)
    steps = tuple(evaluate(step, figures, known, skipped) for step in rule.steps)
    verdict = worst(step.verdict for step in steps)
    against = blocking(steps)
    excluded_by = passes if verdict is not Verdict.OK else None
    released_by = None
    if excluded_by is not None:
        verdict = Verdict.OK
    elif verdict is Verdict.BLOCK and release is not None and release.covers(question.amount, against, figures.now):
        verdict, released_by = Verdict.OK, release.hold_id
    return CheckRecord(
        check_id=question.check_id,
        account_id=figures.account.account_id,
        document=question.document,
        version=question.version,
        amount=question.amount,
        verdict=verdict,
        steps=steps,
        checked_at=figures.now,
        actor=question.actor,
        rule=rule.version,
        released_by_hold=released_by,
        excluded_by=excluded_by,
        checkpoint=question.checkpoint,
        copied_from=question.copied_from,
        reservation_id=question.reservation_id,
        facts=question.facts,
    )


def _exclusions(rule: Rule, known: Mapping[str, Any]) -> tuple[str | None, frozenset[str]]:
    """Return the first exclusion that lets the document pass outright, and the steps that others let off.

    An exclusion of which it can't be told whether it holds excludes nothing.
    """
    in_force = [exclusion for exclusion in rule.exclusions if exclusion.condition.holds(known)]
    passes = next((exclusion.name for exclusion in in_force if not exclusion.skips), None)
    return passes, frozenset().union(*(exclusion.skips for exclusion in in_force))
