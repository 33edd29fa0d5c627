"""FEEL with static types, for policies: checked once against a dictionary of names, then run fast and exactly.

What deviates from plain FEEL, on purpose: a missing operand makes a comparison or a choice missing, where FEEL says
false; numbers and money do not mix; an enum has no values but its own.
"""

from shared.feel.typed.check import check_cell, check_condition, check_expression, name_fault
from shared.feel.typed.faults import TypeFault, TypeFaults
from shared.feel.typed.generate import Constants, Unknown, generate
from shared.feel.typed.interpret import interpret
from shared.feel.typed.nodes import NOW, TODAY, General, Typed, names_in
from shared.feel.typed.regions import Ranges, domain, region
from shared.feel.typed.types import Kind, Type, kind_words

__all__ = [
    "NOW",
    "TODAY",
    "Constants",
    "General",
    "Kind",
    "Ranges",
    "Type",
    "TypeFault",
    "TypeFaults",
    "Typed",
    "Unknown",
    "check_cell",
    "check_condition",
    "check_expression",
    "domain",
    "generate",
    "interpret",
    "kind_words",
    "name_fault",
    "names_in",
    "region",
]
