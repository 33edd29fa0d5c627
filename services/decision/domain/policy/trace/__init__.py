"""The readable trace of a decision: every rule with its operands, and how far the nearest one was from hitting."""

from services.decision.domain.policy.trace.expand import expand_trace
from services.decision.domain.policy.trace.replay import Difference, TraceMismatch, first_difference

__all__ = ["Difference", "TraceMismatch", "expand_trace", "first_difference"]
