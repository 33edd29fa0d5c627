"""What stands in each column of `application`, worked out from a data map, a product and the columns of a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Final

from services.backtests.inputs.cells import BadReading, Cell, constant_cell, date_sql, fact_cell, text_of
from services.backtests.inputs.data_map import DataMap, FactReading, Grouping, MomentReading, Performance, Reading
from services.backtests.inputs.expressions import expression_sql
from services.backtests.inputs.faults import InputError, InputFault
from services.backtests.inputs.groups import derived_group, group_cell
from services.backtests.inputs.raw import Raw
from services.backtests.stored import name, sql_type, text_literal
from services.decision.domain.outcome import Outcome
from shared.facts import Fact, Source
from shared.products import Product

FIXED: Final = ("row_id", "reference", "party_id", "as_of", "as_of_day", "decided", "bad")
SCORE_COLUMNS: Final = ("has_score_reasons", "score_reasons")
_MAX_TEXT: Final = 200
_MOMENT: Final = (
    "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}(:[0-9]{2})?)?"
)
_OUTCOMES: Final = ", ".join(text_literal(outcome.value) for outcome in Outcome)


@dataclass(frozen=True, slots=True)
class Read:
    """A column of `application` that is read from the file; `source` is its column there, None for a constant."""

    name: str
    cell: Cell
    source: str | None
    required: bool = False


@dataclass(slots=True)
class Plan:
    """All columns: those that are read, and those that are worked out from what was read (SQL by name)."""

    read: list[Read] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)
    faults: list[InputFault] = field(default_factory=list)


def plan_columns(data_map: DataMap, product: Product, raw: Raw) -> Plan:
    """Return what stands in each column; raises `InputError` with everything that does not fit together."""
    return _Planner(data_map, product, raw).plan()


class _Planner:
    def __init__(self, data_map: DataMap, product: Product, raw: Raw) -> None:
        self.map = data_map
        self.product = product
        self.raw = raw
        self.found = Plan()

    def plan(self) -> Plan:
        if self.map.product != self.product.name:
            self._fault(f"the data map is for `{self.map.product}`, not for `{self.product.name}`")
        clash = {*FIXED, *SCORE_COLUMNS} & self.product.dictionary.facts.keys()
        if clash:
            self._fault(f"a fact may not be called `{min(clash)}` in a backtest")
        self._about_the_application()
        self._facts()
        for kind, groupings in (("segment", self.map.segments), ("protected", self.map.protected)):
            for label, grouping in groupings.items():
                self._group(f"{kind}:{label}", grouping)
        if self.found.faults:
            raise InputError(self.found.faults[:50])
        return self.found

    def _about_the_application(self) -> None:
        for target, reading in (("reference", self.map.reference), ("party_id", self.map.party_id)):
            if reading is None:
                self.found.derived[target] = "CAST(NULL AS VARCHAR)" if target == "party_id" else "'row ' || row_no"
            else:
                self._read(target, reading.column, partial(self._text, reading))
        self._as_of(self.map.as_of)
        decided, performance, codes = self.map.decided, self.map.performance, self.map.score_reasons
        if decided is None:
            self.found.derived["decided"] = "CAST(NULL AS VARCHAR)"
        else:
            grouping = Grouping(**decided.model_dump())
            self._read("decided", decided.column, lambda sql, _: _outcome(group_cell(grouping, sql, self.map.missing)))
        if performance is None:
            self.found.derived["bad"] = "CAST(NULL AS BOOLEAN)"
        else:
            self._read("bad", performance.column, lambda sql, _: self._performance(performance, sql))
        if codes is None:
            self.found.derived["score_reasons"] = "CAST([] AS VARCHAR[])"
        else:
            self._read("score_reasons", codes.column, lambda sql, _: self._codes(codes.separator, sql))
        facts, given = self.product.dictionary.facts, self.map.facts
        read = {label for label, reading in given.items() if reading.expression is None}
        scoring = [label for label, fact in facts.items() if fact.source is Source.SCORING and label in read]
        # Reasons are those of a score: without one there are none, whatever the file says.
        scored = " OR ".join(f"{name(label)} IS NOT NULL" for label in scoring) or "FALSE"
        self.found.derived["has_score_reasons"] = f"COALESCE(len(score_reasons), 0) > 0 AND ({scored})"

    def _facts(self) -> None:
        facts = self.product.dictionary.facts
        for label, reading in self.map.facts.items():
            fact = facts.get(label)
            if fact is None:
                self._fault(f"facts/{label}: is not a fact of {self.product.name}{close_to(label, facts)}")
            elif reading.expression is not None:
                self._expression(fact, reading.expression)
            elif reading.constant is not None:
                self._constant(fact, reading)
            else:
                self._column_of(fact, reading)
        for label, fact in facts.items():
            if label not in self.map.facts:
                self.found.derived[label] = f"CAST(NULL AS {sql_type(fact)})"

    def _column_of(self, fact: Fact, reading: FactReading) -> None:
        assert reading.column is not None
        missing = self.map.missing
        self._read(fact.name, reading.column, lambda sql, kind: fact_cell(fact, reading, sql, kind, missing))

    def _constant(self, fact: Fact, reading: FactReading) -> None:
        assert reading.constant is not None
        try:
            self.found.read.append(Read(fact.name, constant_cell(fact, reading.constant), None))
        except BadReading as error:
            self._fault(f"facts/{fact.name}: {error}")

    def _expression(self, fact: Fact, text: str) -> None:
        plain = {label for label, reading in self.map.facts.items() if reading.expression is None}
        try:
            self.found.derived[fact.name] = expression_sql(fact, text, self.product, plain)
        except BadReading as error:
            self._fault(f"facts/{fact.name}/expression: {error}")

    def _as_of(self, reading: MomentReading) -> None:
        self.found.derived["as_of_day"] = "CAST(timezone('UTC', as_of) AS DATE)"
        if reading.constant is not None:
            self.found.derived["as_of"] = f"TIMESTAMPTZ '{reading.constant.isoformat()} 00:00:00+00'"
        else:
            assert reading.column is not None
            self._read("as_of", reading.column, lambda sql, kind: self._moment(reading, sql, kind), required=True)

    def _group(self, target: str, grouping: Grouping) -> None:
        if grouping.column is not None:
            self._read(target, grouping.column, lambda sql, _: group_cell(grouping, sql, self.map.missing))
            return
        fact = None if grouping.fact is None else self.product.dictionary.facts.get(grouping.fact)
        if grouping.fact is not None and fact is None:
            self._fault(f"{target}: `{grouping.fact}` is not a fact of {self.product.name}")
            return
        try:
            self.found.derived[target] = derived_group(grouping, fact)
        except BadReading as error:
            self._fault(f"{target}: {error}")

    def _read(self, target: str, column: str, cell: Callable[[str, str], Cell], *, required: bool = False) -> None:
        """Plan a column that is read, if the file has it and it can be read so."""
        if column not in self.raw.columns:
            words = f"there is no such column, which the data map reads for `{target}`"
            self.found.faults.append(self._at(column, words + close_to(column, self.raw.columns)))
            return
        at = self.raw.columns.index(column)
        try:
            self.found.read.append(Read(target, cell(f"c{at}", self.raw.kinds[at]), column, required))
        except BadReading as error:
            self.found.faults.append(self._at(column, f"{error}, as `{target}`"))

    def _text(self, reading: Reading, sql: str, _kind: str) -> Cell:
        text, stated = text_of(reading, sql, self.map.missing)
        return Cell(stated, f"left({text}, {_MAX_TEXT})", "VARCHAR", "is no text")

    def _moment(self, reading: MomentReading, sql: str, kind: str) -> Cell:
        text, stated = text_of(reading, sql, self.map.missing)
        words = "is no date or moment of the stated form"
        if kind in ("DATE", "TIMESTAMP WITH TIME ZONE"):
            return Cell(f"({sql} IS NOT NULL)", f"CAST({sql} AS TIMESTAMPTZ)", "TIMESTAMPTZ", words)
        moment = f"CAST({date_sql(reading, text)} AS TIMESTAMPTZ)"
        if reading.date_format is None and reading.days_since is None:
            fits = f"regexp_full_match({text}, '{_MOMENT}')"
            moment = f"COALESCE({moment}, CASE WHEN {fits} THEN TRY_CAST({text} AS TIMESTAMPTZ) END)"
        return Cell(stated, moment, "TIMESTAMPTZ", words)

    def _performance(self, performance: Performance, sql: str) -> Cell:
        text, stated = text_of(Reading(), sql, self.map.missing)
        cases = " ".join(
            f"WHEN {text} IN ({', '.join(map(text_literal, texts))}) THEN {known}"
            for texts, known in ((performance.bad, "TRUE"), (performance.good, "FALSE"))
            if texts
        )
        listed = ", ".join(map(text_literal, (*performance.bad, *performance.good)))
        # What is neither is unknown, not a fault: most loans of a file may still be running.
        return Cell(f"({stated} AND {text} IN ({listed}))", f"CASE {cases} END", "BOOLEAN", "")

    def _codes(self, separator: str, sql: str) -> Cell:
        text, _ = text_of(Reading(), sql, self.map.missing)
        parts = (
            f"list_transform(string_split(COALESCE({text}, ''), {text_literal(separator)}), lambda part: trim(part))"
        )
        return Cell("TRUE", f"list_filter({parts}, lambda part: part <> '')", "VARCHAR[]", "")

    def _fault(self, detail: str) -> None:
        self.found.faults.append(InputFault("data map", detail))

    def _at(self, column: str, detail: str) -> InputFault:
        return InputFault(self.raw.source.name, detail, column=column[:64])


def close_to(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?` when one of the names `known` is close to `word`."""
    close = get_close_matches(word[:64], list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _outcome(cell: Cell) -> Cell:
    value = f"CASE WHEN {cell.value} IN ({_OUTCOMES}) THEN {cell.value} END"
    return Cell(cell.stated, value, "VARCHAR", "is not one of the outcomes " + _OUTCOMES)


def ordered(columns: Plan, product: Product) -> list[str]:
    """Return the names of the columns of `application` in the order in which they stand there."""
    groups = [each for each in [*(read.name for read in columns.read), *columns.derived] if ":" in each]
    return [*FIXED, *SCORE_COLUMNS, *sorted(groups), *product.dictionary.facts]


def named(columns: list[str]) -> str:
    """Return names of columns as SQL."""
    return ", ".join(map(name, columns))
