"""Scores as public contracts."""

from datetime import datetime
from typing import Any

from services.scoring.domain.result import Scored
from services.scoring.domain.score import Reason
from shared.contracts import scoring as contract
from shared.contracts.envelope import Event
from shared.contracts.intake import ApplicationSubmitted
from shared.outbox import Fact


def application_scored(event: Event[ApplicationSubmitted], scored: Scored, scored_at: datetime) -> Fact:
    """Return the event that carries an application on, with its score or the reason why there is none."""
    application = event.data
    data = contract.ApplicationScored(
        application_id=application.application_id,
        party_id=application.party_id,
        product=application.product,
        requested=application.requested,
        facts=application.facts,
        submitted_at=application.submitted_at,
        score=public_score(scored),
        failure=scored.failure,
        scored_at=scored_at,
    )
    return Fact(
        contract.AGGREGATE, application.application_id, contract.ApplicationScored.type, data, event.traceparent
    )


def wire_score(scored: Scored) -> dict[str, Any] | None:
    """Return the public form of a score as plain JSON values, for the hot path of batches."""
    if scored.score is None or scored.model is None:
        return None
    return {
        "score": scored.score.score,
        "pd": str(scored.score.pd),
        "model": scored.model.name,
        "model_version": scored.model.version,
        "model_hash": scored.model.content_hash,
        "reasons": [
            {"code": reason.code, "characteristic": reason.characteristic, "shortfall": _points(reason)}
            for reason in scored.score.reasons
        ],
    }


def public_score(scored: Scored) -> contract.Score | None:
    """Return the public form of a score."""
    wire = wire_score(scored)
    return None if wire is None else contract.Score.model_validate(wire)


def _points(reason: Reason) -> str:
    whole, thousandths = divmod(reason.shortfall_millipoints, 1000)
    return f"{whole}.{thousandths:03d}"
