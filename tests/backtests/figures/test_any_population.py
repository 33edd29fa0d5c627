"""Whatever two policies answer, the figures are what counting the applications one by one gives."""

from dataclasses import dataclass, replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.backtests.figures import Report, figures
from services.backtests.figures.report import Population, Slice
from services.decision.domain.outcome import Outcome
from tests.backtests.figures.runs import comparison, tables

GRANTED = {"approve", "counter_offer"}


@dataclass(frozen=True)
class Row:
    live: str
    candidate: str
    limits: tuple[int | None, int | None]
    requested: int
    pd: int | None
    bad: bool | None
    group: str | None


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    outcome = st.sampled_from([each.value for each in Outcome])
    amount = st.integers(0, 2**53 - 1)

    def one(
        live: str, candidate: str, limits: tuple[int, int], rest: tuple[int, int | None, bool | None, str | None]
    ) -> Row:
        granted = tuple(limit if of in GRANTED else None for of, limit in zip((live, candidate), limits, strict=True))
        return Row(live, candidate, (granted[0], granted[1]), *rest)

    rest = st.tuples(
        amount, st.none() | st.integers(0, 10**6), st.none() | st.booleans(), st.sampled_from(["a", "b", None])
    )
    return draw(st.lists(st.builds(one, outcome, outcome, st.tuples(amount, amount), rest), max_size=30))


def counted(population: list[Row]) -> Report:
    """Return the report of answers that no policy gave, written into the tables as they are."""
    db = tables([])
    db.execute('ALTER TABLE application ADD COLUMN "segment:group" VARCHAR')
    for number, row in enumerate(population):
        db.execute(
            "INSERT INTO application (row_id, reference, as_of, has_score_reasons, requested_amount, pd, bad,"
            " \"segment:group\") VALUES (?, ?, TIMESTAMPTZ '2026-11-21 00:00:00+00', FALSE, ?, ?, ?, ?)",
            [number, str(number), row.requested, row.pd, row.bad, row.group],
        )
        for name, outcome, limit in zip(("live", "candidate"), (row.live, row.candidate), row.limits, strict=True):
            db.execute(
                f"INSERT INTO {name} (row_id, outcome, approved_minor, reasons_0) VALUES (?, ?, ?, '')",
                [number, outcome, limit],
            )
    return figures(db, replace(comparison(), examples=0))


def same(found: Population, of: list[Row]) -> None:
    known = [row.bad for row in of if row.bad is not None]
    pds = [row.pd for row in of if row.pd is not None]
    assert (found.count, found.with_performance, found.bad) == (len(of), len(known), sum(known))
    assert found.requested_minor == sum(row.requested for row in of)
    assert found.live_limit_minor == sum(row.limits[0] or 0 for row in of)
    assert found.candidate_limit_minor == sum(row.limits[1] or 0 for row in of)
    if pds:
        assert found.expected_bad is not None
        mean = Fraction(found.expected_bad.numerator, found.expected_bad.denominator)
        assert mean == Fraction(sum(pds), len(pds) * 10**6)
    else:
        assert found.expected_bad is None


def same_slice(found: Slice, of: list[Row]) -> None:
    assert found.rows == len(of)
    same(found.live.granted, [row for row in of if row.live in GRANTED])
    same(found.candidate.granted, [row for row in of if row.candidate in GRANTED])
    same(found.swap_in, [row for row in of if row.candidate in GRANTED and row.live not in GRANTED])
    same(found.swap_out, [row for row in of if row.live in GRANTED and row.candidate not in GRANTED])
    same(found.granted_by_both, [row for row in of if row.live in GRANTED and row.candidate in GRANTED])
    same(found.granted_by_neither, [row for row in of if row.live not in GRANTED and row.candidate not in GRANTED])


@settings(max_examples=60)
@given(rows())
def test_figures_are_what_counting_one_by_one_gives(population: list[Row]) -> None:
    found = counted(population)
    same_slice(found.overall, population)
    for cell in found.matrix:
        assert cell.count == sum((row.live, row.candidate) == (cell.live, cell.candidate) for row in population)
    (segment,) = found.segments
    for each in segment.values:
        same_slice(each.slice, [row for row in population if row.group == each.value])
    assert sum(each.slice.rows for each in segment.values) == len(population)
