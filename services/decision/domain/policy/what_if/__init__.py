"""What would change a decision: the nearest change of what the applicant can change, found by asking the policy."""

from services.decision.domain.policy.what_if.advice import Advice, FactChange
from services.decision.domain.policy.what_if.scale import Scale
from services.decision.domain.policy.what_if.search import MAX_ANSWERS, what_would_change

__all__ = ["MAX_ANSWERS", "Advice", "FactChange", "Scale", "what_would_change"]
