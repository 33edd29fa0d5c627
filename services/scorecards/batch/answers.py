"""The columns of an answer: coded, as every engine gives them, and as they are written."""

# ruff: noqa: S608 - names of columns and numbers of ours stand in the queries, quoted; values are parameters.

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.backtests.stored import name
from services.scoring.domain.boosted import BoostedModel
from services.scoring.domain.score import Score
from services.scoring.domain.scorecard import Scorecard
from services.scoring.domain.scorecard.sql import PD_SCALE, may_refuse, reason_count, score_query

Model = Scorecard | BoostedModel

PD_TYPE: Final = f"DECIMAL(7, {PD_SCALE})"
SHORTFALL_TYPE: Final = "DECIMAL(9, 3)"

CODED: Final = "scored"
"""A table of coded answers, of the columns that `Layout.coded` has."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What is written of each row: the columns that are carried, and the answer.

    `score`; `pd`, six places; `grade`; `failure`, why there is no score; `reason_1`... the codes, with `shortfall_1`...
    beside them, the points that each cost, three places; with `points`, for each characteristic `points_<fact>`, those
    it earned. What a model does not have has no column.
    """

    model: Model
    carried: tuple[str, ...] = ()
    points: bool = False

    @property
    def reasons(self) -> int:
        """How many reasons a row has at most."""
        if isinstance(self.model, Scorecard):
            return reason_count(self.model)
        return min(self.model.reason_limit, len(self.model.substitutions))

    @property
    def characteristics(self) -> tuple[str, ...]:
        """Those whose points are written."""
        return self.model.reads if self.points and isinstance(self.model, Scorecard) else ()

    @property
    def graded(self) -> bool:
        """Tell whether scores have grades."""
        return None not in self.model.grade_by_score

    @property
    def may_fail(self) -> bool:
        """Tell whether a row can be left without a score."""
        return isinstance(self.model, Scorecard) and may_refuse(self.model)

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that are handed on from the rows, under the names that they have there."""
        return ("row_id", *(f"carry_{at}" for at in range(len(self.carried))))

    @property
    def coded(self) -> dict[str, str]:
        """The columns of a coded answer beside those that are handed on, each with its SQL type.

        A PD is in millionths, a shortfall in thousandths of a point.
        """
        columns = {"score": "BIGINT", "pd": "BIGINT"}
        columns |= {"grade": "VARCHAR"} if self.graded else {}
        columns |= {"failure": "VARCHAR"} if self.may_fail else {}
        for at in range(1, self.reasons + 1):
            columns |= {f"reason_{at}": "VARCHAR", f"shortfall_{at}": "BIGINT"}
        return columns | {f"points_{at}": "BIGINT" for at in range(len(self.characteristics))}

    def written(self, coded: str) -> str:
        """Return the query of what is written about the rows of `coded` (SQL of a table of coded answers)."""
        columns = [f"carry_{at} AS {name(column)}" for at, column in enumerate(self.carried)]
        columns += [self._written(column) for column in self.coded]
        return f"SELECT {', '.join(columns)} FROM {coded}"

    def names(self) -> list[str]:
        """Return the names of the columns that are written, in order."""
        return [*self.carried, *(self.named(column) for column in self.coded)]

    def _written(self, column: str) -> str:
        sql = column
        if column == "pd":
            sql = f"CAST(CAST(pd AS DECIMAL(18, 0)) * 0.{'1':0>{PD_SCALE}} AS {PD_TYPE})"
        elif column.startswith("shortfall_"):
            sql = f"CAST(CAST({column} AS DECIMAL(18, 0)) * 0.001 AS {SHORTFALL_TYPE})"
        return f"{sql} AS {name(self.named(column))}"

    def named(self, column: str) -> str:
        """Return the name under which a coded column is written."""
        if column.startswith("points_"):
            return f"points_{self.characteristics[int(column.removeprefix('points_'))]}"
        return column


def coded_query(layout: Layout, source: str) -> str:
    """Return the query of the coded answers of a scorecard to the rows of `source` (SQL of a table)."""
    scorecard = layout.model
    assert isinstance(scorecard, Scorecard)
    count = len(scorecard.characteristics)
    columns = [*layout.kept, "score", "pd"]
    columns += ["score_grade AS grade"] if layout.graded else []
    columns += ["score_failure AS failure"] if layout.may_fail else []
    for at in range(1, layout.reasons + 1):
        shortfall = f"CASE WHEN rank_{at} > 0 THEN CAST(rank_{at} // {count} AS BIGINT) END AS shortfall_{at}"
        columns += [f"reason_{at}", shortfall]
    columns += [f"{_points(scorecard, at)} AS points_{at}" for at in range(len(layout.characteristics))]
    return f"SELECT {', '.join(columns)} FROM ({score_query(scorecard, source, layout.kept)}) AS answered"


def _points(scorecard: Scorecard, at: int) -> str:
    cases = " ".join(
        f"WHEN {place} THEN {each.points}" for place, each in enumerate(scorecard.characteristics[at].bins)
    )
    known = f"CASE bin_{at} {cases} END"
    return f"CAST(CASE WHEN score IS NOT NULL THEN {known} END AS BIGINT)"


def coded_row(layout: Layout, score: Score | None, failure: str | None) -> Iterator[int | str | None]:
    """Give the coded answer of one row, in the order of `layout.coded`."""
    yield None if score is None else score.score
    yield None if score is None else int(score.pd.scaleb(PD_SCALE))
    if layout.graded:
        yield None if score is None else score.grade
    if layout.may_fail:
        yield failure
    reasons = () if score is None else score.reasons
    for at in range(layout.reasons):
        there = at < len(reasons)
        yield reasons[at].code if there else None
        yield reasons[at].shortfall_millipoints if there else None
    if layout.characteristics:
        yield from [None] * len(layout.characteristics) if score is None else (each.points for each in score.points)
