"""Scores as public contracts."""

from collections.abc import Sequence
from typing import Any

from services.scoring.domain.monitoring.alarms import Crossing
from services.scoring.domain.monitoring.figures import Level
from services.scoring.domain.monitoring.report import Report
from services.scoring.domain.score import Reason
from services.scoring.domain.validity import Given, KeptScore
from shared.contracts import scoring as contract
from shared.contracts.envelope import Event
from shared.contracts.intake import ApplicationSubmitted
from shared.outbox import Fact


def application_scored(event: Event[ApplicationSubmitted], given: Given) -> Fact:
    """Return the event that carries an application on, with its score or the reason why there is none."""
    application = event.data
    # Written without building a `contract.ApplicationScored` first: this is the hot path, and a test holds the two
    # together.
    data = {
        "application_id": application.application_id,
        "party_id": application.party_id,
        "product": application.product,
        "requested": application.requested,
        "facts": application.facts,
        "submitted_at": application.submitted_at,
        "score": wire_score(given),
        "failure": given.scored.failure,
        "scored_at": given.scored_at,
        "fallbacks": application.fallbacks,
    }
    return Fact(
        contract.AGGREGATE, application.application_id, contract.ApplicationScored.type, data, event.traceparent
    )


def drift_detected(report: Report, crossing: Crossing) -> Fact:
    """Return the event of a measure that has crossed a threshold, keyed by the artefact of its model."""
    reading, model = crossing.reading, report.model
    data = contract.DriftDetected(
        report_id=report.report_id,
        product=model.product,
        model=model.name,
        model_version=model.version,
        model_hash=model.content_hash,
        measure=reading.measure.value,
        subject=reading.subject,
        level="act" if reading.level is Level.ACT else "watch",
        value=format(reading.value, "f"),
        threshold=format(crossing.threshold, "f"),
        critical_value=None if reading.critical is None else format(reading.critical, "f"),
        window_start=report.window.start,
        window_end=report.window.end,
        detected_at=report.measured_at,
    )
    return Fact(contract.MODEL_AGGREGATE, model.content_hash, contract.DriftDetected.type, data)


def wire_score(given: Given) -> dict[str, Any] | None:
    """Return the fields of the public form of a score, as values that are written as JSON."""
    score, model = given.scored.score, given.scored.model
    if score is None or model is None:
        return None
    return {
        "score": score.score,
        "pd": str(score.pd),
        "model": model.name,
        "model_version": model.version,
        "model_hash": model.content_hash,
        "reasons": _reasons(score.reasons),
        "grade": score.grade,
        "valid_until": given.valid_until,
        "inputs_hash": given.scored.inputs_hash,
        "arm": given.arm,
    }


def kept_score(kept: KeptScore) -> contract.Score | None:
    """Return the public form of a score that was kept, None where a failure was."""
    if kept.score is None:
        return None
    wire = {
        "score": kept.score,
        "pd": str(kept.pd),
        "model": kept.model,
        "model_version": kept.model_version,
        "model_hash": kept.standing.model_hash,
        "reasons": _reasons(kept.reasons),
        "grade": kept.grade,
        "valid_until": kept.standing.valid_until,
        "inputs_hash": kept.standing.inputs_hash,
        "arm": kept.arm,
    }
    return contract.Score.model_validate(wire)


def _reasons(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    return [
        {"code": reason.code, "characteristic": reason.characteristic, "shortfall": _points(reason)}
        for reason in reasons
    ]


def _points(reason: Reason) -> str:
    whole, thousandths = divmod(reason.shortfall_millipoints, 1000)
    return f"{whole}.{thousandths:03d}"
