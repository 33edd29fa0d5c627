"""FEEL, the expression language of DMN (OMG DMN 1.5, chapter 10): exact, pure and bounded.

`syntax` turns text into a tree, `values` are what expressions are about, `operators` and `library` are what can be
done with them. Two readers stand on that: `evaluate` turns a tree into a function of whatever values there are, `typed`
checks it against static types first. Nothing here reads a clock or a network, nor a file but the zones that come along.
"""
