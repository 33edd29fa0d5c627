"""The rule that a document comes to, or every fault that keeps it from being one."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from services.limits.domain.checks import default
from services.limits.domain.checks.conditions import Condition, UnsoundError, condition, figures_of, vocabulary
from services.limits.domain.checks.reasons import RESERVED_CODES
from services.limits.domain.checks.result import Checkpoint, RuleVersion, Verdict
from services.limits.domain.checks.rule import (
    AccountStatus,
    Custom,
    DunningLevel,
    DynamicUtilization,
    Exclusion,
    LimitExpired,
    MaximumDocument,
    OldestOverdue,
    OverdueShare,
    PaymentBehaviour,
    Rule,
    StaticUtilization,
    Step,
)
from services.limits.replies.check_rules.document import (
    AccountStatusStep,
    CustomStep,
    DunningLevelStep,
    DynamicUtilizationStep,
    ExclusionDocument,
    LimitExpiredStep,
    MaximumDocumentStep,
    OldestOverdueStep,
    OverdueShareStep,
    PaymentBehaviourStep,
    RuleDocument,
    StaticUtilizationStep,
)
from shared.canonical import canonical_json, content_hash
from shared.errors import Fault, invalid
from shared.facts import Fact, FactDictionary, FactType
from shared.feel.typed import Type
from shared.http.money import PositiveMoneyBody
from shared.money import Money


@lru_cache(maxsize=256)
def read_rule(text: str, product: str, revision: int) -> Rule:
    """Return the rule of a stored document; the same text is read once."""
    return rule_of(RuleDocument.model_validate_json(text), product, revision)


BUILT_IN: Final = canonical_json(RuleDocument.model_validate_json(canonical_json(default.DOCUMENT)).plain())
"""The text of the rule of products that have none of their own."""


def rule_of(document: RuleDocument, product: str, revision: int) -> Rule:
    """Return the rule that a document comes to; raises `Refusal` with 422 and every fault that was found.

    The faults point into a body that has the document at `/rule`.
    """
    faults: list[Fault] = []
    facts = _facts(document, faults)
    names = vocabulary(document.currency, facts)
    steps = [_step(step, place, names, faults) for place, step in enumerate(document.steps)]
    exclusions = [_exclusion(entry, place, document, names, faults) for place, entry in enumerate(document.exclusions)]
    _check_names("steps", [step.name for step in document.steps], faults)
    _check_names("exclusions", [entry.name for entry in document.exclusions], faults)
    if faults:
        located = [Fault(f"/rule{fault.pointer}", fault.code, fault.detail) for fault in faults[:20]]
        raise invalid("invalid_rule", "the rule does not hold together", located)
    return Rule(
        RuleVersion(product, revision, content_hash(document.plain())),
        tuple(step for step in steps if step is not None),
        tuple(entry for entry in exclusions if entry is not None),
        document.currency,
        facts,
    )


def _check_names(where: str, names: list[str], faults: list[Fault]) -> None:
    for place, name in enumerate(names):
        if name in names[:place]:
            faults.append(Fault(f"/{where}/{place}/name", "repeated_name", "is the name of an earlier one"))


def _facts(document: RuleDocument, faults: list[Fault]) -> FactDictionary:
    found = []
    for name, stated in document.facts.items():
        pointer = f"/facts/{name}"
        if name in figures_of("EUR"):
            faults.append(Fault(pointer, "name_taken", "is the name of a figure of the check"))
            continue
        kind = FactType(stated.type)
        if kind is FactType.MONEY and document.currency is None:
            faults.append(Fault(pointer, "currency_missing", "is money, and the rule names no currency"))
            continue
        currency = document.currency if kind is FactType.MONEY else None
        try:
            found.append(Fact(name, kind, scale=stated.scale, currency=currency, values=tuple(stated.values)))
        except ValueError as error:
            faults.append(Fault(pointer, "invalid_fact", str(error)))
    return FactDictionary.of(found)


def _condition(text: str, pointer: str, names: Mapping[str, Type], faults: list[Fault]) -> Condition | None:
    try:
        return condition(text, names)
    except UnsoundError as error:
        faults.append(Fault(f"{pointer}/if", error.code, str(error)))
        return None


def _exclusion(
    stated: ExclusionDocument, place: int, document: RuleDocument, names: Mapping[str, Type], faults: list[Fault]
) -> Exclusion | None:
    pointer = f"/exclusions/{place}"
    known = {step.name for step in document.steps}
    for number, skipped in enumerate(stated.skips or []):
        if skipped not in known:
            faults.append(Fault(f"{pointer}/skips/{number}", "unknown_step", "is not a step of this rule"))
    holds = _condition(stated.condition, pointer, names, faults)
    return None if holds is None else Exclusion(stated.name, holds, frozenset(stated.skips or ()))


def _step(stated: Any, place: int, names: Mapping[str, Type], faults: list[Fault]) -> Step | None:
    pointer = f"/steps/{place}"
    test: Any
    match stated:
        case AccountStatusStep():
            test = AccountStatus()
        case LimitExpiredStep():
            test = LimitExpired()
        case StaticUtilizationStep(max_percent=percent):
            test = StaticUtilization(Decimal(percent))
        case DynamicUtilizationStep(max_percent=percent, horizon_days=days):
            test = DynamicUtilization(days, Decimal(percent))
        case MaximumDocumentStep(maximum=maximum):
            test = MaximumDocument(Money(maximum.amount_minor, maximum.currency))
        case OldestOverdueStep(max_days=days, tolerance=tolerance):
            test = OldestOverdue(days, _money(tolerance))
        case OverdueShareStep(max_percent=percent, tolerance=tolerance):
            test = OverdueShare(Decimal(percent), _money(tolerance))
        case DunningLevelStep(max_level=level):
            test = DunningLevel(level)
        case PaymentBehaviourStep(max_days_late=late, min_paid_items=items):
            test = PaymentBehaviour(Decimal(late), items)
        case _:
            test = _custom(stated, pointer, names, faults)
    if test is None:
        return None
    return Step(stated.name, test, Verdict(stated.on_hit), frozenset(map(Checkpoint, stated.at)))


def _custom(stated: CustomStep, pointer: str, names: Mapping[str, Type], faults: list[Fault]) -> Custom | None:
    if stated.reason in RESERVED_CODES:
        faults.append(Fault(f"{pointer}/reason", "reason_taken", "is a reason of another kind of step"))
    holds = _condition(stated.condition, pointer, names, faults)
    if holds is None:
        return None
    return Custom(holds, stated.reason, stated.words.en, stated.words.zh, Verdict(stated.on_missing))


def _money(stated: PositiveMoneyBody | None) -> Money | None:
    return None if stated is None else Money(stated.amount_minor, stated.currency)
