"""The SQL of the figures: aggregates over the tables of a backtest, each in one pass over the columns that it needs."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from duckdb import DuckDBPyConnection

from services.backtests.figures.comparison import Comparison, Side
from services.backtests.figures.report import Cell, Data, RejectedReason
from shared.facts import FactType
from shared.products import REQUESTED_AMOUNT

SEGMENT: Final = "segment:"
PROTECTED: Final = "protected:"
LARGEST: Final = 50
"""Values of a dimension that are told apart: a report is read by people."""

GRANTED: Final = "('approve', 'counter_offer')"
_PD: Final = "pd"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_REJECTED_REASONS: Final = 20
_GRADE_MOVES: Final = 400


class Inconsistent(Exception):
    """The tables do not belong together, or an engine answered what the policy does not: there is no report of that."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of one backtest, and a view `pair` of each application with the answers of both policies."""

    db: DuckDBPyConnection
    columns: Mapping[str, str]
    live: Side
    candidate: Side
    pd_scale: int | None

    @classmethod
    def of(cls, db: DuckDBPyConnection, comparison: Comparison) -> "Tables":
        """Return the tables of a database, checked to belong together; raises `Inconsistent`."""
        columns = {name: kind for name, kind, *_ in db.execute("DESCRIBE application").fetchall()}
        fact = comparison.product.dictionary.facts.get(_PD)
        scaled = fact is not None and fact.type is FactType.DECIMAL and _PD in columns
        tables = cls(
            db, columns, comparison.live, comparison.candidate, fact.scale if fact is not None and scaled else None
        )
        tables.pair()
        return tables

    def pair(self) -> None:
        """Create the view `pair`: the tables side by side where their rows stand in the same order, else joined.

        Side by side costs a tenth of a join, and no memory.
        """
        aligned = "FROM application a POSITIONAL JOIN live l POSITIONAL JOIN candidate c"
        rows, matched = self._row(
            f"SELECT count(*), count(*) FILTER (WHERE a.row_id = l.row_id AND a.row_id = c.row_id) {aligned}"
        )
        source = aligned
        if rows != matched:
            source = "FROM application a JOIN live l USING (row_id) JOIN candidate c USING (row_id)"
            (joined,) = self._row(f"SELECT count(*) {source}")
            counts = [self._row(f"SELECT count(*) FROM {name}")[0] for name in ("application", "live", "candidate")]
            if counts != [joined] * 3:
                raise Inconsistent("the policies did not answer each application exactly once")
        answers = [
            f"{letter}.{column} AS {name}_{column}"
            for letter, name, side in (("l", "live", self.live), ("c", "candidate", self.candidate))
            for column in ("outcome", "grade", "approved_minor", "rate", "queue", *side.reason_columns)
        ]
        self.db.execute(f"CREATE OR REPLACE TEMP VIEW pair AS SELECT a.*, {', '.join(answers)} {source}")

    def data(self, source: str) -> Data:
        """Return what the policies were run over."""
        rows, first, last, known, bad, recorded = self._row(
            "SELECT count(*), min(epoch_us(as_of)), max(epoch_us(as_of)), count(bad), count(*) FILTER (WHERE bad),"
            " count(decided) FROM application"
        )
        reasons, rejected = self._rejected()
        return Data(source, rows, rejected, reasons, moment(first), moment(last), known, bad, recorded)

    def cells(self) -> tuple[Cell, ...]:
        """Return all applications by both outcomes."""
        return tuple(Cell(*row) for row in self._rows(f"SELECT {self._measures()} FROM pair GROUP BY 1, 2"))

    def cells_by(self, column: str) -> tuple[tuple[tuple[str | None, tuple[Cell, ...]], ...], tuple[Cell, ...], int]:
        """Return the largest values of a column with their cells, the cells of the rest, and how many those are."""
        name = quoted(column)
        largest = [
            value
            for (value,) in self._rows(
                f"SELECT {name} FROM application WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
                f" LIMIT {LARGEST}"
            )
        ]
        (distinct,) = self._row(f"SELECT count(DISTINCT {name}) FROM application")
        # What is beyond the largest is one group, so that a column of a million values costs no more than one of fifty.
        told = "true" if distinct <= LARGEST else f"({name} IS NULL OR list_contains($1, {name}))"
        found: dict[str | None, list[Cell]] = {value: [] for value in (*largest, None)}
        rest: list[Cell] = []
        query = f"SELECT {self._measures()}, {told}, CASE WHEN {told} THEN {name} END FROM pair GROUP BY ALL"
        for *measures, is_told, value in self._rows(query, [largest] if "$1" in told else []):
            (found[value] if is_told else rest).append(Cell(*measures))
        values = tuple((value, tuple(cells)) for value, cells in found.items() if cells)
        return values, tuple(rest), distinct - len(largest)

    def reasons(self, name: str, side: Side) -> dict[tuple[str, str], int]:
        """Return how often the policy `name` gave each reason, by outcome and code.

        Applications with the same reasons are decoded once.
        """
        columns = [f"{name}_{column}" for column in side.reason_columns]
        found: dict[tuple[str, str], int] = {}
        of_score = "CASE WHEN has_score_reasons THEN score_reasons END"
        query = (
            f"SELECT count(*), {of_score}, {name}_outcome, {', '.join(columns)} FROM pair"
            f" WHERE {name}_outcome <> 'approve' GROUP BY ALL"
        )
        for count, score_reasons, outcome, *values in self._rows(query):
            row = {"outcome": outcome, **dict(zip(side.reason_columns, values, strict=True))}
            for code in side.reasons(row, tuple(score_reasons or ())):
                found[outcome, code] = found.get((outcome, code), 0) + count
        return found

    def queues(self, name: str) -> dict[str | None, int]:
        """Return the referrals of a policy by work queue."""
        query = f"SELECT {name}_queue, count(*) FROM pair WHERE {name}_outcome = 'refer' GROUP BY 1"
        return dict(self._rows(query))

    def grades(self) -> list[tuple[str | None, str | None, int]]:
        """Return how many applications have each pair of grades, the most frequent pairs if there are very many."""
        return self._rows(
            "SELECT live_grade, candidate_grade, count(*) FROM pair WHERE live_grade IS NOT NULL OR candidate_grade IS"
            f" NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {_GRADE_MOVES}"
        )

    def changes(self, of: str) -> dict[int, tuple[int, int, int]]:
        """Return count and both limit sums by how a term changes: -1 down, 0 same, 1 up; `of` is limit or rate."""
        live, candidate = "live_approved_minor", "candidate_approved_minor"
        if of == "rate":
            live, candidate = (f"{name}_rate::HUGEINT * {factor}" for name, factor in self._rate_factors())
        query = (
            f"SELECT sign({candidate} - {live})::INTEGER AS way, count(*), sum(live_approved_minor)::HUGEINT,"
            f" sum(candidate_approved_minor)::HUGEINT FROM pair WHERE live_outcome IN {GRANTED}"
            f" AND candidate_outcome IN {GRANTED} GROUP BY 1 HAVING way IS NOT NULL"
        )
        return {way: (count, old, new) for way, count, old, new in self._rows(query)}

    def average_rates(self) -> tuple[int, int, int, int]:
        """Return count and sum of the rates, at the scales of their policies, where both grant credit: live's first."""
        live, live_sum, candidate, candidate_sum = self._row(
            "SELECT count(live_rate), coalesce(sum(live_rate), 0)::HUGEINT, count(candidate_rate),"
            f" coalesce(sum(candidate_rate), 0)::HUGEINT FROM pair WHERE live_outcome IN {GRANTED}"
            f" AND candidate_outcome IN {GRANTED}"
        )
        return live, live_sum, candidate, candidate_sum

    def recorded(self) -> list[tuple[str, str, int]]:
        """Return recorded outcome, outcome of the live policy now, and how many."""
        return self._rows(
            "SELECT decided, live_outcome, count(*) FROM pair WHERE decided IS NOT NULL GROUP BY 1, 2"
            " ORDER BY 3 DESC, 1, 2"
        )

    def swapped(self, to: str, count: int, seed: str) -> list[dict[str, Any]]:
        """Return up to `count` applications that only the policy `to` grants, chosen by a hash of the reference."""
        other = "live" if to == "candidate" else "candidate"
        found = self.db.execute(
            "SELECT * EXCLUDE (as_of), epoch_us(as_of) AS as_of FROM pair"
            f" WHERE {to}_outcome IN {GRANTED} AND {other}_outcome NOT IN {GRANTED}"
            " ORDER BY md5($1 || coalesce(reference, '')), row_id LIMIT $2",
            [seed, count],
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def dimensions(self, prefix: str) -> tuple[str, ...]:
        """Return the columns whose name starts with `prefix`, in their order."""
        return tuple(column for column in self.columns if column.startswith(prefix))

    def _measures(self) -> str:
        pd = quoted(_PD) if self.pd_scale is not None else "NULL::BIGINT"
        sums = (quoted(REQUESTED_AMOUNT), "live_approved_minor", "candidate_approved_minor")
        return ", ".join(
            (
                "live_outcome, candidate_outcome, count(*)",
                *(f"coalesce(sum({column}), 0)::HUGEINT" for column in sums),
                f"count({pd}), coalesce(sum({pd}), 0)::HUGEINT, count(bad), count(*) FILTER (WHERE bad)",
            )
        )

    def _rate_factors(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Return by how much each policy's rates are multiplied to be of one scale."""
        scale = max(self.live.rate_scale, self.candidate.rate_scale)
        return ("live", 10 ** (scale - self.live.rate_scale)), ("candidate", 10 ** (scale - self.candidate.rate_scale))

    def _rejected(self) -> tuple[tuple[RejectedReason, ...], int]:
        if not self._row("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'rejected'")[0]:
            return (), 0
        (rows,) = self._row("SELECT count(DISTINCT row_no) FROM rejected")
        reasons = self._rows(
            "SELECT column_name, reason, count(DISTINCT row_no) FROM rejected GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
            f" LIMIT {_REJECTED_REASONS}"
        )
        return tuple(RejectedReason(*reason) for reason in reasons), rows

    def _rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return self.db.execute(query, list(parameters)).fetchall()

    def _row(self, query: str) -> Any:
        return self._rows(query)[0]


def quoted(name: str) -> str:
    """Return a name of a column as SQL, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def moment(microseconds: int | None) -> datetime | None:
    """Return the moment of a count of microseconds since 1970; exact, and without DuckDB's own time zones."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)
