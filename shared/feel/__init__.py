"""FEEL, the expression language of DMN (OMG DMN 1.5, chapter 10): exact, pure and bounded.

`syntax` turns text into a tree, `values` are what expressions are about, `operators` and `library` are what can be
done with them, `evaluate` turns a tree into a function. Nothing here reads a clock, a file or a network.
"""
