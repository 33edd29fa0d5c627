"""A whole policy as one SQL query, equal to the bit to what the interpreter says of one application.

Text only: whether a policy can be compiled is asked where no engine is installed. `compile` goes through the stages,
`layers` writes what they define as subqueries over one another, `decode` reads what comes out.
"""

from services.decision.domain.policy.sql.compile import compile_policy, uncompilable
from services.decision.domain.policy.sql.compiled import CompiledPolicy
from services.decision.domain.policy.sql.faults import NotCompilable
from services.decision.domain.policy.sql.output import Output
from services.decision.domain.policy.sql.reasons import ReasonSlot

__all__ = ["CompiledPolicy", "NotCompilable", "Output", "ReasonSlot", "compile_policy", "uncompilable"]
