"""The function of a policy for applications of which everything is known."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from services.decision.domain.policy.generated.code import name, template
from services.decision.domain.policy.generated.definitions import definition
from services.decision.domain.policy.generated.facts import reading
from services.decision.domain.policy.generated.function import compiled, stages
from services.decision.domain.policy.generated.scope import Scope, variables
from services.decision.domain.policy.interpret import Interpreter
from services.decision.domain.policy.result import Result
from shared.facts import FactValue

Decide = Callable[[Mapping[str, FactValue], Sequence[str], datetime], Result | None]
"""Returns the result for facts, reasons of the score, and the moment; None, or `KeyError` or `ArithmeticError` raised,
where something is missing."""


def generate_decide(interpreter: Interpreter) -> Decide:
    """Return the function of a policy, compiled."""
    policy, layout = interpreter.policy, interpreter.layout
    scope = Scope(variables(layout))
    body = reading(layout.facts, policy.product.dictionary, scope)
    if layout.reads_clock:
        body += template("today = as_of.astimezone(UTC).date()", UTC=name(scope.constant(UTC)))
    marks = []
    for number, each in enumerate(policy.definitions):
        marks.append(f"marks{number}")
        order = interpreter.tables[each.key].order if each.key in interpreter.tables else ()
        body += definition(each, marks[-1], order, scope)
    return compiled(body + stages(interpreter, marks, scope), scope)
