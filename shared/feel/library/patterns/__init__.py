"""Regular expressions of XPath, which FEEL's `matches`, `replace` and `split` take, matched in bounded time.

The syntax is that of XQuery and XPath Functions and Operators 3.1, 5.6.1, which extends XML Schema's (Part 2,
appendix F); the flags are its `s`, `m`, `i`, `x` and `q`.
"""

from shared.feel.library.patterns.match import Pattern, TooSlow, compiled, template

__all__ = ["Pattern", "TooSlow", "compiled", "template"]
