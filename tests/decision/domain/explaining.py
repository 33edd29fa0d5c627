"""A small product with facts that an applicant can change, and a policy over it, to explain and to give advice on."""

import copy
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.policy import Policy, load_policy
from services.decision.domain.policy.explain import Audience, Explanation, Language, Section, explain
from services.decision.domain.policy.what_if import Advice, what_would_change
from services.decision.domain.reasons import PLATFORM_REASONS, parse_reasons
from shared.facts import FactValue
from shared.products import parse_product

AS_OF: Final = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

PRODUCT: Final = parse_product(
    {
        "name": "van-loan",
        "title": "Loan for a van",
        "currency": "EUR",
        "facts": {
            "requested_amount": {"type": "money", "label": "Amount", "minimum": 1, "mutable": "lower"},
            "months": {
                "type": "integer",
                "label": "Term",
                "unit": "months",
                "minimum": 1,
                "maximum": 120,
                "mutable": "any",
            },
            "security": {"type": "enum", "label": "Security", "values": ["none", "van", "house"], "mutable": "any"},
            "own_cash": {
                "type": "money",
                "label": {"en": "Own cash", "zh": "自有资金、存款"},
                "minimum": 0,
                "mutable": "higher",
            },
            "income": {"type": "money", "label": {"en": "Income a year", "zh": "年收入"}},
            "dti": {"type": "decimal", "scale": 4, "label": "Debt to income"},
            "employed": {"type": "boolean", "label": "In employment"},
            "customer_since": {"type": "date", "label": "Customer since"},
            "partner_debt": {"type": "money", "label": "Debts of the partner"},
            "age": {"type": "integer", "label": "Age", "protected": True},
            "score": {"type": "integer", "source": "scoring", "label": "Score", "unit": "points"},
            "pd": {"type": "decimal", "scale": 6, "source": "scoring"},
        },
    }
)

_WORDED: Final = {
    "AMOUNT_OUTSIDE": ("This loan is made between 1,000 and 50,000 EUR.", "本贷款金额为 1,000 至 50,000 欧元。"),
    "DEBT_HIGH": ("Your debts are high for what you earn.", "相对于收入，您的负债过高。"),
    "TERM_LONG": ("The term is long for a loan without security.", "无担保贷款的期限过长。"),
    "INCOME_LOW": ("The amount is high for what you earn.", "相对于收入，申请金额过高。"),
    "CASH_LOW": ("Your own share of the price is low.", "您的自有资金偏低。"),
    "NEW_CUSTOMER": ("We have known you for less than a year.", "您成为客户不足一年。"),
    "PARTNER_DEBT": ("Other debts stand in the way.", "存在其他债务。"),
    "HISTORY_SHORT": ("Your record of payment is short.", "您的还款记录较短。"),
    "AMOUNT_HIGH": ("The amount is high for your record.", "相对于您的记录，申请金额过高。"),
    "VAN_INSURED": ("The van is insured against theft.", "车辆已投保盗抢险。"),
}

REASONS: Final = parse_reasons(
    [
        {"product": "any", "reasons": {code: {"en": f"({code})", "zh": f"({code})"} for code in PLATFORM_REASONS}},
        {"product": "van-loan", "reasons": {code: {"en": en, "zh": zh} for code, (en, zh) in _WORDED.items()}},
    ]
)


def screen(outcome: str, reason: str, on_missing: str = "refer", **row: Any) -> dict[str, Any]:
    """Return a knock-out row; `row` has its `when` and `if`."""
    return {**row, "outcome": outcome, "reason": reason, "on_missing": on_missing}


