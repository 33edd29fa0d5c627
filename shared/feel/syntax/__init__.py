"""The syntax of FEEL, DMN's Friendly Enough Expression Language: from text to tree, and back."""

from shared.feel.syntax.faults import FeelSyntaxError
from shared.feel.syntax.names import normalise_name
from shared.feel.syntax.parse import parse_expression, parse_unary_tests
from shared.feel.syntax.unparse import unparse

__all__ = ["FeelSyntaxError", "normalise_name", "parse_expression", "parse_unary_tests", "unparse"]
