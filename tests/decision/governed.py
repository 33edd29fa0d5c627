"""Small documents under a name of their own, so that tests of the life cycle do not meet."""

import secrets
from typing import Any


def new_name() -> str:
    """Return a product name that no other test uses."""
    return f"flat-{secrets.token_hex(5)}"


def product(name: str, title: str = "Flat loan", **facts: Any) -> dict[str, Any]:
    """Return a product; further facts by name."""
    known = {"requested_amount": {"type": "money", "minimum": 1}, "months": {"type": "integer", "minimum": 0}}
    return {"name": name, "title": title, "currency": "EUR", "facts": {**known, **facts}}


def reasons(name: str, *more: str) -> dict[str, Any]:
    """Return the reason codes that the policy uses, and more if named."""
    codes = ("TOO_LONG", "TOO_MUCH", *more)
    return {"product": name, "reasons": {code: {"en": f"{code}.", "zh": f"{code}。"} for code in codes}}


def policy(name: str, most: int = 5_000, fact: str = "months", reason: str = "TOO_MUCH") -> dict[str, Any]:
    """Return a policy that approves up to `most` euros and declines more; `most` is its version as well."""
    return {
        "name": f"{name}-standard",
        "version": most,
        "product": name,
        "title": "Flat, standard",
        "eligibility": {"hit_policy": "COLLECT", "rows": []},
        "knock_outs": {
            "hit_policy": "COLLECT",
            "rows": [{"when": {fact: "> 36"}, "outcome": "decline", "reason": "TOO_LONG", "on_missing": "refer"}],
        },
        "grade": {"hit_policy": "UNIQUE", "rows": [{"when": {"requested_amount": "-"}, "grade": "A"}]},
        "matrix": {
            "hit_policy": "FIRST",
            "rows": [{"when": {"requested_amount": f"<= {most}"}, "outcome": "approve", "rate": "0.0500"}],
            "default": {"outcome": "decline", "reason": reason},
        },
        "terms": {"approve": {"limit": "requested_amount"}},
    }
