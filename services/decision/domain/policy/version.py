"""The version of what policies mean."""

from typing import Final

ENGINE_VERSION: Final = "2"
"""Raised whenever some policy and some facts give another answer, or another trace, than before.

Stored with each decision. 1 (decisions that state none): a quotient has 34 digits. 2: a quotient has twelve places,
rounded half even, unless it is rounded to its declared type anyway.
"""
