"""Made-up applicants by the million, with the spread of a small consumer loan: six numbers and six categories."""

from pathlib import Path
from typing import Any, Final

import duckdb

from shared.products import Product, parse_product

SEED: Final = 20_261_122

NUMBERS: Final = {
    "requested_amount": (25_000, 2_000_000),
    "duration_months": (4, 72),
    "age_of_account_months": (0, 240),
    "open_credits": (0, 12),
    "income": (80_000, 1_200_000),
    "utilization": (0, 130),
}
"""Least and greatest value, amounts in minor units."""

CATEGORIES: Final = {
    "checking_status": ("none", "overdrawn", "low", "in credit"),
    "credit_history": ("critical", "delayed", "paid till now", "all paid"),
    "purpose": ("car, new", "car, used", "furniture", "radio/television", "repairs", "education", "business"),
    "savings": ("none known", "below 100", "100 to 500", "above 500"),
    "employment": ("unemployed", "below 1 year", "1 to 4 years", "above 4 years"),
    "housing": ("own", "rent", "for free"),
}

COLUMNS: Final = (*NUMBERS, *CATEGORIES)

MISSING: Final = 0.02
"""The share of values that are not there."""


def document() -> dict[str, Any]:
    """Return the product of the applicants, as its file says it."""
    facts: dict[str, Any] = {name: {"type": "integer"} for name in NUMBERS}
    facts |= {name: {"type": "money"} for name in ("requested_amount", "income")}
    facts |= {name: {"type": "enum", "values": list(values)} for name, values in CATEGORIES.items()}
    return {"name": "bench-loan", "title": "Benchmark loan", "currency": "EUR", "facts": facts}


def product() -> Product:
    """Return the product of the applicants."""
    return parse_product(document())


def write(path: Path, rows: int, first: int = 0) -> None:
    """Write applicants to a Parquet file: `id`, their facts in stored form, and `bad`."""
    columns = ["range", "range AS id", *map(_number, NUMBERS), *map(_category, CATEGORIES)]
    risk = """
        0.16 + 0.002 * COALESCE(duration_months, 20) + 0.0015 * COALESCE(utilization, 50) - 0.0004 *
        COALESCE(age_of_account_months, 60) + CASE WHEN checking_status IN ('none', 'overdrawn') THEN 0.12 ELSE 0 END +
        CASE WHEN credit_history = 'critical' THEN 0.15 ELSE 0 END + CASE WHEN housing = 'own' THEN -0.05 ELSE 0 END +
        CASE WHEN savings IN ('none known', 'below 100') THEN 0.06 ELSE 0 END + CASE WHEN employment = 'unemployed' THEN
        0.08 ELSE 0 END + 0.01 * COALESCE(open_credits, 3) - 0.0000001 * COALESCE(income, 400000) +
        0.00000005 * COALESCE(requested_amount, 500000) + CASE WHEN purpose = 'education' THEN 0.06 ELSE 0 END
    """
    made = f"SELECT {', '.join(columns)} FROM range({first}, {first + rows})"
    query = f"SELECT * EXCLUDE (range), {_draw('bad')} < {risk} AS bad FROM ({made})"
    with duckdb.connect() as db:
        db.execute("SET threads = 2")
        db.execute("SET memory_limit = '1GB'")
        db.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def _number(name: str) -> str:
    low, high = NUMBERS[name]
    value = f"CAST({low} + floor(({high} - {low} + 1) * pow({_draw(name)}, 2)) AS BIGINT)"
    return f'CASE WHEN {_draw(name + " missing")} >= {MISSING} THEN {value} END AS "{name}"'


def _category(name: str) -> str:
    values = ", ".join(f"'{value}'" for value in CATEGORIES[name])
    value = f"[{values}][1 + CAST(floor({len(CATEGORIES[name])} * {_draw(name)}) AS INTEGER)]"
    return f'CASE WHEN {_draw(name + " missing")} >= {MISSING} THEN {value} END AS "{name}"'


def _draw(name: str) -> str:
    return f"((hash(range, '{name}', {SEED}) % 1000003) / 1000003.0)"
