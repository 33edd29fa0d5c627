"""What generated functions have in common: the stages behind the definitions, the result, compiling."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from services.decision.domain.policy.generated.code import assign, constant, name, template
from services.decision.domain.policy.generated.scope import Scope
from services.decision.domain.policy.generated.stages import FOUND, grade, granting, matrix, verdict
from services.decision.domain.policy.interpret import Interpreter
from services.decision.domain.policy.result import Result


def stages(interpreter: Interpreter, marks: Sequence[str], scope: Scope) -> list[ast.stmt]:
    """Return code that goes through the stages and returns the result; `marks` have the letters of definitions."""
    policy, layout = interpreter.policy, interpreter.layout
    found = [assign(FOUND, constant(True))]
    body = [assign(FOUND, constant(False))]
    for table in (policy.eligibility, policy.knock_outs):
        body += scope.screen(table, table.name, found)
    body += grade(policy.grade, interpreter.tables["grade"].order, scope)
    body += matrix(policy.matrix, interpreter.tables["matrix"].order, scope)
    body += verdict(policy, scope)
    body += granting(policy, scope)
    own = ["eligibility", "knock_outs", "grades", "matrix", "terms"]
    own += ([] if policy.conditions is None else ["marks"]) + ([] if policy.routing is None else ["routing"])
    body += template(
        """
return NEW(RESULT, (
    verdict, grade, limit, rate, reasons, queue, conditions, other_terms, offer, MARKS, VALUES
))
""",
        # What a named tuple's constructor does, without binding its arguments by name first.
        NEW=name(scope.constant(tuple.__new__)),
        RESULT=name(scope.constant(Result)),
        MARKS=tuple_of([*marks, *own]),
        VALUES=tuple_of([scope.variable_of[fact.name] for fact in layout.definitions]),
    )
    return body


def tuple_of(variables: Sequence[str]) -> ast.expr:
    """Return a tuple of variables."""
    return ast.Tuple([name(variable) for variable in variables], ast.Load())


def compiled(body: list[ast.stmt], scope: Scope) -> Callable[..., Any]:
    """Return a function of facts, reasons of the score and the moment."""
    module = ast.parse("def decide(facts, score_reasons, as_of): pass")
    function = module.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.body = body
    code = compile(ast.fix_missing_locations(module), "<policy>", "exec")
    names: dict[str, Any] = {**scope.constants.values, "type": type, "__builtins__": {}}
    # The code is made of nodes that this package chose; texts of the policy are constants in it.
    exec(code, names)  # noqa: S102
    decide: Callable[..., Any] = names["decide"]
    return decide
