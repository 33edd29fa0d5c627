"""Evaluation of what the typed language leaves to the general engine."""

from collections.abc import Callable
from typing import Any, Final

from shared.feel.evaluate import Run, compile_expression, compile_unary_tests
from shared.feel.syntax import tree
from shared.feel.typed.conversion import from_feel, moment, to_feel
from shared.feel.typed.nodes import NOW, General
from shared.feel.values import MIDNIGHT_UTC, Date, DateTime, FeelError

STEPS: Final = 20_000
"""The work that one expression of a policy may do, in steps of the general engine."""

_NO_MOMENT: Final = DateTime(Date(1970, 1, 1), MIDNIGHT_UTC)
"""The moment of an evaluation that does not ask for it."""


def evaluator(general: General) -> Callable[..., Any]:
    """Return a function of the values of `general.names`, in their order, all there.

    It raises `ArithmeticError` when the result is null, or not of the type of `general`.
    """
    source = general.source
    compiled = compile_unary_tests(source) if isinstance(source, tree.UnaryTests) else compile_expression(source)
    names = general.names

    def evaluate(*values: Any) -> Any:
        as_of, scope = _NO_MOMENT, {}
        for (name, of), value in zip(names, values, strict=True):
            if name == NOW:
                as_of = moment(value)
                continue
            try:
                scope[name] = to_feel(value, of)
            except FeelError as error:
                raise ArithmeticError(str(error)) from None
        if general.subject is not None:
            scope["?"] = scope[general.subject]
        result = from_feel(compiled.evaluate(scope, Run(as_of, budget=STEPS)), general.type)
        if result is None:
            raise ArithmeticError("null, or a value of another type")
        return result

    return evaluate
