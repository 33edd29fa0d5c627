"""From a document (YAML or JSON, already loaded) to a policy as written. Strict: what is unknown is a located fault."""

from collections.abc import Mapping
from typing import Any, Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.document.form import (
    FROM_SCORE,
    Case,
    Finding,
    Grade,
    HitPolicy,
    Offer,
    OnMissing,
    PolicyDocument,
    Requirement,
    Route,
    Table,
)
from services.decision.domain.policy.document.reading import Reader
from services.decision.domain.policy.document.tables import read_default, read_hit_policy, read_rows
from services.decision.domain.policy.document.values import read_definitions, read_terms
from services.decision.domain.policy.faults import PolicyError, PolicyFault, did_you_mean, excerpt

MAX_ROWS: Final = 5_000
"""Rows of all tables of a policy together."""

MAX_CASES: Final = 500

_SINGLE: Final = (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.PRIORITY, HitPolicy.ANY)
_SCREEN_MISSING: Final = (OnMissing.REFER, OnMissing.DECLINE, OnMissing.IGNORE)
_CONDITION_MISSING: Final = (OnMissing.REFER, OnMissing.REQUIRE, OnMissing.IGNORE)


def parse_document(document: Mapping[str, Any]) -> PolicyDocument:
    """Return the policy as written; raises `PolicyError` with the faults of form, each with its place."""
    reader = Reader.of(document)
    _refuse_too_much(reader.values)
    if reader.has("description"):
        reader.text("description")
    parsed = PolicyDocument(
        name=reader.text("name"),
        version=reader.version("version"),
        product=reader.text("product"),
        title=reader.text("title"),
        definitions=read_definitions(reader),
        eligibility=_screen(reader, "eligibility"),
        knock_outs=_screen(reader, "knock_outs"),
        grade=_grades(reader.child("grade")),
        matrix=_matrix(reader.child("matrix")),
        terms=read_terms(reader.child("terms")),
        conditions=_conditions(reader.child("conditions")) if reader.has("conditions") else None,
        routing=_routing(reader.child("routing")) if reader.has("routing") else None,
        cases=tuple(_case(case) for case in reader.children("cases", required=False)),
    )
    reader.close()
    reader.findings.close()
    return parsed


def _refuse_too_much(document: Mapping[str, Any]) -> None:
    definitions = document.get("definitions")
    tables = [*document.values(), *(definitions.values() if isinstance(definitions, Mapping) else ())]
    rows = [table.get("rows") for table in tables if isinstance(table, Mapping)]
    if sum(len(each) for each in rows if isinstance(each, list | tuple)) > MAX_ROWS:
        raise PolicyError([PolicyFault("", "too_many_rows", f"the tables have more than {MAX_ROWS} rows together")])
    cases = document.get("cases")
    if isinstance(cases, list | tuple) and len(cases) > MAX_CASES:
        raise PolicyError([PolicyFault("/cases", "too_many_cases", f"there are more than {MAX_CASES} golden cases")])


def _screen(reader: Reader, name: str) -> Table[Finding]:
    table = reader.child(name)
    hit_policy = read_hit_policy(table, name, (HitPolicy.COLLECT,))
    rows = read_rows(table, name, lambda row: _finding(row, name))
    table.close()
    return Table(name, table.pointer, hit_policy, rows)


def _finding(row: Reader, table: str) -> Finding:
    outcome = row.choice("outcome", Outcome, (Outcome.DECLINE, Outcome.REFER, Outcome.PEND_INFO))
    if not row.has("reason"):
        row.fault("reason", "missing_reason", f"{row.place(table)}: {outcome} needs a reason code")
    return Finding(outcome, row.text("reason", required=False), row.choice("on_missing", OnMissing, _SCREEN_MISSING))


def _grades(table: Reader) -> Table[Grade]:
    hit_policy = read_hit_policy(table, "grade", _SINGLE)
    values = table.texts_at("values")
    rows = read_rows(table, "grade", lambda row: _grade(row, values))
    default = read_default(table, lambda row: _grade(row, values))
    if hit_policy is HitPolicy.PRIORITY and not values:
        table.fault("values", "missing_key", "table grade: PRIORITY goes by the order of `values`")
    if len(set(values)) != len(values):
        table.fault("values", "repeated_value", "table grade: one of its values stands twice")
    table.close()
    return Table("grade", table.pointer, hit_policy, rows, default, values=values)


def _grade(row: Reader, values: tuple[str, ...]) -> Grade:
    grade = row.text("grade")
    if grade and values and grade not in values:
        words = f"{row.place('grade')}: `{excerpt(grade)}` is not one of `values`{did_you_mean(grade, values)}"
        row.fault("grade", "unknown_value", words)
    return Grade(grade)


def _matrix(table: Reader) -> Table[Offer]:
    hit_policy = read_hit_policy(table, "matrix", _SINGLE)
    rows = read_rows(table, "matrix", _offer)
    default = read_default(table, _offer)
    table.close()
    return Table("matrix", table.pointer, hit_policy, rows, default)


def _offer(row: Reader) -> Offer:
    outcome = row.choice("outcome", Outcome, tuple(Outcome))
    reason = row.text("reason") if row.has("reason") else None
    if reason is None and outcome is not Outcome.APPROVE:
        row.fault("reason", "missing_reason", f"{row.place('matrix')}: {outcome} needs a reason code or {FROM_SCORE}")
    if reason is not None and outcome is Outcome.APPROVE:
        row.fault("reason", "needless_reason", f"{row.place('matrix')}: approve has no reason")
    return Offer(outcome, reason, row.decimal("share"), row.decimal("rate"))


def _conditions(table: Reader) -> Table[Requirement]:
    hit_policy = read_hit_policy(table, "conditions", (HitPolicy.COLLECT,))
    rows = read_rows(table, "conditions", _requirement)
    table.close()
    return Table("conditions", table.pointer, hit_policy, rows)


def _requirement(row: Reader) -> Requirement:
    return Requirement(row.text("condition"), row.choice("on_missing", OnMissing, _CONDITION_MISSING))


def _routing(table: Reader) -> Table[Route]:
    hit_policy = read_hit_policy(table, "routing", (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.ANY))
    rows = read_rows(table, "routing", _route)
    # Whatever is unknown about a referred application, somebody has to look at it: routing cannot do without.
    default = table.child("default")
    output = _route(default)
    default.close()
    table.close()
    return Table("routing", table.pointer, hit_policy, rows, output)


def _route(row: Reader) -> Route:
    return Route(row.text("queue"))


def _case(case: Reader) -> Case:
    name = case.text("name")
    as_of = case.day("as_of")
    facts = case.mapping("facts")
    reasons = case.texts_at("score_reasons")
    expect = case.mapping("expect")
    case.close()
    return Case(name, as_of, facts, reasons, expect)
