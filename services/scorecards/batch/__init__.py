"""Scores for the rows of a file, the ones that the scoring service would give, by the million: `assay score`.

Files are read as backtests read them, so that a data map serves both.
"""
