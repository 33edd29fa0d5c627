"""Applications as rows of a table, and what engines give back as the values that expressions have online."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from shared.feel.typed import TODAY, Kind, Typed, TypeFaults, interpret, names_in
from shared.feel.typed.sql import SqlValue, Uncompilable, column, to_sql
from shared.feel.typed.types import DATE
from shared.feel.values import NUMBERS
from tests.shared.feel.typed.language import AS_OF, NAMES, cell, cells, condition, expression, facts, values_of

COLUMNS: Final = {name: of for name, of in NAMES.items() if not of.protected} | {TODAY: DATE}
SQL_NAMES: Final = {name: "as_of" if name == TODAY else name for name in COLUMNS}
SQL_VALUES: Final = {name: column(SQL_NAMES[name], of) for name, of in COLUMNS.items()}
"""The facts as columns."""

KINDS: Final = ("number", "money", "date", "days", "months", "text", "condition")
DECLARED: Final = {"number": (None, "coverage", "dti", "employees"), "money": (None, "amount", "revenue")}


def sql_type(value: SqlValue) -> str:
    """The SQL type of a value, in words that are the same in all engines once HUGEINT is a decimal of 38 digits."""
    plain = {Kind.TEXT: "VARCHAR", Kind.BOOLEAN: "BOOLEAN", Kind.DATE: "DATE"}
    return plain.get(value.type.kind) or value.integer.type


def row_of(application: Mapping[str, Any]) -> list[Any]:
    """An application as a row: decimals as integers, and the day of the decision at the end."""
    known = {**application, TODAY: AS_OF.date()}
    return [_stored(known[name], SQL_VALUES[name].scale) for name in COLUMNS]


def _stored(value: Any, scale: int) -> Any:
    return int(value.scaleb(scale)) if isinstance(value, Decimal) else value


def online(result: Any, of: SqlValue) -> Any:
    """What an engine gave back, as the online engine has it."""
    if result is None or not of.is_integer:
        return result
    assert of.low <= int(result) <= of.high, f"{result} is not in [{of.low}, {of.high}]"
    return NUMBERS.scaleb(Decimal(result), -of.scale)


def interpreted_rows(typed: Typed, applications: Sequence[dict[str, Any]]) -> list[Any]:
    """The values of an expression by the closures."""
    names = sorted(names_in(typed))
    reading = interpret(typed, {name: slot for slot, name in enumerate(names)})
    return [reading([(application | {TODAY: AS_OF.date()})[name] for name in names]) for application in applications]


def expressions() -> st.SearchStrategy[Typed | None]:
    """Expressions and cells that are well typed, some of them brought to a declared type."""
    written = st.sampled_from(KINDS).flatmap(
        lambda kind: st.tuples(st.just(kind), values_of(kind), st.sampled_from(DECLARED.get(kind, (None,))))
    )
    found = st.one_of(
        written.map(lambda drawn: _typed(*drawn)), cells().map(lambda drawn: _typed("cell", *drawn[::-1]))
    )
    return found.filter(lambda typed: typed is not None)


def _typed(kind: str, text: str, of: str | None) -> Typed | None:
    try:
        if kind == "cell":
            assert of is not None
            return cell(of, text)
        return condition(text) if kind == "condition" else expression(text, of)
    except TypeFaults:
        return None


def drawn(strategy: st.SearchStrategy[Any], count: int, of_seed: int) -> list[Any]:
    """The first examples of a strategy, the same in every run."""
    found: list[Any] = []

    @seed(of_seed)
    @settings(max_examples=count, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


def applications() -> list[dict[str, Any]]:
    """Applications with values at boundaries; half of them lack something."""
    return drawn(facts(missing=True), 100, 1) + drawn(facts(missing=False), 100, 2)


def compiled(expressions_: Iterable[Typed]) -> list[tuple[Typed, SqlValue]]:
    """Those of the expressions that have an SQL, with it."""
    found = []
    for typed in expressions_:
        try:
            found.append((typed, to_sql(typed, SQL_VALUES)))
        except Uncompilable:
            continue
    return found
