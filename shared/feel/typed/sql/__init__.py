"""From a typed tree to SQL of DuckDB in which all numbers are scaled integers: what it computes is exact, or refused.

Only text is built here: whether an expression can be compiled is asked where no engine is installed.
"""

from shared.feel.typed.sql.compile import to_sql
from shared.feel.typed.sql.refusal import Uncompilable
from shared.feel.typed.sql.value import SqlValue, column, literal

__all__ = ["SqlValue", "Uncompilable", "column", "literal", "to_sql"]
