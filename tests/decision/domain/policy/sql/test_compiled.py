"""A compiled policy says to every application what the interpreter says, to the bit."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import duckdb
import pytest
from hypothesis import Phase, assume, given, settings
from sqlglot import parse_one
from sqlglot.expressions import Select

from services.decision.domain.decision import ScoreOutcome, decide
from services.decision.domain.policy import Answer
from services.decision.domain.policy.sql import CompiledPolicy, NotCompilable, compile_policy, uncompilable
from shared.facts import SoundFacts
from shared.feel.typed.sql.dialects import Dialect, in_dialect
from tests.decision.domain.policy import small
from tests.decision.domain.policy.small import AS_OF, GOOD, changed
from tests.decision.domain.policy.sql.generated import APPLICATIONS, documents
from tests.decision.domain.policy.sql.tables import (
    columns,
    decoded,
    interpreted,
    literals,
    reasons_of,
    require_same,
    row_of,
)
from tests.decision.domain.policy.written import unchecked

UNSHRUNK: Final = (Phase.explicit, Phase.reuse, Phase.generate)
"""Smaller examples are not looked for: each takes a policy to compile and a query to plan, and would be one of many."""

CONDITIONS: Final = [
    {"when": {"months": "> 12"}, "condition": "PAYSLIP", "on_missing": "require"},
    {"if": "limit > 1000", "condition": "GUARANTEE", "on_missing": "ignore"},
    {"if": "employed", "condition": "PAYSLIP", "on_missing": "ignore"},
]

Applications = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory."""
    connection = duckdb.connect()
    yield connection
    connection.close()


def rows_of(
    duck: duckdb.DuckDBPyConnection, compiled: CompiledPolicy, applications: Applications, **of: bool
) -> list[dict[str, Any]]:
    """What DuckDB makes of the applications."""
    duck.execute(f"CREATE OR REPLACE TEMP TABLE source ({columns(compiled)})")
    rows = [literals(row_of(compiled, number, facts, AS_OF)) for number, facts in enumerate(applications)]
    duck.execute(f"INSERT INTO source VALUES {', '.join(rows)}")
    found = duck.execute(compiled.query("source", **of))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@settings(max_examples=100, phases=UNSHRUNK)
@given(documents(), APPLICATIONS)
def test_duckdb_says_what_the_interpreter_says(
    duck: duckdb.DuckDBPyConnection, document: dict[str, Any], applications: list[dict[str, Any]]
) -> None:
    policy = unchecked(document)
    assume(not uncompilable(policy))
    compiled = compile_policy(policy)
    found = decoded(compiled, rows_of(duck, compiled, applications))
    require_same(found, interpreted(policy, applications, AS_OF), applications)


def test_facts_that_are_known_to_be_sound_need_not_be_checked(duck: duckdb.DuckDBPyConnection) -> None:
    policy = small.policy()
    applications = [GOOD, {**GOOD, "score": 550}, {**GOOD, "dti": None}]
    found = decoded(compile_policy(policy), rows_of(duck, compile_policy(policy), applications, sound=True))
    require_same(found, interpreted(policy, applications, AS_OF), applications)


def test_values_that_are_none_of_their_facts_are_missing(duck: duckdb.DuckDBPyConnection) -> None:
    compiled = compile_policy(small.policy())
    sound, *strange = decoded(
        compiled,
        rows_of(duck, compiled, [GOOD, {**GOOD, "region": "east", "employed": False}, {**GOOD, "income": 2**60}]),
    )
    assert sound.outcome == "approve"
    assert [(found.outcome, found.reasons) for found in strange] == [
        ("decline", ("INFORMATION_INCOMPLETE",)),
        ("refer", ("INFORMATION_INCOMPLETE",)),
    ]


