"""The public forms of versions and of what is live."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared.governance.domain import StopRules, Trial, Version
from shared.governance.listing import Event, Listed


class StopRulesReply(BaseModel):
    """When a challenger stops: rates and points as decimal strings, counted from `min_decisions` answers on."""

    min_decisions: int
    max_bad_rate: str | None
    min_approval_rate: str | None
    max_referral_rate: str | None
    max_failure_rate: str | None
    max_mean_shift: str | None


class TrialReply(BaseModel):
    """The terms of a challenge; the share is in basis points."""

    test: str
    share_bp: int
    maturity_months: int | None
    stop_rules: StopRulesReply


class FindingReply(BaseModel):
    """One located fault or warning."""

    pointer: str
    code: str
    detail: str


class AgainstReply(BaseModel):
    """A document that a version was validated with."""

    kind: str
    name: str
    revision: int
    hash: str


class VersionReply(BaseModel):
    """A version as it stands. `number` counts within kind and name and is the revision that decisions name."""

    version_id: str
    kind: str
    name: str
    number: int
    state: str
    hash: str
    based_on: str | None
    created_by: str
    editors: list[str]
    created_at: datetime
    updated_at: datetime
    approved_by: str | None
    approved_hash: str | None
    effective_from: datetime | None
    effective_to: datetime | None
    trial: TrialReply | None
    review_due: bool
    faults: list[FindingReply]
    warnings: list[FindingReply]
    validated_against: list[AgainstReply]
    etag: str


class EventReply(BaseModel):
    """One line of a version's log."""

    at: datetime
    actor: str
    action: str
    from_state: str | None
    to_state: str
    hash: str
    comment: str | None
    details: dict[str, Any] | None


class WholeVersionReply(VersionReply):
    """A version with its document and its log, oldest line first."""

    document: dict[str, Any]
    events: list[EventReply]


class VersionPage(BaseModel):
    """Versions, newest first."""

    items: list[VersionReply]
    next_cursor: str | None


class DifferenceReply(BaseModel):
    """A unified diff of two documents in readable canonical JSON; `against` is null where there was nothing."""

    version_id: str
    against: str | None
    lines: list[str]


class ComingReply(BaseModel):
    """A change that is scheduled: from `at` on this version is live, or none."""

    at: datetime
    version_id: str | None


class LiveReply(BaseModel):
    """What is live under a name; nothing where `version_id` is null."""

    kind: str
    name: str
    version_id: str | None
    revision: int | None
    hash: str | None
    since: datetime | None
    created_by: str | None
    approved_by: str | None
    review_due: bool
    coming: list[ComingReply]


class OnTrialReply(BaseModel):
    """A version that runs beside the live one: a shadow where `trial` is null."""

    version_id: str
    revision: int
    hash: str
    trial: TrialReply | None


class RunningReply(LiveReply):
    """What is live under a name, and what runs beside it."""

    challengers: list[OnTrialReply]
    shadows: list[OnTrialReply]


class LiveList(BaseModel):
    """What is live, by kind and name."""

    items: list[LiveReply]


def etag(version: Version) -> str:
    """Return the entity tag of a version, as `If-Match` names it."""
    return f'"{version.row_version}"'


def version_reply(listed: Listed) -> VersionReply:
    """Return the public form of a version."""
    return VersionReply(**_fields(listed))


def whole_reply(listed: Listed, document: dict[str, Any], events: list[Event]) -> WholeVersionReply:
    """Return the public form of a version with its document and log."""
    lines = [
        EventReply(
            at=event.at,
            actor=event.actor,
            action=event.action,
            from_state=event.from_state,
            to_state=event.to_state,
            hash=event.hash,
            comment=event.comment,
            details=None if event.details is None else dict(event.details),
        )
        for event in events
    ]
    return WholeVersionReply(**_fields(listed), document=document, events=lines)


def trial_reply(trial: Trial) -> TrialReply:
    """Return the public form of the terms of a challenge."""
    return TrialReply(
        test=trial.test,
        share_bp=trial.share_bp,
        maturity_months=trial.maturity_months,
        stop_rules=stop_rules_reply(trial.stop_rules),
    )


def stop_rules_reply(rules: StopRules) -> StopRulesReply:
    """Return the public form of what stops a challenger."""
    return StopRulesReply(
        min_decisions=rules.min_decisions,
        max_bad_rate=rules.max_bad_rate,
        min_approval_rate=rules.min_approval_rate,
        max_referral_rate=rules.max_referral_rate,
        max_failure_rate=rules.max_failure_rate,
        max_mean_shift=rules.max_mean_shift,
    )


def _fields(listed: Listed) -> dict[str, Any]:
    version, findings = listed.version, listed.findings
    return {
        "version_id": version.version_id,
        "kind": version.kind,
        "name": version.name,
        "number": version.number,
        "state": version.state.value,
        "hash": version.hash,
        "based_on": listed.based_on,
        "created_by": version.created_by,
        "editors": sorted(version.editors),
        "created_at": listed.created_at,
        "updated_at": listed.updated_at,
        "approved_by": version.approved_by,
        "approved_hash": version.approved_hash,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "trial": None if version.trial is None else trial_reply(version.trial),
        "review_due": version.review_due,
        "faults": findings.get("faults", []),
        "warnings": findings.get("warnings", []),
        "validated_against": findings.get("against", []),
        "etag": etag(version),
    }
