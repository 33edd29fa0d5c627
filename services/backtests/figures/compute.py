"""From the tables of a backtest to its report."""

from duckdb import DuckDBPyConnection

from services.backtests.figures.cautions import warnings
from services.backtests.figures.comparison import Comparison, Side
from services.backtests.figures.examples import examples, wording
from services.backtests.figures.fairness import adverse_impact
from services.backtests.figures.ratios import lowest, ratio
from services.backtests.figures.report import (
    AdverseImpact,
    Agreement,
    Change,
    Disagreement,
    GradeMove,
    Queue,
    ReasonLine,
    Report,
    Segment,
    SegmentValue,
    SwapSet,
    TermsChanges,
    Version,
)
from services.backtests.figures.slices import in_order, matrix, slice_of
from services.backtests.figures.tables import PROTECTED, SEGMENT, Tables
from services.backtests.figures.wording import summary, swap_in_statements, swap_out_statements
from services.decision.domain.outcome import Outcome


def figures(db: DuckDBPyConnection, comparison: Comparison) -> Report:
    """Return the report of the tables `application`, `live` and `candidate` of a database, which it only reads.

    Raises `Inconsistent` when they do not belong together.
    """
    tables = Tables.of(db, comparison)
    data = tables.data(comparison.source)
    cells = tables.cells()
    overall = slice_of(cells, tables.pd_scale)
    reasons = _reasons(tables, comparison)
    impacts = tuple(_impact(tables, column) for column in tables.dimensions(PROTECTED))
    agreement = _agreement(tables)
    versions = _version(comparison.live), _version(comparison.candidate)
    return Report(
        product=comparison.product.name,
        product_title=comparison.product.title,
        currency=comparison.product.currency,
        made_at=comparison.made_at,
        live=versions[0],
        candidate=versions[1],
        data=data,
        summary=summary(overall, data, comparison.product.currency),
        warnings=warnings(versions, data, overall, reasons, impacts, agreement, comparison.notes),
        overall=overall,
        matrix=matrix(cells),
        swap_in=SwapSet(
            overall.swap_in, swap_in_statements(overall.swap_in), examples(tables, comparison, "candidate")
        ),
        swap_out=SwapSet(overall.swap_out, swap_out_statements(overall.swap_out), examples(tables, comparison, "live")),
        queues=_queues(tables),
        reasons=reasons,
        grades=tuple(GradeMove(*move) for move in tables.grades()),
        terms=_terms(tables),
        segments=tuple(_segment(tables, column) for column in tables.dimensions(SEGMENT)),
        adverse_impact=impacts,
        agreement=agreement,
        seed=comparison.seed,
    )


def _version(side: Side) -> Version:
    policy = side.policy
    title = policy.document.get("title", policy.name)
    return Version(policy.name, str(policy.version), policy.content_hash, str(title), side.engine, side.engine_reason)


def _reasons(tables: Tables, comparison: Comparison) -> tuple[ReasonLine, ...]:
    live, candidate = tables.reasons("live", comparison.live), tables.reasons("candidate", comparison.candidate)
    lines = [
        ReasonLine(
            outcome,
            code,
            wording(comparison.catalogue, code, comparison.product.name),
            live.get((outcome, code), 0),
            candidate.get((outcome, code), 0),
        )
        for outcome, code in live.keys() | candidate.keys()
    ]
    return tuple(
        sorted(lines, key=lambda line: (-Outcome(line.outcome).severity, -max(line.live, line.candidate), line.code))
    )


def _queues(tables: Tables) -> tuple[Queue, ...]:
    live, candidate = tables.queues("live"), tables.queues("candidate")
    found = [Queue(queue, live.get(queue, 0), candidate.get(queue, 0)) for queue in live.keys() | candidate.keys()]
    return tuple(sorted(found, key=lambda each: (-max(each.live, each.candidate), each.queue or "")))


def _terms(tables: Tables) -> TermsChanges:
    limits, rates = ({way: Change(*of) for way, of in tables.changes(term).items()} for term in ("limit", "rate"))
    nothing = Change(0, 0, 0)
    live_count, live_sum, candidate_count, candidate_sum = tables.average_rates()
    return TermsChanges(
        limit_up=limits.get(1, nothing),
        limit_same=limits.get(0, nothing),
        limit_down=limits.get(-1, nothing),
        rate_up=rates.get(1, nothing),
        rate_same=rates.get(0, nothing),
        rate_down=rates.get(-1, nothing),
        average_rate_live=lowest(live_sum, live_count * 10**tables.live.rate_scale),
        average_rate_candidate=lowest(candidate_sum, candidate_count * 10**tables.candidate.rate_scale),
    )


def _segment(tables: Tables, column: str) -> Segment:
    values, rest, _ = tables.cells_by(column)
    return Segment(
        column.removeprefix(SEGMENT),
        tuple(SegmentValue(value, slice_of(cells, tables.pd_scale)) for value, cells in in_order(values)),
        slice_of(rest, tables.pd_scale) if rest else None,
    )


def _impact(tables: Tables, column: str) -> AdverseImpact:
    values, _, left_out = tables.cells_by(column)
    return adverse_impact(column.removeprefix(PROTECTED), values, left_out)


def _agreement(tables: Tables) -> Agreement | None:
    recorded = tables.recorded()
    agreed = ratio(sum(count for was, now, count in recorded if was == now), sum(count for *_, count in recorded))
    if agreed is None:
        return None
    return Agreement(agreed, tuple(Disagreement(*each) for each in recorded if each[0] != each[1]))