@settings(max_examples=60, phases=UNSHRUNK)
@given(documents(), APPLICATIONS)
def test_a_query_as_decided_says_what_decisions_say(
    duck: duckdb.DuckDBPyConnection, document: dict[str, Any], applications: list[dict[str, Any]]
) -> None:
    policy = unchecked(document)
    assume(not uncompilable(policy))
    compiled, product = compile_policy(policy, as_decided=True), policy.bound.product
    for number, (row, facts) in enumerate(zip(rows_of(duck, compiled, applications), applications, strict=True)):
        known = {name: value for name, value in facts.items() if name != "score"}
        score = ScoreOutcome(facts.get("score", 0), Decimal("2"), reasons_of(number), "model", "1", "")
        sound = SoundFacts({}, product.dictionary).with_values(known)
        decided = decide(product, policy, sound, score if "score" in facts else None, AS_OF)
        answer = compiled.decode_answer(row, reasons_of(number))
        assert {name: getattr(decided, name) for name in Answer._fields} == answer._asdict(), facts
        letters = compiled.decode(row, reasons_of(number)).letters
        assert tuple(decided.trace["tables"].values()) == letters
        assert decided.trace["outputs"]["outcome"] == row["policy_outcome"]


def test_a_query_for_people_has_codes_and_decimals(duck: duckdb.DuckDBPyConnection) -> None:
    policy = small.policy(changed("conditions", {"hit_policy": "COLLECT", "rows": CONDITIONS}))
    compiled = compile_policy(policy)
    refused = {"requested_amount": 1, "dti": Decimal("0.7000"), "employed": False, "score": 550}
    rows_of(duck, compiled, [GOOD, {**GOOD, **refused}, {**GOOD, "score": None}])
    found = duck.execute(compiled.named("source") + " ORDER BY row_id").fetchall()
    assert found == [
        (0, "approve", "A", 200_000, None, Decimal("0.09"), "", "PAYSLIP,GUARANTEE"),
        (1, "decline", "B", None, None, None, "TOO_SMALL,DEBT_HIGH,NO_JOB", ""),
        (2, "refer", None, None, "desk", None, "SCORE_UNAVAILABLE", ""),
    ]
    for facts, row in zip([GOOD, {**GOOD, **refused}], found, strict=False):
        assert ",".join(policy.answer(facts, ("S",), AS_OF).reasons) == row[6]


def test_what_sql_cannot_say_is_named_with_its_place() -> None:
    document = changed("terms/approve/limit", "requested_amount * (1 + dti) ** months")
    document["knock_outs"]["rows"][0] = {
        "if": "some x in [1, 5] satisfies x = months",
        "outcome": "decline",
        "reason": "DEBT_HIGH",
        "on_missing": "refer",
    }
    faults = uncompilable(small.policy(document))
    assert [fault.pointer for fault in faults] == ["/knock_outs/rows/0/if", "/terms/approve/limit"]
    assert all("cannot be said in SQL" in fault.detail for fault in faults)
    with pytest.raises(NotCompilable, match="requested_amount"):
        compile_policy(small.policy(document))
    assert uncompilable(small.policy()) == ()


@pytest.mark.parametrize("dialect", ["trino", "snowflake", "bigquery", "postgres", "spark"])
def test_warehouses_get_a_query_that_parses(dialect: Dialect) -> None:
    compiled = compile_policy(small.policy(), as_decided=True)
    for query in (compiled.query("applications"), compiled.named("applications")):
        assert parse_one(in_dialect(query, dialect), read=dialect).find(Select)


def test_a_policy_of_two_thousand_rows_is_one_query(duck: duckdb.DuckDBPyConnection) -> None:
    bands = [(low, low + 5) for low in range(0, 10_000, 5)]
    document = changed(
        "matrix/rows",
        [
            {"when": {"requested_amount": f"[{low}..{high})"}, "outcome": "approve", "rate": f"0.{low + 1:05}"}
            for low, high in bands
        ],
    )
    policy = unchecked(document)
    applications = [
        {**GOOD, "requested_amount": amount} for amount in (100, 4_999, 50_000, 499_999, 999_999, 1_000_000)
    ]
    compiled = compile_policy(policy)
    found = decoded(compiled, rows_of(duck, compiled, applications))
    require_same(found, interpreted(policy, applications, AS_OF), applications)
    assert len({each.rate for each in found}) == 4
