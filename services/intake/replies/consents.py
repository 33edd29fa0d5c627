"""What is shown of consents over HTTP."""

from datetime import datetime

from pydantic import BaseModel

from services.intake.domain.consent import Consent
from shared.idempotency import Answer


class ConsentReply(BaseModel):
    """A consent. `state` is `valid`, `expired` or `revoked`; `scope` names sources, or kinds of sources."""

    consent_id: str
    party_id: str
    purpose: str
    scope: list[str]
    state: str
    given_at: datetime
    expires_at: datetime
    recorded_by: str
    recorded_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None


class ProofReply(BaseModel):
    """What shows that a consent was given."""

    method: str
    document_id: str | None
    sha256: str | None
    text: str | None


class ProvenConsentReply(ConsentReply):
    """A consent with what proves it, and why it was revoked; both are null once the party is erased."""

    proof: ProofReply | None
    revoked_why: str | None


class ConsentPage(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    items: list[ProvenConsentReply]
    next_cursor: str | None


def location(consent: Consent) -> str:
    """Return the path of a party's consents."""
    return f"/v1/parties/{consent.party_id}/consents"


def recorded(consent: Consent, now: datetime) -> Answer:
    """Return the answer to a consent that was recorded; it is kept for a while, so it holds nothing that is sealed."""
    return Answer(201, consent_reply(consent, now).model_dump_json().encode(), location(consent))


def consent_reply(consent: Consent, now: datetime) -> ConsentReply:
    """Return the public form of a consent."""
    return ConsentReply(
        consent_id=consent.consent_id,
        party_id=consent.party_id,
        purpose=consent.purpose,
        scope=list(consent.scope),
        state=consent.state(now),
        given_at=consent.given_at,
        expires_at=consent.expires_at,
        recorded_by=consent.recorded_by,
        recorded_at=consent.recorded_at,
        revoked_at=consent.revoked_at,
        revoked_by=consent.revoked_by,
    )


def proven_consent_reply(consent: Consent, now: datetime) -> ProvenConsentReply:
    """Return the public form of a consent with what proves it."""
    proof = consent.proof
    shown = None
    if proof is not None:
        shown = ProofReply(method=proof.method, document_id=proof.document_id, sha256=proof.sha256, text=proof.text)
    return ProvenConsentReply(**consent_reply(consent, now).model_dump(), proof=shown, revoked_why=consent.revoked_why)
