"""Replays as they are shown."""

from typing import Any

from pydantic import BaseModel

from services.decision.domain.policy import ENGINE_VERSION
from services.decision.domain.replay import Replay
from services.decision.replies.decisions import PolicyReply, policy_fields


class DifferenceReply(BaseModel):
    """A node that did not come out as it was stored; `text` says it in one line, values are as facts are sent."""

    node: str
    stored: Any
    now: Any
    text: str


class ReplayReply(BaseModel):
    """What came of making a decision again: `identical`, `different`, or `not_replayable` for a `reason`.

    `unchecked` names what could not be checked: `inputs` and `fallbacks` of decisions that were made before they were
    kept, `facts` where no policy decided. The versions are those that the decision was made with and those of now.
    """

    decision_id: str
    verdict: str
    first_difference: DifferenceReply | None
    reason: str | None
    unchecked: list[str]
    engine: str
    engine_version: str
    decided_with_engine_version: str | None
    decided_with_software_version: str | None
    policy: PolicyReply | None


def replay_reply(replay: Replay) -> ReplayReply:
    """Return what came of a replay."""
    found, decision = replay.replayed, replay.decision
    difference, provenance = found.first_difference, None if decision is None else decision.provenance
    shown = None
    if difference is not None:
        shown = DifferenceReply(
            node=difference.node, stored=difference.stored, now=difference.now, text=str(difference)
        )
    policy = None if decision is None else policy_fields(decision)
    return ReplayReply(
        decision_id=replay.decision_id,
        verdict=found.verdict,
        first_difference=shown,
        reason=found.reason,
        unchecked=list(found.unchecked),
        engine=replay.engine,
        engine_version=ENGINE_VERSION,
        decided_with_engine_version=None if provenance is None else provenance.engine_version,
        decided_with_software_version=None if provenance is None else provenance.software_version,
        policy=None if policy is None else PolicyReply.model_validate(policy),
    )
