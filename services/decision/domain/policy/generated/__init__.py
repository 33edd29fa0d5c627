"""One Python function for a whole policy: what runs when every fact that it reads is there.

The function is made of `ast` nodes and compiled once, at load. It gives up where anything cannot be told; the
interpreter (`interpret`) then finds the answer, and both give the same one wherever both give one.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.decision.domain.policy.generated.code import assign, name, template
from services.decision.domain.policy.generated.definitions import definition
from services.decision.domain.policy.generated.facts import reading
from services.decision.domain.policy.generated.scope import Scope
from services.decision.domain.policy.generated.stages import FOUND, grade, granting, matrix, verdict
from services.decision.domain.policy.generated.tables import screen
from services.decision.domain.policy.interpret import Interpreter
from services.decision.domain.policy.result import Result
from shared.facts import FactValue

Decide = Callable[[Mapping[str, FactValue], Sequence[str], datetime], Result | None]
"""Returns the result for facts, reasons of the score, and the moment; None, or `KeyError` or `ArithmeticError` raised,
where something is missing."""


def generate_decide(interpreter: Interpreter) -> Decide:
    """Return the function of a policy."""
    policy, layout = interpreter.policy, interpreter.layout
    scope = Scope.of(layout)
    body = reading(layout.facts, policy.product.dictionary, scope)
    if layout.reads_clock:
        body += template("today = as_of.astimezone(UTC).date()", UTC=name(scope.constant(UTC)))
    marks = []
    for number, each in enumerate(policy.definitions):
        marks.append(f"marks{number}")
        order = interpreter.tables[each.key].order if each.key in interpreter.tables else ()
        body += definition(each, marks[-1], order, scope)
    found = [assign(FOUND, ast.Constant(True))]
    body.append(assign(FOUND, ast.Constant(False)))
    for table in (policy.eligibility, policy.knock_outs):
        body += screen(table, table.name, scope, found)
    body += grade(policy.grade, interpreter.tables["grade"].order, scope)
    body += matrix(policy.matrix, interpreter.tables["matrix"].order, scope)
    body += verdict(policy, scope)
    body += granting(policy, scope)
    marks += ["eligibility", "knock_outs", "grades", "matrix", "terms"]
    marks += ([] if policy.conditions is None else ["marks"]) + ([] if policy.routing is None else ["routing"])
    values = [scope.variable_of[fact.name] for fact in layout.definitions]
    body += template(
        """
return NEW(RESULT, (
    verdict, grade, limit, rate, reasons, queue, conditions, other_terms, offer, MARKS, VALUES
))
""",
        # What a named tuple's constructor does, without binding its arguments by name first.
        NEW=name(scope.constant(tuple.__new__)),
        RESULT=name(scope.constant(Result)),
        MARKS=_tuple(marks),
        VALUES=_tuple(values),
    )
    return _compiled(body, scope)


def _tuple(variables: Sequence[str]) -> ast.expr:
    return ast.Tuple([name(variable) for variable in variables], ast.Load())


def _compiled(body: list[ast.stmt], scope: Scope) -> Decide:
    module = ast.parse("def decide(facts, score_reasons, as_of): pass")
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = body
    code = compile(ast.fix_missing_locations(module), "<policy>", "exec")
    names: dict[str, Any] = {**scope.constants.values, "type": type, "__builtins__": {}}
    # The code is made of nodes that this package chose; texts of the policy are constants in it.
    exec(code, names)  # noqa: S102
    decide: Decide = names["decide"]
    return decide
