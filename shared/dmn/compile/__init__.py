"""From the expressions of a model to their code."""

from shared.dmn.compile.expressions import ExpressionCompiler
from shared.dmn.compile.texts import Names, Texts

__all__ = ["ExpressionCompiler", "Names", "Texts"]
