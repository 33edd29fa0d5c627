"""The policy as a programmer would write it without an engine: exact, without a trace, without missing facts."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.bench.policy.workload import EXISTING_CUSTOMER_REBATE, LONG_TERM_SURCHARGE, MATRIX, OUTCOMES, RATES, SHARES

_RATES = {grade: Decimal(rate) for grade, rate in RATES.items()}
_SHARES = {grade: Decimal(share) for grade, share in SHARES.items()}
_SURCHARGE, _REBATE, _NOTHING = Decimal(LONG_TERM_SURCHARGE), Decimal(EXISTING_CUSTOMER_REBATE), Decimal(0)
_FOUR_PLACES = Decimal("0.0001")
_HIGH_UTILIZATION = Decimal("0.95")
_D = tuple(Decimal(text) for text in ("0.60", "0.10", "0.20", "0.30", "0.40", "0.50"))
Answer = tuple[str, str, int | None, Decimal | None, tuple[str, ...]]


def decide(f: dict[str, Any]) -> Answer:
    """Return outcome, grade, limit in cents, rate, and reasons (at most four)."""
    dti = (Decimal(f["monthly_debt"] * 12) / f["annual_income"]).quantize(_FOUR_PLACES, ROUND_HALF_UP)
    reasons = []
    if f["identity_check"] == "failed":
        reasons.append("IDENTITY_NOT_PROVEN")
    if f["sanctions_hit"]:
        reasons.append("SANCTIONS")
    if f["fraud_alert"]:
        reasons.append("FRAUD_ALERT")
    if f["deceased_flag"]:
        reasons.append("DECEASED")
    if f["bankruptcies"] > 0:
        reasons.append("BANKRUPTCY")
    if f["public_records"] > 2:
        reasons.append("PUBLIC_RECORDS")
    if f["delinquencies_12m"] > 2:
        reasons.append("DELINQUENT_NOW")
    if f["delinquencies_24m"] > 5:
        reasons.append("DELINQUENT_BEFORE")
    if f["largest_delinquency"] > 500_000:
        reasons.append("LARGE_DELINQUENCY")
    if f["inquiries_6m"] >= 9:
        reasons.append("TOO_MANY_INQUIRIES")
    if f["open_accounts"] > 30:
        reasons.append("TOO_MANY_ACCOUNTS")
    if f["utilization"] > _HIGH_UTILIZATION:
        reasons.append("UTILIZATION")
    if f["annual_income"] < 1_200_000:
        reasons.append("INCOME_TOO_LOW")
    if dti > _D[0]:
        reasons.append("DEBT_TOO_HIGH")
    if f["employment"] == "unemployed" and f["savings"] < 1_000_000:
        reasons.append("UNEMPLOYED")
    if f["months_employed"] < 3 and f["employment"] in ("employed", "temporary"):
        reasons.append("SHORT_EMPLOYMENT")
    if f["existing_exposure"] > 7_500_000:
        reasons.append("EXPOSURE")
    if f["country_risk"] in ("high", "very high"):
        reasons.append("COUNTRY")
    if f["requested_amount"] > 4_000_000 and f["collateral_value"] < 1_000_000:
        reasons.append("AMOUNT_UNSECURED")
    if f["term_months"] > 84:
        reasons.append("TERM")
    if f["purpose"] in ("vacation", "wedding") and f["term_months"] > 36:
        reasons.append("TERM_FOR_PURPOSE")
    if f["channel"] == "broker" and f["requested_amount"] > 3_000_000:
        reasons.append("CHANNEL_AMOUNT")
    if f["years_at_address"] < 1 and f["housing"] == "rent" and not f["existing_customer"]:
        reasons.append("NEW_ADDRESS")
    if f["dependants"] > 6 and f["annual_income"] < 3_000_000:
        reasons.append("DEPENDANTS")
    score = f["score"]
    if score < 480:
        reasons.append("SCORE_FLOOR")
    grade = "A" if score >= 720 else "B" if score >= 660 else "C" if score >= 600 else "D" if score >= 540 else "E"
    band = 0 if dti <= _D[1] else 1 if dti <= _D[2] else 2 if dti <= _D[3] else 3 if dti <= _D[4] else 4
    outcome = OUTCOMES[MATRIX[grade][5 if dti > _D[5] else band]]
    if reasons:
        # A decline of the matrix adds its own reason behind those of the knock-outs.
        if outcome == "decline":
            reasons.append("AFFORDABILITY")
        return "decline", grade, None, None, tuple(reasons[:4])
    if outcome != "approve":
        return outcome, grade, None, None, ("AFFORDABILITY",)
    capacity = f["annual_income"] * _SHARES[grade]
    limit = min(int(capacity), f["requested_amount"]) // 10_000 * 10_000
    rate = _RATES[grade] + (_SURCHARGE if f["term_months"] > 60 else _NOTHING)
    rate -= _REBATE if f["existing_customer"] else _NOTHING
    if limit < f["requested_amount"]:
        return "counter_offer", grade, limit, rate, ("AFFORDABILITY",)
    return "approve", grade, limit, rate, ()
