"""Names and types of a policy: each text is tied to the facts of a product, or refused with its place."""

from services.decision.domain.policy.bind.bound import (
    BoundDefinition,
    BoundPolicy,
    BoundTerm,
    Formula,
    OutputT,
    Rule,
    RuleTable,
    TypedTest,
)
from services.decision.domain.policy.bind.order import names_of_definition, names_of_rule, names_of_table
from services.decision.domain.policy.bind.policy import bind
from services.decision.domain.policy.bind.priority import counting_order
from services.decision.domain.policy.bind.vocabulary import (
    GRADE,
    LIMIT,
    OUTCOME,
    RATE,
    SHARE,
    STAGE_OUTPUTS,
    Vocabulary,
)

__all__ = [
    "GRADE",
    "LIMIT",
    "OUTCOME",
    "RATE",
    "SHARE",
    "STAGE_OUTPUTS",
    "BoundDefinition",
    "BoundPolicy",
    "BoundTerm",
    "Formula",
    "OutputT",
    "Rule",
    "RuleTable",
    "TypedTest",
    "Vocabulary",
    "bind",
    "counting_order",
    "names_of_definition",
    "names_of_rule",
    "names_of_table",
]
