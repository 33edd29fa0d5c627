"""The policy with rule-engine, a rule library of Python: its rules are the knock-outs, Python does the rest."""

from typing import Any

import rule_engine

from tests.bench.policy.workload import (
    DTI_BANDS,
    EXISTING_CUSTOMER_REBATE,
    GRADES,
    KNOCK_OUTS,
    LONG_TERM_SURCHARGE,
    MATRIX,
    OUTCOMES,
    RATES,
    SHARES,
)
from tests.bench.policy.zen_model import rule_text

_RULES = [
    (reason, rule_engine.Rule(" and ".join(rule_text(*condition) for condition in conditions)))
    for reason, conditions in KNOCK_OUTS
]
_BANDS = [float(bound) for bound in DTI_BANDS]


def decide(facts: dict[str, Any]) -> tuple[str, float | None]:
    """Return the outcome and the limit in dollars for plain facts."""
    dti = round(facts["monthly_debt"] * 12 / facts["annual_income"], 4)
    known = {**facts, "dti": dti}
    reasons = [reason for reason, rule in _RULES if rule.matches(known)]
    grade = next(grade for grade, low, _ in GRADES if low is None or facts["score"] >= low)
    outcome = OUTCOMES[MATRIX[grade][sum(dti > bound for bound in _BANDS)]]
    if reasons:
        return "decline", None
    if outcome != "approve":
        return outcome, None
    limit = min(facts["requested_amount"], facts["annual_income"] * float(SHARES[grade])) // 100 * 100
    rate = float(RATES[grade]) + (float(LONG_TERM_SURCHARGE) if facts["term_months"] > 60 else 0.0)
    rate -= float(EXISTING_CUSTOMER_REBATE) if facts["existing_customer"] else 0.0
    assert rate > 0
    return ("counter_offer" if limit < facts["requested_amount"] else "approve"), limit
