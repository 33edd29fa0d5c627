"""From a typed tree to Python code, for evaluations in which nothing is missing.

Code is made of `ast` nodes, never of text: what people wrote lands in constants only.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.feel.typed.nodes import Typed

Unknown = ArithmeticError
"""What generated code raises when something cannot be told (also what Python and the decimal module raise then).

The caller catches it and falls back on `interpret`, which settles what can be settled without.
"""


@dataclass(slots=True)
class Constants:
    """The objects that generated code refers to by name; the globals with which it is to be run."""

    values: dict[str, Any] = field(default_factory=dict)

    def name_of(self, value: Any) -> str:
        """Return a name that stands for `value`, the same name for the same object."""
        raise NotImplementedError


def generate(typed: Typed, variable_of: Mapping[str, str], constants: Constants) -> ast.expr:
    """Return a Python expression for the value of `typed`.

    `variable_of` has the Python variable of every name in `names_in(typed)`; each holds a value of its type, not None.
    The expression raises `Unknown` when a value cannot be told. Locations are left to `ast.fix_missing_locations`.
    """
    raise NotImplementedError
