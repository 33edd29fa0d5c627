"""The readable trace of a decision: every rule with its operands, and how far the nearest one was from hitting."""

from services.decision.domain.policy.trace.expand import expand_trace
from services.decision.domain.policy.trace.replay import TraceMismatch

__all__ = ["TraceMismatch", "expand_trace"]
