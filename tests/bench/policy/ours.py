"""The policy in Assay's own form."""

from typing import Any

from services.decision.domain.policy import Policy, load_policy
from services.decision.domain.reasons import PLATFORM_REASONS, parse_reasons
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
    Condition,
    product,
)


def policy() -> Policy:
    """Return the loaded policy."""
    codes = [*PLATFORM_REASONS, *(reason for reason, _ in KNOCK_OUTS), "AFFORDABILITY"]
    wording = {code: {"en": code.lower(), "zh": code} for code in codes}
    return load_policy(document(), product(), parse_reasons([{"product": "any", "reasons": wording}]))


def document() -> dict[str, Any]:
    """Return the policy document."""
    rate = "rate + (if term_months > 60 then {0} else 0) - (if existing_customer then {1} else 0)"
    return {
        "name": "bench",
        "version": 1,
        "product": "bench-loan",
        "title": "Bench policy",
        "definitions": {"dti": {"type": "decimal", "scale": 4, "value": "monthly_debt * 12 / annual_income"}},
        "eligibility": {"hit_policy": "COLLECT", "rows": [_knock_out(*row) for row in KNOCK_OUTS[:4]]},
        "knock_outs": {"hit_policy": "COLLECT", "rows": [_knock_out(*row) for row in KNOCK_OUTS[4:]]},
        "grade": {"hit_policy": "UNIQUE", "rows": [_grade(*row) for row in GRADES]},
        "matrix": {"hit_policy": "UNIQUE", "rows": [_cell(g, band) for g in MATRIX for band in range(6)]},
        "terms": {
            "approve": {
                "limit": "min(requested_amount, annual_income * share)",
                "round_down_to": "100",
                "less_reason": "AFFORDABILITY",
                "rate": rate.format(LONG_TERM_SURCHARGE, EXISTING_CUSTOMER_REBATE),
            },
        },
    }


def _knock_out(reason: str, conditions: tuple[Condition, ...]) -> dict[str, Any]:
    when = {fact: _feel(operator, value) for fact, operator, value in conditions}
    return {"when": when, "outcome": "decline", "reason": reason, "on_missing": "refer"}


def _feel(operator: str, value: Any) -> str:
    if operator == "in":
        return ", ".join(f'"{item}"' for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if operator == "=":
        return f'"{value}"'
    return f"{operator} {value}"


def _grade(grade: str, low: int | None, high: int | None) -> dict[str, Any]:
    cell = f"< {high}" if low is None else f">= {low}" if high is None else f"[{low}..{high})"
    return {"when": {"score": cell}, "grade": grade}


def _cell(grade: str, band: int) -> dict[str, Any]:
    bounds = ("", *DTI_BANDS, "")
    low, high = bounds[band], bounds[band + 1]
    cell = f"<= {high}" if not low else f"> {low}" if not high else f"({low}..{high}]"
    outcome = OUTCOMES[MATRIX[grade][band]]
    row = {"when": {"grade": f'"{grade}"', "dti": cell}, "outcome": outcome}
    if outcome == "approve":
        return row | {"share": SHARES[grade], "rate": RATES[grade]}
    return row | {"reason": "AFFORDABILITY"}
