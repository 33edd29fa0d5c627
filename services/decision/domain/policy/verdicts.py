"""From what the rules found to one outcome with its reasons."""

from collections.abc import Sequence

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy.document import FROM_SCORE, Finding, Offer
from services.decision.domain.reasons import POLICY_UNRESOLVED

Verdict = tuple[Outcome, tuple[str, ...]]
"""What one rule asks for, and why."""


def verdict_of_finding(finding: Finding) -> Verdict:
    """Return what a screening row that hits asks for."""
    return finding.outcome, (finding.reason,)


def verdict_of_offer(offer: Offer, score_reasons: Sequence[str]) -> Verdict:
    """Return what a matrix row asks for: its own reason, then those of the score."""
    if offer.outcome is Outcome.APPROVE:
        return offer.outcome, ()
    own = () if offer.reason is None or offer.reason == FROM_SCORE else (offer.reason,)
    return offer.outcome, (*own, *score_reasons)


def prevailing(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the gravest outcome with the reasons that led to it, and no others: they alone explain it."""
    outcome = max((found for found, _ in verdicts), key=lambda found: found.severity)
    if outcome is Outcome.APPROVE:
        return outcome, ()
    reasons = tuple(dict.fromkeys(code for found, codes in verdicts if found is outcome for code in codes))
    # An adverse answer that nobody could explain to the applicant is not given: a person looks at it.
    return (outcome, reasons) if reasons else (Outcome.REFER, (POLICY_UNRESOLVED,))
