"""Policies as Python functions, made of `ast` nodes: fast ways to what the interpreter (`interpret`) says.

One function answers where every fact that the policy reads is there; what it gives up on, another takes over, which
computes what it can and leaves the rest to the interpreter's own functions. All say the same, to the last letter.
"""

from services.decision.domain.policy.generated.complete import Decide, generate_decide
from services.decision.domain.policy.generated.partial import DecideAnyway, decide_anyway

__all__ = ["Decide", "DecideAnyway", "decide_anyway", "generate_decide"]
