"""Why a document may not go ahead, in words that a salesperson can pass on: in English and in Chinese."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from services.limits.domain.account import Kind, Reason
from services.limits.domain.checks.result import StepResult
from shared.money import MAX_MINOR, Money


class CheckReason(StrEnum):
    """The reasons of checks beyond those for which an amount can't be reserved (`Reason`) and a rule's own."""

    UTILIZATION_ABOVE_THRESHOLD = "UTILIZATION_ABOVE_THRESHOLD"
    DYNAMIC_UTILIZATION_EXCEEDED = "DYNAMIC_UTILIZATION_EXCEEDED"
    DOCUMENT_TOO_LARGE = "DOCUMENT_TOO_LARGE"
    OLDEST_ITEM_OVERDUE = "OLDEST_ITEM_OVERDUE"
    OVERDUE_SHARE_TOO_HIGH = "OVERDUE_SHARE_TOO_HIGH"
    DUNNING_LEVEL_TOO_HIGH = "DUNNING_LEVEL_TOO_HIGH"
    PAYS_LATE = "PAYS_LATE"
    FIGURES_UNKNOWN = "FIGURES_UNKNOWN"
    UNRESOLVED = "UNRESOLVED"


RESERVED_CODES: Final = frozenset({*Reason, *CheckReason})
"""What a custom step may not call its own reason."""

WHOSE: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {Kind.GROUP: "The group", Kind.CUSTOMER: "The customer", Kind.SEGMENT: "The segment"},
    "zh": {Kind.GROUP: "集团", Kind.CUSTOMER: "客户", Kind.SEGMENT: "业务板块"},
}

_ENGLISH: Final[Mapping[str, str]] = {
    Reason.NO_LIMIT: "{whose} has no credit limit.",
    Reason.LIMIT_EXPIRED: "{whose}'s credit limit has run out.",
    Reason.WRONG_CURRENCY: "There is no credit account in this currency.",
    Reason.NO_RATE: "There is no current exchange rate for the currencies of this account.",
    Reason.ACCOUNT_SUSPENDED: "{whose}'s account is suspended.",
    Reason.ACCOUNT_BLOCKED: "{whose}'s account is blocked.",
    Reason.ACCOUNT_CLOSED: "{whose}'s account is closed.",
    Reason.INSUFFICIENT_AVAILABLE: "{amount} does not fit: {whose_lower} has {available} left of {room}.",
    CheckReason.UTILIZATION_ABOVE_THRESHOLD: (
        "{whose} would have used {utilization_percent} % of {room}; {max_percent} % are allowed."
    ),
    CheckReason.DYNAMIC_UTILIZATION_EXCEEDED: (
        "With the open orders of the next {horizon_days} days {whose_lower} would have used {utilization_percent} % of "
        "{room}; {max_percent} % are allowed."
    ),
    CheckReason.DOCUMENT_TOO_LARGE: "The document is over {amount}; {maximum} are allowed.",
    CheckReason.OLDEST_ITEM_OVERDUE: ("The oldest unpaid invoice is {days} days overdue; {max_days} are allowed."),
    CheckReason.OVERDUE_SHARE_TOO_HIGH: (
        "{overdue}, {share_percent} % of the unpaid invoices, are overdue; {max_percent} % are allowed."
    ),
    CheckReason.DUNNING_LEVEL_TOO_HIGH: "An invoice has been dunned up to level {level}; {max_level} is allowed.",
    CheckReason.PAYS_LATE: (
        "Invoices of the last 12 months were paid {average_days_late} days late on average; {max_days_late} are "
        "allowed."
    ),
    CheckReason.FIGURES_UNKNOWN: "Figures that this check needs are not known: {missing}.",
    CheckReason.UNRESOLVED: "This check needs to know more: {missing}.",
}
_CHINESE: Final[Mapping[str, str]] = {
    Reason.NO_LIMIT: "{whose}没有信用额度。",
    Reason.LIMIT_EXPIRED: "{whose}的信用额度已到期。",
    Reason.WRONG_CURRENCY: "没有该币种的信用账户。",
    Reason.NO_RATE: "缺少该账户所需币种的当前汇率。",
    Reason.ACCOUNT_SUSPENDED: "{whose}的账户已暂停。",
    Reason.ACCOUNT_BLOCKED: "{whose}的账户已冻结。",
    Reason.ACCOUNT_CLOSED: "{whose}的账户已关闭。",
    Reason.INSUFFICIENT_AVAILABLE: "{amount} 超出可用额度：{whose}额度 {room}，剩余 {available}。",
    CheckReason.UTILIZATION_ABOVE_THRESHOLD: (
        "{whose}额度 {room} 的使用率将达 {utilization_percent}%，上限为 {max_percent}%。"
    ),
    CheckReason.DYNAMIC_UTILIZATION_EXCEEDED: (
        "计入未来 {horizon_days} 天的未交订单，{whose}额度 {room} 的使用率将达 {utilization_percent}%，"
        "上限为 {max_percent}%。"
    ),
    CheckReason.DOCUMENT_TOO_LARGE: "单据金额为 {amount}，上限为 {maximum}。",
    CheckReason.OLDEST_ITEM_OVERDUE: "最早的未付发票已逾期 {days} 天，上限为 {max_days} 天。",
    CheckReason.OVERDUE_SHARE_TOO_HIGH: "逾期 {overdue}，占未付发票的 {share_percent}%，上限为 {max_percent}%。",
    CheckReason.DUNNING_LEVEL_TOO_HIGH: "有发票的催收级别已达 {level} 级，上限为 {max_level} 级。",
    CheckReason.PAYS_LATE: "近 12 个月平均逾期 {average_days_late} 天付款，上限为 {max_days_late} 天。",
    CheckReason.FIGURES_UNKNOWN: "缺少检查所需的数据：{missing}。",
    CheckReason.UNRESOLVED: "缺少检查所需的信息：{missing}。",
}
LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "zh": _CHINESE}
"""The words of every reason by language; what stands in braces is an operand of the step."""


def in_words(result: StepResult) -> dict[str, str]:
    """Return the reason of a step in words, by language, its operands filled in; nothing for a step without one."""
    if result.reason is None:
        return {}
    stated: Mapping[str, str] | None = result.operands.get("words")
    if stated is not None and result.reason not in RESERVED_CODES:
        return dict(stated)
    return {language: _filled(words[result.reason], result, language) for language, words in LANGUAGES.items()}


def _filled(words: str, result: StepResult, language: str) -> str:
    whose = WHOSE[language][result.operands.get("account_kind", Kind.CUSTOMER)]
    operands = {**result.operands, **_level_at_fault(result.operands)}
    shown = {name: _shown(value) for name, value in operands.items()}
    return words.format_map(_Known({**shown, "whose": whose, "whose_lower": whose[0].lower() + whose[1:]}))


def _level_at_fault(operands: Mapping[str, Any]) -> Mapping[str, Any]:
    levels: list[Mapping[str, Any]] = operands.get("levels", [])
    return next((level for level in levels if level["account_id"] == operands.get("account_id")), {})


def _shown(value: object) -> str:
    if isinstance(value, Mapping) and value.keys() == {"amount_minor", "currency"}:
        minor = max(-MAX_MINOR, min(value["amount_minor"], MAX_MINOR))
        return str(Money(minor, value["currency"]))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "?" if value is None else str(value)


class _Known(dict[str, str]):
    """Operands by name; one that is not there is shown as unknown, for words must not fail a check."""

    def __missing__(self, key: str) -> str:
        return "?"
