"""Evaluation of FEEL: expressions become closures once, and values any number of times.

Nothing here reads a clock, does input or output, or runs without bounds; what goes wrong is a note and null.
"""

from shared.feel.evaluate.code import Scope
from shared.feel.evaluate.compiled import Compiled, compile_expression, compile_unary_tests
from shared.feel.evaluate.external import external_function
from shared.feel.evaluate.frames import Frames
from shared.feel.evaluate.functions import call_function, define_function
from shared.feel.evaluate.loops import items_of
from shared.feel.evaluate.run import STEPS, Run

__all__ = [
    "STEPS",
    "Compiled",
    "Frames",
    "Run",
    "Scope",
    "call_function",
    "compile_expression",
    "compile_unary_tests",
    "define_function",
    "external_function",
    "items_of",
]