DOCUMENT: Final[dict[str, Any]] = {
    "name": "van-standard",
    "version": 1,
    "product": "van-loan",
    "title": "Van, standard",
    "definitions": {
        "burden": {
            "type": "decimal",
            "scale": 2,
            "label": {"en": "Amount over income", "zh": "贷款收入比"},
            "value": "requested_amount / income",
        },
        "points": {
            "type": "integer",
            "label": "Extra points",
            "hit_policy": "COLLECT",
            "aggregation": "SUM",
            "rows": [
                {"when": {"security": '"house"'}, "value": "20"},
                {"when": {"employed": "true"}, "value": "5"},
            ],
        },
    },
    "eligibility": {
        "hit_policy": "COLLECT",
        "rows": [screen("decline", "AMOUNT_OUTSIDE", when={"requested_amount": "not([1000..50000])"})],
    },
    "knock_outs": {
        "hit_policy": "COLLECT",
        "rows": [
            screen("decline", "DEBT_HIGH", when={"dti": "> 0.45"}),
            screen("refer", "TERM_LONG", when={"months": "> 48", "security": '"none"'}),
            screen("decline", "INCOME_LOW", when={"burden": "> 0.5"}),
            screen("decline", "CASH_LOW", when={"employed": "false", "own_cash": "< 0.1 * requested_amount"}),
            screen("refer", "NEW_CUSTOMER", "ignore", when={"customer_since": '> today() - duration("P1Y")'}),
            screen("refer", "PARTNER_DEBT", "ignore", when={"partner_debt": "> 0"}),
        ],
    },
    "grade": {
        "hit_policy": "FIRST",
        "rows": [
            {"if": "score + points >= 600", "grade": "A"},
            {"if": "score + points >= 500", "grade": "B"},
        ],
        "default": {"grade": "C"},
    },
    "matrix": {
        "hit_policy": "UNIQUE",
        "rows": [
            {"when": {"grade": '"A"'}, "outcome": "approve", "rate": "0.0600"},
            {"when": {"grade": '"B"', "requested_amount": "<= 20000"}, "outcome": "approve", "rate": "0.0800"},
            {
                "when": {"grade": '"B"', "requested_amount": "> 20000"},
                "outcome": "counter_offer",
                "share": "0.8",
                "rate": "0.0800",
                "reason": "AMOUNT_HIGH",
            },
            {"when": {"grade": '"C"'}, "outcome": "decline", "reason": "from_score"},
        ],
    },
    "terms": {
        "approve": {
            "limit": "requested_amount",
            "rate": 'rate + (if security = "none" then 0.0100 else 0)',
            "other_terms": {
                "first_month": {
                    "type": "date",
                    "label": {"en": "First payment", "zh": "首次还款日"},
                    "value": 'date("2027-01-15")',
                }
            },
        },
        "counter_offer": {"limit": "requested_amount * share", "round_down_to": "500"},
    },
    "conditions": {
        "hit_policy": "COLLECT",
        "rows": [{"when": {"security": '"van"'}, "condition": "VAN_INSURED", "on_missing": "require"}],
    },
    "routing": {
        "hit_policy": "FIRST",
        "rows": [{"when": {"requested_amount": "> 30000"}, "queue": "large-loans"}],
        "default": {"queue": "desk"},
    },
}


GOOD: Final[dict[str, FactValue]] = {
    "requested_amount": 1_500_000,
    "months": 36,
    "security": "van",
    "own_cash": 300_000,
    "income": 6_000_000,
    "dti": Decimal("0.2000"),
    "employed": True,
    "customer_since": date(2020, 1, 31),
    "partner_debt": 0,
    "score": 560,
    "pd": Decimal("0.010000"),
}


def policy_with(**changes: Any) -> Policy:
    """Return the policy with some of its parts replaced."""
    return load_policy({**copy.deepcopy(DOCUMENT), **changes}, PRODUCT, REASONS)


def screens(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a table of knock-outs, and a row that uses the definition that nothing else does."""
    return {"hit_policy": "COLLECT", "rows": [*rows, screen("refer", "INCOME_LOW", when={"burden": "> 1000000"})]}


POLICY: Final = policy_with()


def facts_with(changes: Mapping[str, Any]) -> dict[str, FactValue]:
    """Return the facts of a sound application, changed; None is missing."""
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not None}


def advise(policy: Policy = POLICY, reasons: tuple[str, ...] = ("HISTORY_SHORT",), **changes: Any) -> Advice | None:
    """Return what would change the answer to an application."""
    return what_would_change(policy, facts_with(changes), reasons, AS_OF)


def explained(
    language: Language = Language.EN,
    audience: Audience = Audience.OFFICER,
    policy: Policy = POLICY,
    reasons: tuple[str, ...] = ("HISTORY_SHORT",),
    **changes: Any,
) -> Explanation:
    """Return the explanation of the answer to an application, with advice."""
    facts = facts_with(changes)
    evaluation = policy.evaluate(facts, reasons, AS_OF)
    advice = what_would_change(policy, facts, reasons, AS_OF)
    return explain(policy, REASONS, facts, evaluation, AS_OF, language, audience, advice)


def said(explanation: Explanation, section: Section) -> list[str]:
    """Return the statements of a section."""
    return [item.text for item in explanation.items if item.section is section]
