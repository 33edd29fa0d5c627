"""Credit policies as data: a document becomes a typed policy, is checked, compiled, and answers with a trace.

The steps, one module each: `document` (form), `binding` (names and types), `check` (what can be known without an
application), `compile` and `program` (Python closures), `cases` (golden cases), `evaluate`, `trace`.
"""

from services.decision.domain.policy.evaluate import CompactTrace, Evaluation
from services.decision.domain.policy.load import Policy, load_policy
from services.decision.domain.policy.reading import PolicyError
from services.decision.domain.policy.trace import TraceMismatch, expand_trace

__all__ = [
    "CompactTrace",
    "Evaluation",
    "Policy",
    "PolicyError",
    "TraceMismatch",
    "expand_trace",
    "load_policy",
]
