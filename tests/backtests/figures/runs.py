"""Backtests of the small card policy, with tables as an engine would leave them but written by the online engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb

from services.backtests.figures import Comparison, Report, Side, figures
from services.decision.domain.decision import ScoreOutcome, decide
from services.decision.domain.policy import Policy
from shared.facts import Fact, FactType, SoundFacts
from tests.decision.domain.policy.small import AS_OF, GOOD, PRODUCT, REASONS, changed, policy

RATE_SCALE = 4
SQL_TYPE = {
    FactType.INTEGER: "BIGINT",
    FactType.MONEY: "BIGINT",
    FactType.DECIMAL: "BIGINT",
    FactType.ENUM: "VARCHAR",
    FactType.BOOLEAN: "BOOLEAN",
    FactType.DATE: "DATE",
}
MADE_AT = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)

LIVE = policy()
"""Grade A (score from 600) is approved, B below 5,000 is offered 80 %, C declined."""

GRADES = [
    {"when": {"score": ">= 550"}, "grade": "A"},
    {"when": {"score": "[500..550)"}, "grade": "B"},
    {"when": {"score": "< 500"}, "grade": "C"},
]
CANDIDATE = policy(
    changed("grade/rows", GRADES)
    | {
        "version": 4,
        "terms": {
            "approve": {"limit": "min(requested_amount, income * 0.4)", "less_reason": "INCOME_LOW"},
            "counter_offer": {"limit": "requested_amount * share", "round_down_to": "50"},
        },
    }
)
"""Grade A from 550, and no more than 40 % of the income where live gives half of it."""


@dataclass(frozen=True)
class Applicant:
    """One application: facts that differ from `GOOD`, and what is known of it."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""
    bad: bool | None = None
    decided: str | None = None
    segments: Mapping[str, str | None] = field(default_factory=dict)
    protected: Mapping[str, str | None] = field(default_factory=dict)
    score_reasons: tuple[str, ...] = ("HISTORY_SHORT",)
    as_of: datetime = AS_OF


def score(value: int, **others: Any) -> Applicant:
    """Return an applicant with a score, good in all else."""
    return Applicant({"score": value}, **others)


def tables(applicants: Sequence[Applicant], live: Policy = LIVE, candidate: Policy = CANDIDATE) -> Any:
    """Return a database with the tables of a backtest of `applicants`."""
    db = duckdb.connect()
    segments = list(dict.fromkeys(name for each in applicants for name in each.segments))
    protected = list(dict.fromkeys(name for each in applicants for name in each.protected))
    facts = PRODUCT.dictionary.facts.values()
    columns = [
        *("row_id BIGINT", "reference VARCHAR", "party_id VARCHAR", "as_of TIMESTAMPTZ", "as_of_day DATE"),
        *("decided VARCHAR", "bad BOOLEAN", "has_score_reasons BOOLEAN", "score_reasons VARCHAR[]"),
        *(_quoted(f"segment:{name}") + " VARCHAR" for name in segments),
        *(_quoted(f"protected:{name}") + " VARCHAR" for name in protected),
        *(f"{_quoted(fact.name)} {SQL_TYPE[fact.type]}" for fact in facts),
    ]
    db.execute(f"CREATE TABLE application ({', '.join(columns)})")
    for name in ("live", "candidate"):
        db.execute(
            f"CREATE TABLE {name} (row_id BIGINT, outcome VARCHAR, grade VARCHAR, approved_minor BIGINT, rate BIGINT,"
            " queue VARCHAR, reasons_0 VARCHAR)"
        )
    for number, each in enumerate(applicants, start=2):
        values = {name: value for name, value in {**GOOD, **each.facts}.items() if value is not None}
        row = [
            *(number, each.reference or f"ref-{number}", None, each.as_of, each.as_of.date(), each.decided, each.bad),
            *(bool(each.score_reasons), list(each.score_reasons)),
            *(each.segments.get(name) for name in segments),
            *(each.protected.get(name) for name in protected),
            *(_stored(fact, values.get(fact.name)) for fact in facts),
        ]
        db.execute(f"INSERT INTO application VALUES ({', '.join('?' * len(row))})", row)
        for name, loaded in (("live", live), ("candidate", candidate)):
            db.execute(f"INSERT INTO {name} VALUES (?, ?, ?, ?, ?, ?, ?)", [number, *_answer(loaded, values, each)])
    return db


def comparison(live: Policy | Side = LIVE, candidate: Policy | Side = CANDIDATE, **others: Any) -> Comparison:
    """Return what `tables` compares."""
    sides = {
        name: each if isinstance(each, Side) else side(each)
        for name, each in (("live", live), ("candidate", candidate))
    }
    return Comparison(PRODUCT, REASONS, **sides, **({"source": "applicants.csv", "made_at": MADE_AT} | others))


def side(loaded: Policy, engine: str = "duckdb", why: str = "it compiles to SQL") -> Side:
    """Return a side whose reasons stand in one column as text."""
    return Side(
        policy=loaded,
        engine=engine,
        engine_reason=why,
        reason_columns=("reasons_0",),
        rate_scale=RATE_SCALE,
        reasons=lambda row, _score_reasons: tuple(filter(None, row["reasons_0"].split(","))),
    )


def report(applicants: Sequence[Applicant], **others: Any) -> Report:
    """Return the report of a backtest of `applicants`."""
    return figures(tables(applicants), comparison(**others))


def _answer(loaded: Policy, values: Mapping[str, Any], each: Applicant) -> list[Any]:
    known = dict(values)
    score, pd = known.pop("score", None), known.pop("pd", Decimal("NaN"))
    scored = None if score is None else ScoreOutcome(score, pd, each.score_reasons, "m", "1", "h")
    found = decide(PRODUCT, loaded, SoundFacts(known, PRODUCT.dictionary), scored, each.as_of)
    rate = None if found.rate is None else int(found.rate.scaleb(RATE_SCALE))
    return [found.outcome.value, found.grade, found.approved_minor, rate, found.queue, ",".join(found.reasons)]


def _stored(fact: Fact, value: Any) -> Any:
    return int(value.scaleb(fact.scale)) if isinstance(value, Decimal) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
