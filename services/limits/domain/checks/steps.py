"""The steps of a check, one function for each kind; none of them knows of the others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, Final, cast

from services.limits.domain.account import Account, Basis, Reason, Status
from services.limits.domain.books import Books
from services.limits.domain.checks import operands
from services.limits.domain.checks.figures import Figures, Orders
from services.limits.domain.checks.reasons import CheckReason
from services.limits.domain.checks.result import Outcome, StepResult, Verdict
from services.limits.domain.checks.rule import (
    AccountStatus,
    Custom,
    DunningLevel,
    DynamicUtilization,
    LimitExpired,
    MaximumDocument,
    OldestOverdue,
    OverdueShare,
    PaymentBehaviour,
    StaticUtilization,
    Step,
    Test,
)
from services.limits.domain.items.receivables import Receivables
from shared.money import Money

_Known = Mapping[str, Any]
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Finding:
    outcome: Outcome
    reason: str | None = None
    operands: Mapping[str, Any] = field(default_factory=dict)


def evaluate(step: Step, figures: Figures, known: _Known, excluded: frozenset[str]) -> StepResult:
    """Return what a step says, `known` being the values of what conditions name; those in `excluded` are let off.

    A figure that can't be had blocks, whatever a hit would mean; a custom step says itself what it then means.
    """
    if figures.checkpoint not in step.at:
        return StepResult(step.name, step.kind, Verdict.OK, None, {}, Outcome.NOT_EVALUATED)
    found = _FINDINGS[type(step.test)](step.test, known, figures)
    if found.outcome in (Outcome.HIT, Outcome.MISSING) and step.name in excluded:
        return StepResult(step.name, step.kind, Verdict.OK, None, found.operands, Outcome.EXCLUDED)
    verdict = {
        Outcome.HIT: step.on_hit,
        Outcome.MISSING: step.test.on_missing if isinstance(step.test, Custom) else Verdict.BLOCK,
    }.get(found.outcome, Verdict.OK)
    return StepResult(step.name, step.kind, verdict, found.reason, found.operands, found.outcome)


def _of(hit: bool, reason: str, looked_at: Mapping[str, Any]) -> _Finding:
    return _Finding(Outcome.HIT, reason, looked_at) if hit else _Finding(Outcome.NO_HIT, None, looked_at)


def _account_status(_test: AccountStatus, _known: _Known, figures: Figures) -> _Finding:
    at_fault = next((level for level in figures.levels if level.status is not Status.OPEN), None)
    shown: dict[str, Any] = {"statuses": [_named(level, status=level.status.value) for level in figures.levels]}
    if at_fault is None:
        return _Finding(Outcome.NO_HIT, None, shown)
    return _Finding(Outcome.HIT, Reason(f"ACCOUNT_{at_fault.status.name}"), {**_named(at_fault), **shown})


def _limit_expired(_test: LimitExpired, _known: _Known, figures: Figures) -> _Finding:
    at_fault = next((level for level in figures.levels if level.basis is Basis.EXPIRED), None)
    shown: dict[str, Any] = {"bases": [_named(level, limit_basis=level.basis.value) for level in figures.levels]}
    if at_fault is None:
        return _Finding(Outcome.NO_HIT, None, shown)
    return _Finding(Outcome.HIT, Reason.LIMIT_EXPIRED, {**_named(at_fault), **shown})


def _named(level: Account, **more: str) -> dict[str, Any]:
    return {"account_id": level.account_id, "account_kind": level.kind.value, **more}


def _static(test: StaticUtilization, _known: _Known, figures: Figures) -> _Finding:
    return _utilization(figures, figures.levels, test.max_percent, CheckReason.UTILIZATION_ABOVE_THRESHOLD, {})


def _dynamic(test: DynamicUtilization, _known: _Known, figures: Figures) -> _Finding:
    orders = figures.orders.get(test.horizon_days)
    if orders is None:
        return _unknown("open_orders")
    shown = {
        "horizon_days": test.horizon_days,
        "orders_within": operands.money(orders.within_minor, figures.account.currency),
        "orders_beyond": operands.money(orders.beyond_minor, figures.account.currency),
    }
    levels = _with_orders_of_horizon(figures, orders)
    if levels is None:
        return _Finding(Outcome.MISSING, Reason.NO_RATE, shown)
    return _utilization(figures, levels, test.max_percent, CheckReason.DYNAMIC_UTILIZATION_EXCEEDED, shown)


def _with_orders_of_horizon(figures: Figures, orders: Orders) -> Sequence[Account] | None:
    """Return the levels with the account's own open orders of the horizon in place of those posted.

    Orders of other accounts of the tree stay as they are posted. None where there is no exchange rate.
    """
    own = figures.account.currency
    change = orders.within_minor - orders.posted_minor
    found = []
    for level in figures.levels:
        if change >= 0:
            moved = figures.rates.committed(change, own, level.currency)
        else:
            moved = figures.rates.available(change, own, level.currency)
        if moved is None:
            return None
        found.append(replace(level, posted_minor=level.posted_minor + moved))
    return found


def _utilization(
    figures: Figures, levels: Sequence[Account], most: Decimal, reason: CheckReason, shown: Mapping[str, Any]
) -> _Finding:
    """Ask the very code that reservations go by, on copies with `most` percent of limit and cover as their limit.

    What is short of room is told before what is suspended, so that both are known.
    """
    amounts = figures.amounts()
    bounds = [_bounded(level, most) for level in levels]
    opened = [replace(level, status=Status.OPEN) for level in bounds]
    found = _obstacle(figures, opened, amounts) or _obstacle(figures, bounds, amounts)
    looked_at = {
        "max_percent": operands.decimal(most),
        **shown,
        "levels": [operands.level(level, minor) for level, minor in zip(levels, amounts, strict=True)],
    }
    if found is None:
        return _Finding(Outcome.NO_HIT, None, looked_at)
    obstacle, account_id = found
    kind = next(level.kind.value for level in levels if level.account_id == account_id)
    at_fault = {"account_id": account_id, "account_kind": kind, **looked_at}
    if obstacle is Reason.NO_RATE:
        return _Finding(Outcome.MISSING, obstacle, at_fault)
    is_static = reason is CheckReason.UTILIZATION_ABOVE_THRESHOLD and most == _HUNDRED
    stated = reason if obstacle is Reason.INSUFFICIENT_AVAILABLE and not is_static else obstacle
    return _Finding(Outcome.HIT, stated, at_fault)


def _bounded(level: Account, most: Decimal) -> Account:
    if most == _HUNDRED or level.limit_minor == 0:
        return level
    room = floor(Fraction(level.limit_minor + level.cover_minor) * Fraction(most) / 100)
    # At least one minor unit: a limit of 0 would be one that nobody granted.
    return replace(level, limit_minor=max(1, room), cover_minor=0)


def _obstacle(figures: Figures, levels: Sequence[Account], amounts: Sequence[int | None]) -> tuple[Reason, str] | None:
    return Books(levels, (), figures.now, figures.rates).obstacle(figures.path, amounts)


def _maximum_document(test: MaximumDocument, _known: _Known, figures: Figures) -> _Finding:
    amount, maximum = figures.amount, test.maximum
    converted = figures.rates.committed(amount.amount_minor, amount.currency, maximum.currency)
    shown = {"amount": operands.money(converted, maximum.currency), "maximum": operands.amount(maximum)}
    if converted is None:
        return _Finding(Outcome.MISSING, Reason.NO_RATE, shown)
    return _of(converted > maximum.amount_minor, CheckReason.DOCUMENT_TOO_LARGE, shown)


def _oldest_overdue(test: OldestOverdue, _known: _Known, figures: Figures) -> _Finding:
    items = figures.receivables
    if items is None:
        return _unknown("oldest_overdue_days")
    shown = {"days": items.oldest_overdue_days, "max_days": test.max_days}
    is_over = items.oldest_overdue_days > test.max_days
    return _beyond_tolerance(is_over, CheckReason.OLDEST_ITEM_OVERDUE, test.tolerance, items, shown, figures)


def _overdue_share(test: OverdueShare, _known: _Known, figures: Figures) -> _Finding:
    items = figures.receivables
    if items is None:
        return _unknown("overdue")
    open_minor, overdue_minor = items.open_minor, items.overdue_minor
    shown: dict[str, Any] = {
        "open": operands.money(open_minor, figures.account.currency),
        "max_percent": operands.decimal(test.max_percent),
    }
    if open_minor is None or overdue_minor is None:
        return _Finding(Outcome.MISSING, Reason.NO_RATE, shown)
    shown["share_percent"] = operands.percent(overdue_minor, open_minor)
    is_over = Fraction(100 * overdue_minor) > Fraction(test.max_percent) * open_minor
    return _beyond_tolerance(is_over, CheckReason.OVERDUE_SHARE_TOO_HIGH, test.tolerance, items, shown, figures)


def _beyond_tolerance(
    is_over: bool,
    reason: CheckReason,
    tolerance: Money | None,
    items: Receivables,
    shown: Mapping[str, Any],
    figures: Figures,
) -> _Finding:
    """Return a hit unless what is overdue in all is small enough not to matter."""
    currency = figures.account.currency
    looked_at = {**shown, "overdue": operands.money(items.overdue_minor, currency)}
    if tolerance is None:
        return _of(is_over, reason, looked_at)
    tolerated = figures.rates.available(tolerance.amount_minor, tolerance.currency, currency)
    looked_at["tolerance"] = operands.amount(tolerance)
    if is_over and (tolerated is None or items.overdue_minor is None):
        return _Finding(Outcome.MISSING, Reason.NO_RATE, looked_at)
    return _of(is_over and (items.overdue_minor or 0) > (tolerated or 0), reason, looked_at)


def _dunning_level(test: DunningLevel, _known: _Known, figures: Figures) -> _Finding:
    items = figures.receivables
    if items is None:
        return _unknown("dunning_level")
    shown = {"level": items.dunning_level, "max_level": test.max_level}
    return _of(items.dunning_level > test.max_level, CheckReason.DUNNING_LEVEL_TOO_HIGH, shown)


def _payment_behaviour(test: PaymentBehaviour, _known: _Known, figures: Figures) -> _Finding:
    items = figures.receivables
    if items is None:
        return _unknown("average_days_late")
    shown = {
        "average_days_late": operands.decimal(items.average_days_late),
        "max_days_late": operands.decimal(test.max_days_late),
        "paid_items": items.paid_items,
        "min_paid_items": test.min_paid_items,
    }
    if items.paid_items < max(test.min_paid_items, 1):
        return _of(False, CheckReason.PAYS_LATE, shown)
    late = items.average_days_late
    if late is None:
        return _Finding(Outcome.MISSING, Reason.NO_RATE, shown)
    return _of(late > Fraction(test.max_days_late), CheckReason.PAYS_LATE, shown)


def _custom(test: Custom, known: _Known, _figures: Figures) -> _Finding:
    read = {name: operands.wire(known.get(name)) for name in test.condition.names}
    shown = {"if": test.condition.text, "values": read, "words": {"en": test.english, "zh": test.chinese}}
    holds = test.condition.holds(known)
    if holds is None:
        missing = [name for name, value in read.items() if value is None]
        return _Finding(Outcome.MISSING, CheckReason.UNRESOLVED, {**shown, "missing": missing})
    return _of(holds, test.reason, shown)


def _unknown(name: str) -> _Finding:
    return _Finding(Outcome.MISSING, CheckReason.FIGURES_UNKNOWN, {"missing": [name]})


_Evaluate = Callable[[Any, _Known, Figures], _Finding]
_FINDINGS: Final = cast(
    "dict[type[Test], _Evaluate]",
    {
        AccountStatus: _account_status,
        LimitExpired: _limit_expired,
        StaticUtilization: _static,
        DynamicUtilization: _dynamic,
        MaximumDocument: _maximum_document,
        OldestOverdue: _oldest_overdue,
        OverdueShare: _overdue_share,
        DunningLevel: _dunning_level,
        PaymentBehaviour: _payment_behaviour,
        Custom: _custom,
    },
)
