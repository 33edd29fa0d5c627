"""Credit policies as data: a document becomes a typed policy, is checked, compiled, and answers with a trace.

The steps, one module or package each: `document` (form), `bind` (names and types), `checks` (what can be known without
an application, and golden cases), `layout` and `interpret` (three-valued closures: exact whatever is missing),
`generated` (Python functions: fast where everything is there, and where optional facts are missing), `policy` (all of
them together), `trace`, `explain` and `what_if`.
"""

from services.decision.domain.policy.faults import PolicyError, PolicyFault
from services.decision.domain.policy.load import load_policy, recall_policy
from services.decision.domain.policy.policy import Policy
from services.decision.domain.policy.result import Answer, CompactTrace, Evaluation
from services.decision.domain.policy.trace import Difference, TraceMismatch, expand_trace, first_difference
from services.decision.domain.policy.version import ENGINE_VERSION

__all__ = [
    "ENGINE_VERSION",
    "Answer",
    "CompactTrace",
    "Difference",
    "Evaluation",
    "Policy",
    "PolicyError",
    "PolicyFault",
    "TraceMismatch",
    "expand_trace",
    "first_difference",
    "load_policy",
    "recall_policy",
]
