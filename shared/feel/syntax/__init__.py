"""The syntax of FEEL, DMN's Friendly Enough Expression Language: from text to tree, and back."""

from shared.feel.syntax.faults import FeelSyntaxError
from shared.feel.syntax.parse import parse_expression, parse_unary_tests

__all__ = ["FeelSyntaxError", "parse_expression", "parse_unary_tests"]
